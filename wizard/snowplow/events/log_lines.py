"""Lines of a log file as they were logged, for looks that decode no event; loads no engine."""

import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO

from wizard.snowplow.events.log_chunks import LARGEST_FILE, LogBlocks, LogReading, unpacked

LogLine = dict[str, str]
"""CloudFront's name of a field, in lower case, to what was logged; a logged `-` is an empty text."""


def log_lines(data: bytes) -> Iterator[LogLine]:
    """Yield the lines of a file in its order, which is not the order of time; what can't be read is passed over."""
    for fields, block in LogBlocks(LogReading(), "").blocks(BytesIO(data)):
        for line in block.decode("utf-8", "replace").split("\n"):
            values = line.split("\t")
            if len(values) == len(fields):
                yield {name: "" if value == "-" else value for name, value in zip(fields, values, strict=True)}


def answered_at(line: LogLine) -> float:
    """Return when CloudFront finished answering, in seconds since the epoch; 0 where that can't be read."""
    try:
        if "date" in line:
            return datetime.fromisoformat(f"{line['date']}T{line['time']}").replace(tzinfo=UTC).timestamp()
        return int(line["timestamp(ms)"]) / 1000 if "timestamp(ms)" in line else float(int(line["timestamp"]))
    except (KeyError, ValueError, OverflowError):
        return 0.0


def mentions(data: bytes, words: Collection[str]) -> bool:
    """Whether any of these texts stands in a file, wherever: a look that takes no line apart."""
    wanted, before, read = [word.encode() for word in words], b"", 0
    with suppress(OSError, EOFError, zlib.error):  # what precedes the damage was looked at
        for piece in unpacked(BytesIO(data)):
            text = before + piece
            if any(word in text for word in wanted):
                return True
            before = text[-max(map(len, wanted), default=0) :]
            read += len(piece)
            if read > LARGEST_FILE:
                break
    return False
