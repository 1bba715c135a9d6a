"""What servers send instead of a plain page, over real HTTP: redirects, encodings, charsets, robot checks, frames."""

# ruff: noqa: E501 - a row of a table is a line

import gzip
import json
import zlib
from dataclasses import dataclass, field

import pytest

from tests.snowplow.pagecheck.shapes import HOST, SETUP, TAG
from tests.snowplow.pagecheck.sites import SITE, Served, serving
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Status, worst
from wizard.snowplow.pagecheck.html import LIMIT
from wizard.snowplow.pagecheck.visit import checks_of

pytestmark = pytest.mark.anyio

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = f"<!doctype html><html><head><title>Größe</title>{TAG}</head><body></body></html>"
EMPTY = "<!doctype html><html><head></head><body><p>Hello</p></body></html>"
OK, WARNING, FAILED, UNKNOWN = Status.OK, Status.WARNING, Status.FAILED, Status.UNKNOWN


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class Edge:
    name: str
    pages: dict[str, Served]
    status: Status
    problems: tuple[str, ...] = ()
    says: str = ""
    path: str = field(default="/")
    scheme: str = "https"


def one(
    name: str,
    body: bytes | str,
    headers: dict[str, str],
    status: Status = OK,
    *problems: str,
    says: str = "",
    code: int = 200,
) -> Edge:
    content = body.encode() if isinstance(body, str) else body
    return Edge(name, {"/": Served(content, headers, code)}, status, problems, says)


def packed(how: str) -> bytes:
    if how == "raw":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(PAGE.encode()) + packer.flush()
    return gzip.compress(PAGE.encode()) if how == "gzip" else zlib.compress(PAGE.encode())


def typed(value: str) -> dict[str, str]:
    return {"Content-Type": value}


def policy(value: str) -> dict[str, str]:
    return {**HTML, "Content-Security-Policy": value}


def moved(to: str, code: int = 302) -> Served:
    return Served(b"", {"Location": to}, code)


