"""The certificates of an account that setups requested, known by their tags."""

from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from wizard.aws.listing import everything
from wizard.aws.services.acm import CERTIFICATES, CertificateSummary, certificate_tags, describe_certificate
from wizard.model.ports import Aws
from wizard.resources.certificate.certificate import DEAD
from wizard.resources.found_again import AccountSearch, ShownSetup, Trace, by_setup, together
from wizard.resources.resource import TAG_ID, TAG_SETUP

AT_ONCE = 5
"""Calls under way at the same time while each certificate's tags are read: ACM slows down who asks more."""


async def found_certificates(search: AccountSearch) -> Sequence[Trace]:
    """List those of every setup; which one counts is known once its distribution is.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    found: list[tuple[str, tuple[CertificateSummary, str]]] = []

    async def look(one: CertificateSummary) -> None:
        arn = one.certificate_arn
        tags = search.tagged.get(arn) or await certificate_tags(search.aws, arn)
        if TAG_ID in tags:
            found.append((tags[TAG_ID], (one, tags.get(TAG_SETUP, ""))))

    listed = await everything(search.aws, CERTIFICATES)
    await together([partial(look, one) for one in listed], AT_ONCE)
    return [Trace(setup, closer=partial(_closer, search.aws, those)) for setup, those in by_setup(found).items()]


async def _closer(aws: Aws, found: Sequence[tuple[CertificateSummary, str]], seen: ShownSetup) -> ShownSetup:
    """Choose the one that is in use, then one that was issued; the others are former ones."""
    seen, attached = seen.joined(ShownSetup(names=tuple(name for _, name in found))), seen.made.get("certificate")
    living = [one for one, _ in found if one.status not in DEAD]
    ranked = sorted(living, key=lambda one: (one.certificate_arn != attached, one.status != "ISSUED"))
    arn: str | None = ranked[0].certificate_arn if ranked else attached
    made = {**seen.made, "certificates_former": tuple(sorted({one.certificate_arn for one, _ in found} - {arn}))}
    if not ranked or not arn:
        return replace(seen, made=made)
    domain, choices = ranked[0].domain_name, dict(seen.choices)
    choices.pop("certificate", None)  # the setup's own isn't a choice of the user's
    made |= {"certificate": arn, "certificate_borrowed": False, "alias": domain if domain in seen.hostnames else None}
    made |= await _validation(aws, arn)
    return replace(seen, choices={**choices, "domain": domain}, made=made)


async def _validation(aws: Aws, arn: str) -> dict[str, str]:
    """Return the record that proves the certificate's name: it has to be known to be taken away again."""
    record = (await describe_certificate(aws, arn)).record
    if record is None:
        return {}
    name, value = record.plain
    return {"validation_name": name, "validation_value": value}
