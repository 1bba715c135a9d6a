"""Log files to chunks of clean text that a query engine can read: unpacked, joined by their header, bounded in size.

Most blocks of a file are clean and are passed on as they are. A block with anything odd in it (bytes that aren't ASCII,
another header, a line that is too long or has too few fields) goes through Python line by line. What cannot be read is
counted by what it is, never fatal.
"""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct, field

LARGEST_FILE = 256 * 1024 * 1024
"""Most bytes that a file may unpack to without a readable line. More is a gzip bomb or not a log."""

LONGEST_LINE = 128 * 1024
"""Most bytes in a line. CloudFront logs no URL above 8 KB and no headers above 20 KB; escapes can triple both."""

MOST_BROKEN = 100_000
"""Lines that cannot be understood before a file is given up: it is no log, and unpacked noise can be endless."""

CHUNK = 96 * 1024 * 1024
"""Bytes of a chunk, about: so many are on disk at a time, whatever the size and number of files."""

BLOCK = 1024 * 1024
_GZIP = b"\x1f\x8b"
_NEEDED = frozenset({"cs-method", "cs-uri-stem", "sc-status"})
_TIMES = frozenset({"date", "timestamp", "timestamp(ms)"})


class Oddity(StrEnum):
    """What was wrong with a line, or (the last four) with a whole file."""

    FIELDS = "lines with too few or too many fields"
    VALUE = "lines without a readable time, status, or path"
    TOO_LONG = "lines of more than 128 KB"
    NO_HEADER = "lines without a header that names their fields"
    NOT_UTF8 = "lines with bytes that aren't UTF-8 (read)"
    CUT = "files that end early or are damaged"
    NO_LOG = "files that are no access log"


class LogReading(Struct):
    """What was met in the files so far.

    Attributes:
        files: files read.
        lines: lines with a request in them, readable or not.
        odd: what was wrong, and how often.
        named: files that were cut or are no log: name to what was wrong.
    """

    files: int = 0
    lines: int = 0
    odd: Counter[Oddity] = field(default_factory=Counter)
    named: dict[str, Oddity] = field(default_factory=dict)

    def add(self, other: "LogReading") -> None:
        """Count what was met in other files, too."""
        self.files += other.files
        self.lines += other.lines
        self.odd.update(other.odd)
        self.named.update(other.named)

    def beside(self, earlier: "LogReading") -> "LogReading":
        """Return what was met since an earlier copy."""
        named = {name: kind for name, kind in self.named.items() if name not in earlier.named}
        return LogReading(self.files - earlier.files, self.lines - earlier.lines, self.odd - earlier.odd, named)

    @property
    def broken(self) -> int:
        """Lines that could not be read."""
        return sum(self.odd[kind] for kind in (Oddity.FIELDS, Oddity.VALUE, Oddity.TOO_LONG, Oddity.NO_HEADER))


class Chunk(Struct, frozen=True):
    """Whole lines of one format.

    Attributes:
        fields: CloudFront's names of the fields, in lower case.
        path: a file with the lines, each with a line feed; the next chunk takes its place.
    """

    fields: tuple[str, ...]
    path: Path


