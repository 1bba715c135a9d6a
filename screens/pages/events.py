"""Events page: events per hour, and the newest of them, decoded."""

import time
from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList, Sparkline, Static
from textual.widgets.option_list import Option

from screens.pages.page import Page
from screens.texts.problem import explained
from screens.texts.style import MUTED, lines, say
from screens.widgets.prose import Prose
from wizard.aws.errors import AwsError
from wizard.model.results import Copyable
from wizard.snowplow.events.event import Event, as_text, harmless
from wizard.snowplow.events.reader import EventReader
from wizard.snowplow.events.summary import HOUR, EventSummary
from wizard.storage.store import StoreError

HOURS = 24
KEPT = 200
"""The newest events that are listed; all are counted."""

EVERY = 60.0
"""Seconds between looks while the page is open."""

NOTHING = (
    "No visitor events yet.",
    "",
    "AWS writes log files several times an hour, so the newest events aren't in them yet.",
    "This page refreshes every minute.",
    "",
    "Is the tag on your pages? Snippet shows it; `snowpixel snippet NAME --check URL` checks a live page.",
)


class EventsPage(Page):
    """Reads the log bucket, again every minute, and shows what is in it."""

    heading = "Events"
    purpose = "What visitors' browsers sent in the last 24 hours, from your log bucket."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Refresh"),
        Binding("c", "copy", "Copy"),
        Binding("p", "plain", "Plain text"),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.reader: EventReader | None = None
        self.summary = EventSummary()
        self.events: deque[Event] = deque(maxlen=KEPT)
        self.looking = False
        self.trouble: Content | None = None

    def parts(self) -> Iterable[Widget]:
        """Return the hours as bars, the list, and the details of one event."""
        yield Static(id="total")
        yield Sparkline([0], id="hours")
        yield Horizontal(Static(say(f"{HOURS} h ago", MUTED)), Static(say("now", MUTED), id="axis-end"), id="axis")
        detail = VerticalScroll(Prose(id="detail"), id="now", can_focus=True)
        detail.border_title = "Details"
        yield Horizontal(OptionList(id="events"), detail, id="panes")

    def buttons(self) -> Iterable[Button]:
        """Return what can be done."""
        yield Button("Refresh", id="again", compact=True)
        yield Button("Copy", id="copy", compact=True)
        yield Button("Plain text", id="plain", compact=True)
        yield Button("All setups", id="home", compact=True)

    def on_mount(self) -> None:
        """Begin at once."""
        self.query_one("#events").border_title = "Newest first (UTC)"
        self.query_one("#events").focus()
        self.set_interval(EVERY, self._beat)
        self.action_again()

    def _beat(self) -> None:
        if self.is_current:
            self.action_again()

    def action_again(self) -> None:
        """Read what is new."""
        if not self.looking:
            self.looking = True
            self.run_worker(self._look(), group="looking", exit_on_error=False)

    async def _look(self) -> None:
        self.trouble = None
        self._draw()
        try:
            since = self.base_app.now() - HOURS * HOUR
            source = self.base_app.sources.get(self.setup)
            self.reader = self.reader or self.base_app.service.event_reader(self.setup, since, source=source)
            async for batch in self.reader.new():
                self.summary.add(batch)
                self.events.extend(event for event in batch if not event.is_check)
                self._draw()
        except StoreError as error:
            self.trouble = say(str(error), "$text-warning")
        except AwsError as error:
            self.trouble = explained(error.problem, self.setup)
        finally:
            self.looking = False
            self._draw()

    # Drawing.

    def _draw(self) -> None:
        hours = self.summary.per_hour(self.base_app.now(), HOURS)
        self.query_one("#total", Static).update(self._total(hours))
        self.query_one(Sparkline).data = [float(number) for number in hours]
        self._list()
        self._detail()

    def _total(self, hours: list[int]) -> Content:
        most = self.summary.kinds.most_common(4)
        kinds = ", ".join(f"{number:,} {harmless(kind).replace('_', ' ')}" for kind, number in most)
        busiest = f"   busiest hour: {max(hours):,}" if self.summary.total else ""
        state = "   refreshing …" if self.looking else ""
        total = say("1 event" if self.summary.total == 1 else f"{self.summary.total:,} events", "bold")
        return Content.assemble(total, say(f"   {kinds}" if kinds else ""), say(f"{busiest}{state}", MUTED))

    def _list(self) -> None:
        listed = self.query_one("#events", OptionList)
        newest = sorted(self.events, key=lambda event: event.at, reverse=True)
        rows = [Option(_row(event), id=event.request_id or None) for event in _once(newest)]
        if [row.id for row in rows] == [option.id for option in listed.options]:
            return
        kept = listed.highlighted_option.id if listed.highlighted_option else None
        with listed.prevent(OptionList.OptionHighlighted):
            listed.set_options(rows)
            ids = [row.id for row in rows]
            listed.highlighted = ids.index(kept) if kept in ids else 0 if rows else None

    @property
    def _chosen(self) -> Event | None:
        option = self.query_one("#events", OptionList).highlighted_option
        return next((event for event in self.events if option and event.request_id == option.id), None)

    @on(OptionList.OptionHighlighted)
    def _detail(self) -> None:
        chosen = self._chosen
        if self.trouble is not None:
            shown = self.trouble
        elif chosen is None:
            shown = say("Refreshing …", MUTED) if self.looking else lines(*NOTHING)
        else:
            told = as_text(chosen)
            width = max(map(len, told)) + 2
            shown = lines(*(Content.assemble(say(f"{key:<{width}}", MUTED), say(text)) for key, text in told.items()))
        self.query_one("#detail", Static).update(shown)

    # What can be done.

    def _values(self) -> tuple[Copyable, ...]:
        chosen = self._chosen
        return tuple(Copyable(label, text) for label, text in as_text(chosen).items()) if chosen else ()

    def action_copy(self) -> None:
        """Copy the chosen event."""
        values = self._values()
        if values:
            self.base_app.copy("The event", "\n".join(f"{one.label}: {one.value}" for one in values))
        else:
            self.notify("There is no event to copy yet.", timeout=2)

    def action_plain(self) -> None:
        """Show the chosen event outside the wizard."""
        self.base_app.plain_text("An event", self._values())

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        if event.button.id == "home":
            self.base_app.home()
        else:
            await self.run_action(event.button.id or "again")


def _row(event: Event) -> Content:
    when = time.strftime("%H:%M:%S", time.gmtime(event.at))
    page = event.values.get("page_url", "").partition("://")[2] or event.values.get("se_action", "")
    head = Content.assemble(say(f"{when}  ", MUTED), say(harmless(event.kind).replace("_", " ")))
    return lines(head, say(f"  {harmless(page)}", MUTED)) if page else head


def _once(newest: list[Event]) -> Iterable[Event]:
    """Leave out what would have the same id in the list."""
    seen: set[str] = set()
    for event in newest:
        if event.request_id not in seen:
            seen.add(event.request_id)
            yield event
