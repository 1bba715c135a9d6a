"""A live page in the user's Chromium: what it shows agrees with what the page's text says, and nothing leaves."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import trustme

from tests.snowplow.pagecheck.shapes import FILE, HOST, SHAPES, VENDOR, VENDOR_FILE, Shape
from tests.snowplow.pagecheck.test_shapes import verdict
from tests.support import require
from tests.trackers import V3, V4, tag_build
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Status, worst
from wizard.snowplow.browserproof.chromium import flags
from wizard.snowplow.browserproof.devtools import DevTools
from wizard.snowplow.browserproof.page_verdict import judged, settled
from wizard.snowplow.browserproof.page_watch import PageSeen, watch_in

SITE, DISTRIBUTION = "www.example.org", "d1.cloudfront.net"
HOSTS = frozenset({HOST, DISTRIBUTION})
NAMES = (SITE, HOST, DISTRIBUTION, VENDOR, "cdn.vendor.example", "other.example.org")
OLDER = {"version 3": tag_build(V3)}
HELD = {"page-held", "page-delayed"}


@dataclass
class World:
    """One server that plays all hosts, and a browser that knows them."""

    page: Shape | None = None
    asked: list[str] = field(default_factory=list)
    tools: DevTools | None = None

    def see(self, shape: Shape) -> PageSeen:
        self.page, before = shape, len(self.asked)
        assert self.tools is not None
        seen = watch_in(self.tools, shape.url, HOSTS)
        left = [one for one in self.asked[before:] if "/i?" in one or "/tp2" in one]
        assert not left, "no event leaves the browser"
        return seen


class _Handler(BaseHTTPRequestHandler):
    world: ClassVar[World]
    protocol_version = "HTTP/1.1"
    files: ClassVar[Mapping[str, bytes]] = {
        FILE: tag_build(),
        VENDOR_FILE: tag_build(V4, "vendorParts"),
        f"https://{SITE}/empty.js": b"",
    }

    def do_GET(self) -> None:
        host, path = self.headers.get("Host", ""), self.path.partition("?")[0]
        self.world.asked.append(f"{host}{self.path}")
        shape = self.world.page
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
        body = self.files.get(f"https://{host}{path}")
        if shape and f"https://{host}{path}" in shape.files:
            body = OLDER[shape.files[f"https://{host}{path}"]]
        if body is None and shape and host == SITE and path == "/start":
            body = shape.text.encode()
            headers = {"Content-Type": "text/html; charset=utf-8", **shape.headers}
        self.send_response(404 if body is None else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own word
        """Say nothing."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    program = require("chromium")
    world = World()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(*NAMES).configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"world": world}))
    server.daemon_threads = True
    # The handshake is left to each connection's own thread: browsers open connections that they do not use.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    here = ("127.0.0.1", server.server_address[1])
    public = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests"
    profile: Path = tmp_path_factory.mktemp("profile")
    with DevTools(program, profile, [*flags(NAMES, here, here), public]) as tools:
        world.tools = tools
        yield world
    server.shutdown()
    server.server_close()


def agrees(read: tuple[Check, ...], shown: tuple[Check, ...]) -> bool | None:
    """Whether the browser's verdict is that of the page's text; None where the text leaves it open."""
    status, seen = worst(check.status for check in read), shown[0]
    problems = {check.problem.id for check in read if check.problem}
    if status is Status.UNKNOWN:
        return None
    if status is Status.FAILED:
        return seen.status is Status.FAILED
    if problems & HELD:
        return seen.status is Status.WARNING and seen.problem is not None and seen.problem.id == "seen-nothing"
    return seen.status is Status.OK


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_browser_agrees_with_the_text(world: World, shape: Shape) -> None:
    read = verdict(shape)
    seen = world.see(shape)
    shown = judged(seen, shape.url, HOSTS, read)
    assert agrees(read, shown) is not False, (seen, shown)
    left_open = [check for check in settled(read, shown) if check.status is Status.UNKNOWN]
    assert not (left_open and shown[0].status is Status.OK)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("no script at all", "seen-nothing"),
        ("Partytown", "seen-nothing"),
        ("with cookies", "seen-stuck"),
        ("by POST", "page-settings"),
        ("server anonymization", "page-settings"),
        ("connect-src without the pixel", "browser-csp"),
        ("a wrong hash", "seen-nothing"),
        ("the tag, and its file once more", ""),
        ("another vendor's tracker with the name snowplow", ""),
    ],
)
def test_what_stops_the_tag_is_named(world: World, name: str, problem: str) -> None:
    shape = next(one for one in SHAPES if one.name == name)
    first, *more = judged(world.see(shape), shape.url, HOSTS, verdict(shape))
    assert (first.problem.id if first.problem else "") == problem, first
    assert [check.observed for check in more] == ([VENDOR] if "vendor" in name else [])
    if first.problem:
        assert explain(first.problem).steps


def test_a_page_that_is_not_there_is_unseen(world: World) -> None:
    shape = replace(SHAPES[0], url=f"https://{SITE}/nowhere")
    (check,) = judged(world.see(shape), shape.url, HOSTS, ())
    assert check.problem is not None
    assert (check.status, check.problem.id) == (Status.UNKNOWN, "page-unreached")
