"""Web server of the proof on 127.0.0.1: one page for one browser, and one report back."""

import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler

import msgspec

from wizard.snowplow.browserproof.bounded_server import LONGEST, BoundedServer
from wizard.snowplow.browserproof.page_report import PageReport
from wizard.snowplow.browserproof.proof_page import Subject, page, watcher
from wizard.snowplow.csp import allowing
from wizard.snowplow.snippet_builder import inline_hash

HOST = "127.0.0.1"
LARGEST_REPORT = 256 * 1024
"""Bytes of a report; a real one has some hundred."""

LONGEST_NUMBER = 10
"""Digits of a length that are read."""

LIFE = 1800.0
"""Seconds after which the server stops although nobody opened the page."""

HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"


class PageServer:
    """Serves the page under an address that nobody can guess, and takes the report.

    Args:
        subject: what is to be proved.
        tracker: the tracker file to serve here as well, where the setup serves none.
        policies: Content-Security-Policies of the user's site, to be proved under them.
    """

    def __init__(self, subject: Subject, tracker: bytes | None = None, policies: tuple[str, ...] = ()) -> None:
        self._token = secrets.token_urlsafe(24)
        self._reported = threading.Event()
        self.report: PageReport | None = None
        self._server = BoundedServer((HOST, 0), self._handler())
        self.origin = f"http://{HOST}:{self._server.server_address[1]}"
        self.url = f"{self.origin}/{self._token}/"
        if tracker is not None:
            loaded = msgspec.structs.replace(subject.loaded, url=f"{self.url}t.js")
            subject = msgspec.structs.replace(subject, loaded=loaded)
        nonce = secrets.token_urlsafe(12) if any("'strict-dynamic'" in one.lower() for one in policies) else ""
        text = page(subject, nonce)
        self._policies = tuple(allowing(one, self.origin, nonce, inline_hash(text)) for one in policies)
        self._files: dict[str, tuple[str, bytes]] = {
            "/": (HTML, text.encode()),
            "watch.js": (SCRIPT, watcher().encode()),
            **({"t.js": (SCRIPT, tracker)} if tracker is not None else {}),
        }
        self._ends = time.monotonic() + LIFE
        threading.Thread(target=self._serve, name="snowpixel-page", daemon=True).start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.1)

    def wait(self, seconds: float) -> PageReport | None:
        """Wait for the report, at most so long; None while there is none. Blocking."""
        self._reported.wait(seconds)
        return self.report

    @property
    def over(self) -> bool:
        """Whether the page has been waiting for too long."""
        return time.monotonic() > self._ends

    def close(self) -> None:
        """Take the page down. Blocking, for a moment."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, body: bytes) -> bool:
        try:
            self.report = msgspec.json.decode(body, type=PageReport)
        except (ValueError, RecursionError):
            return False
        return True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        """Make the class that answers one request; it only knows this server's page."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            timeout = LONGEST

            def do_GET(self) -> None:
                kind, content = owner._files.get(self._name() or "none", ("", b""))
                if kind:
                    self._answer(200, kind, content)
                else:
                    self._answer(404, "text/plain", b"There is nothing here.")

            def do_POST(self) -> None:
                length = self._length()
                fits = self._name() == "report" and 0 < length <= LARGEST_REPORT
                taken = fits and owner._take(self.rfile.read(length))
                self._answer(200 if taken else 404, "text/plain", b"taken" if taken else b"")
                if taken:
                    owner._reported.set()  # after the answer: whoever waits takes the page down

            def _length(self) -> int:
                """Return how many bytes are announced (RFC 9110 §8.6: digits alone); 0 where that cannot be told."""
                said = self.headers.get_all("Content-Length") or []
                whole = len(said) == 1 and len(said[0]) < LONGEST_NUMBER and said[0].isascii() and said[0].isdigit()
                return int(said[0]) if whole else 0

            def _name(self) -> str | None:
                """Return which of our files is meant; None for anything else, and for any other host's name."""
                path = self.path.partition("?")[0]
                mine = f"/{owner._token}/"
                known = self.headers.get("Host") == owner.origin.partition("//")[2]
                return path.removeprefix(mine) or "/" if known and path.startswith(mine) else None

            def _answer(self, status: int, kind: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer-when-downgrade")
                for policy in owner._policies if kind == HTML else ():
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own word
                """Say nothing: the terminal belongs to somebody else."""

        return Handler
