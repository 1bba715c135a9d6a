"""Checks that hang on another one: one cause is said by one row, and the rows that only repeat it are skipped."""

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.results import Check, Status

HTTPS = "pixel-https"
WEB = ("tls", HTTPS, "http-redirect", "tracker-https")
SEEN = ("dns-resolvers", *WEB)
"""What can only be judged where the name leads to us."""

ELSEWHERE = frozenset(
    {
        "another-distribution",
        "apex-cname",
        "apex-of-subzone",
        "cname-taken",
        "cnames-several",
        "dname-above",
        "name-and-value-swapped",
        "name-doubled",
        "name-misplaced",
        "record-in-the-way",
        "record-missing",
        "record-missing-in-subzone",
        "record-type",
        "record-wrong-value",
        "value-doubled",
        "value-misspelt",
        "values-swapped",
        "wildcard-answers",
    }
)
"""Problems of the pixel's record because of which the name leads elsewhere, or nowhere."""

TELLS_MORE = frozenset({"address-dead", "address-of-another", "cloudflare-1014", "cloudflare-proxy", "proxy-in-front"})
"""What HTTPS may say of a name without our record that is more exact than the record's own row."""


class Cause(Struct, frozen=True):
    """A row that may say what others only repeat.

    Attributes:
        item: the row.
        problems: the problems that are meant.
        hanging: the rows that hang on it.
        only: problems that these rows must have; empty: any, and none.
        evidence: name of evidence that the row must have; empty: none.
        agreeing: whether the hanging rows looked for themselves and say the same: they keep their words.
    """

    item: str
    problems: frozenset[str]
    hanging: tuple[str, ...]
    only: frozenset[str] = frozenset()
    evidence: str = ""
    agreeing: bool = False


SERVERS, RECORD, PROOF, RESOLVERS = "name-servers", "pixel-record", "certificate-record", "dns-resolvers"
CAA, ISSUED = "caa", "certificate-issued"
UNPROVEN = ELSEWHERE | {"record-partial", "underscore-missing", "values-swapped", "cloudflare-proxy", "cname-flattened"}
"""Problems of the certificate's record because of which AWS cannot see it."""
NOT_RENEWED = frozenset({"certificate-not-renewed", "certificate-renewal-waits"})
DNS_UNSEEN = frozenset({"dns-unreachable", "caa-unreadable"})
UNREACHED = frozenset({"name-not-resolving", "network-unreachable"})
UNREGISTERED = frozenset({"domain-unregistered"})
SWAPPED = frozenset({"values-swapped"})
REDIRECTED = frozenset({"dname-above"})
BY_RECORD = frozenset({"cloudflare-proxy", "proxy-in-front", "record-partial", "records-beside"})
ANOTHER_SERVER = frozenset({"cloudflare-1014", "cloudflare-proxy", "not-cloudfront", "proxy-in-front"})
"""Another server than CloudFront answers: the one who presents the certificate, too."""
AS_RESOLVERS_SEE = frozenset(
    {"cname-flattened", "negative-answer-cached", "older-answer-cached", "own-resolver-behind"}
)

CAUSES = (
    Cause(
        SERVERS,
        frozenset({"delegation-lame", "nameservers-dead", "subdelegation-dead"}),
        ("caa", PROOF, RECORD, *SEEN),
    ),
    Cause(RECORD, UNREGISTERED, ("caa", PROOF, SERVERS, *SEEN)),
    Cause(PROOF, SWAPPED, (RECORD,), SWAPPED),
    Cause(PROOF, REDIRECTED, (RECORD,), REDIRECTED),
    Cause(PROOF, UNPROVEN, (ISSUED,), NOT_RENEWED),
    Cause(CAA, frozenset({"caa-forbids-amazon"}), (ISSUED,), NOT_RENEWED),
    Cause(ISSUED, NOT_RENEWED, ("tls",), frozenset({"certificate-expiring"})),
    Cause(RECORD, ELSEWHERE, SEEN),
    Cause(HTTPS, ANOTHER_SERVER, ("tls",), ANOTHER_SERVER, agreeing=True),
    Cause(RECORD, ELSEWHERE, ("caa",), DNS_UNSEEN),
    Cause(RECORD, BY_RECORD, (RESOLVERS,), AS_RESOLVERS_SEE),
    Cause(RESOLVERS, frozenset({"dnssec-broken"}), WEB),
    Cause(RESOLVERS, frozenset({"resolver-blocks"}), WEB, UNREACHED, "blocked"),
)


def _title(item: str) -> str:
    """Return what the row of a cause is called."""
    # Loaded where a row hangs on another one: whoever only lists setups needs none of them.
    from wizard.probes.caa import CaaProbe  # noqa: PLC0415
    from wizard.probes.name_servers import NameServersProbe  # noqa: PLC0415
    from wizard.probes.resolvers import ResolversProbe  # noqa: PLC0415
    from wizard.resources.certificate.issued import CertificateIssued  # noqa: PLC0415
    from wizard.resources.dns.record_kinds import KINDS  # noqa: PLC0415

    if item in KINDS:
        return KINDS[item].title
    rows = (CaaProbe, NameServersProbe, ResolversProbe, CertificateIssued)
    return next(row.title for row in rows if row.id == item)


def hanging_on(items: Collection[str]) -> frozenset[str]:
    """Return the rows that may hang on these: what is said of them may change with them."""
    return frozenset(name for cause in CAUSES if cause.item in items for name in cause.hanging)


def hang(checks: Mapping[str, Check]) -> dict[str, Check]:
    """Return the checks, those skipped that hang on what another one says. Pure."""
    found = dict(checks)
    for cause in CAUSES:
        said = checks.get(cause.item)
        if said is None or not _says(said, cause):
            continue
        for name in cause.hanging:
            if name in found and _hangs(name, found[name], cause, checks):
                found[name] = _skipped(found[name], cause)
    return found


def _says(check: Check, cause: Cause) -> bool:
    known = check.problem is not None and check.problem.id in cause.problems
    return known and (not cause.evidence or cause.evidence in check.evidence)


def _hangs(name: str, check: Check, cause: Cause, checks: Mapping[str, Check]) -> bool:
    if cause.only:
        return bool(check.problem and check.problem.id in cause.only)
    if cause.item == SERVERS and name in ("caa", PROOF, RECORD):
        return check.status is not Status.OK
    return not (name in SEEN and _answered(checks))


def _answered(checks: Mapping[str, Check]) -> bool:
    """Whether HTTPS shows who answers at the name, whatever its records look like."""
    https = checks.get(HTTPS)
    if https is None:
        return False
    return https.status in (Status.OK, Status.WARNING) or bool(https.problem and https.problem.id in TELLS_MORE)


def _skipped(check: Check, cause: Cause) -> Check:
    if check.status is Status.SKIPPED:
        return check
    return replace(
        check,
        status=Status.SKIPPED,
        summary=check.summary if cause.agreeing else f'Not checked yet: first fix "{_title(cause.item)}"',
        problem=None,
        evidence={**check.evidence, "blocked_by": cause.item},
    )
