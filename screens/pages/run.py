"""Run page: stages on the left, what is happening on the right, waits below."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.worker import WorkerError

from screens.background_walk import BackgroundWalk
from screens.dialogs.decision import DecisionModal
from screens.pages.page import Page
from screens.routes import Route
from screens.texts.browser_proof import is_proof
from screens.texts.map_drawing import Level
from screens.texts.removal_result import removal_result
from screens.texts.stage_details import busiest, stage_text, waits
from screens.texts.style import MUTED, badge, lines, say
from screens.widgets.map_view import MapView
from screens.widgets.prose import Prose
from screens.widgets.stage_list import StageList
from screens.widgets.top_line import TopLine
from wizard.model.results import Actor, Job, Snapshot, Status
from wizard.model.setup import Setup
from wizard.model.threads import in_thread
from wizard.storage.store import StoreError
from wizard.wording.amounts import clock, count

HEADINGS = {Job.APPLY: "Setting up", Job.REPAIR: "Repairing", Job.REMOVE: "Removing"}
LEAVE = "You can quit at any time. Nothing is lost, and snowpixel continues where it stopped."
ROOM_FOR_WAITS = 3


class RunPage(Page):
    """Shows one walk that changes something; starts it unless it is under way already.

    One walk at a time changes a setup: while another one is under way, the page says so, and offers to stop it.

    Args:
        setup: its setup.
        job: which walk.
        answers: decisions taken beforehand.
    """

    step = "Build"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "dns", "DNS page"),
        Binding("l", "look_now", "Check now"),
        Binding("a", "decide", "Answer"),
    ]

    def __init__(self, setup: str, job: Job, answers: Mapping[str, str] | None = None) -> None:
        super().__init__(setup)
        self.job = job
        self.heading = HEADINGS[job]
        self.purpose = "Use ↑ ↓ to see what each stage does, and why."
        self.step = "Build" if job is Job.APPLY else ""
        self.answers = answers
        self.walk: BackgroundWalk | None = None
        self.saved: Setup | None = None
        self.snapshot: Snapshot | None = None
        self.tick = 0
        self.following = True
        """Whether the highlight goes along by itself; the user's own move ends that."""
        self.other: BackgroundWalk | None = None
        """Another walk on the same setup, which has to end first."""

    def parts(self) -> Iterable[Widget]:
        """Return map, stages, what happens, and what is waited for."""
        yield MapView(id="map", opens=True, most=Level.LINE if self.job is Job.REMOVE else Level.BOXES)
        detail = VerticalScroll(Prose(id="detail"), id="now", can_focus=True)
        yield Horizontal(StageList(id="stages"), detail, id="panes")
        yield VerticalScroll(Prose(id="result"), id="results", can_focus=True)
        yield Static(id="waits")
        yield Static(id="turn")

    def buttons(self) -> Iterable[Button]:
        """Return the way on, which opens at the end."""
        yield Button("Continue", id="on", compact=True, variant="primary")
        yield Button("Show the DNS records", id="show-dns", compact=True, variant="primary")
        yield Button("Try again", id="again", compact=True)
        yield Button("Stop", id="stop", compact=True)
        yield Button("All setups", id="home", compact=True)

    def on_mount(self) -> None:
        """Join this walk if it is under way, or start it."""
        self.set_interval(0.5, self._beat)
        self._at_end(over=False)
        self.query_one("#results").display = False
        self.query_one("#stages").focus()
        self._join()

    def _join(self) -> None:
        live = self.base_app.live(self.setup)
        if live and not self._is_ours(live):
            self._wait_for(live)
            return
        self.other = None
        try:
            self.saved = self.base_app.service.store.load(self.setup)
            self.walk = live or self.base_app.begin(self.job, self.setup, self.answers)
        except StoreError as error:
            self._trouble(str(error))
            return
        self.follow(self.walk)

    def _is_ours(self, live: BackgroundWalk) -> bool:
        """Whether a walk is the one that this page was opened for; a browser proof has a page of its own."""
        return live.job is self.job and not is_proof(live.progress.snapshot)

    def _wait_for(self, other: BackgroundWalk) -> None:
        """Say what is under way instead, and offer to stop it."""
        self.other = other
        what = "A browser proof" if is_proof(other.progress.snapshot) else f"Another job ({HEADINGS[other.job]})"
        self._trouble(f"{what} is still running on this setup. Stop it, or come back when it has finished.")
        self.query_one("#again").display = False
        self.query_one("#stop").display = True
        self.query_one("#stop").focus()

    @on(Button.Pressed, "#stop")
    def stop_other(self) -> None:
        """Stop the other walk, unless a call that changes something may be under way; then this one begins."""
        if self.other and self.other.writing:
            self.notify("It is changing something right now. Try again in a moment.", timeout=5)
        elif self.other:
            self.query_one("#turn", Static).update(say("Stopping it …", MUTED))
            self.other.stop()

    def _beat(self) -> None:
        """Draw times anew, and begin once another walk has ended; nothing else changes between snapshots."""
        if self.other and self.other.over:
            self._at_end(over=False)
            self._join()
            self.query_one("#stages").focus()
        if self.snapshot and not self.snapshot.finished and self.is_current:
            self.tick += self.base_app.moves
            self._draw()

    # Drawing.

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot, and bring up what needs the user."""
        asked = bool(self.snapshot and self.snapshot.records)
        self.snapshot = snapshot
        if asked is not bool(snapshot.records):
            self.refresh_bindings()
        self.query_one("#show-dns").display = bool(snapshot.records) and not snapshot.finished
        if self.is_current or snapshot.finished:
            self._draw()
        if snapshot.finished:
            self._finished(snapshot)
        elif self.is_current:
            self._ask_user(snapshot)

    def _draw(self) -> None:
        if self.snapshot is None or self.walk is None:
            return
        self._map()
        stages = self.query_one(StageList)
        stages.draw(self.snapshot, self.tick)
        if self.following:
            with stages.prevent(OptionList.OptionHighlighted):
                stages.point_at(busiest(self.snapshot))
        self._detail()
        self._below(self.snapshot)

    def _map(self) -> None:
        if self.walk and self.saved:
            drawn = self.query_one(MapView)
            drawn.tick, drawn.shown = self.tick, self.walk.map_of(self.saved)

    @on(MapView.Opened)
    def opened(self, event: MapView.Opened) -> None:
        """Show what happens at a part of the map."""
        stages = self.query_one(StageList)
        self.following = False
        stages.point_at(event.part.stage)
        stages.focus()

    def _detail(self) -> None:
        stage = self.query_one(StageList).chosen
        if stage:
            self.query_one("#now").border_title = stage.title
            self.query_one("#detail", Static).update(
                stage_text(stage, self.base_app.now(), self.tick, setup=self.setup)
            )

    def _below(self, snapshot: Snapshot) -> None:
        waiting = self.query_one("#waits", Static)
        text = waits(snapshot, self.base_app.now()).split("\n")
        more = len(text) - ROOM_FOR_WAITS
        shown = [*text[:ROOM_FOR_WAITS], *([say(f"  and {more} more", MUTED)] if more > 0 else [])]
        waiting.update(lines(*shown))
        waiting.set_class(not (text and text[0].plain), "-empty")
        self.query_one("#turn", Static).update(self._turn(snapshot))

    def _turn(self, snapshot: Snapshot) -> Content:
        if self.walk and self.walk.error:
            return say(f"✗ {self.walk.error}", "bold $text-error")
        if snapshot.finished:
            return _verdict(snapshot, self.walk.elapsed if self.walk else 0.0)
        if snapshot.decisions:
            return say("▸ One question needs your answer: press a", "bold $text-warning")
        if snapshot.records:
            records = count(len(snapshot.records), "DNS record waits", "DNS records wait")
            return say(f"▸ Your turn: {records} for you at your DNS provider. Press d", "bold $text-warning")
        return say(LEAVE, MUTED)

    def _trouble(self, text: str) -> None:
        self.query_one("#turn", Static).update(say(f"✗ {text}", "bold $text-error"))
        self._at_end(over=True)
        self.query_one("#on").display = False

    # What needs the user.

    def _ask_user(self, snapshot: Snapshot) -> None:
        """Open what the user has to see, once by itself; afterwards by key."""
        walk = self.walk
        if walk is None:
            return
        fresh = [one for one in snapshot.decisions if one.id not in walk.asked]
        if fresh:
            walk.asked.add(fresh[0].id)
            self.app.push_screen(DecisionModal(fresh[0], walk.progress))
        elif snapshot.records and not walk.shown_dns and _turn_has_come(snapshot):
            walk.shown_dns = True
            self.base_app.visit(Route.DNS, self.setup)

    def on_screen_resume(self) -> None:
        """Back from another page: see whether something new needs the user."""
        self._draw()
        if self.snapshot and not self.snapshot.finished:
            self._ask_user(self.snapshot)

    def action_decide(self) -> None:
        """Open the question that waits."""
        if self.snapshot and self.snapshot.decisions and self.walk:
            self.app.push_screen(DecisionModal(self.snapshot.decisions[0], self.walk.progress))

    def action_dns(self) -> None:
        """Open the page with the records."""
        if self.snapshot and self.walk:
            self.walk.shown_dns = True
            self.base_app.visit(Route.DNS, self.setup)

    @on(Button.Pressed, "#show-dns")
    def records(self) -> None:
        """Do what the key does."""
        self.action_dns()

    def action_look_now(self) -> None:
        """End the waits early: check now."""
        if self.walk and not self.walk.over:
            self.walk.progress.look_now()
            self.notify("Checking now.", timeout=2)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that do something at this moment."""
        del parameters
        if action == "decide":
            return bool(self.snapshot and self.snapshot.decisions)
        if action == "dns":
            return bool(self.walk and not self.walk.over and self.snapshot and self.snapshot.records)
        if action == "look_now":
            return bool(self.walk and not self.walk.over)
        return True

    @on(OptionList.OptionHighlighted)
    def moved(self) -> None:
        """The user looks at another stage: stay there."""
        self.following = False
        self._detail()

    # The end.

    def _finished(self, snapshot: Snapshot) -> None:
        self.refresh_bindings()
        self._at_end(over=True)
        well = snapshot.status in (Status.OK, Status.WARNING) and not (self.walk and self.walk.error)
        self.query_one("#on", Button).display = well
        self.query_one("#again", Button).display = not well
        self.query_one("#on" if well else "#again").focus()

        if well and self.job is Job.REMOVE:
            self.run_worker(self._say_what_is_left(snapshot), group="result")

    async def _say_what_is_left(self, snapshot: Snapshot) -> None:
        """Say how the removal ended in place of stages, whose signs would say that what is gone is fine."""
        left = None
        if self.walk and self.walk.worker:  # the file goes, or says that it is removed, after the last snapshot
            with suppress(WorkerError):
                await self.walk.worker.wait()
        with suppress(StoreError):  # without logs, its file is gone, too
            left = await in_thread(self.base_app.service.store.load, self.setup)
        self.heading = self.query_one(TopLine).heading = "Removed"
        self.query_one(TopLine).refresh()
        self.say_purpose(f"{self.setup} is removed from your AWS account.")
        self.query_one("#result", Static).update(removal_result(snapshot, left))
        for each in self.query("#map, #panes, #waits"):
            each.display = False
        self.query_one("#results").display = True

    def _at_end(self, *, over: bool) -> None:
        for name in ("on", "again"):
            self.query_one(f"#{name}").display = over
        self.query_one("#show-dns").display = False
        self.query_one("#stop").display = False

    @on(Button.Pressed, "#on")
    def go_on(self) -> None:
        """Go to what comes after this walk."""
        if self.job is Job.REMOVE:
            self.base_app.home()
        elif self.job is Job.REPAIR:
            self.action_back()
        else:
            self.app.pop_screen()
            self.base_app.visit(Route.DONE, self.setup)

    @on(Button.Pressed, "#again")
    def again(self) -> None:
        """Run the same walk again: it goes on from what is there."""
        self._at_end(over=False)
        self.following = True
        self._join()

    @on(Button.Pressed, "#home")
    def leave(self) -> None:
        """Go to the first page; the work goes on."""
        self.base_app.home()


def _turn_has_come(snapshot: Snapshot) -> bool:
    """Whether the walk really waits for the user, and does not merely know that it will."""
    return any(item.wait and item.wait.actor is Actor.USER for item in snapshot.items)


def _verdict(snapshot: Snapshot, elapsed: float) -> Content:
    made = count(len(snapshot.done), "change")
    words = {
        Status.OK: "Everything is OK",
        Status.WARNING: "Finished with a warning",
        Status.WAITING: "Not finished yet: continue when you are ready",
        Status.FAILED: "Stopped: see the stage marked ✗, fix it, then Try again",
        Status.UNKNOWN: "Not everything could be checked; Try again",
        Status.SKIPPED: "Not finished: something has to be fixed first",
    }[snapshot.status]
    return lines(badge(snapshot.status) + say(f"  {words} ({made}, {clock(elapsed)})", "bold"))
