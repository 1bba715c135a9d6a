"""A proxy between the product and the practice AWS that answers, hides, and breaks off by rules of its own.

What it makes of AWS is written without a look at the practice world's rules, so that a kindness of theirs cannot help
the product. It runs on loopback, for as long as a `with` block lasts.
"""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import reduce
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import urllib3

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply

PassOn = Callable[[], Reply]
"""Lets a call go on to AWS, or to the next rule, and returns the reply."""
Rule = Callable[[AuthorizedCall, PassOn], Reply]
"""Answers a call, with or without passing it on."""

_OF_THE_CONNECTION = frozenset({"content-length", "transfer-encoding", "connection", "date", "server"})


class BreakOffError(Exception):
    """Raised by a rule to close the connection without a reply."""


class Tally:
    """Counts what was met, over all threads."""

    def __init__(self) -> None:
        self._met: Counter[object] = Counter()
        self._lock = threading.Lock()

    def among_first(self, thing: object, times: int) -> bool:
        """Count a thing once more, and return whether it was met no more than so many times."""
        with self._lock:
            self._met[thing] += 1
            return self._met[thing] <= times


_KEY_DAY_REGION = 3
"""Parts of a signature's scope before the service."""


def _service(headers: dict[str, str]) -> str:
    """Return the service in the credential scope of the signature."""
    scope = headers.get("authorization", "").partition("Credential=")[2].partition(",")[0].split("/")
    name = scope[_KEY_DAY_REGION] if len(scope) > _KEY_DAY_REGION else ""
    return {"tagging": "resourcegroupstaggingapi"}.get(name, name)


def _call(handler: BaseHTTPRequestHandler) -> AuthorizedCall:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    parts = urlsplit(handler.path)
    body = handler.rfile.read(int(headers.get("content-length") or 0))
    query = parse_qs(parts.query, keep_blank_values=True)
    return AuthorizedCall(_service(headers), handler.command, parts.path, headers, body, query)


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        if name.lower() not in _OF_THE_CONNECTION:
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(reply.body)


@contextmanager
def refusing_proxy(behind: str, *rules: Rule) -> Iterator[str]:
    """Run a proxy before the AWS at the URL `behind`, and yield its own URL. The first rule is the outermost."""
    pool = urllib3.PoolManager(maxsize=32)

    connected: set[socket.socket] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60.0

        def setup(self) -> None:
            super().setup()
            connected.add(self.connection)

        def finish(self) -> None:
            connected.discard(self.connection)
            super().finish()

        def answer(self) -> None:
            call = _call(self)

            def pass_on() -> Reply:
                passed = pool.request(
                    self.command, behind + self.path, body=call.body, headers=dict(self.headers), redirect=False
                )
                return Reply(passed.status, dict(passed.headers), passed.data)

            meet = reduce(lambda inner, rule: lambda: rule(call, inner), reversed(rules), pass_on)
            try:
                _send(self, meet())
            except BreakOffError:
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - the library's names

        def log_message(self, *_arguments: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # so that closing waits for them
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        for each in tuple(connected):  # clients keep them open for the next call
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        server.server_close()
        pool.clear()
