"""Events page: counts by hour or day, the newest events, tables of pages and referrers, a filter, and an export."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Select, Sparkline, Static
from textual.widgets.option_list import Option

from screens.dialogs.export_events import ExportModal
from screens.event_look import DAYS, VIEWS, EventsLook, EventsQuestion, EventsView, look
from screens.pages.page import Page
from screens.texts.event_rows import as_filter, bots_told, detail, event_row, event_values, row_values, table_row
from screens.texts.problem import explained
from screens.texts.style import MUTED, lines, say
from screens.widgets.field import FieldInput
from screens.widgets.prose import Prose
from wizard.aws.errors import AwsError
from wizard.knowledge.problems import for_setup
from wizard.model.results import Copyable
from wizard.model.threads import to_the_end
from wizard.snowplow.events.event import Event, harmless
from wizard.snowplow.events.questions import Row
from wizard.snowplow.events.reader import EventReader, FetchProgress
from wizard.storage.store import StoreError
from wizard.wording.amounts import count

EVERY = 60.0
"""Seconds between looks while the page is open."""

EACH = {"hour": "an hour", "day": "a day"}

NOTHING = (
    "No visitor events yet.",
    "",
    "AWS writes log files several times an hour, so the newest events aren't in them yet.",
    "This page refreshes every minute.",
    "",
    "Is the tag on your pages? Snippet shows it; `snowpixel snippet NAME --check URL` checks a live page.",
)

NOTHING_LEFT = ("No event matches the filter.", "", "Clear it, or choose a longer time.")


class EventsPage(Page):
    """Reads the log bucket, again every minute, and answers questions about what is in it."""

    heading = "Events"
    purpose = "What visitors' browsers sent, from your log bucket."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Refresh"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("x", "export", "Export", show=False),
        Binding("c", "copy", "Copy"),
        Binding("p", "plain", "Plain text", show=False),
        *(Binding(str(number), f"view({number})", name, show=False) for number, name in enumerate(VIEWS.values(), 1)),
        Binding("d", "longer", "Longer or shorter time", show=False),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.reader: EventReader | None = None
        self.question = EventsQuestion()
        self.answered: EventsQuestion | None = None
        self.answer: EventsLook | None = None
        self.progress: FetchProgress | None = None
        self.looking = False
        self.over = False
        self.trouble: Content | None = None
        self.noted: set[str] = set()
        self._stale = False
        self._file: Path | None = None

    def parts(self) -> Iterable[Widget]:
        """Return the counts as bars, what is asked, the list, and the details of one row."""
        yield Static(id="total")
        yield Sparkline([0], id="hours")
        yield Horizontal(Static(id="axis-start"), Static(say("now", MUTED), id="axis-end"), id="axis")
        yield Horizontal(
            Select([(name, view) for view, name in VIEWS.items()], allow_blank=False, compact=True, id="view"),
            Select([(name, days) for days, name in DAYS.items()], allow_blank=False, compact=True, id="days"),
            FieldInput(placeholder="Filter: /shop type:page_view", compact=True, select_on_focus=False, id="filter"),
            id="asked",
        )
        shown = VerticalScroll(Prose(id="detail"), id="now", can_focus=True)
        shown.border_title = "Details"
        yield Horizontal(OptionList(id="events"), shown, id="panes")

    def buttons(self) -> Iterable[Button]:
        """Return what can be done."""
        yield Button("Refresh", id="again", compact=True, variant="primary")
        yield Button("Copy", id="copy", compact=True)
        yield Button("Plain text", id="plain", compact=True)
        yield Button("Export…", id="export", compact=True)
        yield Button("All setups", id="home", compact=True)

    def on_mount(self) -> None:
        """Begin at once."""
        self.query_one("#events").focus()
        self.set_interval(EVERY, self._beat)
        self.action_again()

    async def on_unmount(self) -> None:
        """Let go of what was read, once nobody asks it anymore."""
        self.over = True
        if not self.looking:
            await self._close()

    async def _close(self) -> None:
        reader, self.reader = self.reader, None
        if reader:
            await to_the_end(reader.close)

    # Asking: one question at a time, in a worker thread.

    def _beat(self) -> None:
        if self.is_current:
            self.action_again()

    def action_again(self) -> None:
        """Read what is new."""
        self._stale = True
        self._go_on()

    def _ask(self, **changes: object) -> None:
        asked = {"days": self.question.days, "typed": self.question.typed, "view": self.question.view, **changes}
        question = EventsQuestion(**asked)  # type: ignore[arg-type]  # the fields of a question
        if question != self.question:
            self.question = question
            self._go_on()

    def _go_on(self) -> None:
        if not self.looking:
            self.looking = True
            self.run_worker(self._work(), group="looking", exit_on_error=False)

    async def _work(self) -> None:
        self.trouble = None
        self._draw()
        try:
            while self._stale or self._file or self.answered != self.question:
                await self._step()
        except StoreError as error:
            self.trouble, self.answered = say(str(error), "$text-warning"), self.question
        except AwsError as error:
            self.trouble, self.answered = explained(error.problem, self.setup), self.question
        finally:
            self.looking, self._stale, self._file, self.progress = False, False, None, None
            if self.over:
                await self._close()
        self._draw()

    async def _step(self) -> None:
        question, now = self.question, self.base_app.now()
        if self._stale or self.reader is None or self.reader.since > question.since(now):
            self._stale = False
            self.reader = await self._reader_since(question.since(now))
            async for progress in self.reader.fetched():
                self.progress = progress
                self._draw()
            self.progress, self.answered = None, None
            self._note(self.reader)
        if self.answered != question:
            self.answer = await to_the_end(look, self.reader, question, now)
            self.answered = question
            self._draw()
        if self._file:
            path, self._file = self._file, None
            self.notify(await to_the_end(_exported, self.reader, path), markup=False, timeout=10)

    def _note(self, reader: EventReader) -> None:
        """Say once what is wrong with what is kept here."""
        for line in reader.notes:
            if line not in self.noted:
                self.notify(line, severity="warning", markup=False, timeout=10)
            self.noted.add(line)

    async def _reader_since(self, since: float) -> EventReader:
        """Return a reader of the events from a time on; what is on this computer is not fetched again."""
        if self.reader and self.reader.since <= since:
            return self.reader
        await self._close()
        source = self.base_app.sources.get(self.setup)
        return self.base_app.service.event_reader(self.setup, since, source=source, tests=False)

    @on(Select.Changed)
    def chosen_question(self, event: Select.Changed) -> None:
        """Ask anew."""
        self._ask(**{event.select.id or "": event.value})

    @on(Input.Changed, "#filter")
    def typed(self, event: Input.Changed) -> None:
        """Ask anew."""
        self._ask(typed=event.value)

    @on(Input.Submitted, "#filter")
    def entered(self) -> None:
        """Go on to what was found."""
        self.query_one("#events").focus()

    @on(OptionList.OptionSelected)
    def keep_to_row(self) -> None:
        """Show the events of the chosen page or referrer."""
        found = self._filter_of_row()
        if found:
            self.query_one("#filter", Input).value = found
            self.query_one("#view", Select).value = EventsView.EVENTS

    def _filter_of_row(self) -> str:
        chosen = self._chosen
        return as_filter(chosen, self.answered.view) if isinstance(chosen, Row) and self.answered else ""

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one("#filter").focus()

    def action_view(self, number: int) -> None:
        """List something else."""
        self.query_one("#view", Select).value = list(VIEWS)[number - 1]

    def action_longer(self) -> None:
        """Look further back; after the longest time comes the shortest."""
        days = list(DAYS)
        self.query_one("#days", Select).value = days[(days.index(self.question.days) + 1) % len(days)]

    # Drawing.

    def _draw(self) -> None:
        if not self.is_open:
            return
        found = self.answer
        self.query_one("#total", Static).update(self._total())
        self.query_one(Sparkline).data = [float(number) for number in found.counts] if found else [0.0]
        most = f", at most {max(found.counts):,} {EACH[found.unit]}" if found else ""
        days = DAYS[found.days if found else self.question.days]  # a new question has no answer yet
        self.query_one("#axis-start", Static).update(say(f"{days.lower()}{most}", MUTED))
        self._list()
        self._detail()

    def _total(self) -> Content:
        state = "   refreshing …" if self.looking else ""
        if self.progress and self.progress.files:
            state = f"   {self.progress.files_done:,} of {self.progress.files:,} log files read …"
        if not self.answer:
            return say(state.strip(), MUTED)
        found = self.answer.summary
        most = list(found.kinds.items())[:4]
        kinds = ", ".join(f"{number:,} {harmless(kind).replace('_', ' ')}" for kind, number in most)
        visitors = f"   {count(found.visitors, 'visitor')}" if found.visitors else ""
        total = say(count(found.events, "event"), "bold")
        more = say(f"{bots_told(found.bots)}{state}", MUTED)
        return Content.assemble(total, say(visitors), say(f"   {kinds}" if kinds else ""), more)

    def _rows(self) -> list[Option]:
        found = self.answer
        if not found:
            return []
        most = max((row.events for row in found.rows), default=0)
        events = [Option(event_row(event), id=f"event {event.request_id}") for event in _once(found.events)]
        return events + [Option(table_row(row, most), id=f"row {row.value}") for row in found.rows]

    def _list(self) -> None:
        listed = self.query_one("#events", OptionList)
        view = self.answered.view if self.answered else self.question.view
        listed.border_title = "Newest first (UTC)" if view is EventsView.EVENTS else f"{VIEWS[view]} (events)"
        rows = self._rows()
        if [(row.id, row.prompt) for row in rows] == [(option.id, option.prompt) for option in listed.options]:
            return
        kept = listed.highlighted_option.id if listed.highlighted_option else None
        with listed.prevent(OptionList.OptionHighlighted):
            listed.set_options(rows)
            ids = [row.id for row in rows]
            listed.highlighted = ids.index(kept) if kept in ids else 0 if rows else None

    @property
    def _chosen(self) -> Event | Row | None:
        option = self.query_one("#events", OptionList).highlighted_option
        if not option or not self.answer:
            return None
        found: dict[str, Event | Row] = {f"event {event.request_id}": event for event in self.answer.events}
        found |= {f"row {row.value}": row for row in self.answer.rows}
        return found.get(option.id or "")

    @on(OptionList.OptionHighlighted)
    def _detail(self) -> None:
        values = self._values()
        if self.trouble is not None:
            shown = self.trouble
        elif values:
            shown = detail(values)
            if self._filter_of_row():
                shown = lines(shown, "", say("Enter lists its events.", MUTED))
        elif self.looking or not self.answer:
            shown = say("Refreshing …", MUTED)
        else:
            shown = lines(*(for_setup(self.setup, one) for one in self._why_nothing()))
        self.query_one("#detail", Static).update(shown)

    def _why_nothing(self) -> Iterable[str]:
        return NOTHING_LEFT if self.question.typed.strip() else NOTHING

    # What can be done.

    def _values(self) -> tuple[Copyable, ...]:
        chosen = self._chosen
        if isinstance(chosen, Event):
            return event_values(chosen)
        view = self.answered.view if self.answered else self.question.view
        return row_values(chosen, view) if chosen else ()

    def action_copy(self) -> None:
        """Copy what is chosen."""
        values = self._values()
        if values:
            self.base_app.copy("The event", "\n".join(f"{one.label}: {one.value}" for one in values))
        else:
            self.notify("There is no event to copy yet.", timeout=2)

    def action_plain(self) -> None:
        """Show what is chosen outside the wizard."""
        self.base_app.plain_text("An event", self._values())

    def action_export(self) -> None:
        """Write the events to a file."""
        self.app.push_screen(ExportModal(Path.cwd() / f"events-{self.setup}.csv"), self._export)

    def _export(self, path: Path | None) -> None:
        if path is not None:
            self._file = path
            self._go_on()

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        if event.button.id == "home":
            self.base_app.home()
        else:
            await self.run_action(event.button.id or "again")


def _exported(reader: EventReader, path: Path) -> str:
    """Write the events that the last look was about, and say what came of it. Blocking."""
    import duckdb  # noqa: PLC0415 - loads slowly, and whoever gets here has it

    from wizard.snowplow.events import event_files  # noqa: PLC0415 - the same

    try:
        return f"{count(event_files.write(reader.base, path), 'event')} written to {path}"
    except (OSError, duckdb.Error) as error:
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        return f"{path} couldn't be written: {why}"


def _once(newest: tuple[Event, ...]) -> Iterable[Event]:
    """Leave out what would have the same id in the list."""
    seen: set[str] = set()
    for event in newest:
        if event.request_id not in seen:
            seen.add(event.request_id)
            yield event
