"""Log lines of our own, as CloudFront writes them, for tests of the decoder."""

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from wizard.snowplow.events.decoder import decoded
from wizard.snowplow.events.event import Event

# fmt: off
COLUMNS = [
    "date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status",
    "cs(Referer)", "cs(User-Agent)", "cs-uri-query", "cs(Cookie)", "x-edge-result-type", "x-edge-request-id",
    "x-host-header", "cs-protocol", "cs-bytes", "time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher",
    "x-edge-response-result-type", "cs-protocol-version", "fle-status", "fle-encrypted-fields", "c-port",
    "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type", "sc-content-len", "sc-range-start",
    "sc-range-end",
]
# fmt: on

SENT_RAW = "~!*'()[]"
"""What browsers and trackers leave as it is in a query."""
LOGGED_RAW = frozenset(range(33, 127)) - frozenset(b"%<>\"#{}|\\^~[]`'")
"""What CloudFront writes as it is (CloudFront guide: standard log file format)."""

VALUES = {
    "date": "2026-11-23",
    "time": "10:00:00",
    "c-ip": "203.0.113.9",
    "cs-method": "GET",
    "cs(Host)": "d111111abcdef8.cloudfront.net",
    "cs-uri-stem": "/i",
    "sc-status": "200",
    "cs-uri-query": "e=pv",
    "x-edge-result-type": "Hit",
    "x-edge-request-id": "abc==",
    "x-host-header": "e.example.org",
}

FIELDS = {
    "query": "cs-uri-query",
    "stem": "cs-uri-stem",
    "status": "sc-status",
    "method": "cs-method",
    "result": "x-edge-result-type",
    "address": "c-ip",
    "forwarded": "x-forwarded-for",
    "agent": "cs(User-Agent)",
    "referer": "cs(Referer)",
    "request_id": "x-edge-request-id",
    "date": "date",
    "time": "time",
}


def encoded(safe: str = SENT_RAW, /, **values: str) -> str:
    """Write a query as a tracker does."""
    return urlencode(values, quote_via=quote, safe=safe, errors="surrogatepass")


def logged(query: str) -> str:
    """Escape once more, as CloudFront's log does."""
    return "".join(chr(byte) if byte in LOGGED_RAW else f"%{byte:02X}" for byte in query.encode())


def hit(query: str = "e=pv", **changes: Any) -> str:
    """Write one line of the log; an empty text is a `-`."""
    values = VALUES | {FIELDS[name]: str(value) for name, value in {"query": query, **changes}.items()}
    return "\t".join(values.get(column) or "-" for column in COLUMNS)


def log(lines: Iterable[str], *, columns: Iterable[str] = COLUMNS, packed: bool = True) -> bytes:
    """Write a log file."""
    text = "\n".join(["#Version: 1.0", f"#Fields: {' '.join(columns)}", *lines, ""]).encode()
    return gzip.compress(text, 1) if packed else text


def events_in(*lines: str, unique: bool = True) -> list[Event]:
    """Decode lines."""
    return list(decoded([("log", log(lines))], unique=unique))


def event_in(line: str) -> Event:
    """Decode a line that has an event in it."""
    (event,) = events_in(line)
    return event


def packed(value: object) -> str:
    """Write a JSON as trackers do, in URL-safe base64."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def table_of(rows: Iterable[dict[str, Any]]) -> list[Event | None]:
    """Decode a table of lines at once, which is much faster; None for each that is no event."""
    lines = [hit(**{"request_id": str(number), **row}) for number, row in enumerate(rows)]
    found = {event.request_id: event for event in events_in(*lines, unique=False)}
    return [found.get(str(number)) for number in range(len(lines))]
