"""Eventual consistency: what was just made may not be seen for a moment, and what was just changed reads as before.

Everything that is made is unknown to the next zero to three calls about it, and a bucket, once seen, may be unknown to
one call more: AWS is not one machine. Lists leave it out meanwhile. A changed setting reads as before for the next zero
to three looks. With a pace above zero, all of that ends after five seconds at
the latest, in that pace. How often is a hash of the world's seed, the kind and the name, so that a run can be
repeated whatever happens at the same time. An empty seed: nothing is ever unseen.

Sources: what Terraform's provider waits for or has open issues about. A bucket: #49853, #49960; its policy, its public
access block and its lifecycle: #372, #7803, #7930, #10068, #41363, #41764. A certificate: `internal/service/acm/
certificate.go` tolerates ResourceNotFoundException after RequestCertificate. A distribution, an access control, and the
objects of log delivery: no promise of AWS's says that the next call sees them.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # ships no types

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply, cloudfront_error, json_error, s3_error
from wizard.practice.rules.cloudfront import INVALID_ACCESS_CONTROL
from wizard.practice.rules.logs import missing
from wizard.practice.rules.rule import After, AfterTable, Before, Table
from wizard.practice.state import WorldState

MOST = 3
"""Looks for which something may stay unseen."""

LONGEST = 5.0
"""Nominal seconds after which all of AWS knows it."""

_OK = range(200, 300)
_RANDOM = re.compile(r"[0-9a-f]{8}|\d{12}")


@dataclass
class Unseen:
    """Something that not all of AWS knows yet.

    Attributes:
        misses: whether each of the next calls about it misses it.
        until: when all of AWS knows it.
        before: what a setting reads as meanwhile; None: the thing is not there.
    """

    misses: list[bool]
    until: float
    before: Reply | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of thing.

    Attributes:
        name: of the kind.
        make: service and operation that make it.
        made: reply (and call) to the id by which calls name it.
        flaps: whether a later call may miss what an earlier one saw.
        missing: what AWS says of one that does not exist.
    """

    name: str
    make: tuple[tuple[str, str], ...]
    made: Callable[[AuthorizedCall, Reply], str]
    missing: Callable[[], Reply]
    flaps: bool = False


def _drawn(state: WorldState, kind: str, name: str) -> int:
    seed = f"{state.staleness_seed}|{kind}|{_RANDOM.sub('', name)}"
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])


def _begin(state: WorldState, kind: str, name: str, number: str, *, flaps: bool, before: Reply | None = None) -> None:
    drawn = _drawn(state, kind, number)
    looks = drawn % (MOST + 1)
    misses = [True] * looks + ([False, bool(drawn >> 8 & 1)] if flaps else [])
    until = state.timing.after(LONGEST * max(looks, 1) / MOST)
    state.unseen[kind, name] = Unseen(misses, until, before)


def _misses(state: WorldState, call: AuthorizedCall, kind: str, name: str) -> Unseen | None:
    """Return what is unseen for one call more, which counts; None where this call sees it."""
    found = None if call.calm else state.unseen.get((kind, name))
    if found is None:
        return None
    over = not found.misses or (state.timing.pace and state.timing.now() >= found.until)
    missed = not over and found.misses.pop(0)
    if over or not found.misses:
        state.unseen.pop((kind, name), None)
    return found if missed else None


# --- Things: unknown, as if they were not there -----------------------------------------------------------------------


def _xml_id(tag: str) -> Callable[[AuthorizedCall, Reply], str]:
    def made(_call: AuthorizedCall, reply: Reply) -> str:
        return fromstring(reply.body).findtext(f"{{*}}{tag}") or ""

    return made


def _json_of(reply: Reply) -> dict[str, Any]:
    parsed = json.loads(reply.body or b"{}")
    return parsed if isinstance(parsed, dict) else {}


BUCKET = Kind(
    "bucket",
    (("s3", "CreateBucket"),),
    lambda call, _: call.bucket,
    lambda: s3_error("NoSuchBucket", "The specified bucket does not exist", 404),
    flaps=True,
)
DISTRIBUTION = Kind(
    "distribution",
    (("cloudfront", "CreateDistribution"), ("cloudfront", "CreateDistributionWithTags")),
    _xml_id("Id"),
    lambda: cloudfront_error("NoSuchDistribution", "The specified distribution does not exist.", 404),
)
ACCESS_CONTROL = Kind(
    "access control",
    (("cloudfront", "CreateOriginAccessControl"),),
    _xml_id("Id"),
    lambda: cloudfront_error("NoSuchOriginAccessControl", "The specified origin access control does not exist.", 404),
)
CERTIFICATE = Kind(
    "certificate",
    (("acm", "RequestCertificate"),),
    lambda _, reply: str(_json_of(reply).get("CertificateArn", "")),
    lambda: json_error("ResourceNotFoundException", "Could not find the certificate."),
)


