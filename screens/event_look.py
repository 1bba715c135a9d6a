"""One look at the events for the Events page: asked in a worker thread, with the questions of `snowpixel events`."""

from enum import StrEnum

from msgspec import Struct

from wizard.snowplow.events import questions
from wizard.snowplow.events.event import Event
from wizard.snowplow.events.questions import Row, Summary
from wizard.snowplow.events.reader import EventReader
from wizard.snowplow.events.spans import DAY_HOURS, HOUR, Span, all_in_time
from wizard.storage.store import StoreError

LISTED = 200
"""Events and rows that are listed; all are counted."""


class EventsView(StrEnum):
    """What the list shows; but for the events, what they are counted by."""

    EVENTS = "events"
    PAGE = "page"
    REFERRER = "referrer"
    CAMPAIGN = "campaign"
    DEVICE = "device"
    TIME = "time"
    """Hours, or days where many hours are asked for."""


VIEWS = {
    EventsView.EVENTS: "Newest events",
    EventsView.PAGE: "Pages",
    EventsView.REFERRER: "Referrers",
    EventsView.CAMPAIGN: "Campaigns",
    EventsView.DEVICE: "Devices",
    EventsView.TIME: "Hours or days",
}
"""Their names, in the order of the list."""

DAYS = {1: "Last 24 hours", 7: "Last 7 days", 30: "Last 30 days"}
"""How far back can be looked, in days, and its name."""


class EventsQuestion(Struct, frozen=True):
    """What the page is asked.

    Attributes:
        days: how far back.
        typed: the filter, as it was typed.
        view: what to list.
    """

    days: int = 1
    typed: str = ""
    view: EventsView = EventsView.EVENTS

    def since(self, now: float) -> float:
        """Return the time from which events count, in seconds since the epoch."""
        return now - self.days * DAY_HOURS * HOUR


class EventsLook(Struct, frozen=True):
    """The answer.

    Attributes:
        summary: the counts of everything.
        unit: what `counts` counts by, `hour` or `day`.
        counts: events in each hour or day, oldest first.
        days: how far back they go.
        events: the newest events, the newest first; empty for other views.
        rows: the table of the view.
    """

    summary: Summary
    unit: str
    counts: tuple[int, ...]
    days: int
    events: tuple[Event, ...] = ()
    rows: tuple[Row, ...] = ()


def look(reader: EventReader, question: EventsQuestion, now: float) -> EventsLook:
    """Answer a question about what was read. Blocking.

    Raises:
        StoreError: the engine can't answer it, such as on a full disk.
    """
    import duckdb  # noqa: PLC0415 - loads slowly, and whoever gets here has it

    try:
        return _asked(reader, question, now)
    except duckdb.Error as error:
        raise StoreError(f"The events can't be counted: {str(error).splitlines()[0]}") from error


def _asked(reader: EventReader, question: EventsQuestion, now: float) -> EventsLook:
    base, since = reader.base, question.since(now)
    span = Span(since, now, hours=question.days * DAY_HOURS)
    base.skip()
    base.want(questions.condition(since, None, questions.filters_in(question.typed)))
    summary = questions.summary(base, span.zone, by=span.unit)
    per = all_in_time(span.unit, summary.per, span)
    counts = tuple(row.events for row in per)
    if question.view is EventsView.EVENTS:
        return EventsLook(summary, span.unit, counts, question.days, events=tuple(reversed(base.events(limit=LISTED))))
    if question.view is EventsView.TIME:
        return EventsLook(summary, span.unit, counts, question.days, rows=tuple(reversed(per)))
    rows = questions.table(base, question.view, span.zone, most=LISTED)
    return EventsLook(summary, span.unit, counts, question.days, rows=rows)
