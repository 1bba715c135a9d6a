"""An HTTP server for few visitors: bounded in connections and in time, and silent whatever they send."""

import socket
import threading
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from typing import Any

MOST = 32
"""Connections at a time, a thread each. A browser opens six to one host, and some beforehand that stay idle."""

LONGEST = 30.0
"""Seconds that one connection may last, however slowly it sends: each brings one request."""


class BoundedServer(ThreadingHTTPServer):
    """Serves each connection on a thread of its own, and ends the oldest where there are too many or one is too old.

    Attributes:
        longest: seconds that a connection may last.
    """

    daemon_threads = True
    request_queue_size = MOST
    longest = LONGEST

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(*arguments, **named)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._open)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the thread that answers a connection; the oldest one has to make room for it."""
        with self._lock:
            crowded = list(self._open)[: max(0, len(self._open) + 1 - MOST)]
            self._open[request] = time.monotonic()
        for oldest in crowded:
            self._cut(oldest)
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """End what has lasted for too long; called between connections, several times a second."""
        with self._lock:
            limit = time.monotonic() - self.longest
            late = [each for each, began in self._open.items() if began < limit]
        for each in late:
            self._cut(each)

    def close_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        with self._lock:
            self._open.pop(request, None)
        super().close_request(request)

    def server_close(self) -> None:
        """Stop listening, and end what is open."""
        super().server_close()
        with self._lock:
            left = list(self._open)
        for each in left:
            self._cut(each)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: who goes away in the middle is nobody's fault, and the terminal belongs to somebody else."""

    def _cut(self, connection: socket.socket) -> None:
        """Wake the thread that reads from a connection: it finds the end of the data, and closes it."""
        with self._lock:
            self._open.pop(connection, None)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
