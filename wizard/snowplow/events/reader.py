"""Event reader: new log files of the log bucket to events, each file and each event once."""

from collections.abc import AsyncIterator

import anyio

from wizard.aws.errors import AwsError
from wizard.model.context import Context
from wizard.model.threads import in_thread
from wizard.snowplow.events.decode import Event, events
from wizard.snowplow.events.log_bucket import log_file, log_keys
from wizard.snowplow.events.log_files import LogFile

AT_ONCE = 8
"""Log files fetched at the same time. Each holds seconds to minutes of one place's traffic, so there are many."""

OVERLAP = 3600.0
"""Seconds before the wanted time from which files are listed: a file's folder is the hour in which it was written."""


class EventReader:
    """Reads what is new, as often as asked.

    Args:
        context: the setup whose log bucket it is.
        since: events before this time (seconds since the epoch) are left out.
        full_address: whether to keep visitors' whole IP addresses.

    Attributes:
        files: log files read so far.
        broken: lines so far that could not be understood.
    """

    def __init__(self, context: Context, since: float, *, full_address: bool = False) -> None:
        self.context = context
        self.since = since
        self.files = 0
        self.broken = 0
        self._full_address = full_address
        self._read: set[str] = set()
        self._seen: set[str] = set()

    async def new(self) -> AsyncIterator[list[Event]]:
        """Yield the events of files that were not read yet, some files at a time, each batch in order of time.

        Raises:
            wizard.aws.errors.AwsError: AWS refused, or could not be reached. What was yielded is not read again.
        """
        found = [one.key for one in await log_keys(self.context, self.since - OVERLAP) if one.key not in self._read]
        for start in range(0, len(found), AT_ONCE):
            yield await self._some(found[start : start + AT_ONCE])

    async def _some(self, keys: list[str]) -> list[Event]:
        read: dict[str, list[Event]] = {}
        failures: list[AwsError] = []

        async def one(key: str) -> None:
            try:
                file = await log_file(self.context, key)
            except AwsError as error:
                failures.append(error)
                return
            read[key] = await in_thread(self._decoded, file)
            self.broken += file.broken

        async with anyio.create_task_group() as group:
            for key in keys:
                group.start_soon(one, key)
        if failures:
            raise failures[0]
        self._read.update(keys)
        self.files += len(keys)
        found = [event for key in keys for event in read[key] if event.at >= self.since and self._first(event)]
        return sorted(found, key=lambda event: event.at)

    def _decoded(self, file: LogFile) -> list[Event]:
        return list(events(file, full_address=self._full_address))

    def _first(self, event: Event) -> bool:
        """Whether its id was not met before: a tracker repeats an event whose answer was late."""
        if not event.event_id:
            return True
        before = len(self._seen)
        self._seen.add(event.event_id)
        return len(self._seen) > before