BARE = PAGE.replace(f'"https://{HOST}",', f'"{HOST}",').encode()
INSECURE = PAGE.replace('credentials: "omit",', 'credentials: "omit", cookieSecure: false,').encode()
STORED = PAGE.replace('credentials: "omit",', 'credentials: "omit", stateStorageStrategy: "localStorage",').encode()
assert len({PAGE.encode(), BARE, INSECURE, STORED}) == 4
SELF = f"connect-src https://{HOST}; script-src 'unsafe-inline' https://{HOST} 'self'"
EDGES = (
    one("plain", PAGE, HTML),
    # Redirects.
    Edge("a redirect on the site", {"/": moved("/a"), "/a": Served(PAGE.encode(), HTML)}, OK),
    Edge("five redirects", {**{f"/{n or ''}": moved(f"/{n + 1}") for n in range(5)}, "/5": Served(PAGE.encode(), HTML)}, OK),
    Edge("redirects in a circle", {"/": moved("/")}, UNKNOWN, ("page-unreached",), "redirects"),
    Edge("a redirect to no address", {"/": moved("http://[x")}, UNKNOWN, ("page-unreached",)),
    Edge("'self' is the address after the redirect", {"/": moved("https://other.example.org/a"), "/a": Served(PAGE.encode(), policy(f"connect-src https://{HOST} 'self'"))}, OK),
    # From HTTPS to HTTP, and back.
    Edge("http asked, https answered", {"http:/": moved(f"https://{SITE}/"), "/": Served(PAGE.encode(), HTML)}, OK, scheme="http"),
    Edge("the same with a bare host", {"http:/": moved(f"https://{SITE}/"), "/": Served(BARE, HTML)}, WARNING, ("page-collector-form",), scheme="http"),
    Edge("http asked, http answered", {"/": Served(PAGE.encode(), HTML)}, WARNING, ("page-http",), "The page isn't HTTPS", scheme="http"),
    Edge("https asked, http answered", {"/": moved(f"http://{SITE}/a"), "http:/a": Served(PAGE.encode(), HTML)}, WARNING, ("page-http",), f"https://{SITE}/ sends visitors on to http://{SITE}/a, without HTTPS"),
    Edge("the same with a bare host: it takes the page's protocol", {"/": moved(f"http://{SITE}/a"), "http:/a": Served(BARE, HTML)}, FAILED, ("page-collector-form", "page-http")),
    Edge("the same without secure cookies", {"/": moved(f"http://{SITE}/a"), "http:/a": Served(INSECURE, HTML)}, OK, (), "sends visitors on to"),
    Edge("the same without cookies", {"/": moved(f"http://{SITE}/a"), "http:/a": Served(STORED, HTML)}, OK),
    Edge("'self' is the address without HTTPS", {"/": moved(f"http://{SITE}/a"), "http:/a": Served(PAGE.encode(), policy(f"connect-src https://{HOST}; script-src 'unsafe-inline' https://{HOST}"))}, WARNING, ("page-http",)),
    Edge("https, http, https", {"/": moved(f"http://{SITE}/a"), "http:/a": moved(f"https://{SITE}/b"), "/b": Served(PAGE.encode(), HTML)}, OK),
    Edge("https and http in a circle", {"/": moved(f"http://{SITE}/a"), "http:/a": moved(f"https://{SITE}/")}, UNKNOWN, ("page-unreached",), "redirects"),
    Edge("a file by http on an http page", {"/": Served(PAGE.replace(f'"https://{HOST}/4', f'"http://{HOST}/4').encode(), HTML)}, WARNING, ("page-http",), scheme="http"),
    # Compressions.
    one("gzip", packed("gzip"), {**HTML, "Content-Encoding": "gzip"}),
    one("deflate", packed("deflate"), {**HTML, "Content-Encoding": "deflate"}),
    one("deflate without zlib's frame", packed("raw"), {**HTML, "Content-Encoding": "deflate"}),
    one("brotli", b"\x0b\x02\x80Hello\x03", {**HTML, "Content-Encoding": "br"}, UNKNOWN, "page-encoding", says="br"),
    one("zstd", b"\x28\xb5\x2f\xfd\x04\x00", {**HTML, "Content-Encoding": "dcz"}, UNKNOWN, "page-encoding", says="dcz"),
    one("gzip that is none", PAGE, {**HTML, "Content-Encoding": "gzip"}, UNKNOWN, "page-unreached"),
    # Charsets.
    *(one(f"charset {name}", PAGE, typed(f"text/html; charset={name}")) for name in ("undefined", "idna", "x-nobody", "base64", "rot13", "unicode_escape", "", "'utf-8'", '"UTF8"', "punycode", "\x00a")),
    one("UTF-16 with a mark", PAGE.encode("utf-16"), typed("text/html")),
    one("UTF-16 big endian with a mark", b"\xfe\xff" + PAGE.encode("utf-16-be"), typed("text/html")),
    one("UTF-16 by its header", PAGE.encode("utf-16-le"), typed("text/html; charset=utf-16")),
    one("UTF-8 with a mark", b"\xef\xbb\xbf" + PAGE.encode(), typed("text/html")),
    one("Latin-1 that says UTF-8", PAGE.encode("latin-1"), HTML),
    one("a meta element that says UTF-16", PAGE.replace("<title>", "<meta charset=utf-16><title>"), typed("text/html")),
    one("Shift JIS", PAGE.replace("Größe", "日本").encode("cp932"), typed("text/html; charset=x-sjis")),
    one("windows-1252 by its meta element", PAGE.replace("<title>", "<meta charset=windows-1252><title>").encode("cp1252"), typed("text/html")),
    # Other things than pages.
    one("JSON", json.dumps({"a": 1}), typed("application/json"), UNKNOWN, "page-not-page", says="JSON"),
    one("JSON that says nothing", json.dumps([1]), {}, UNKNOWN, "page-not-page", says="JSON"),
    one("a PDF", b"%PDF-1.7\n", typed("application/pdf"), UNKNOWN, "page-not-page", says="PDF"),
    one("an image", b"GIF89a", typed("image/gif"), UNKNOWN, "page-not-page"),
    one("text that shows a page's code", PAGE, typed("text/plain"), UNKNOWN, "page-not-page", says="text/plain"),
    one("nothing", b"", {}, UNKNOWN, "page-not-page", says="nothing"),
    one("a page that says nothing of its kind", PAGE, {}),
    one("XHTML", PAGE, typed("application/xhtml+xml")),
    # Refusals and robot checks.
    one("not found", PAGE, HTML, UNKNOWN, "page-unreached", says="HTTP 404", code=404),
    one("a server's error", PAGE, HTML, UNKNOWN, "page-unreached", says="HTTP 503", code=503),
    one("Cloudflare's check", EMPTY, {**HTML, "cf-mitigated": "challenge"}, UNKNOWN, "page-challenge", says="Cloudflare", code=403),
    one("Cloudflare's check by its code", "<html><script>window._cf_chl_opt={}</script></html>", HTML, UNKNOWN, "page-challenge", says="Cloudflare", code=503),
    one("AWS WAF's check", EMPTY, {**HTML, "x-amzn-waf-action": "challenge"}, UNKNOWN, "page-challenge", says="AWS WAF", code=202),
    one("Imperva's check", "<html><iframe src='/_Incapsula_Resource?SWUDNSAI=31'></iframe></html>", HTML, UNKNOWN, "page-challenge", says="Imperva"),
    one("DataDome's check", "<html><script src='https://ct.captcha-delivery.com/c.js'></script></html>", HTML, UNKNOWN, "page-challenge", says="DataDome", code=403),
    # The page behind a page.
    Edge("meta refresh", {"/": Served(b"<meta http-equiv=refresh content='0; url=/b'>", HTML), "/b": Served(PAGE.encode(), HTML)}, OK),
    Edge("a Refresh header", {"/": Served(EMPTY.encode(), {**HTML, "Refresh": "0; url=/b"}), "/b": Served(PAGE.encode(), HTML)}, OK),
    Edge("meta refresh is followed once", {"/": Served(b"<meta http-equiv=refresh content='0;/b'>", HTML), "/b": Served(b"<meta http-equiv=refresh content='0;/c'>", HTML), "/c": Served(PAGE.encode(), HTML)}, FAILED, ("page-no-tag",)),
    Edge("a page that loads itself again", {"/": Served(f"<meta http-equiv=refresh content=60>{EMPTY}".encode(), HTML)}, FAILED, ("page-no-tag",)),
    Edge("a frame with the tag", {"/": Served(b"<iframe src=/b></iframe>", HTML), "/b": Served(PAGE.encode(), HTML)}, WARNING, ("page-in-frame",)),
    Edge("a frameset", {"/": Served(b"<frameset><frame src=/a><frame src=/b></frameset>", HTML), "/a": Served(EMPTY.encode(), HTML), "/b": Served(PAGE.encode(), HTML)}, WARNING, ("page-in-frame",)),
    Edge("a frame in the HTML", {"/": Served(f"<iframe srcdoc='{TAG.replace(chr(39), '&#39;')}'></iframe>".encode(), HTML)}, WARNING, ("page-in-frame",)),
    Edge("a frame without it", {"/": Served(b"<iframe src=/b></iframe>", HTML), "/b": Served(EMPTY.encode(), HTML)}, FAILED, ("page-no-tag",)),
    # Sizes.
    one("8 MB of text before the tag", "<p>" + "word " * 1_500_000 + PAGE, HTML),
    one("more than 8 MB", b"x" * (LIMIT + 1), HTML, UNKNOWN, "page-unreached", says="longer than"),
    one("600 elements within each other", "<div>" * 600 + PAGE, HTML, UNKNOWN, "page-not-page"),
    one("600 comparisons in a script", f"<script>{'if(i<n)a<b;' * 600}</script>" + PAGE, HTML),
    one("600 elements in a text and a comment", f"<script>var a='{'<div>' * 600}'</script><!--{'<div>' * 600}-->" + PAGE, HTML),
    # Several policies.
    one("a policy that allows all", PAGE, policy(SELF)),
    one("two policies in one header", PAGE, policy(f"{SELF}, connect-src 'none'"), FAILED, "browser-csp"),
)  # fmt: skip


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
async def test_each_edge_gets_its_verdict(edge: Edge) -> None:
    with serving(edge.pages) as web:
        checks = await checks_of(web, SETUP, f"{edge.scheme}://{SITE}{edge.path}")
    found = sorted({check.problem.id for check in checks if check.problem})
    assert (worst(check.status for check in checks), found) == (edge.status, sorted(edge.problems)), shown(checks)
    assert edge.says in shown(checks)
    for check in checks:
        if check.problem:
            assert explain(check.problem).steps


def shown(checks: tuple[Check, ...]) -> str:
    return "; ".join(f"{check.id} {check.status}: {check.summary} ({check.observed})" for check in checks)
