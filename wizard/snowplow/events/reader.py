"""Event reader: new log files of the log bucket to events, each file and each event once."""

import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from itertools import groupby, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct

from wizard.aws.errors import AwsError
from wizard.model.context import Context
from wizard.model.threads import in_thread, to_the_end
from wizard.snowplow.events.event import Event
from wizard.snowplow.events.event_store import EventStore, Piece
from wizard.snowplow.events.log_bucket import LogKey, hour_of, log_file, log_keys
from wizard.storage.atomic_files import reason
from wizard.storage.locks import HeldError, NoLocksError
from wizard.storage.store import StoreError

if TYPE_CHECKING:
    from wizard.snowplow.events.event_base import EventBase

AT_ONCE = 8
"""Log files fetched at the same time. Each holds seconds to minutes of one place's traffic, so there are many."""

MOST_FILES = 200
MOST_BYTES = 16 * 1024 * 1024
"""Log files that are decoded together, and their bytes as they are packed: so many are in memory at a time."""

OVERLAP = 3600.0
"""Seconds before the wanted time from which files are listed: a file's folder is the hour in which it was written."""


LONGEST_WAIT = 60.0
"""Seconds to wait for another process that fetches from the same bucket; after them, both do."""

BETWEEN_LOOKS = 0.2

MOST_PIECES = 12
"""Pieces of a day that are left as they are: each look at a day that is under way makes another."""


class FetchProgress(Struct, frozen=True):
    """How far a fetch is.

    Attributes:
        files: log files that it fetches in all.
        size: their bytes, as they are packed.
        files_done: log files that are read.
        size_done: their bytes.
    """

    files: int
    size: int
    files_done: int = 0
    size_done: int = 0

    def after(self, keys: Sequence[LogKey]) -> "FetchProgress":
        """Return how far it is once these files are read, too."""
        return FetchProgress(
            self.files, self.size, self.files_done + len(keys), self.size_done + sum(key.size for key in keys)
        )


