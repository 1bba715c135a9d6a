"""Rows and details of the Events page: one event, or one row of a table."""

import time

from textual.content import Content

from screens.event_look import EventsView
from screens.texts.style import MUTED, lines, say
from wizard.model.results import Copyable
from wizard.snowplow.events.bars import bar
from wizard.snowplow.events.event import Event, as_text, harmless
from wizard.snowplow.events.questions import NONE, Row
from wizard.wording.amounts import count

BAR = 4
"""Letters of the longest bar in the list."""

ONE = {
    EventsView.EVENTS: "Event",
    EventsView.PAGE: "Page",
    EventsView.REFERRER: "Referrer",
    EventsView.CAMPAIGN: "Campaign",
    EventsView.DEVICE: "Device",
    EventsView.TIME: "Time (UTC)",
}
"""What one row of each view is."""

FILTERS = {EventsView.PAGE: "page", EventsView.REFERRER: "referrer"}
"""Views whose rows can be turned into a filter, and its name."""


def event_row(event: Event) -> Content:
    """Return an event as a row of the list."""
    when = time.strftime("%d %b %H:%M:%S", time.gmtime(event.at))
    page = event.values.get("page_url", "").partition("://")[2] or event.values.get("se_action", "")
    mark = "  bot" if event.bot else ""
    head = Content.assemble(say(f"{when}  ", MUTED), say(harmless(event.kind).replace("_", " ")), say(mark, MUTED))
    return lines(head, say(f"  {harmless(page)}", MUTED)) if page else head


def table_row(row: Row, most: int) -> Content:
    """Return a row of a table; `most` is the largest number of events in it."""
    drawn = say(f"{bar(row.events, most, BAR):<{BAR}}", "$primary")
    value = row.value.partition("://")[2] or row.value
    return Content.assemble(drawn, say(f" {row.events:>{len(f'{most:,}')},}  {harmless(value)}"))


def event_values(event: Event) -> tuple[Copyable, ...]:
    """Return what can be copied of an event."""
    return tuple(Copyable(label, text) for label, text in as_text(event).items())


def row_values(row: Row, view: EventsView) -> tuple[Copyable, ...]:
    """Return what can be copied of a row of a table."""
    return (
        Copyable(ONE[view], harmless(row.value)),
        Copyable("Events", f"{row.events:,}"),
        Copyable("Page views", f"{row.page_views:,}"),
        Copyable("Visitors", f"{row.visitors:,}"),
    )


def as_filter(row: Row, view: EventsView) -> str:
    """Return the filter that keeps to the events of a row; empty where there is none."""
    name = FILTERS.get(view)
    return f"{name}:{row.value}" if name and row.value != NONE and not set(row.value) & set(" \t\r\n") else ""


def detail(values: tuple[Copyable, ...]) -> Content:
    """Return values under each other."""
    width = max(len(one.label) for one in values) + 2
    return lines(*(Content.assemble(say(f"{one.label:<{width}}", MUTED), say(one.value)) for one in values))


def bots_told(bots: int) -> str:
    """Say how many events of bots don't count."""
    return f"   {count(bots, 'event')} of bots left out" if bots else ""
