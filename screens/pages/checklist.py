"""Checklist page: every check live, what was found and expected, and what to do."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static

from screens.background_walk import BackgroundWalk
from screens.dialogs.accept import AcceptModal
from screens.dialogs.consent import ConsentModal
from screens.dialogs.show_report import ReportModal
from screens.pages.page import Page
from screens.partial_check import looked_at, merged
from screens.routes import Route
from screens.texts.check_details import item_text, stage_text
from screens.texts.style import MUTED, badge, lines, say
from screens.widgets.checklist_rows import ChecklistRows
from screens.widgets.map_view import MapView
from screens.widgets.prose import Prose
from wizard.documents.support_report import gather
from wizard.model.acceptance import remarked
from wizard.model.results import Change, Check, Copyable, Item, Job, Snapshot, Status, repairable
from wizard.model.setup import Setup
from wizard.model.threads import in_thread
from wizard.model.validators import InvalidChoice
from wizard.storage.accepted_warnings import accept, withdraw
from wizard.storage.last_check import LastCheck, changed
from wizard.storage.store import StoreError
from wizard.wording.amounts import span
from wizard.wording.setup_map import setup_map
from wizard.wording.setup_status import begun

WATCH = 60.0
"""Seconds between looks while watching."""


FIRST_EVENT = "event"
"""The stage of the test event."""


class ChecklistPage(Page):
    """Runs all checks and shows them as they come."""

    heading = "Checklist"
    purpose = "Checks are read-only: they change nothing and send no test event."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Run again"),
        Binding("f", "repair", "Repair"),
        Binding("c", "copy", "Copy"),
        Binding("o", "again_one", "Run this check again", show=False),
        Binding("s", "again_stage", "Run this row again", show=False),
        Binding("a", "accept", "Accept"),
        Binding("e", "report", "Report", show=False),
        Binding("w", "watch", "Watch", show=False),
        Binding("p", "plain", "Plain text", show=False),
        Binding("v", "events", "Events", show=False),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.walk: BackgroundWalk | None = None
        self.saved: Setup | None = None
        self.snapshot: Snapshot | None = None
        self.watching = False
        self.whole: Snapshot | None = None
        """The newest complete check; partial checks are laid over it."""
        self.partly = False
        self.news: dict[str, Status | None] = {}
        """Item id to its verdict at the check before, where that was another."""

    def parts(self) -> Iterable[Widget]:
        """Return the map, the rows and the details."""
        yield MapView(id="map", opens=True)
        detail = VerticalScroll(Prose(id="detail"), id="now", can_focus=True)
        detail.border_title = "Details"
        yield Horizontal(ChecklistRows(id="rows"), detail, id="panes")
        yield Static(id="turn")

    def buttons(self) -> Iterable[Button]:
        """Return what can be done with the result."""
        yield Button("Run again", id="again", compact=True)
        yield Button("Repair…", id="repair", compact=True, variant="primary")
        yield Button("Snippet", id="snippet", compact=True)
        yield Button("Events", id="events", compact=True)
        yield Button("Watch", id="watch", compact=True)
        yield Button("All setups", id="home", compact=True)

    def on_mount(self) -> None:
        """Begin at once."""
        self.set_interval(WATCH, self._watch)
        self.query_one("#repair").display = False
        self.query_one(ChecklistRows).focus()
        self.action_again()

    def action_again(self) -> None:
        """Run all checks; the rows keep their last verdict until the new one comes."""
        self._look(None)

    def action_again_one(self) -> None:
        """Run the chosen check again; on a row, all of its checks."""
        chosen = self.query_one(ChecklistRows).chosen
        if chosen:
            self._look((chosen[1],) if chosen[1] else chosen[0].items)

    def action_again_stage(self) -> None:
        """Run all checks of the chosen row again."""
        chosen = self.query_one(ChecklistRows).chosen
        if chosen:
            self._look(chosen[0].items)

    def _look(self, items: Collection[Item] | None) -> None:
        if self.walk and not self.walk.over:
            return
        self.partly = items is not None and self.whole is not None
        only = looked_at(items) if items is not None and self.partly else None
        try:
            self.saved = self.base_app.service.store.load(self.setup)
            self.walk = self.base_app.begin(Job.CHECK, self.setup, only=only)
        except StoreError as error:
            self.query_one("#turn", Static).update(say(f"✗ {error}", "bold $text-error"))
            return
        self.follow(self.walk)

    def _watch(self) -> None:
        if self.watching and self.is_current:
            self.action_again()

    def on_screen_resume(self) -> None:
        """Back from a repair: see what it did."""
        if self.walk and self.walk.over and self.base_app.walks.get(self.setup):
            self.action_again()

    # Drawing.

    def show(self, snapshot: Snapshot) -> None:
        """Draw the newest results."""
        snapshot = merged(self.whole, snapshot) if self.partly else snapshot
        if snapshot.finished and self.walk and not self.walk.error:
            self._remember(snapshot)
        self.snapshot = snapshot
        if self.saved:
            self.query_one(MapView).shown = setup_map(self.saved.choices, self.saved.made, snapshot)
        self.query_one(ChecklistRows).draw(snapshot)
        self._detail()
        self.query_one("#turn", Static).update(self._summary(snapshot))
        repair = bool(self._repairable())
        self.query_one("#repair").display = repair
        self.query_one("#again", Button).variant = "default" if repair else "primary"
        if snapshot.finished:
            self.refresh_bindings()

    def _remember(self, snapshot: Snapshot) -> None:
        """Keep what was found, and note what is different from the check before."""
        if snapshot is self.snapshot or snapshot.checks == (self.whole.checks if self.whole else ()):
            self.whole = snapshot
            return
        last = LastCheck(self.base_app.service.store, self.setup)
        before = last.load()
        self.news = {one.id: was for one, was in changed(before, snapshot.checks)} if before else {}
        last.save(snapshot.checks)
        self.whole = snapshot

    def _changes(self) -> Content:
        """Say in a line what is different from the check before."""
        if not self.news or not self.snapshot:
            return Content("")
        titles = [item.title for item in self.snapshot.items if item.id in self.news]
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        return say(f"   changed since the last check: {titles[0]}{more}", MUTED) if titles else Content("")

    def _summary(self, snapshot: Snapshot) -> Content:
        if self.walk and self.walk.error:
            return say(f"✗ {self.walk.error}", "bold $text-error")
        elapsed = f"({span(self.walk.elapsed)})" if self.walk else ""
        if not snapshot.finished:
            return say(f"Checking … {len(snapshot.checks)} of {len(snapshot.items)} checks", MUTED)
        counts = [(status, sum(check.counts_as is status for check in snapshot.checks)) for status in Status]
        parts = [badge(status) + Content(f" {number}") for status, number in counts if number]
        watching = "  watching, every minute" if self.watching else ""
        verdict = badge(snapshot.status) + say(f"  {_verdict(snapshot.status)} ", "bold")
        return lines(
            verdict + Content.assemble((f"{elapsed}{watching}", MUTED)), Content("   ").join(parts) + self._changes()
        )

    @on(MapView.Opened)
    def opened(self, event: MapView.Opened) -> None:
        """Open the checks of a part of the map."""
        if self.snapshot:
            self.query_one(ChecklistRows).open(event.part, self.snapshot)

    @on(OptionList.OptionHighlighted)
    def chosen(self) -> None:
        """Show the details of what was chosen, and offer what can be done with it."""
        self._detail()
        self.refresh_bindings()

    def _detail(self) -> None:
        chosen = self.query_one(ChecklistRows).chosen
        if chosen:
            stage, item = chosen
            told = item_text(item, self.news.get(item.id), setup=self.setup) if item else stage_text(stage)
            more = (say("Enter shows all events.", MUTED),) if self._opens_events() else ()
            self.query_one("#detail", Static).update(lines(told, *more))

    def _opens_events(self) -> bool:
        """Whether the chosen row is the first event, and has nothing else to say."""
        chosen = self.query_one(ChecklistRows).chosen
        return bool(chosen and chosen[0].id == FIRST_EVENT and chosen[0].status is Status.OK)

    @on(OptionList.OptionSelected)
    def toggled(self) -> None:
        """Enter opens or closes a row; the first event leads to all of them."""
        if self._opens_events():
            self.action_events()
        elif self.snapshot:
            self.query_one(ChecklistRows).toggle(self.snapshot)

    # What can be done.

    def _values(self) -> tuple[Copyable, ...]:
        chosen = self.query_one(ChecklistRows).chosen
        if not chosen:
            return ()
        stage, item = chosen
        checks = [one.check for one in ([item] if item else stage.items) if one.check]
        found = [value for check in checks for value in check.copy]
        return (*found, *(Copyable(check.summary, check.observed) for check in checks if check.observed and not found))

    def action_copy(self) -> None:
        """Copy the first value of the chosen row."""
        values = self._values()
        if values:
            self.base_app.copy(values[0].label, values[0].value)
        else:
            self.notify("This row has nothing to copy.", timeout=2)

    def action_plain(self) -> None:
        """Show the row's values outside the wizard."""
        self.base_app.plain_text("Values of this check", self._values())

    def action_events(self) -> None:
        """Show what has arrived."""
        self.base_app.visit(Route.EVENTS, self.setup)

    def action_watch(self) -> None:
        """Check again every minute, until told otherwise."""
        self.watching = not self.watching
        self.query_one("#watch", Button).label = Content("Stop watching" if self.watching else "Watch")
        if self.snapshot:
            self.show(self.snapshot)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to repair only when there is something to repair, to accept only a warning."""
        del parameters
        if action == "accept":
            return self._warning() is not None
        if action == "repair":
            return bool(self._repairable())
        return True

    def _repairable(self) -> tuple[Change, ...]:
        """Return what a repair would change: nothing of a setup that was never created, which needs its plan first."""
        done = self.snapshot and self.snapshot.finished and self.saved and begun(self.saved)
        return repairable(self.snapshot) if self.snapshot and done else ()

    def _warning(self) -> Check | None:
        chosen = self.query_one(ChecklistRows).chosen if self.is_mounted else None
        check = chosen[1].check if chosen and chosen[1] else None
        return check if check and check.status is Status.WARNING else None

    def action_accept(self) -> None:
        """Take the chosen warning for meant, with a reason; a second time takes that back."""
        check = self._warning()
        if check is None:
            self.notify("You can only accept a single warning: choose its line.", timeout=3)
        elif check.accepted:
            self._save(check, None)
        else:
            self.app.push_screen(AcceptModal(check), partial(self._save, check))

    def _save(self, check: Check, why: str | None) -> None:
        if why is not None or check.accepted is not None:
            self.run_worker(self._saving(check, why), group="accept", exit_on_error=False)

    async def _saving(self, check: Check, why: str | None) -> None:
        store = self.base_app.service.store
        try:
            accepted = (
                await in_thread(accept, store, self.setup, check, why, self.base_app.now())
                if why
                else await in_thread(withdraw, store, self.setup, check.id)
            )
        except (StoreError, InvalidChoice) as error:
            self.notify(str(error), severity="error", markup=False)
            return
        if self.snapshot:
            self.show(remarked(self.snapshot, accepted))

    def action_report(self) -> None:
        """Check once more, and show what somebody who helps needs to see."""
        self.notify("Checking once more for the report …", timeout=3)
        self.run_worker(self._report(), group="report", exclusive=True, exit_on_error=False)

    async def _report(self) -> None:
        service = self.base_app.service
        try:
            material = await gather(service, self.setup, source=self.base_app.sources.get(self.setup))
        except StoreError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.app.push_screen(ReportModal(material, service.environment.home))

    def action_repair(self) -> None:
        """Say what would be fixed, and fix it if the user agrees."""
        changes = self._repairable()
        if changes:
            self.app.push_screen(ConsentModal("Repair", changes), self._consented)
        else:
            self.notify("There is nothing that snowpixel can repair on its own.", timeout=3)

    def _consented(self, sure: bool | None) -> None:
        if sure:
            self.base_app.visit(Route.RUN, self.setup, job=Job.REPAIR)

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        if event.button.id == "snippet":
            self.base_app.visit(Route.DONE, self.setup)
        elif event.button.id == "home":
            self.base_app.home()
        else:
            await self.run_action(event.button.id or "again")


def _verdict(status: Status) -> str:
    return {
        Status.OK: "Everything is OK",
        Status.WAITING: "Nothing is wrong; some steps aren't finished yet",
        Status.WARNING: "It works; see the rows marked !",
        Status.FAILED: "Something failed: see the rows marked ✗",
        Status.UNKNOWN: "Not everything could be checked from here",
        Status.SKIPPED: "Some rows wait for others",
    }[status]
