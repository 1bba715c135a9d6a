"""Every problem of what answers at the pixel's name, provoked at real HTTPS servers and read as a user reads it.

`rows` are the rows of the catalogue of what goes wrong in the field that a case stands for.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.net.servers import Site
from tests.probes.seen_from import GIF, HOST, OWN
from tests.problems.https.street import GONE, HTML, MADE, Place, answering, looking
from tests.problems.scene import raised, red, words
from wizard.model.results import Status
from wizard.model.setup import Made, TrackerFile

pytestmark = pytest.mark.anyio

TRACKER = TrackerFile("release:4.10.1", "umd", "4.10.1", "sha384-x", "0" * 32, 9000, "4.10.1/abcdef.js")
DANGLING = Made(distribution_domain=OWN, records_seen={"pixel-record": 1.0})


@dataclass(frozen=True)
class Case:
    """One scenario: what the server says, and what the user is to be told.

    Attributes:
        problem: the id.
        rows: the rows of the catalogue that it covers.
        item: the row of the checklist that says it.
        status: of the HTTP answer.
        body: of the HTTP answer.
        headers: that differ from good ones.
        names: in the certificate.
        verdict: of the row.
        also: other problems that may be red for the same cause.
        made: what the setup made.
        says: what else must stand in the words.
        plainly: whether plain http gets the same answer.
    """

    problem: str
    rows: tuple[str, ...]
    item: str = "pixel-https"
    status: int = 200
    body: bytes = GIF
    headers: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = (HOST,)
    verdict: Status = Status.FAILED
    also: frozenset[str] = frozenset()
    made: Made = MADE
    says: str = HOST
    plainly: bool = False


UNTRUSTED = frozenset({"certificate-not-accepted"})
CLOUDFLARE = {"server": "cloudflare", "cf-ray": "8f", "x-amz-cf-id": GONE}
OLD_SERVER = {"server": "Apache/2.2.15", "via": GONE, "x-amz-cf-id": GONE, "x-cache": GONE}
BANNED = b"<title>CNAME Cross-User Banned | px.example.com | Cloudflare</title>"
ALLOWED = "access-control-allow-origin"

UNRESOLVED = "CloudFront wasn't able to resolve the origin domain name."
CLOSED = "CloudFront attempted to establish a connection with the origin, but either the attempt failed."
INVALID = "The Lambda function associated with the CloudFront distribution is invalid."
SLOW = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
UNSIGNED = (
    b"<Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"
)

CASES = (
    Case("pixel-access-denied", ("F6",), status=403, body=b"<Error><Code>AccessDenied</Code></Error>"),
    Case("alias-not-attached", ("F7",), status=403, body=f"{HTML}Bad request.".encode()),
    Case("takeover-risk", ("T6",), status=403, body=f"{HTML}Bad request.".encode(), made=DANGLING),
    Case("waf-blocks", ("F8",), status=403, body=f"{HTML}Request blocked.".encode()),
    Case("geo-blocked", ("F9",), status=403, body=f"{HTML}configured to block access from your country.".encode()),
    Case("bucket-redirect", ("F10",), status=307, headers={"location": "https://b.s3.eu-west-1.amazonaws.com/i"}),
    Case("origin-moved", ("F11",), status=400, body=b"The authorization header is malformed; the region is wrong"),
    Case("origin-unreachable", ("F12",), status=502, body=f"{HTML}{UNRESOLVED}".encode()),
    Case("bucket-gone", ("F12",), status=404, body=b"<Error><Code>NoSuchBucket</Code><RequestId>1</RequestId></Error>"),
    Case("origin-busy", ("F24",), status=503, body=SLOW, verdict=Status.UNKNOWN, plainly=True, says="SlowDown"),
    Case("edge-busy", ("F24",), status=504, body=f"{HTML}{CLOSED}".encode(), verdict=Status.UNKNOWN, plainly=True),
    Case("edge-function", ("F25",), status=503, body=f"{HTML}{INVALID}".encode(), plainly=True),
    Case("edge-function", ("F25",), body=b"<p>Hello", headers={"x-cache": "FunctionGeneratedResponse from cloudfront"}),
    Case("viewer-access-restricted", ("F26",), status=403, body=UNSIGNED, headers={"server": "CloudFront"}),
    Case("unexpected-redirect", ("F10",), status=301, headers={"location": "https://elsewhere.test/"}),
    Case("unexpected-status", ("F6",), status=410, body=b"", says="410"),
    Case("pixel-missing", ("F6",), status=404, body=b""),
    Case("cloudflare-proxy", ("N14",), headers=CLOUDFLARE),
    Case("cloudflare-1014", ("N16",), status=403, body=b"error code: 1014", headers=CLOUDFLARE, plainly=True),
    Case("cloudflare-1014", ("N16",), status=409, body=BANNED, headers=CLOUDFLARE, plainly=True),
    Case("not-cloudfront", ("N10", "N18"), body=b"It works!", headers=OLD_SERVER, says="Apache/2.2.15"),
    Case("cors-missing", ("P1",), headers={ALLOWED: GONE}),
    Case("cors-narrow", ("P1",), headers={ALLOWED: "https://old.shop.test"}, says="https://old.shop.test"),
    Case("cors-narrow", ("P1",), headers={ALLOWED: "null"}, says="Origin: null"),
    Case("cors-twice", ("P1",), headers={ALLOWED: "*, *"}, says="*, *"),
    Case("pixel-broken", ("P6",), body=b"<html>"),
    Case("content-type-wrong", ("P6",), headers={"content-type": "text/html"}),
    Case("cache-control-differs", ("P5",), headers={"cache-control": "max-age=3600"}, verdict=Status.WARNING),
    Case("certificate-not-attached", ("F13",), "tls", names=("*.cloudfront.net",), also=UNTRUSTED),
    Case("certificate-of-another", ("F13", "N14"), "tls", names=("old.shop.test",), also=UNTRUSTED),
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.problem}-{'-'.join(case.rows)}")
async def test_it_is_named_with_the_name_and_nothing_else_is_red(case: Case, tmp_path: Path) -> None:
    site = answering(case.status, case.body, **case.headers)
    plain = answering(case.status, case.body, **case.headers) if case.plainly else None
    checks = await looking(tmp_path, Place(site, case.names, plain), made=case.made)
    found = checks[case.item]
    assert (raised(checks).get(case.item), found.status) == (case.problem, case.verdict), (found, raised(checks))
    for text in (HOST, case.says):
        assert text in words(found)
    assert red(checks) - {case.problem} <= case.also


async def test_a_header_that_comes_in_two_lines_counts_as_twice(tmp_path: Path) -> None:
    site = answering()
    site.more = ((ALLOWED, "*"),)
    checks = await looking(tmp_path, Place(site))
    assert raised(checks) == {"pixel-https": "cors-twice"}
    assert "*, *" in words(checks["pixel-https"])


async def test_nothing_is_said_where_all_is_well(tmp_path: Path) -> None:
    assert raised(await looking(tmp_path, Place(Site(200, answering().headers, GIF)))) == {}


@pytest.mark.parametrize("sentence", ["Bad request.", "Viewers must use HTTPS to request this object."])
async def test_a_refusal_of_plain_http_alone_is_about_plain_http(sentence: str, tmp_path: Path) -> None:
    """CloudFront may refuse plain HTTP with the page of a name that it doesn't know: HTTPS tells which it is."""
    plain = answering(403, f"{HTML}{sentence}".encode(), server="CloudFront")
    checks = await looking(tmp_path, Place(answering(), plain=plain))
    assert raised(checks) == {"http-redirect": "not-applied"}  # this setup's choice was never applied


