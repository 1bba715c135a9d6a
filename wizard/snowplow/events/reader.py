"""Event reader: new log files of the log bucket to events, each file and each event once."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct

from wizard.aws.errors import AwsError
from wizard.model.context import Context
from wizard.model.setup import LOG_PREFIX
from wizard.model.threads import in_thread
from wizard.snowplow.events.event import Event
from wizard.snowplow.events.log_bucket import LogKey, log_file, log_keys

if TYPE_CHECKING:
    from wizard.snowplow.events.event_base import EventBase

AT_ONCE = 8
"""Log files fetched at the same time. Each holds seconds to minutes of one place's traffic, so there are many."""

MOST_FILES = 200
MOST_BYTES = 16 * 1024 * 1024
"""Log files that are decoded together, and their bytes as they are packed: so many are in memory at a time."""

OVERLAP = 3600.0
"""Seconds before the wanted time from which files are listed: a file's folder is the hour in which it was written."""


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
    """Reads what is new, as often as asked.

    Args:
        context: the setup whose log bucket it is.
        since: events before this time (seconds since the epoch) are left out.
        full_address: whether to keep visitors' whole IP addresses.

        until: files that can only have events from this time on are not read.
        tests: whether the base's view `events` has the test events of snowpixel's own.

    Attributes:
        files: log files read so far.
        newest: when the newest of them was written, in seconds since the epoch; 0 without any.
    """

    def __init__(
        self,
        context: Context,
        since: float,
        *,
        until: float | None = None,
        full_address: bool = False,
        tests: bool = True,
    ) -> None:
        self.context = context
        self.since = since
        self.until = until
        self.files = 0
        self.newest = 0.0
        self._full_address, self._tests = full_address, tests
        self._read: set[str] = set()
        self._base: EventBase | None = None

    @property
    def base(self) -> "EventBase":
        """What was read, to be asked; loads the engine with the first call."""
        if self._base is None:
            from wizard.snowplow.events.event_base import EventBase  # noqa: PLC0415 - loads DuckDB, which few need

            self._base = EventBase(full_address=self._full_address, tests=self._tests)
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
        """
        listed = await log_keys(self.context, self.since - OVERLAP)
        found = [one for one in listed if one.key not in self._read and not self._past(one)]
        progress = FetchProgress(len(found), sum(one.size for one in found))
        for some in portions(found):
            await self._fetch(some)
            progress = progress.after(some)
            yield progress

    def _past(self, key: LogKey) -> bool:
        """Whether a file is of an hour in which nothing wanted can have been written."""
        if self.until is None:
            return False
        hour = datetime.fromtimestamp(self.until + OVERLAP, UTC).strftime("%Y/%m/%d/%H")
        return key.key.removeprefix(f"{LOG_PREFIX}/")[: len(hour)] > hour

    async def _fetch(self, keys: Sequence[LogKey]) -> None:
        """Fetch files and decode them; all of them count as read, or none."""
        fetched: dict[str, bytes] = {}
        failures: list[AwsError] = []
        limiter = anyio.CapacityLimiter(AT_ONCE)

        async def one(key: str) -> None:
            async with limiter:
                try:
                    fetched[key] = (await log_file(self.context, key)).data
                except AwsError as error:
                    failures.append(error)
                    group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for each in keys:
                group.start_soon(one, each.key)
        if failures:
            raise failures[0]
        await in_thread(lambda: self.base.add((each.key, fetched.pop(each.key)) for each in keys))
        self._read.update(each.key for each in keys)
        self.files += len(keys)
        self.newest = max([self.newest, *(each.written.timestamp() for each in keys)])


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
