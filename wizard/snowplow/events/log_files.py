"""CloudFront access-log reader: W3C lines to records, gzip or plain, by the `#Fields:` header.

Columns are found by name because their number and order differ between years and configurations (AWS: Standard logging
reference). A log is best effort by its maker, so reading is too: what cannot be read is counted and skipped.
"""

import gzip
import io
import zlib
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct

LARGEST_FILE = 256 * 1024 * 1024
"""Most bytes that a file may unpack to. Real files stay far below; more is a gzip bomb or not a log."""

LONGEST_LINE = 128 * 1024
"""Most bytes in a line. CloudFront logs no URL above 8 KB and no headers above 20 KB; escapes can triple both."""

MOST_BROKEN = 100_000
"""Lines that cannot be understood before a file is given up: it is no log, and unpacked noise can be endless."""

_CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b"
_NULL = "-"


class LogLine(Struct, frozen=True):
    """One request as CloudFront logged it: texts still carry the log's escapes, a logged `-` is an empty text."""

    at: float
    """When CloudFront finished answering, in seconds since the epoch."""
    method: str
    stem: str
    """The path (`cs-uri-stem`); logs from 2012 may carry the query here too."""
    query: str
    status: int
    """HTTP status; 0 when the visitor hung up before the answer."""
    result: str = ""
    """`x-edge-result-type`: Hit, RefreshHit, Miss, Redirect, Error and the like."""
    request_id: str = ""
    """`x-edge-request-id`, the same text as the answer's `x-amz-cf-id`."""
    host: str = ""
    address: str = ""
    """The visitor's IP address; a proxy's when `forwarded` is set."""
    forwarded: str = ""
    referer: str = ""
    agent: str = ""


class LogFile:
    """The lines of one log file; iterate over it as often as you like.

    Args:
        data: the file's bytes, gzip or plain.
        limit: most bytes to unpack; reading stops there and `cut` tells.

    Attributes:
        data: the file's bytes.
        broken: lines that the last reading could not understand.
        cut: whether the last reading met a file that ends early, is damaged, too large or no log at all.
    """

    def __init__(self, data: bytes, *, limit: int = LARGEST_FILE) -> None:
        self.data = data
        self._limit = limit
        self.broken = 0
        self.cut = False

    def __iter__(self) -> Iterator[LogLine]:
        """Read from the start, one line after the other, in the file's order (which is not the order of time)."""
        self.broken, self.cut = 0, False
        columns: tuple[str, ...] = ()
        for text in self._texts():
            if text.startswith("#"):
                columns = _columns(text, columns)
            elif text:
                line = _line(text, columns)
                if line is not None:
                    yield line
                    continue
                self.broken += 1
                if self.broken >= MOST_BROKEN:
                    self.cut = True
                    return

    def mentions(self, words: Collection[str]) -> bool:
        """Whether any of these texts stands in it, wherever: a look that takes no line apart."""
        wanted, before = [word.encode() for word in words], b""
        for chunk in self._chunks():
            text = before + chunk
            if any(word in text for word in wanted):
                return True
            before = text[-max(map(len, wanted), default=0) :]
        return False

    def _texts(self) -> Iterator[str]:
        """Split the unpacked bytes into lines without ever holding more than one line and one chunk."""
        pending, overlong = b"", False
        for chunk in self._chunks():
            *complete, pending = (pending + chunk).split(b"\n")
            for raw in complete:
                if overlong or len(raw) > LONGEST_LINE:
                    self.broken += 1
                    overlong = False
                else:
                    yield _text(raw)
            if len(pending) > LONGEST_LINE:
                pending, overlong = b"", True
        if overlong or (pending and self.cut):
            self.broken += 1  # half a line may look whole, so it is not believed
        elif pending:
            yield _text(pending)

    def _chunks(self) -> Iterator[bytes]:
        """Yield the plain content up to the limit, noting in `cut` when that is not all of it."""
        room = self._limit
        for chunk in self._unpacked():
            if len(chunk) > room:
                self.cut = True
                yield chunk[:room]
                return
            room -= len(chunk)
            yield chunk

    def _unpacked(self) -> Iterator[bytes]:
        if not self.data.startswith(_GZIP):
            yield from (self.data[start : start + _CHUNK] for start in range(0, len(self.data), _CHUNK))
            return
        packed = gzip.GzipFile(fileobj=io.BytesIO(self.data))
        try:
            # `read1` hands out what it has; `read` would lose what precedes the damage.
            while chunk := packed.read1(_CHUNK):
                yield chunk
        except (OSError, EOFError, zlib.error):
            self.cut = True


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\r").decode("utf-8", "replace")


def _columns(text: str, before: tuple[str, ...]) -> tuple[str, ...]:
    """Take the column names from a `#Fields:` line; any other comment leaves them as they were."""
    label, _, names = text.partition(":")
    return tuple(names.lower().split()) if label.lower() == "#fields" else before


def _line(text: str, columns: tuple[str, ...]) -> LogLine | None:
    values = text.split("\t")
    if len(values) != len(columns):
        return None
    fields = {name: value for name, value in zip(columns, values, strict=True) if value != _NULL}
    try:
        return _read(fields)
    except (KeyError, ValueError, OverflowError):
        return None


def _read(fields: Mapping[str, str]) -> LogLine:
    """Build the line.

    Raises:
        KeyError: a value without which the line says nothing is missing.
        ValueError: a number or time cannot be read.
    """
    return LogLine(
        at=_time(fields),
        method=fields["cs-method"],
        stem=fields["cs-uri-stem"],
        query=fields.get("cs-uri-query", ""),
        status=int(fields["sc-status"]),
        result=fields.get("x-edge-result-type", ""),
        request_id=fields.get("x-edge-request-id", ""),
        host=fields.get("x-host-header") or fields.get("cs(host)", ""),
        address=fields.get("c-ip", ""),
        forwarded=fields.get("x-forwarded-for", ""),
        referer=fields.get("cs(referer)", ""),
        agent=fields.get("cs(user-agent)", ""),
    )


def _time(fields: Mapping[str, str]) -> float:
    """Read date and time (UTC), or the single time stamp that newer logging may have instead."""
    if "date" in fields:
        return datetime.fromisoformat(f"{fields['date']}T{fields['time']}").replace(tzinfo=UTC).timestamp()
    if "timestamp(ms)" in fields:
        return int(fields["timestamp(ms)"]) / 1000
    return float(int(fields["timestamp"]))
