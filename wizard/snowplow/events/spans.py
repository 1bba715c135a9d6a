"""Time spans that events are asked for, in words and as the hours or days of a table."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from wizard.snowplow.events.questions import IN_TIME, Row
from wizard.wording.amounts import count

HOUR = 3600.0
DAY_HOURS = 24
LONGEST_BY_HOUR = 48
"""Hours up to which a summary counts by the hour; above it counts by the day."""


class Span(Struct, frozen=True):
    """The time that is asked for.

    Attributes:
        since: seconds since the epoch.
        until: the end, in seconds since the epoch; now, where it is open.
        zone: the name of the time zone.
        hours: how many hours back, where it was asked so.
    """

    since: float
    until: float
    zone: str = "UTC"
    hours: int | None = None

    @property
    def unit(self) -> str:
        """Whether the summary counts by `hour` or by `day`."""
        return "hour" if self.until - self.since <= LONGEST_BY_HOUR * HOUR else "day"

    @property
    def words(self) -> str:
        """What the summary says of it."""
        if self.hours is None:
            return f"from {self._local(self.since)} to {self._local(self.until)}"
        return f"in the last {'24 hours' if self.hours == DAY_HOURS else count(self.hours, 'hour')}"

    def _local(self, at: float) -> str:
        return f"{datetime.fromtimestamp(at, ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"

    def labels(self) -> list[str]:
        """Return its hours, back from the last one, or all its days, as the tables name them."""
        zone = ZoneInfo(self.zone)
        if self.unit == "hour":
            back = range(math.ceil((self.until - self.since) / HOUR) - 1, -1, -1)
            return [f"{datetime.fromtimestamp(self.until - hours * HOUR, zone):%Y-%m-%d %H:00}" for hours in back]
        day, last = (datetime.fromtimestamp(at, zone).date() for at in (self.since, self.until))
        return [f"{day + timedelta(days=number)}" for number in range((last - day).days + 1)]


def all_in_time(by: str, rows: Sequence[Row], span: Span) -> Sequence[Row]:
    """Return a table with all its hours or days, also those without events."""
    if by not in IN_TIME or by != span.unit:
        return rows
    found = {row.value: row for row in rows}
    return [found.get(label, Row(label, 0, 0, 0)) for label in dict.fromkeys([*span.labels(), *found])]