def _log_object(noun: str, make: str, made: Callable[[AuthorizedCall, Reply], str]) -> Kind:
    return Kind(noun, (("logs", make),), made, lambda: missing(noun))


SOURCE = _log_object("Delivery Source", "PutDeliverySource", lambda call, _: str(call.json.get("name")))
DESTINATION = _log_object("Delivery Destination", "PutDeliveryDestination", lambda call, _: str(call.json.get("name")))
DELIVERY = _log_object("Delivery", "CreateDelivery", lambda _, reply: str(_json_of(reply)["delivery"]["id"]))
KINDS = (BUCKET, DISTRIBUTION, ACCESS_CONTROL, CERTIFICATE, SOURCE, DESTINATION, DELIVERY)


def _remember(kind: Kind) -> After:
    async def made(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
        if state.staleness_seed and not call.calm and reply.status in _OK:
            name = kind.made(call, reply)
            if (kind.name, name) not in state.ever_made:  # a Put or a token that is repeated makes nothing new
                state.ever_made.add((kind.name, name))
                number = name if kind is BUCKET else str(sum(each == kind.name for each, _ in state.ever_made))
                _begin(state, kind.name, name, number, flaps=kind.flaps)
        return reply

    return made


def _unknown(kind: Kind, named: Callable[[AuthorizedCall], str], refusal: Callable[[], Reply] | None = None) -> Before:
    async def unknown(state: WorldState, call: AuthorizedCall) -> Reply | None:
        return (refusal or kind.missing)() if _misses(state, call, kind.name, named(call)) else None

    return unknown


def _arn_of_call(call: AuthorizedCall) -> str:
    return str(call.json.get("CertificateArn", ""))


def _tagged_distribution(call: AuthorizedCall) -> str:
    return next(iter(call.query.get("Resource", ())), "").rpartition("/")[2]


def _name_of_call(call: AuthorizedCall) -> str:
    return str(call.json.get("name", ""))


_id: Callable[[AuthorizedCall], str] = lambda call: call.id  # noqa: E731 - one of several ways to name a thing
_no_resource = lambda: cloudfront_error("NoSuchResource", "The specified resource does not exist.", 404)  # noqa: E731


async def _unknown_bucket(state: WorldState, call: AuthorizedCall) -> Reply | None:
    if not call.bucket or call.operation in ("CreateBucket", "ListBuckets"):
        return None
    if _misses(state, call, BUCKET.name, call.bucket) is None:
        return None
    return Reply(404, {"Content-Type": "application/xml"}) if call.method == "HEAD" else BUCKET.missing()


async def _unknown_access_control(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A distribution cannot name an access control that its part of CloudFront does not know."""
    for name in re.findall(rb"<OriginAccessControlId>(E[A-Z0-9]+)<", call.body):
        if _misses(state, call, ACCESS_CONTROL.name, name.decode()):
            return cloudfront_error("InvalidOriginAccessControl", INVALID_ACCESS_CONTROL)
    return None


async def _unknown_ends(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A delivery cannot connect what log delivery does not know."""
    source = str(call.json.get("deliverySourceName", ""))
    destination = str(call.json.get("deliveryDestinationArn", "")).rpartition(":")[2]
    for kind, name in ((SOURCE, source), (DESTINATION, destination)):
        if _misses(state, call, kind.name, name):
            return kind.missing()
    return None


_UNKNOWN: Table = {
    ("s3", "*"): (_unknown_bucket,),
    **{
        ("cloudfront", operation): (_unknown(DISTRIBUTION, _id),)
        for operation in ("GetDistribution", "GetDistributionConfig", "UpdateDistribution", "DeleteDistribution")
    },
    ("cloudfront", "CreateInvalidation"): (_unknown(DISTRIBUTION, _id),),
    ("cloudfront", "ListTagsForResource"): (_unknown(DISTRIBUTION, _tagged_distribution, _no_resource),),
    ("cloudfront", "TagResource"): (_unknown(DISTRIBUTION, _tagged_distribution, _no_resource),),
    **{
        ("cloudfront", f"{verb}OriginAccessControl"): (_unknown(ACCESS_CONTROL, _id),)
        for verb in ("Get", "Update", "Delete")
    },
    ("cloudfront", "CreateDistribution"): (_unknown_access_control,),
    ("cloudfront", "CreateDistributionWithTags"): (_unknown_access_control,),
    **{
        ("acm", operation): (_unknown(CERTIFICATE, _arn_of_call),)
        for operation in (
            "DescribeCertificate",
            "DeleteCertificate",
            "ListTagsForCertificate",
            "AddTagsToCertificate",
        )
    },
    **{("logs", f"{verb}DeliverySource"): (_unknown(SOURCE, _name_of_call),) for verb in ("Get", "Delete")},
    **{("logs", f"{verb}DeliveryDestination"): (_unknown(DESTINATION, _name_of_call),) for verb in ("Get", "Delete")},
    **{
        ("logs", f"{verb}Delivery"): (_unknown(DELIVERY, lambda call: str(call.json.get("id", ""))),)
        for verb in ("Get", "Delete")
    },
    ("logs", "CreateDelivery"): (_unknown_ends,),
}


def _left_out(kind: Kind, items: str, named: Callable[[dict[str, Any]], str]) -> After:
    """Leave out of a JSON list what is unseen."""

    async def filtered(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
        if reply.status in _OK and state.unseen:
            shown = _json_of(reply)
            shown[items] = [each for each in shown.get(items, ()) if not _misses(state, call, kind.name, named(each))]
            reply.body = json.dumps(shown).encode()
        return reply

    return filtered


def _left_out_of_xml(kind: Kind, summary: str) -> After:
    """Leave out of a CloudFront list what is unseen."""

    async def filtered(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
        if reply.status not in _OK or not state.unseen:
            return reply
        root: ET.Element = fromstring(reply.body)
        items = root.find("{*}Items")
        for each in _unseen_in(state, call, kind, items.findall(f"{{*}}{summary}") if items is not None else ()):
            items.remove(each)  # type: ignore[union-attr]  # it has parts, so it is there
        quantity = root.find("{*}Quantity")
        if quantity is not None:
            quantity.text = str(len(items) if items is not None else 0)
        reply.body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return reply

    return filtered


def _unseen_in(state: WorldState, call: AuthorizedCall, kind: Kind, listed: Iterable[ET.Element]) -> list[ET.Element]:
    return [each for each in listed if _misses(state, call, kind.name, each.findtext("{*}Id") or "")]


# --- Settings: they read as before ------------------------------------------------------------------------------------

_PARTS = {
    "BucketPolicy": "policy",
    "PublicAccessBlock": "publicAccessBlock",
    "BucketOwnershipControls": "ownershipControls",
    "BucketEncryption": "encryption",
    "BucketLifecycleConfiguration": "lifecycle",
    "BucketTagging": "tagging",
}
"""Nouns in S3's operations to their part of a bucket's URL."""


def _keeps(noun: str) -> Before:
    """Keep what a setting reads as before it is written; the write has not been refused when this is asked."""

    async def keep(state: WorldState, call: AuthorizedCall) -> Reply | None:
        if state.staleness_seed and not call.calm:
            look = AuthorizedCall("s3", "GET", f"/{call.bucket}", call.headers, b"", {_PARTS[noun]: [""]})
            before = await state.emulator.pass_on(look)
            _begin(state, noun, call.bucket, call.bucket, flaps=False, before=before)
        return None

    return keep


def _reads_as_before(noun: str) -> Before:
    async def read(state: WorldState, call: AuthorizedCall) -> Reply | None:
        found = _misses(state, call, noun, call.bucket)
        return deepcopy(found.before) if found else None

    return read


async def _keep_distribution(state: WorldState, call: AuthorizedCall) -> Reply | None:
    if state.staleness_seed and not call.calm:
        before = await state.emulator.ask("cloudfront", "GET", f"/2020-05-31/distribution/{call.id}")
        _begin(state, "distribution settings", call.id, "", flaps=False, before=before)
    return None


async def _distribution_as_before(state: WorldState, call: AuthorizedCall) -> Reply | None:
    found = _misses(state, call, "distribution settings", call.id)
    return deepcopy(found.before) if found else None


BEFORE: Table = {
    **_UNKNOWN,
    **{("s3", f"Put{noun}"): (_keeps(noun),) for noun in _PARTS},
    **{("s3", f"Get{noun}"): (_reads_as_before(noun),) for noun in _PARTS},
    ("cloudfront", "UpdateDistribution"): (*_UNKNOWN["cloudfront", "UpdateDistribution"], _keep_distribution),
    ("cloudfront", "GetDistribution"): (*_UNKNOWN["cloudfront", "GetDistribution"], _distribution_as_before),
}
AFTER: AfterTable = {
    **{make: (_remember(kind),) for kind in KINDS for make in kind.make},
    ("acm", "ListCertificates"): (
        _left_out(CERTIFICATE, "CertificateSummaryList", lambda one: str(one["CertificateArn"])),
    ),
    ("logs", "DescribeDeliveries"): (_left_out(DELIVERY, "deliveries", lambda one: str(one["id"])),),
    ("logs", "DescribeDeliverySources"): (_left_out(SOURCE, "deliverySources", lambda one: str(one["name"])),),
    ("cloudfront", "ListDistributions"): (_left_out_of_xml(DISTRIBUTION, "DistributionSummary"),),
    ("cloudfront", "ListOriginAccessControls"): (_left_out_of_xml(ACCESS_CONTROL, "OriginAccessControlSummary"),),
}
