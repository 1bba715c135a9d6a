"""A site on loopback that serves pages under any host name, over HTTPS and plain HTTP, and a client that finds it."""

import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import trustme
from msgspec import Struct

from tests.net.test_web_client import Names
from wizard.model.ports import Network
from wizard.net.web_client import Limits, WebClient

SITE = "www.example.org"
OTHER = "other.example.org"


class Served(Struct):
    """One response."""

    body: bytes
    headers: Mapping[str, str] = {}
    status: int = 200


@cache
def _trusted() -> tuple[ssl.SSLContext, str]:
    """Return what presents the site's certificate, and its authority as PEM."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(SITE, OTHER).configure_cert(context)
    return context, authority.cert_pem.bytes().decode()


@contextmanager
def serving(pages: Mapping[str, Served]) -> Iterator[WebClient]:
    """Serve pages by path, and yield a client to which every name leads there.

    Args:
        pages: path to response; `http:` or `https:` before a path keeps it to that scheme.
    """
    context, authority = _trusted()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "ca.pem").write_text(authority, encoding="ascii")
        ports = {
            port: ("127.0.0.1", stack.enter_context(_served(scheme, pages, context if scheme == "https" else None)))
            for port, scheme in ((80, "http"), (443, "https"))
        }
        network = Network(ports, {}, (), str(folder / "ca.pem"))
        yield WebClient(network, Names(**{SITE: "127.0.0.1", OTHER: "127.0.0.1"}), limits=Limits(5, 30))


@contextmanager
def _served(scheme: str, pages: Mapping[str, Served], context: ssl.SSLContext | None) -> Iterator[int]:
    handler = type("Handler", (_Handler,), {"pages": pages, "scheme": scheme})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    pages: ClassVar[Mapping[str, Served]]
    scheme: ClassVar[str]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        own = self.pages.get(f"{self.scheme}:{self.path}")
        found = own or self.pages.get(self.path, Served(b"<p>Not here", status=404))
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own word
        """Say nothing."""
