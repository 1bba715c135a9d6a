"""A container's and an EC2 instance's service of keys on loopback, of whose replies one is whatever a test wants."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from tests.aws.impostor import Answer
from tests.credentials.metadata import CONTAINER, ROLE, ROLES, TOKEN

ZONE = "/latest/meta-data/placement/availability-zone/"
"""Where the instance's region is told (EC2 user guide, instance metadata categories)."""
PAUSE = 0.05
"""Seconds between two bytes of a reply that never ends."""


@dataclass
class Slow(Answer):
    """A reply that goes on byte by byte for as long as somebody listens."""

    within: str = "body"
    """`headers` or `body`: where it never ends."""


@dataclass
class Spoilt:
    """Answers as both services do, but for the path that a test names."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    everywhere: Answer | None = None
    """What is answered under all other paths, in place of what both services answer."""
    once: bool = False
    """Whether only the first spoilt reply is one."""
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def environment(self, where: str) -> Mapping[str, str]:
        """Return the variables with which a container, or an instance, gets its keys from here."""
        if where == "container":
            return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url + CONTAINER}
        return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url, "AWS_EC2_METADATA_DISABLED": "false"}


@contextmanager
def spoilt(keys: bytes) -> Iterator[Spoilt]:
    """Run one while the block lasts.

    Args:
        keys: what both services answer while all is well.
    """
    state = Spoilt()
    good = {TOKEN: b"session", ROLES: ROLE.encode(), ROLES + ROLE: keys, CONTAINER: keys, ZONE: b"eu-west-1a"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state, "good": good}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    state: ClassVar[Spoilt]
    good: ClassVar[Mapping[str, bytes]]

    def do_GET(self) -> None:
        state = self.state
        state.asked.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = state.answers.get(self.path) or state.everywhere or Answer(self.good.get(self.path, b""))
        if state.once:
            state.answers.clear()
        with suppress(OSError):  # who asks has had enough
            self.tell(answer)

    do_PUT = do_POST = do_GET  # noqa: N815 - the library's names

    def tell(self, answer: Answer) -> None:
        slow = answer.within if isinstance(answer, Slow) else ""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if slow == "headers":
            self.flush_headers()
            self.drip(b"X-Slow: ")
        if not (answer.repeated or slow):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        if slow:
            self.drip(b" ")
        while answer.repeated:
            self.wfile.write(answer.repeated)

    def drip(self, start: bytes) -> None:
        self.wfile.write(start)
        while not self.state.over.wait(PAUSE):
            self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        return
