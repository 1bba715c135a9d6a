"""Every problem of what answers at the pixel's name, provoked at real HTTPS servers and read as a user reads it.

`rows` are the rows of the catalogue of what goes wrong in the field that a case stands for.
"""

import datetime as dt
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from tests.net.servers import Site, example, http_server, on_loopback
from tests.probes.surroundings import GIF, GOOD, HOST, OWN
from tests.problems.scene import look, raised, red, scope_of, words
from wizard.clock import SystemClock
from wizard.results import Status
from wizard.setups import Made
from wizard.world import Network

pytestmark = pytest.mark.anyio

MADE = Made(distribution_domain=OWN, alias=HOST, hosted_zone="Z1", records_seen={"pixel-record": 1.0})
DANGLING = Made(distribution_domain=OWN, records_seen={"pixel-record": 1.0})
HTML = "<H1>403 ERROR</H1>The request could not be satisfied. "
GONE = "-"
"""Stands for a header that is not sent."""


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
        made: what the set-up made.
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


UNTRUSTED = frozenset({"certificate-not-accepted"})
CLOUDFLARE = {"server": "cloudflare", "cf-ray": "8f", "x-amz-cf-id": GONE}
OLD_SERVER = {"server": "Apache/2.2.15", "via": GONE, "x-amz-cf-id": GONE, "x-cache": GONE}

CASES = (
    Case("pixel-access-denied", ("F6",), status=403, body=b"<Error><Code>AccessDenied</Code></Error>"),
    Case("alias-not-attached", ("F7",), status=403, body=f"{HTML}Bad request.".encode()),
    Case("takeover-risk", ("T6",), status=403, body=f"{HTML}Bad request.".encode(), made=DANGLING),
    Case("waf-blocks", ("F8",), status=403, body=f"{HTML}Request blocked.".encode()),
    Case("geo-blocked", ("F9",), status=403, body=f"{HTML}configured to block access from your country.".encode()),
    Case("bucket-redirect", ("F10",), status=307, headers={"location": "https://b.s3.eu-west-1.amazonaws.com/i"}),
    Case("origin-moved", ("F11",), status=400, body=b"The authorization header is malformed; the region is wrong"),
    Case("origin-unreachable", ("F12",), status=502, body=b"CloudFront wasn't able to resolve the origin domain name."),
    Case("unexpected-redirect", ("F10",), status=301, headers={"location": "https://elsewhere.test/"}),
    Case("pixel-missing", ("F6",), status=404, body=b""),
    Case("cloudflare-proxy", ("N14", "N16"), status=403, body=b"error code: 1014", headers=CLOUDFLARE),
    Case("not-cloudfront", ("N10", "N18"), body=b"It works!", headers=OLD_SERVER),
    Case("cors-missing", ("P1",), headers={"access-control-allow-origin": GONE}),
    Case("pixel-broken", ("P6",), body=b"<html>"),
    Case("content-type-wrong", ("P6",), headers={"content-type": "text/html"}),
    Case("cache-control-differs", ("P5",), headers={"cache-control": "max-age=3600"}, verdict=Status.WARNING),
    Case(
        "certificate-not-attached",
        ("F13",),
        "tls",
        names=("*.cloudfront.net",),
        also=frozenset({"certificate-not-accepted"}),
    ),
    Case(
        "certificate-of-another",
        ("F13", "N14"),
        "tls",
        names=("old.shop.test",),
        also=frozenset({"certificate-not-accepted"}),
    ),
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def serving(authority: trustme.CA, names: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    issued = authority.issue_cert(*names, not_before=start, not_after=start + dt.timedelta(days=198))
    issued.configure_cert(context)
    return context


def answer(case: Case | None) -> Site:
    headers = {**GOOD, **(case.headers if case else {})}
    headers = {name: text for name, text in headers.items() if text != GONE}
    return Site(case.status if case else 200, headers, case.body if case else GIF)


@pytest.mark.parametrize("case", [None, *CASES], ids=lambda case: case.problem if case else "healthy")
async def test_it_is_named_with_the_name_and_nothing_else_is_red(case: Case | None, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    net = example()
    net.zones["example.com"].records[HOST, "CNAME"] = [f"{OWN}."]
    net.zones["cloudfront.net"].records[OWN, "A"] = ["192.0.2.80"]
    site = answer(case)
    plain = Site(301, {**site.headers, "location": f"https://{HOST}/i"})
    with http_server(site, serving(authority, case.names if case else (HOST,))) as https, http_server(plain) as http:
        ports = {80: ("127.0.0.1", http), 443: ("127.0.0.1", https)}
        async with on_loopback(net, ports) as at:
            network = Network(at.ports, at.authorities, at.resolvers, ca_file=str(tmp_path / "ca.pem"))
            checks = await look(scope_of(network, case.made if case else MADE, HOST, clock=SystemClock(1.0)))
    if case is None:
        assert raised(checks) == {}
        return
    found = checks[case.item]
    assert (raised(checks).get(case.item), found.status) == (case.problem, case.verdict), (found, raised(checks))
    assert HOST in words(found)
    assert red(checks) - {case.problem} <= case.also
