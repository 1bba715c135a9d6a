"""HTTP and TLS at chosen addresses: real servers on loopback."""

import asyncio
import datetime as dt
import gzip
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.net.servers import Site, http_server
from wizard.model.ports import DelegatedZone, DnsAnswer, DnsOutcome, Network, WebError
from wizard.net.http_get import proxy_for
from wizard.net.web_client import Limits, WebClient

pytestmark = pytest.mark.anyio

HOST = "px.example.com"
QUICK = Limits(2, 1)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Names:
    """A `Dns` that knows addresses by heart; implements `wizard.model.ports.Dns`."""

    def __init__(self, **names: str) -> None:
        self.names = names
        self.asked: list[tuple[str, str]] = []

    async def zone_of(self, name: str) -> DelegatedZone:
        raise NotImplementedError

    async def ask_authorities(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        raise NotImplementedError

    async def ask_addresses(self, zone: DelegatedZone, rdtype: str) -> tuple[DnsAnswer, ...]:
        raise NotImplementedError

    async def ask_resolvers(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        self.asked.append((name, rdtype))
        if rdtype == "A" and name in self.names:
            return (DnsAnswer("resolver", "", DnsOutcome.ANSWER, tuple(self.names[name].split())),)
        return (DnsAnswer("resolver", "", DnsOutcome.NXDOMAIN),)


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return authority


def serving(authority: trustme.CA, *names: str, days: float = 198) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    end = NOW + dt.timedelta(days=days)
    authority.issue_cert(*names, not_before=end - dt.timedelta(days=198), not_after=end).configure_cert(context)
    return context


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site(body=b"GIF89a", headers={"Content-Type": "image/gif", "X-Amz-Cf-Id": "abc"})
    yield site
    if site.stall:
        site.stall.set()


def browser(https: int, ca: Path | None = None, http: int = 9, dns: Names | None = None) -> WebClient:
    ports = {443: ("127.0.0.1", https), 80: ("127.0.0.1", http)}
    network = Network(ports, {}, (), str(ca / "ca.pem") if ca else None)
    return WebClient(network, dns or Names(**{HOST: "192.0.2.80"}), limits=QUICK)


async def test_get_presents_the_urls_name_to_the_address_of_another(
    authority: trustme.CA, site: Site, tmp_path: Path
) -> None:
    dns = Names(**{"d1.cloudfront.net": "192.0.2.9"})
    with http_server(site, serving(authority, HOST)) as port:
        answer = await browser(port, tmp_path, dns=dns).get(
            f"https://{HOST}/i?x=1", connect_to="d1.cloudfront.net", headers={"Origin": "https://example.com"}
        )
    assert (answer.status, answer.body, answer.address) == (200, b"GIF89a", "192.0.2.9")
    assert answer.headers["x-amz-cf-id"] == "abc"
    path, sent = site.heard[0]
    assert (path, sent["host"], sent["origin"], sent["accept-encoding"]) == (
        "/i?x=1",
        HOST,
        "https://example.com",
        "identity",
    )
    assert dns.asked == [("d1.cloudfront.net", "A")]


async def test_plain_http_goes_to_port_80_and_redirects_are_not_followed_unasked(site: Site) -> None:
    site.status, site.headers = 301, {"Location": f"https://{HOST}/i"}
    with http_server(site) as port:
        answer = await browser(9, http=port).get(f"http://{HOST}/i")
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/i")


async def test_a_certificate_for_another_name_is_no_answer(authority: trustme.CA, site: Site, tmp_path: Path) -> None:
    with http_server(site, serving(authority, "*.cloudfront.net")) as port, pytest.raises(WebError) as caught:
        await browser(port, tmp_path).get(f"https://{HOST}/i")
    assert caught.value.kind == "tls"
    assert site.heard == []


async def test_nobody_listening_is_a_failure_to_connect() -> None:
    with pytest.raises(WebError) as caught:
        await browser(1).get(f"https://{HOST}/i")
    assert caught.value.kind == "connect"


async def test_a_name_without_address_is_a_failure_to_resolve() -> None:
    dns = Names()
    with pytest.raises(WebError) as caught:
        await browser(1, dns=dns).get(f"https://{HOST}/i")
    assert caught.value.kind == "resolve"
    assert dns.asked == [(HOST, "A"), (HOST, "AAAA")]


async def test_a_server_that_says_nothing_is_a_timeout(site: Site) -> None:
    site.stall = threading.Event()
    with http_server(site) as port, pytest.raises(WebError) as caught:
        await browser(9, http=port).get(f"http://{HOST}/i")
    assert caught.value.kind == "timeout"


async def test_more_than_the_limit_is_refused(site: Site) -> None:
    site.body = b"x" * 2000
    with http_server(site) as port:
        assert len((await browser(9, http=port).get(f"http://{HOST}/i", limit=2000)).body) == 2000
        with pytest.raises(WebError, match="longer than 1999 bytes"):
            await browser(9, http=port).get(f"http://{HOST}/i", limit=1999)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
async def test_a_packed_answer_is_unpacked_no_further_than_the_limit(site: Site, encoding: str) -> None:
    site.body = bytes(100_000_000)
    for one in encoding.split(", "):
        site.body = gzip.compress(site.body) if one == "gzip" else zlib.compress(site.body)
    site.headers = {"Content-Encoding": encoding}
    with http_server(site) as port:
        tracemalloc.start()
        try:
            with pytest.raises(WebError, match="longer than 65536 bytes"):
                await browser(9, http=port).get(f"http://{HOST}/i")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 20_000_000, f"{peak // 1_000_000} MB"


@pytest.mark.parametrize("url", ["ftp://example.com/", "/i", "https://", "http://[bad", "https://example.com:x/"])
async def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(WebError) as caught:
        await browser(1).get(url)
    assert caught.value.kind == "protocol"


async def test_downloads_follow_redirects_to_https_only_and_not_for_ever(
    authority: trustme.CA, site: Site, tmp_path: Path
) -> None:
    with http_server(site, serving(authority, HOST)) as port:
        site.status, site.headers = 302, {"Location": "/again"}
        with pytest.raises(WebError, match="more than 2 redirects"):
            await browser(port, tmp_path).get(f"https://{HOST}/i", redirects=2)
        assert [path for path, _ in site.heard] == ["/i", "/again", "/again"]
        site.headers = {"Location": f"http://{HOST}/i"}
        with pytest.raises(WebError, match="isn't HTTPS"):
            await browser(port, tmp_path).get(f"https://{HOST}/i", redirects=2)


async def test_headers_cannot_steer_a_terminal(site: Site) -> None:
    site.headers = {"X-Trick": "evil\x1b[2J"}
    with http_server(site) as port:
        answer = await browser(9, http=port).get(f"http://{HOST}/i")
    assert answer.headers["x-trick"] == "evil[2J"


async def test_a_hung_server_does_not_hold_up_others(site: Site) -> None:
    site.stall = threading.Event()
    with http_server(site) as hung, http_server(Site(body=b"quick")) as quick:
        task = asyncio.create_task(browser(9, http=hung).get(f"http://{HOST}/i"))
        assert (await browser(9, http=quick).get(f"http://{HOST}/i")).body == b"quick"
        site.stall.set()
        assert (await task).status == 200


async def test_handshake_reports_a_good_certificate(authority: trustme.CA, site: Site, tmp_path: Path) -> None:
    context = serving(authority, HOST, "*.shop.test", days=198)
    with http_server(site, context) as port:
        seen = await browser(port, tmp_path).handshake(HOST)
    assert (seen.trusted, seen.error, seen.names, seen.address) == (True, "", (HOST, "*.shop.test"), "192.0.2.80")
    assert (seen.not_before, seen.not_after - seen.not_before) == (NOW.timestamp(), 198 * 86_400)
    assert seen.version == "TLSv1.3"
    assert "trustme" in seen.issuer


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [("*.cloudfront.net", 9, "Hostname mismatch"), (HOST, -1, "certificate has expired")],
)
async def test_handshake_reports_a_bad_certificate_all_the_same(
    authority: trustme.CA, tmp_path: Path, name: str, days: int, said: str
) -> None:
    with http_server(Site(), serving(authority, name, days=days)) as port:
        seen = await browser(port, tmp_path).handshake(HOST)
    assert (seen.trusted, seen.names) == (False, (name,))
    assert said in seen.error


async def test_an_unknown_authority_is_not_trusted(authority: trustme.CA, site: Site) -> None:
    with http_server(site, serving(authority, HOST)) as port:
        seen = await browser(port).handshake(HOST)
    assert not seen.trusted
    assert "issuer" in seen.error


async def test_no_tls_at_all_is_an_error(site: Site) -> None:
    with http_server(site) as port, pytest.raises(WebError) as caught:
        await browser(port).handshake(HOST)
    assert caught.value.kind == "tls"


async def test_the_system_variable_names_a_trust_store(
    authority: trustme.CA, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with http_server(site, serving(authority, HOST)) as port:
        assert (await browser(port).handshake(HOST)).trusted


async def test_proxies_are_used_for_downloads_alone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server(site) as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        reach = WebClient(Network({}, {}, ()), Names(), limits=QUICK)
        assert (await reach.get("http://images.example.com/i", redirects=1)).body == b"GIF89a"
        with pytest.raises(WebError, match="no address"):
            await reach.get("http://images.example.com/i")
    assert [path for path, _ in site.heard] == ["http://images.example.com/i"]


def test_no_proxy_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    url = WebClient(Network({}, {}, ()), Names())._request("https://images.example.com/i", {}, 9).url
    assert proxy_for(url) == "http://proxy.test:3128"
    monkeypatch.setenv("no_proxy", "example.com")
    assert proxy_for(url) is None
