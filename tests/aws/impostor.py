"""A server that answers in AWS's place with whatever a test gives it, on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Answer:
    """One reply, byte for byte."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    repeated: bytes = b""
    """What follows the body again and again, without an end, until the client has enough."""


@dataclass
class Impostor:
    """Answers every request alike, until it is told otherwise."""

    url: str = ""
    answer: Answer = field(default_factory=Answer)
    asked: int = 0
    """Signed requests so far."""


@contextmanager
def impostor() -> Iterator[Impostor]:
    """Run one while the block lasts."""
    state = Impostor()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            state.asked += "Authorization" in self.headers
            answer = state.answer
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if not answer.repeated:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.close_connection = bool(answer.repeated)
            with suppress(OSError):
                while answer.repeated:
                    self.wfile.write(answer.repeated)

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
