"""Local store of decoded events: Parquet files of one setup's log bucket, by day and hour, in the user's cache folder.

A **piece** holds the events of some log files of one day: Parquet files, and a manifest that names the log files. The
manifest is put in place last and at once, so that a fetch that is interrupted leaves no half piece that counts. A piece
counts only while the bucket has all its log files as they were: what expires or is deleted there goes here, too.
"""

import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib import metadata, resources
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from wizard.snowplow.events.log_bucket import LogKey
from wizard.snowplow.events.log_chunks import LogReading, Oddity
from wizard.storage import locks
from wizard.storage.atomic_files import OWNER_ONLY, own_folder, put, read

MANIFEST = ".json"

LATE_DAYS = 2
"""Days that AWS may take to carry out an expiry; after them, a piece goes without a look into the bucket."""

_DECODING = (
    *("address_sql", "by_hand", "columns", "decoder", "decoding_sql"),
    *("log_chunks", "naming_sql"),
)
"""Modules that decide what a stored event says."""

_READ_AT_ONCE = 1024 * 1024


class KeptFile(Struct, frozen=True, array_like=True):
    """A log file whose events are kept.

    Attributes:
        key: its key in the bucket.
        etag: what it held.
    """

    key: str
    etag: str


class KeptTable(Struct, frozen=True, array_like=True):
    """A Parquet file.

    Attributes:
        name: in the piece's folder.
        size: bytes.
        checksum: CRC-32 of them.
    """

    name: str
    size: int
    checksum: int


class Piece(Struct, frozen=True):
    """The events of some log files of one day.

    Attributes:
        stamp: what decoded them (`stamp`).
        files: the log files.
        tables: the Parquet files.
        lines: lines in the log files.
        odd: what was wrong with lines, and how often.
        named: log files that were cut or are no log: key to what was wrong.
    """

    stamp: str
    files: tuple[KeptFile, ...]
    tables: tuple[KeptTable, ...]
    lines: int
    odd: dict[Oddity, int]
    named: dict[str, Oddity]

    @property
    def reading(self) -> LogReading:
        """What was met in its log files."""
        reading = LogReading(files=len(self.files), lines=self.lines, named=dict(self.named))
        reading.odd.update(self.odd)
        return reading


@lru_cache(maxsize=1)
def stamp() -> str:
    """Return what changes with the code that decodes: pieces of an earlier snowpixel are decoded again."""
    here = resources.files("wizard.snowplow.events")
    code = (here.joinpath(f"{name}.py").read_bytes() for name in _DECODING)
    bots = metadata.version("crawler-user-agents").encode()
    return sha256(b"\0".join([*code, bots])).hexdigest()[:16]


