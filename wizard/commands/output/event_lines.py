"""Events in plain text: one event a line, tables with bars, and the summary that a shop owner reads first."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from wizard.snowplow.events.bars import BAR, bar, sparkline
from wizard.snowplow.events.event import Event, as_text, harmless
from wizard.snowplow.events.questions import Row, Summary
from wizard.snowplow.events.reader import EventReader
from wizard.snowplow.events.spans import Span
from wizard.wording.amounts import count

COUNTS = 34
"""Columns of a table's counts, with the space around them."""
SHORTEST_BAR, SHORTEST_VALUE, WIDEST_VALUE = 6, 16, 60
"""Columns that a table's bars and values have at least and at most."""


def line(event: Event) -> str:
    """Return an event as one line: when, what, where, from which browser."""
    text = as_text(event)
    what = [text.get(label, "") for label in ("Page", "Category", "Action", "Label", "Schema")]
    told = " ".join(part for part in what if part) or text.get("Title", "")
    mark = " (test)" if event.is_check else " (bot)" if event.bot else ""
    return f"{datetime.fromtimestamp(event.at, UTC):%Y-%m-%d %H:%M:%S} {text['Event']:<12} {told}{mark}"


def table(by: str, rows: Sequence[Row], columns: int = 0) -> Iterator[str]:
    """Draw a table of counts.

    Args:
        by: what is counted by.
        rows: the counts.
        columns: how wide it may be; 0 leaves all values whole.
    """
    most = max((row.events for row in rows), default=0)
    shown = [harmless(row.value) for row in rows]
    room = max(columns - COUNTS - SHORTEST_BAR, SHORTEST_VALUE) if columns else WIDEST_VALUE
    width = min(WIDEST_VALUE, room, max(map(len, [by, *shown]), default=0))
    longest = min(BAR, columns - COUNTS - width) if columns else BAR
    yield f"{by:<{width}} {'events':>9} {'page views':>11} {'visitors':>9}"
    for value, row in zip(shown, rows, strict=True):
        cells = f"{row.events:>9,} {row.page_views:>11,} {row.visitors:>9,}"
        cut = f"{value[: width - 1]}…" if columns and len(value) > width else value
        yield f"{cut:<{width}} {cells}  {bar(row.events, most, max(longest, 1))}"
    if not rows:
        yield "No events."


def answer(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Draw the answer to a question in SQL."""
    cells = [[harmless("" if value is None else str(value)) for value in row] for row in rows]
    widths = [max(len(harmless(name)), *(len(row[at]) for row in cells), 0) for at, name in enumerate(names)]
    for row in [[harmless(name) for name in names], *cells]:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
    yield f"({count(len(rows), 'row')})"


def told(found: Summary, reader: EventReader, span: Span) -> Iterator[str]:
    """Say the first things that somebody wants to know, and what isn't in them."""
    if not found.events:
        ours = count(found.test_events, "test event")
        tests = f" ({ours} by snowpixel; --tests shows them)" if found.test_events else ""
        yield f"No visitor events {span.words}{tests}."
        yield from beside(found, reader)
        yield "AWS writes log files several times an hour: the newest events aren't in one yet."
        return
    kinds = ", ".join(f"{number:,} {harmless(kind).replace('_', ' ')}" for kind, number in found.kinds.items())
    yield f"{count(found.events, 'event')} {span.words}: {kinds}"
    yield f"{count(found.page_views, 'page view')} by {count(found.visitors, 'visitor')}{_what_visitors_are(found)}"
    counts = {row.value: row.events for row in found.per}
    numbers = [counts.get(label, 0) for label in span.labels()]
    shown = f"Per {span.unit}, the last {len(numbers)}"
    yield f"{shown}: {sparkline(numbers)}  at most {max(numbers, default=0):,}"
    for heading, rows in (("Pages", found.pages), ("Referrers", found.referrers), ("Campaigns", found.campaigns)):
        if rows:
            yield f"{heading}:"
            yield from (f"  {row.events:>7,}  {harmless(row.value)}" for row in rows)
    yield from beside(found, reader)
    if found.newest is not None:
        yield _how_late(found.newest, reader.newest)


def _what_visitors_are(found: Summary) -> str:
    without = f"; {count(found.without_id, 'event')} without an ID" if found.without_id else ""
    return f" (browsers, by the random ID in their cookie{without})"


def _how_late(newest: float, written: float) -> str:
    moments = [f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}" for at in (newest, written)]
    return f"Newest event: {moments[0]} UTC, in log files written until {moments[1]} UTC."


def beside(found: Summary, reader: EventReader) -> Iterator[str]:
    """Say what was left out, and what couldn't be read, by its kind."""
    names = {
        "repeated": "Repetitions left out (trackers send an event again if the response is late)",
        "not_served": "Events that were asked for but never got the pixel",
        "unknown": "Requests with an unknown kind of event",
    }
    if found.bots:
        yield f"Events of known bots left out: {found.bots:,}"
    yield from (f"{label}: {reader.left_out[name]:,}" for name, label in names.items() if reader.left_out.get(name))
    yield from (f"Log {kind}: {number:,}" for kind, number in reader.odd.items())