class ChunkReader:
    """Reads log files one after the other, and hands out chunks.

    Args:
        reading: counts what was met.
        path: where to write the lines of a chunk.
        size: bytes of a chunk, about.
    """

    def __init__(self, reading: LogReading, path: Path, size: int = CHUNK) -> None:
        self.reading = reading
        self._path, self._size = path, size
        self._fields: tuple[str, ...] = ()
        self._held = 0
        self._file: BinaryIO | None = None

    def add(self, name: str, file: BinaryIO | bytes) -> Iterator[Chunk]:
        """Read one file; yield chunks as they fill up. What is left comes with the next file, or with `rest`."""
        one = LogBlocks(self.reading, name)
        self.reading.files += 1
        for fields, block in one.blocks(BytesIO(file) if isinstance(file, bytes) else file):
            if fields != self._fields or self._held >= self._size:
                yield from self.rest()
                self._fields = fields
            self._write(block)

    def rest(self) -> Iterator[Chunk]:
        """Yield what is left."""
        file, self._file, self._held = self._file, None, 0
        if file is not None:
            file.close()
            yield Chunk(self._fields, self._path)

    def again(self, chunk: Chunk) -> Iterator[Chunk]:
        """Read a chunk again, line by line: some of its lines have too many fields, and others too few."""
        one = LogBlocks(self.reading, "", chunk.fields)
        text = chunk.path.read_bytes()
        self.reading.lines -= text.count(b"\n")
        for _, block in one.line_by_line(text):
            self._write(block)
        self._fields = chunk.fields
        yield from self.rest()

    def close(self) -> None:
        """Drop what is left."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, block: bytes) -> None:
        if self._file is None:
            self._file = self._path.open("wb")
        self._file.write(block)
        self._held += len(block)


class LogBlocks:
    """One file: its header, its lines in blocks, and whether the rest of it is worth reading.

    Args:
        reading: counts what was met.
        name: the file's name.
        fields: CloudFront's names of the fields, as far as they are known already.
    """

    def __init__(self, reading: LogReading, name: str, fields: tuple[str, ...] = ()) -> None:
        self._reading, self._name, self._fields = reading, name, fields
        self._broken = 0
        self._idle = 0
        self._cut = False

    def blocks(self, file: BinaryIO) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """Yield blocks of whole lines with their fields."""
        for whole in self._whole_lines(file):
            block = self._without_header(whole)
            self._idle += len(whole)
            for fields, good in self._good(block) if block else ():
                self._idle = 0
                yield fields, good
            if self._given_up:
                self._tell(Oddity.NO_LOG)
                return
        if self._given_up:
            self._tell(Oddity.NO_LOG)
        elif self._cut:
            self._tell(Oddity.CUT)

    @property
    def _given_up(self) -> bool:
        """Whether this is no log: unpacked noise can be endless."""
        return self._broken >= MOST_BROKEN or self._idle > LARGEST_FILE

    def _without_header(self, block: bytes) -> bytes:
        """Take the comments at the beginning of a block as they are meant."""
        at = 0
        while block.startswith(b"#", at):
            end = block.find(b"\n", at)
            end = len(block) if end < 0 else end
            self._fields = _fields(block[at:end].rstrip(b"\r"), self._fields)
            at = end + 1
        return block[at:] if at else block

    def _good(self, block: bytes) -> Iterator[tuple[tuple[str, ...], bytes]]:
        if _understood(self._fields) and _clean(block, len(self._fields)):
            self._reading.lines += block.count(b"\n")
            yield self._fields, block
        else:
            yield from self.line_by_line(block)

    def _tell(self, kind: Oddity) -> None:
        self._reading.odd[kind] += 1
        self._reading.named[self._name] = kind

    def _whole_lines(self, file: BinaryIO) -> Iterator[bytes]:
        pending, overlong = b"", False
        for some in self._unpacked(file):
            piece = some
            end = piece.rfind(b"\n") + 1
            if not end:
                self._idle += len(piece)
                if self._idle > LARGEST_FILE:
                    break
                pending += b"" if overlong else piece
                overlong = overlong or len(pending) > LONGEST_LINE
                pending = b"" if overlong else pending
                continue
            if overlong:
                self._count(Oddity.TOO_LONG)
                piece, overlong = piece[piece.find(b"\n") + 1 :], False
                end = piece.rfind(b"\n") + 1
            yield pending + piece[:end]
            pending = piece[end:]
        if overlong:
            self._count(Oddity.TOO_LONG)
        elif pending and self._cut:
            self._count(Oddity.FIELDS)  # half a line may look whole, so it is not believed
        elif pending:
            yield pending + b"\n"

    def _unpacked(self, file: BinaryIO) -> Iterator[bytes]:
        try:
            yield from unpacked(file)
        except (OSError, EOFError, zlib.error):
            self._cut = True

    def _count(self, kind: Oddity) -> None:
        self._reading.lines += 1
        self._reading.odd[kind] += 1
        self._broken += 1

    def line_by_line(self, block: bytes) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """Yield the lines of a block that can be read, with their fields; count the others."""
        good: list[bytes] = []
        for raw in block.split(b"\n"):
            line = raw.rstrip(b"\r")
            if line.startswith(b"#"):
                fields = _fields(line, self._fields)
                if fields != self._fields and good:
                    yield self._fields, b"".join(good)
                    good = []
                self._fields = fields
            elif line:
                good += self._judged(line)
            if self._broken >= MOST_BROKEN:
                break
        if good:
            yield self._fields, b"".join(good)

    def _judged(self, line: bytes) -> list[bytes]:
        """Return a line as clean text; nothing, and counted, when it can't be read."""
        if len(line) > LONGEST_LINE:
            self._count(Oddity.TOO_LONG)
        elif not _understood(self._fields):
            self._count(Oddity.NO_HEADER)
        elif line.count(b"\t") != len(self._fields) - 1:
            self._count(Oddity.FIELDS)
        else:
            self._reading.lines += 1
            return [self._decoded(line) + b"\n"]
        return []

    def _decoded(self, line: bytes) -> bytes:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self._reading.odd[Oddity.NOT_UTF8] += 1
            text = line.decode("utf-8", "replace")
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\r", "\N{REPLACEMENT CHARACTER}").encode()


def unpacked(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file, gzip or plain, in blocks.

    Raises:
        OSError: it is damaged.
        EOFError: it ends early.
        zlib.error: it is damaged.
    """
    start = file.read(len(_GZIP))
    file.seek(-len(start), 1)
    if start != _GZIP:
        while piece := file.read(BLOCK):
            yield piece
        return
    packed = gzip.GzipFile(fileobj=file)
    # `read1` hands out what it has; `read` would lose what precedes the damage.
    while piece := packed.read1(BLOCK):
        yield piece


def _clean(block: bytes, fields: int) -> bool:
    """Whether nothing in a block needs a second look: a few fast passes instead of one slow one.

    Too many fields in one line and too few in another would make up for each other; the query counts them, too.
    """
    return (
        block.isascii()
        and b"#" not in block
        and b"\r" not in block
        and b"\0" not in block
        and b"\n\n" not in block
        and not block.startswith(b"\n")
        and block.count(b"\t") == block.count(b"\n") * (fields - 1)
        and all(
            block.find(b"\n", start, start + LONGEST_LINE // 2) >= 0
            for start in range(0, len(block) - LONGEST_LINE // 2, LONGEST_LINE // 2)
        )
    )


def _understood(fields: tuple[str, ...]) -> bool:
    return set(fields) >= _NEEDED and bool(_TIMES & set(fields))


def _fields(line: bytes, before: tuple[str, ...]) -> tuple[str, ...]:
    """Take the names from a `#Fields:` line; any other comment leaves them as they were."""
    label, _, names = line.decode("utf-8", "replace").partition(":")
    return tuple(names.lower().split()) if label.lower() == "#fields" else before
