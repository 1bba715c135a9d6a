"""A browser that looks at pages of the tests, and one server on loopback that plays all their hosts."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import trustme

from tests.snowplow.pagecheck.shapes import FILE, HOST, VENDOR, VENDOR_FILE, Shape
from tests.trackers import V3, V4, tag_build
from wizard.snowplow.browserproof.chromium import flags
from wizard.snowplow.browserproof.devtools import DevTools
from wizard.snowplow.browserproof.page_watch import PageSeen, watch_in

SITE, DISTRIBUTION = "www.example.org", "d1.cloudfront.net"
HOSTS = frozenset({HOST, DISTRIBUTION})
NAMES = (SITE, HOST, DISTRIBUTION, VENDOR, "cdn.vendor.example", "other.example.org")
OLDER = {"version 3": tag_build(V3)}


@dataclass
class Watched:
    """The server, and the browser that knows its names."""

    page: Shape | None = None
    asked: list[str] = field(default_factory=list)
    tools: DevTools | None = None

    def see(self, shape: Shape) -> PageSeen:
        """Look at a page, and make sure that no event of it left the browser."""
        self.page, before = shape, len(self.asked)
        assert self.tools is not None
        seen = watch_in(self.tools, shape.url, HOSTS)
        left = [one for one in self.asked[before:] if "/i?" in one or "/tp2" in one]
        assert not left, "no event leaves the browser"
        return seen


@contextmanager
def watching(program: str, profile: Path) -> Iterator[Watched]:
    """Run server and browser."""
    world = Watched()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(*NAMES).configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"world": world}))
    server.daemon_threads = True
    # The handshake is left to each connection's own thread: browsers open connections that they do not use.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    here = ("127.0.0.1", server.server_address[1])
    public = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests"
    with DevTools(program, profile, [*flags(NAMES, here, here), public]) as tools:
        world.tools = tools
        yield world
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection; `watching` gives it its world."""

    world: ClassVar[Watched]
    protocol_version = "HTTP/1.1"
    files: ClassVar[Mapping[str, bytes]] = {
        FILE: tag_build(),
        VENDOR_FILE: tag_build(V4, "vendorParts"),
        f"https://{SITE}/empty.js": b"",
    }

    def do_GET(self) -> None:
        host, path = self.headers.get("Host", ""), self.path.partition("?")[0]
        self.world.asked.append(f"{host}{self.path}")
        shape, address = self.world.page, f"https://{host}{path}"
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
        body = self.files.get(address)
        if shape and address in shape.files:
            file = shape.files[address]
            body = OLDER[file] if file in OLDER else file.encode()
            if path.endswith(".html"):
                headers["Content-Type"] = "text/html; charset=utf-8"
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
