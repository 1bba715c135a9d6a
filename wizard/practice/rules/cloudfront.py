"""CloudFront: what create, update, and delete refuse, and how long a deployment takes."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]  # ships no types

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.aws_view import EmulatedDistribution, Revision
from wizard.practice.error_replies import Reply, cloudfront_error
from wizard.practice.rules import acm
from wizard.practice.rules.distribution_document import complete, incomplete_errors, left_out
from wizard.practice.rules.rule import AfterTable, Before, Table
from wizard.practice.state import WorldState
from wizard.practice.timing import CERTIFICATE_USABLE, DEPLOYED

INVALID_ACCESS_CONTROL = "The origin access control is not valid."

GUIDE = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names"
TAKEN = "One or more of the CNAMEs you provided are already associated with a different resource."
ELSEWHERE = (
    "One or more aliases specified for the distribution includes an incorrectly configured DNS record that points to "
    "another CloudFront distribution. You must update the DNS record to correct the problem. For more information, "
    f"see {GUIDE}-restrictions"
)
UNUSABLE = (
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid "
    "certificate chain."
)
UNCOVERED = (
    "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're "
    f"trying to add. For more details, see: {GUIDE}-requirements"
)
UNPROVEN = (
    "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that "
    f"validates your authorization to use the domain name. For more details, see: {GUIDE}-requirements"
)
_POLICIES = {
    "CachePolicyId": ("cache-policy", "NoSuchCachePolicy", "The specified cache policy does not exist.", 404),
    "ResponseHeadersPolicyId": (
        "response-headers-policy",
        "NoSuchResponseHeadersPolicy",
        "The specified response headers policy does not exist.",
        404,
    ),
    "KeyGroup": ("key-group", "TrustedKeyGroupDoesNotExist", "The specified key group does not exist.", 400),
    "OriginAccessControlId": (
        "origin-access-control",
        "InvalidOriginAccessControl",
        INVALID_ACCESS_CONTROL,
        400,
    ),
}
_IN_PROGRESS = re.compile(rb"(<Id>(E[A-Z0-9]+)</Id>\s*<ARN>[^<]*</ARN>\s*<Status>)[A-Za-z]+(</Status>)")


def _document(call: AuthorizedCall) -> ET.Element | None:
    """Return the document of a request that has a DistributionConfig in it."""
    try:
        root: ET.Element = fromstring(call.body)
    except ParseError:
        return None
    return root if _config_in(root) is not None else None


def _config_in(root: ET.Element) -> Any:
    return root if root.tag.endswith("}DistributionConfig") else root.find("{*}DistributionConfig")


def configuration(call: AuthorizedCall) -> ET.Element | None:
    """Return the DistributionConfig in a request, with or without tags around it."""
    root = _document(call)
    found: ET.Element | None = None if root is None else _config_in(root)
    return found


def _texts(config: ET.Element, tag: str) -> list[str]:
    return [element.text for element in config.iterfind(f".//{{*}}{tag}") if element.text]


def _text(config: ET.Element, tag: str) -> str:
    return next(iter(_texts(config, tag)), "")


def _aliases(config: ET.Element) -> tuple[str, ...]:
    return tuple(item.text.lower() for item in config.iterfind("{*}Aliases/{*}Items/{*}CNAME") if item.text)


def _revision(state: WorldState, config: ET.Element) -> Revision:
    return Revision(
        config=ET.tostring(config, encoding="unicode"),
        aliases=_aliases(config),
        certificate=_text(config, "ACMCertificateArn"),
        enabled=_text_of(config, "Enabled") == "true",
        ipv6=_text_of(config, "IsIPV6Enabled") == "true",
        used=frozenset(text for tag in _POLICIES for text in _texts(config, tag)),
        deployed_at=state.timing.after(DEPLOYED),
    )


def _text_of(config: ET.Element, tag: str) -> str:
    """Return the text of a direct child; `Enabled` also occurs deeper, with other meanings."""
    child = config.find(f"{{*}}{tag}")
    return (child.text or "").strip().lower() if child is not None else ""


async def used_reference(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A caller reference is good for one distribution."""
    config = configuration(call)
    reference = _text(config, "CallerReference") if config is not None else ""
    known = next((each for each in state.view.distributions.values() if each.caller_reference == reference), None)
    if known:
        message = (  # it names the distribution (aws-sdk-js-v3 #2618, aws-saas-boost #153)
            "The caller reference that you are using to create a distribution is associated with another distribution. "
            f"Already exists: {known.id}"
        )
        return cloudfront_error("DistributionAlreadyExists", message, 409)
    return None


