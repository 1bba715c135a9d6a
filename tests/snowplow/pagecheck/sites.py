"""A site on loopback that serves pages under any host name, over plain HTTP, and a web client that finds it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from msgspec import Struct

from tests.net.test_web_client import Names
from wizard.model.ports import Network
from wizard.net.web_client import Limits, WebClient

SITE = "www.example.org"


class Served(Struct):
    """One response."""

    body: bytes
    headers: Mapping[str, str] = {}
    status: int = 200


@contextmanager
def serving(pages: Mapping[str, Served]) -> Iterator[WebClient]:
    """Serve pages by path, and yield a client to which every name leads there."""
    handler = type("Handler", (_Handler,), {"pages": pages})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    network = Network({80: ("127.0.0.1", server.server_address[1])}, {}, ())
    try:
        yield WebClient(network, Names(**{SITE: "127.0.0.1", "other.example.org": "127.0.0.1"}), limits=Limits(5, 30))
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    pages: ClassVar[Mapping[str, Served]]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = self.pages.get(self.path, Served(b"<p>Not here", status=404))
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own word
        """Say nothing."""
