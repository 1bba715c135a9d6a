"""A pixel over real TLS whose answers can be set up wrongly, and which remembers what it was asked."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import trustme

from wizard.snowplow.pixel_image import builtin
from wizard.snowplow.pixel_response import CACHE_CONTROL

HOST = "collect.site.test"
ELSEWHERE = "moved.site.test"
"""Where a pixel that is moved sends its visitors."""

SAME = "same"
"""Allow whichever origin asks; never the origin `null`, as which browsers ask after a redirect to another host."""


@dataclass(frozen=True)
class Answers:
    """How the pixel answers.

    Attributes:
        origin: `Access-Control-Allow-Origin`: empty for none, `*`, or SAME.
        credentials: whether it allows cookies.
        headers: whether it allows headers of the page's own.
        status: of its answer to GET.
        moved: whether it sends its visitors to ELSEWHERE.
        options: status of its answer to OPTIONS.
    """

    origin: str = ""
    credentials: bool = False
    headers: bool = False
    status: int = 200
    moved: bool = False
    options: int = 200


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    host: str
    event: str
    """The event's id; empty for a request that carries none."""


@dataclass
class Collector:
    """The pixel, as tests hold it."""

    port: int
    ca_file: Path
    answers: Answers = Answers()
    asked: list[Asked] = field(default_factory=list)
    page: bytes = b""
    """What it serves at `/page`, for pages of the pixel's own host."""

    def become(self, answers: Answers) -> None:
        """Answer like this from now on, and forget what was asked."""
        self.answers = answers
        self.asked.clear()

    def events(self, method: str = "GET") -> list[str]:
        """Return the ids of the events that came, in order, with every repetition."""
        return [one.event for one in self.asked if one.method == method and one.event]


@contextmanager
def collecting(folder: Path) -> Iterator[Collector]:
    """Run the pixel on loopback."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, ELSEWHERE).configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    collector = Collector(server.server_address[1], folder / "ca.pem")
    authority.cert_pem.write_to_path(str(collector.ca_file))
    server.RequestHandlerClass = type("Handler", (_Handler,), {"collector": collector})
    server.daemon_threads = True
    # The handshake is left to each connection's own thread: browsers open connections that they do not use.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection; `collecting` gives it its collector."""

    collector: ClassVar[Collector]
    protocol_version = "HTTP/1.1"
    timeout = 60.0

    def do_GET(self) -> None:
        answers = self.collector.answers
        if urlsplit(self.path).path == "/page":
            self._send(200, "text/html; charset=utf-8", self.collector.page)
            return
        self._remember()
        moved = answers.moved and self.headers.get("Host") == HOST
        served = answers.status == 200 and not moved
        self._send(301 if moved else answers.status, "image/gif", builtin().content if served else b"")

    def do_OPTIONS(self) -> None:
        self._remember()
        self._send(self.collector.answers.options, "text/plain", b"")

    def version_string(self) -> str:
        """Say `server` as CloudFront passes it on from the bucket: anything else would be a proxy's."""
        return "AmazonS3"

    def _remember(self) -> None:
        event = parse_qs(urlsplit(self.path).query).get("eid", [""])[0]
        host = self.headers.get("Host", "")
        self.collector.asked.append(Asked(self.command, host, event))

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        if status == 301:
            self.send_header("Location", f"https://{ELSEWHERE}{self.path}")
        for name, value in self._headers():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _headers(self) -> Iterator[tuple[str, str]]:
        answers, origin = self.collector.answers, self.headers.get("Origin", "")
        yield "x-amz-cf-id", "practice=="
        yield "Cache-Control", CACHE_CONTROL
        allowed = answers.origin if answers.origin != SAME else origin
        if origin and allowed and allowed != "null":
            yield "Access-Control-Allow-Origin", allowed
        if answers.credentials:
            yield "Access-Control-Allow-Credentials", "true"
        if answers.headers:
            yield "Access-Control-Allow-Headers", "SP-Anonymous"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own word
        """Say nothing."""
