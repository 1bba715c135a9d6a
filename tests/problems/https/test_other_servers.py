"""A certificate that is valid, at a server that isn't CloudFront: the table of who presents it, where, and how.

What each row has to say is computed from the table: who answers decides it, whatever the certificate is like, and an
address of the distribution's own means CloudFront whoever issued the certificate.
"""

import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from tests.probes.seen_from import GIF, HOST
from tests.problems.https.street import EDGE, GONE, MADE, Place, answering, looking
from tests.problems.scene import raised
from wizard.model.results import Status

pytestmark = pytest.mark.anyio

ELSEWHERE = "104.16.0.7"
OTHER_EDGE = "192.0.2.81"
"""Another of CloudFront's addresses than the ones that its name gives at the moment."""

BARE = {"via": GONE, "x_amz_cf_id": GONE, "x_cache": GONE, "x_amz_meta_snowpixel": GONE}
VIA = "1.1 x.cloudfront.net (CloudFront)"
CLOUDFRONT = "CloudFront"


@dataclass(frozen=True)
class Server:
    """Who answers: its headers, what it is called, and the problem; neither for CloudFront."""

    headers: dict[str, str]
    name: str = ""
    problem: str = ""


SERVERS = {
    CLOUDFRONT: Server({}),
    "Cloudflare": Server({"server": "cloudflare", "cf_ray": "8f0"}, "Cloudflare", "cloudflare-proxy"),
    "Cloudflare without our headers": Server({**BARE, "server": "cloudflare"}, "Cloudflare", "cloudflare-proxy"),
    "Fastly": Server({"x_served_by": "cache-fra-1", "via": f"{VIA}, 1.1 varnish"}, "Fastly", "proxy-in-front"),
    "an unknown CDN": Server({"via": f"{VIA}, 1.1 edge.cdn.test"}, "edge.cdn.test", "proxy-in-front"),
    "nginx in front": Server({"server": "nginx"}, "nginx", "proxy-in-front"),
    "nginx without our headers": Server({**BARE, "server": "nginx"}, "another server", "not-cloudfront"),
    "an old web server": Server({**BARE, "server": "Apache/2.2"}, "another server", "not-cloudfront"),
}

ANOTHER = {server.problem for server in SERVERS.values()} - {""}


class Certificate(NamedTuple):
    """A certificate for the pixel's name, and what is wrong with it where CloudFront presents it."""

    issuer: str
    days: float = 120
    trusted: bool = True
    problem: str = ""

    @property
    def accepted(self) -> bool:
        return self.trusted and self.days > 0


CERTIFICATES = {
    "from Amazon": Certificate("Amazon"),
    "from Let's Encrypt": Certificate("Let's Encrypt"),
    "about to expire": Certificate("Let's Encrypt", days=10.5, problem="certificate-expiring"),
    "expired": Certificate("Let's Encrypt", days=-1, problem="certificate-expired"),
    "from an unknown authority": Certificate("Plesk", trusted=False, problem="certificate-untrusted"),
}

PLACES = {"the CNAME": EDGE, "another address of CloudFront's": OTHER_EDGE, "an address elsewhere": ELSEWHERE}

SITUATIONS = [
    (server, certificate, place)
    for server, certificate, place in product(SERVERS, CERTIFICATES, PLACES)
    if (server == CLOUDFRONT) != (PLACES[place] == ELSEWHERE)
]
"""CloudFront answers at its own addresses, and nobody else does."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def wanted(server: Server, certificate: Certificate) -> tuple[Status, str, str]:
    """Return what the row of the certificate has to be: its status, its problem, and the row that it hangs on."""
    if not server.problem:
        bad = Status.WARNING if certificate.accepted else Status.FAILED
        return (bad, certificate.problem, "") if certificate.problem else (Status.OK, "", "")
    if server.problem == "not-cloudfront":  # the record leads to a server that has nothing to do with us
        return Status.SKIPPED, "", "pixel-record"
    return (Status.SKIPPED, "", "pixel-https") if certificate.accepted else (Status.FAILED, server.problem, "")


@pytest.mark.parametrize(("who", "which", "where"), SITUATIONS)
async def test_the_row_of_the_certificate_says_who_presents_it(
    who: str, which: str, where: str, tmp_path: Path
) -> None:
    server, certificate, address = SERVERS[who], CERTIFICATES[which], PLACES[where]
    front = Place(
        answering(200, GIF, **server.headers),
        issuer=certificate.issuer,
        trusted=certificate.trusted,
        days=certificate.days,
        own_names=("elsewhere.test",),  # CloudFront's own name has Amazon's, which this test's authorities can't issue
    )
    records = None if address == EDGE else {(HOST, "A"): [address]}
    beside = {address: front} if address != EDGE else None
    checks = await looking(
        tmp_path,
        front if address == EDGE else Place(answering()),
        records=records,
        beside=beside,
        made=replace(MADE, hosted_zone=None),
    )
    found = checks["tls"]
    said = (found.status, raised(checks).get("tls", ""), found.evidence.get("blocked_by", ""))
    assert said == wanted(server, certificate), (found, raised(checks))
    if not server.problem:
        assert ANOTHER.isdisjoint(raised(checks).values())
        return
    assert checks["pixel-record"].status is Status.FAILED
    if said[2] != "pixel-record":
        assert f"{server.name} presents it" in found.summary or f"{server.name} answers there" in found.summary
        named = {raised(checks)[item] for item in ("pixel-record", "pixel-https") if item in raised(checks)}
        assert named == {server.problem} if certificate.accepted else {server.problem, "certificate-not-accepted"}
    assert not {"certificate-expired", "certificate-expiring", "certificate-untrusted"} & {*raised(checks).values()}


def older(context: ssl.SSLContext) -> None:
    """Let a server speak nothing newer than TLS 1.1, or nothing that anybody speaks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions on purpose
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")


def unheard(context: ssl.SSLContext) -> None:
    """Let a server agree to one cipher that no client offers."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ADH-AES256-GCM-SHA384:@SECLEVEL=0")


@pytest.mark.parametrize("settle", [older, unheard])
@pytest.mark.parametrize("who", ["Fastly", "nginx in front", "Cloudflare"])
async def test_a_server_with_unusable_tls_is_named_by_its_plain_http(
    who: str, settle: Callable[[ssl.SSLContext], None], tmp_path: Path
) -> None:
    server = SERVERS[who]
    front = Place(answering(200, GIF, **server.headers), settle=settle)
    checks = await looking(
        tmp_path,
        Place(answering()),
        records={(HOST, "A"): [ELSEWHERE]},
        beside={ELSEWHERE: front},
        made=replace(MADE, hosted_zone=None),
    )
    found = checks["tls"]
    assert (found.status, raised(checks)["tls"]) == (Status.FAILED, server.problem), found
    assert found.summary.endswith(f"{server.name} answers there instead of CloudFront")