@pytest.mark.parametrize("case", [case for case in CASES if case.status >= 500], ids=lambda case: case.problem)
async def test_every_row_of_one_distribution_agrees(case: Case, tmp_path: Path) -> None:
    answers = [answering(case.status, case.body, **case.headers) for _ in range(2)]
    made = replace(case.made, tracker=TRACKER, trackers_stored=(TRACKER,))
    checks = await looking(tmp_path, Place(answers[0], plain=answers[1]), made=made)
    told = raised(checks)
    assert told == dict.fromkeys(("pixel-https", "http-redirect", "tracker-https"), case.problem)
    assert {checks[item].status for item in told} == {case.verdict}
    assert (checks["pixel-https"].look_again is None) == (case.verdict is Status.FAILED)


@pytest.mark.parametrize("served", [True, False], ids=["served", "refused"])
async def test_an_unknown_page_is_about_the_name_where_the_pixel_is_served_at_cloudfronts_own(
    served: bool, tmp_path: Path
) -> None:
    unknown = answering(403, f"{HTML}Something new.".encode(), server="CloudFront")
    unknown.hosts[OWN] = answering() if served else answering(403, unknown.body, server="CloudFront")
    checks = await looking(tmp_path, Place(unknown))
    assert raised(checks)["pixel-https"] == ("alias-not-attached" if served else "unexpected-status")