class EventReader:
    """Reads what is new, as often as asked; what a store has is not fetched again.

    Args:
        context: the setup whose log bucket it is.
        since: events before this time (seconds since the epoch) are left out.
        until: files that can only have events from this time on are not read.
        full_address: whether to keep visitors' whole IP addresses.
        tests: whether the base's view `events` has the test events of snowpixel's own.
        store: where to keep what was fetched; without one, it is gone at the end.

    Attributes:
        files: log files read so far.
        newest: when the newest of them was written, in seconds since the epoch; 0 without any.
        not_kept: why nothing more can be kept, in words; empty while it can.
    """

    def __init__(
        self,
        context: Context,
        since: float,
        *,
        until: float | None = None,
        full_address: bool = False,
        tests: bool = True,
        store: EventStore | None = None,
    ) -> None:
        self.context = context
        self.since = since
        self.until = until
        self.files = 0
        self.newest = 0.0
        self.not_kept = ""
        self._full_address, self._tests = full_address, tests
        self._store = store
        self._read: set[str] = set()
        self._looked = False
        self._base: EventBase | None = None

    @property
    def base(self) -> "EventBase":
        """What was read, to be asked; loads the engine with the first call."""
        if self._base is None:
            from wizard.snowplow.events.event_base import EventBase  # noqa: PLC0415 - loads DuckDB, which few need

            for parent in dict.fromkeys((self._prepared(), None)):
                try:
                    self._base = EventBase(full_address=self._full_address, tests=self._tests, parent=parent)
                    break
                except OSError as error:
                    if parent is None:
                        raise _no_room(error, Path(tempfile.gettempdir())) from error
                    self._keep_no_more(error)
        assert self._base is not None  # noqa: S101 - without a parent it was made, or the error raised
        return self._base

    @property
    def broken(self) -> int:
        """Lines so far that could not be understood."""
        return self._base.reading.broken if self._base else 0

    @property
    def odd(self) -> dict[str, int]:
        """What was wrong with lines and files so far, in words, and how often."""
        return {str(kind): number for kind, number in self._base.reading.odd.items()} if self._base else {}

    @property
    def left_out(self) -> dict[str, int]:
        """What the events leave out so far: `repeated`, `unknown`, and `not_served`."""
        return asdict(self._base.left_out()) if self._base else {}

    @property
    def damaged(self) -> int:
        """Files of the store so far that were damaged: their log files were fetched again."""
        return self._store.damaged if self._store else 0

    @property
    def notes(self) -> list[str]:
        """What is wrong with what is kept on this computer, in sentences."""
        found = "A kept file was" if self.damaged == 1 else f"{self.damaged:,} kept files were"
        damage = [f"{found} damaged and deleted. The log files were fetched again."] if self.damaged else []
        why = f"The events can't be kept on this computer: {self.not_kept}. The next run fetches them again."
        return [*damage, *([why] if self.not_kept else [])]

    async def new(self) -> AsyncIterator[list[Event]]:
        """Yield the events of files that were not read yet, some files at a time, each batch in order of time.

        Raises:
            wizard.aws.errors.AwsError: AWS refused, or could not be reached. What was yielded is not read again.
        """
        async for _ in self.fetched():
            yield await in_thread(lambda: self.base.fresh(self.since))

    async def fetched(self) -> AsyncIterator[FetchProgress]:
        """Read the files that were not read yet, some at a time, and say how far it is after each time.

        Raises:
            wizard.aws.errors.AwsError: AWS refused, or could not be reached. What was read is not read again.
            wizard.storage.store.StoreError: the disk is full.
        """
        await to_the_end(lambda: self.base)
        since, until = self.since - OVERLAP, None if self.until is None else self.until + OVERLAP
        listed = await log_keys(self.context, since, until)
        if self._looked and all(each.key in self._read for each in listed):
            return
        async with self._alone():
            kept = await to_the_end(self._take, listed, hour_of(since), None if until is None else hour_of(until))
            found = [one for one in listed if one.key not in self._read]
            progress = FetchProgress(len(found), sum(one.size for one in found))
            if kept:
                yield progress
            for some in portions(found):
                await self._fetch(some)
                progress = progress.after(some)
                yield progress
        self._looked = True

    def close(self) -> None:
        """Delete what was read, but for what the store keeps."""
        if self._base is not None:
            self._base.close()

    # The store.

    def _prepared(self) -> Path | None:
        """Make the store ready, and return where to work; None is the place for temporary files."""
        if self._store is None:
            return None
        try:
            self._store.prepare(self.context.choices.retention_days, time.time())
        except OSError as error:
            self._keep_no_more(error)
            return None
        return self._store.work

    def _keep_no_more(self, error: Exception) -> None:
        folder = self._store.folder if self._store else Path()
        why = reason(error, folder) if isinstance(error, OSError) else str(error)
        self.not_kept, self._store = why, None

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Wait until no other process fetches the same files, so that each is fetched once; for some time only."""
        end = time.monotonic() + LONGEST_WAIT
        with ExitStack() as stack:
            while self._store:
                try:
                    stack.enter_context(self._store.hold())
                    break
                except (OSError, NoLocksError):
                    break
                except HeldError:
                    if time.monotonic() > end:
                        break
                    await anyio.sleep(BETWEEN_LOOKS)
            yield

    def _take(self, listed: Sequence[LogKey], since: str, until: str | None) -> bool:
        """Take what the store has of these files."""
        if self._store is None:
            return False
        there = {each.key: each for each in listed}
        taken = False
        pieces = self._store.pieces(listed, since, until)
        for manifest, piece in pieces:
            if self._read.isdisjoint(file.key for file in piece.files):
                tables = self._store.lend(manifest, piece, self.base.folder)
                if tables:
                    self.base.take(zip_longest(tables, [piece.reading]))
                    self._have([there[file.key] for file in piece.files if file.key in there])
                    self._read.update(file.key for file in piece.files)
                    taken = True
        for _, day in groupby(pieces, key=lambda one: one[0].parent):
            self._join(list(day))
        return taken

    def _join(self, pieces: Sequence[tuple[Path, Piece]]) -> None:
        """Put many small pieces of a day into one."""
        import duckdb  # noqa: PLC0415 - loads slowly, and whoever gets here has it

        if self._store is None or len(pieces) <= MOST_PIECES:
            return
        tables = [manifest.parent / table.name for manifest, piece in pieces for table in piece.tables]
        if sum(path.stat().st_size for path in tables if path.exists()) > MOST_BYTES:
            return
        with suppress(OSError, duckdb.Error):  # then they stay as they are
            joined = self.base.joined(tables)
            self._store.join(pieces, joined)
            joined.unlink()

    def _have(self, keys: Sequence[LogKey]) -> None:
        self._read.update(each.key for each in keys)
        self.files += len(keys)
        self.newest = max([self.newest, *(each.written.timestamp() for each in keys)])

    # The log bucket.

    async def _fetch(self, keys: Sequence[LogKey]) -> None:
        """Fetch files and decode them; all of a day's count as read, or none."""
        fetched: dict[str, bytes | None] = {}
        failures: list[AwsError] = []
        limiter = anyio.CapacityLimiter(AT_ONCE)

        async def one(key: str) -> None:
            async with limiter:
                try:
                    fetched[key] = await log_file(self.context, key)
                except AwsError as error:
                    if error.code == "NoSuchKey":
                        fetched[key] = None  # it has expired since it was listed
                        return
                    failures.append(error)
                    group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for each in keys:
                group.start_soon(one, each.key)
        if failures:
            raise failures[0]
        there = [each for each in keys if fetched[each.key] is not None]
        for _, day in groupby(there, key=lambda each: each.day):
            await to_the_end(self._decode, list(day), fetched)

    def _decode(self, keys: Sequence[LogKey], fetched: dict[str, bytes | None]) -> None:
        try:
            tables, reading = self.base.add((each.key, fetched.pop(each.key) or b"") for each in keys)
        except OSError as error:
            raise _no_room(error, self.base.folder.parent) from error
        self._have(keys)
        if self._store:
            try:
                self._store.keep(keys, tables, reading)
            except OSError as error:
                self._keep_no_more(error)


def _no_room(error: OSError, folder: Path) -> StoreError:
    why = reason(error, folder)
    return StoreError(
        f"The events can't be written to {folder}: {why}. Make room, or choose another folder with --home, then try "
        "again."
    )


def portions(keys: Sequence[LogKey]) -> Iterator[list[LogKey]]:
    """Yield files that fit into memory together, in their order."""
    some: list[LogKey] = []
    room = MOST_BYTES
    for each in keys:
        if some and (each.size > room or len(some) == MOST_FILES):
            yield some
            some, room = [], MOST_BYTES
        some.append(each)
        room -= each.size
    if some:
        yield some