async def changed_reference(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """The caller reference of a distribution never changes."""
    known, config = state.view.distributions.get(call.id), configuration(call)
    if known and config is not None and _text(config, "CallerReference") != known.caller_reference:
        return cloudfront_error("IllegalUpdate", "The update contains modifications that are not allowed.")
    return None


async def whole_update(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """An update names everything, and each custom error response in full; a creation need not (terraform #48288).

    The texts: terraform #48288 and ansible's community.aws #1424 for the error responses, terraform #13627 and #8777
    for what an ageing client leaves out.
    """
    config = configuration(call)
    if config is None:
        return None
    if incomplete_errors(config):
        message = "The specified list of custom error responses does not exist or is not valid."
        return cloudfront_error("IllegalUpdate", message)
    missing = left_out(config)
    return cloudfront_error("IllegalUpdate", f"{missing} is required for updates.") if missing else None


async def filled_in(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """CloudFront keeps, and shows from then on, a document with nothing left out (ansible PR 19727)."""
    root = _document(call)
    if root is not None:
        complete(_config_in(root))
        call.body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return None


def _quantities(config: ET.Element) -> Iterator[tuple[int, int]]:
    for element in config.iter():
        quantity, items = element.find("{*}Quantity"), element.find("{*}Items")
        if quantity is not None:
            yield int(quantity.text or 0), len(items) if items is not None else 0


async def consistent(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Quantities match, behaviors point to origins, an origin has one kind of access."""
    config = configuration(call)
    if config is None:
        return None
    if any(said != there for said, there in _quantities(config)):
        return cloudfront_error("InconsistentQuantities", "The value of Quantity and the size of Items don't match.")
    origins = {_text(origin, "Id") for origin in config.iterfind("{*}Origins/{*}Items/{*}Origin")}
    if not set(_texts(config, "TargetOriginId")) <= origins:
        message = "One or more of your origins or origin groups do not exist."
        return cloudfront_error("NoSuchOrigin", message, 404)
    for origin in config.iterfind("{*}Origins/{*}Items/{*}Origin"):
        if _text(origin, "OriginAccessControlId") and _text(origin, "OriginAccessIdentity"):
            message = (
                "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI)."
            )
            return cloudfront_error("IllegalOriginAccessConfiguration", message)
    return None


async def known_policies(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Policies and access controls exist."""
    config = configuration(call)
    for tag, (collection, code, message, status) in _POLICIES.items():
        for identifier in _texts(config, tag) if config is not None else ():
            reply = await state.emulator.ask("cloudfront", "GET", f"/2020-05-31/{collection}/{identifier}")
            if reply.status != 200:  # noqa: PLR2004 - HTTP OK
                return cloudfront_error(code, message, status)
    return None


async def certificate_covers(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """The certificate is in us-east-1, issued a moment ago at the latest, and covers every alias."""
    config = configuration(call)
    if config is None:
        return None
    arn, aliases = _text(config, "ACMCertificateArn"), _aliases(config)
    if not arn:
        return cloudfront_error("InvalidViewerCertificate", UNPROVEN) if aliases else None
    known = state.view.certificates.get(arn)
    if known is None or known.region != "us-east-1" or acm.status(state, known) != "ISSUED":
        return cloudfront_error("InvalidViewerCertificate", UNUSABLE)
    if state.timing.now() < state.timing.after(CERTIFICATE_USABLE, known.issued_at):
        return cloudfront_error("InvalidViewerCertificate", UNUSABLE)
    if not all(known.covers(alias) for alias in aliases):
        return cloudfront_error("InvalidViewerCertificate", UNCOVERED)
    return None


async def alias_free(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """An alias belongs to one distribution in the world, and its name does not point to another one."""
    config = configuration(call)
    own = state.view.distributions.get(call.id)
    for alias in _aliases(config) if config is not None else ():
        others = (each for each in state.view.distributions.values() if each is not own)
        if alias in state.view.claimed or any(alias in each.current.aliases for each in others):
            return cloudfront_error("CNAMEAlreadyExists", TAKEN, 409)
        if own and alias in own.current.aliases:
            continue  # the look-up is made when an alias is added
        targets = state.net.truth(alias.replace("*", "snowpixel"), "CNAME", state.timing.now())
        names = [record.value.rstrip(".").lower() for record in targets]
        if any(name.endswith(".cloudfront.net") and (own is None or name != own.domain) for name in names):
            return cloudfront_error("CNAMEAlreadyExists", ELSEWHERE, 409)
    return None


async def still_deploying(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A distribution is deleted only after it was disabled and that was deployed."""
    known = state.view.distributions.get(call.id)
    if known and (known.current.enabled or not known.deployed(state.timing.now())):
        return not_disabled()
    return None


def not_disabled() -> Reply:
    """Refuse to delete a distribution that isn't through with being disabled."""
    return cloudfront_error(
        "DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.", 409
    )


ACCESS_CONTROL_IN_USE = "Cannot delete the origin access control because it's in use by one or more distributions."


def _refuse_in_use(code: str, message: str) -> Before:
    async def in_use(state: WorldState, call: AuthorizedCall) -> Reply | None:
        return cloudfront_error(code, message, 409) if state.view.using(call.id) else None

    return in_use


async def created(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Remember a new distribution."""
    config = configuration(call)
    if reply.status == 201 and config is not None:  # noqa: PLR2004 - HTTP Created
        shown: ET.Element = fromstring(reply.body)
        identifier, arn, domain = (_text(shown, tag) for tag in ("Id", "ARN", "DomainName"))
        reference = _text(config, "CallerReference")
        made = EmulatedDistribution(identifier, arn, domain.lower(), reference, [_revision(state, config)])
        state.view.distributions[identifier] = made
    return reply


async def updated(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Remember the new configuration; the edge serves it when it is deployed."""
    known, config = state.view.distributions.get(call.id), configuration(call)
    if reply.status == 200 and known and config is not None:  # noqa: PLR2004 - HTTP OK
        known.revisions.append(_revision(state, config))
    return reply


async def deleted(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Forget a distribution: its name stops resolving."""
    if reply.status == 204:  # noqa: PLR2004 - HTTP No Content
        state.view.distributions.pop(call.id, None)
    return reply


async def invalidated(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """An invalidation empties the edge's cache of the distribution, whatever its paths."""
    if reply.status == 201:  # noqa: PLR2004 - HTTP Created
        for key in [key for key in state.kept if key[0] == call.id]:
            del state.kept[key]
    return reply


async def in_progress(state: WorldState, _call: AuthorizedCall, reply: Reply) -> Reply:
    """Show InProgress until the newest configuration is deployed."""
    now = state.timing.now()

    def word(match: re.Match[bytes]) -> bytes:
        known = state.view.distributions.get(match[2].decode())
        return match[1] + (b"InProgress" if known and not known.deployed(now) else b"Deployed") + match[3]

    reply.body = _IN_PROGRESS.sub(word, reply.body)
    return reply


_CHECKED: tuple[Before, ...] = (consistent, known_policies, certificate_covers, alias_free)
BEFORE: Table = {
    # The reference first: else the aliases of the first distribution hide that this is a repeated call.
    ("cloudfront", "CreateDistribution"): (used_reference, *_CHECKED, filled_in),
    ("cloudfront", "CreateDistributionWithTags"): (used_reference, *_CHECKED, filled_in),
    ("cloudfront", "UpdateDistribution"): (changed_reference, whole_update, *_CHECKED, filled_in),
    ("cloudfront", "DeleteDistribution"): (still_deploying,),
    ("cloudfront", "DeleteOriginAccessControl"): (
        _refuse_in_use(
            "OriginAccessControlInUse",
            ACCESS_CONTROL_IN_USE,
        ),
    ),
    ("cloudfront", "DeleteResponseHeadersPolicy"): (
        _refuse_in_use(
            "ResponseHeadersPolicyInUse",
            "Cannot delete the response headers policy because it is attached to one or more cache behaviors in a "
            "CloudFront distribution.",
        ),
    ),
}
AFTER: AfterTable = {
    ("cloudfront", "CreateDistribution"): (created, in_progress),
    ("cloudfront", "CreateDistributionWithTags"): (created, in_progress),
    ("cloudfront", "UpdateDistribution"): (updated, in_progress),
    ("cloudfront", "DeleteDistribution"): (deleted,),
    ("cloudfront", "GetDistribution"): (in_progress,),
    ("cloudfront", "ListDistributions"): (in_progress,),
    ("cloudfront", "CreateInvalidation"): (invalidated,),
}