class EventStore:
    """The store of a setup's log bucket.

    Args:
        above: the setup's folder in the cache.
        bucket: the log bucket.
        account: its AWS account, as far as that is known.
        whole: whether the visitors' IP addresses are whole. Shortened ones are kept apart from them.

    Attributes:
        folder: where the pieces are, in a folder a day.
        work: where processes have their work folders, on the same disk.
        damaged: pieces so far that couldn't be read, so that their log files have to be fetched again.
    """

    def __init__(self, above: Path, bucket: str, account: str | None, *, whole: bool = False) -> None:
        self._above = above
        self._bucket = above / quote(f"{account or 'unknown'}-{bucket}", safe="")
        self.folder = self._bucket / ("whole-addresses" if whole else "shortened-addresses")
        self.work = self._bucket / "work"
        self.damaged = 0

    def prepare(self, retention_days: int, now: float) -> None:
        """Make the folder, and delete what is out of date in it.

        Args:
            retention_days: how long the log bucket keeps its files.
            now: seconds since the epoch.

        Raises:
            OSError: it can't be made, or isn't this user's alone.
        """
        own_folder(self.folder)
        own_folder(self.work)
        for folder in (self._above.parent, self._above, self._bucket, self.folder, self.work):
            if folder.stat().st_uid != os.geteuid():
                raise PermissionError(f"{folder} belongs to somebody else")
            folder.chmod(OWNER_ONLY)
        oldest = datetime.fromtimestamp(now, UTC) - timedelta(days=retention_days + LATE_DAYS)
        for kept in self._above.iterdir():
            if kept != self._bucket and kept.is_dir():  # of a bucket that this setup had before
                shutil.rmtree(kept, ignore_errors=True)
        for day in self._bucket.glob("*/????-??-??"):
            if day.name < f"{oldest:%Y-%m-%d}":
                shutil.rmtree(day, ignore_errors=True)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other processes from fetching the same files; what an interrupted one left half written is deleted.

        Raises:
            wizard.storage.locks.HeldError: another one does that.
            wizard.storage.locks.NoLocksError: there are no locks here.
            OSError: the folder can't be written.
        """
        owner = locks.LockOwner("events", os.getpid(), datetime.now(UTC).timestamp())
        lock = self.folder / "store"
        with locks.hold(lock, owner):
            lock.with_suffix(locks.LOCK).chmod(0o600)
            self._sweep()
            yield

    def pieces(self, listed: Sequence[LogKey], since: str, until: str | None) -> list[tuple[Path, Piece]]:
        """Return the pieces that still hold and have something of these hours, oldest first; delete what doesn't hold.

        Args:
            listed: the files that the bucket has of these hours.
            since: the first hour that was listed, as `LogKey.hour`.
            until: the last one; None is no end.
        """
        there = {each.key: each.etag for each in listed}
        taken: set[str] = set()
        found = []
        for manifest, piece in sorted(self._all(), key=lambda one: -len(one[1].files)):
            in_time = [file for file in piece.files if _within(file.key, since, until)]
            gone = any(there.get(file.key) != file.etag for file in in_time)
            if gone or piece.stamp != stamp() or not taken.isdisjoint(file.key for file in piece.files):
                self.drop(manifest, piece)
                continue
            taken.update(file.key for file in piece.files)
            if in_time:
                found.append((manifest, piece))
        return sorted(found, key=lambda one: (one[0].parent.name, one[1].files[0].key))

    def lend(self, manifest: Path, piece: Piece, folder: Path) -> list[Path]:
        """Give the Parquet files of a piece to a folder of the caller's, so that nobody can take them away.

        Returns:
            Their paths there; none, where one is missing or damaged: then the piece is deleted.
        """
        lent = []
        for table in piece.tables:
            path = folder / f"lent-{os.urandom(6).hex()}.parquet"
            lent.append(path)
            if not _lent(manifest.parent / table.name, path, (table.size, table.checksum)):
                for each in lent:
                    each.unlink(missing_ok=True)
                self.drop(manifest, piece)
                self.damaged += 1
                return []
        return lent

    def keep(self, files: Sequence[LogKey], tables: Sequence[Path], reading: LogReading) -> None:
        """Keep the events of log files of one day.

        Args:
            files: the log files.
            tables: Parquet files with their events; they stay where they are.
            reading: what was met in these log files.

        Raises:
            OSError: the disk is full, or the folder can't be written.
        """
        hours = f"{files[0].hour[-2:]}-{files[-1].hour[-2:]}"
        kept = tuple(KeptFile(each.key, each.etag) for each in files)
        self._put(self.folder / files[0].day, hours, kept, tables, reading)

    def join(self, pieces: Sequence[tuple[Path, Piece]], table: Path) -> None:
        """Put one piece in the place of several of one day.

        Args:
            pieces: these, oldest first.
            table: a Parquet file with the events of all of them.

        Raises:
            OSError: the disk is full, or the folder can't be written.
        """
        names = sorted(manifest.name for manifest, _ in pieces)
        hours = f"{names[0][:2]}-{max(name[3:5] for name in names)}"
        files = tuple(file for _, piece in pieces for file in piece.files)
        reading = LogReading()
        for _, piece in pieces:
            reading.add(piece.reading)
        self._put(pieces[0][0].parent, hours, files, [table], reading)
        for manifest, piece in pieces:
            self.drop(manifest, piece)

    def _put(
        self, day: Path, hours: str, files: tuple[KeptFile, ...], tables: Sequence[Path], reading: LogReading
    ) -> None:
        own_folder(day)
        name = f"{hours}-{os.urandom(6).hex()}"
        kept = []
        for number, table in enumerate(tables, 1):
            path = day / f"{name}-{number}.parquet"
            _same_file(table, path)
            path.chmod(0o600)
            kept.append(KeptTable(path.name, *_checked(path)))
        piece = Piece(stamp(), files, tuple(kept), reading.lines, dict(reading.odd), dict(reading.named))
        put(day / f"{name}{MANIFEST}", msgspec.json.encode(piece))

    def drop(self, manifest: Path, piece: Piece) -> None:
        """Delete a piece, its manifest first."""
        for path in (manifest, *(manifest.parent / table.name for table in piece.tables)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _all(self) -> Iterator[tuple[Path, Piece]]:
        for manifest in sorted(self.folder.glob(f"*/*{MANIFEST}")):
            try:
                piece = msgspec.json.decode(read(manifest), type=Piece)
            except (OSError, ValueError, RecursionError):
                manifest.unlink(missing_ok=True)
                self.damaged += 1
                continue
            if piece.files and all(Path(table.name).name == table.name for table in piece.tables):
                yield manifest, piece

    def _sweep(self) -> None:
        """Delete what no manifest names; the caller holds the lock, so nobody is about to write one."""
        named = {manifest.parent / table.name for manifest, piece in self._all() for table in piece.tables}
        for path in self.folder.glob("*/*"):
            if path.suffix != MANIFEST and path not in named:
                path.unlink(missing_ok=True)


def _within(key: str, since: str, until: str | None) -> bool:
    hour = LogKey(key, datetime.fromtimestamp(0, UTC)).hour
    return hour >= since and (until is None or hour <= until)


def _lent(source: Path, target: Path, checked: tuple[int, int]) -> bool:
    try:
        _same_file(source, target)
        return _checked(target) == checked
    except FileNotFoundError:
        return False


def _same_file(source: Path, target: Path) -> None:
    """Let a file have a second name, which costs nothing; where that can't be, copy it."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def _checked(path: Path) -> tuple[int, int]:
    """Return a file's size and checksum."""
    size = checksum = 0
    with path.open("rb") as file:
        while some := file.read(_READ_AT_ONCE):
            size += len(some)
            checksum = zlib.crc32(some, checksum)
    return size, checksum
