"""The two CNAMEs of a setup: what they are for and what they should say."""

from dataclasses import dataclass
from typing import Final

from wizard.model.context import Context
from wizard.resources.lost_distribution import find_lost

CERTIFICATE: Final = "certificate-record"
PIXEL: Final = "pixel-record"


@dataclass(frozen=True)
class RecordKind:
    """One of the two records.

    Attributes:
        title: what it is, in plain words.
        purpose: what it is for, as the user is told.
        needs: items that an apply finishes first.
        managed_needs: the same where Route 53 is filled in by us: the pixel's only after CloudFront took the alias.
        carries: items whose name stands in it; a certificate's record stays the same for ever.
    """

    title: str
    purpose: str
    needs: tuple[str, ...]
    managed_needs: tuple[str, ...]
    carries: tuple[str, ...] = ()


KINDS = {
    CERTIFICATE: RecordKind(
        "DNS record for the certificate",
        "Proves to AWS that the domain is yours, now and at every renewal. Never delete it",
        ("certificate",),
        ("certificate",),
    ),
    PIXEL: RecordKind(
        "DNS record for the pixel",
        "Points your visitors' browsers to your CloudFront distribution",
        ("distribution",),
        ("alias",),
        ("distribution",),
    ),
}


async def left_behind(context: Context, record: str) -> tuple[str, str] | None:
    """Return what a removal takes away, also where the saved setup has lost which distribution the name leads to.

    Raises:
        wizard.aws.errors.AwsError: the account's distributions may not be listed.
    """
    made = context.made
    unknown = record == PIXEL and context.choices.domain and made.account and not made.distribution_domain
    if unknown:
        await find_lost(context)
    return wanted(context, record)


def wanted(context: Context, record: str) -> tuple[str, str] | None:
    """Return name and value of a record, lower case without trailing dots; None while AWS has not told them."""
    made = context.made
    pair = (
        (made.validation_name, made.validation_value)
        if record == CERTIFICATE
        else (context.choices.domain, made.distribution_domain)
    )
    if not pair[0] or not pair[1]:
        return None
    return pair[0].rstrip(".").lower(), pair[1].rstrip(".").lower()
