"""Browser proof page: the address, the browser, and its events from the log bucket."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.background_walk import BackgroundWalk
from screens.pages.page import Page
from screens.texts import browser_proof
from screens.texts.style import MUTED, lines, say
from screens.widgets.prose import Prose
from wizard.model.context import BROWSE, YES
from wizard.model.results import Copyable, Job, Snapshot
from wizard.model.setup import Goal, Setup
from wizard.model.threads import in_thread
from wizard.resources.proof.browser_run import BrowserProof, address_in
from wizard.snowplow.browserproof.browser_opening import Opening
from wizard.snowplow.setup_snippet import host_of
from wizard.storage.store import StoreError
from wizard.wording.setup_status import NOTHING_YET

READY = "Preparing the page …"


class BrowsePage(Page):
    """Runs the proof, and shows how far it came."""

    heading = "Browser proof"
    purpose = "Three events from your own browser, sent by your tag and read back from your log bucket."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open", show=False),
        Binding("c", "copy", "Copy"),
        Binding("p", "plain", "Plain text"),
        Binding("l", "look_now", "Check now"),
        Binding("s", "stop", "Stop", show=False),
        Binding("r", "again", "Again", show=False),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.walk: BackgroundWalk | None = None
        self.saved: Setup | None = None
        self.opening: Opening | None = None
        self.address = ""
        self.said = ""

    def parts(self) -> Iterable[Widget]:
        """Return the steps, the address, and what is going on."""
        yield Static(id="steps")
        yield Static(id="address")
        detail = VerticalScroll(Prose(id="detail"), id="now", can_focus=True)
        detail.border_title = "What happens"
        yield detail

    def buttons(self) -> Iterable[Button]:
        """Return what can be done."""
        yield Button("Open the browser", id="open", compact=True, variant="primary", disabled=True)
        yield Button("Copy", id="copy", compact=True)
        yield Button("Stop waiting", id="stop", compact=True)
        yield Button("Try again", id="again", compact=True)
        yield Button("Back", id="back", compact=True)

    def on_mount(self) -> None:
        """Join the proof that is under way, or begin one."""
        live = self.base_app.live(self.setup)
        if live and not browser_proof.is_proof(live.progress.snapshot):
            self._cannot("snowpixel is still working on this setup. Come back when it has finished.")
        else:
            self._begin(live)

    def on_unmount(self) -> None:
        """End the throw-away browser; the search for its events goes on."""
        if self.opening:
            self.opening.close()

    def _begin(self, live: BackgroundWalk | None) -> None:
        try:
            self.saved = self.base_app.service.store.load(self.setup)
            missing = _missing(self.saved)
            if missing:
                self._cannot(missing)
                return
            only = (BrowserProof.id,)
            self.walk = live or self.base_app.begin(Job.APPLY, self.setup, {BROWSE: YES}, only)
        except StoreError as error:
            self._cannot(str(error))
            return
        here = self.base_app.service.environment
        self.opening = Opening(here.network, self.saved, practice=here.zone is not None)
        self.address = self.said = ""
        self.query_one("#now").border_title = "What happens"
        self.follow(self.walk)

    def _cannot(self, why: str) -> None:
        self._set("steps", say(f"✗ {why}", "bold $text-error"))
        self._set("address", Content(""))
        self._ended()

    # Drawing.

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot."""
        self._addressed(address_in(snapshot) or "")
        self._set("steps", browser_proof.steps_text(snapshot))
        if snapshot.finished:
            self.run_worker(self._finish(snapshot), group="finishing", exclusive=True)
        else:
            self._set("detail", browser_proof.detail_text(snapshot, self.said, None))
            self.query_one("#stop", Button).display = True
            self.query_one("#again", Button).display = False

    def _addressed(self, address: str) -> None:
        button = self.query_one("#open", Button)
        if address and not self.address:
            self.address = address
            button.disabled = False
            button.focus()
        button.disabled = not address
        shown = [say("Open in a browser on this computer:", MUTED), say(self.address)] if self.address else [say(READY)]
        self._set("address", lines(*shown))

    async def _finish(self, snapshot: Snapshot) -> None:
        run = None
        if self.opening:
            await in_thread(self.opening.close)
        try:
            self.saved = await in_thread(self.base_app.service.store.load, self.setup)
            run = self.saved.made.browser_run
        except StoreError as error:
            self.said = str(error)
        if not self.is_open:
            return
        failed = say(f"✗ {self.walk.error}", "bold $text-error") if self.walk and self.walk.error else None
        self._set("detail", failed or browser_proof.detail_text(snapshot, self.said, run))
        self._ended()

    def _ended(self) -> None:
        self.query_one("#open", Button).disabled = True
        self.query_one("#stop", Button).display = False
        again = self.query_one("#again", Button)
        again.display = True
        again.focus()

    def _set(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(content)

    # What can be done.

    async def action_open(self) -> None:
        """Open the browser: only now, for the address was to be seen first."""
        if self.opening and self.address and not self.query_one("#open", Button).disabled:
            self.said = await in_thread(self.opening.show, self.address)
            if self.walk and not self.walk.over:
                self.show(self.walk.progress.snapshot)

    def _values(self) -> tuple[Copyable, ...]:
        return (Copyable("Address of the page", self.address),) if self.address else ()

    def action_copy(self) -> None:
        """Copy the address."""
        for one in self._values():
            self.base_app.copy(one.label, one.value)

    def action_plain(self) -> None:
        """Show the address, and at the end the events, where a terminal can select them."""
        run = self.saved.made.browser_run if self.saved and self.walk and self.walk.over else None
        events = [
            Copyable(f"Event {number}", "\n".join(f"{key}: {text}" for key, text in event.items()))
            for number, event in enumerate(run.events if run else (), 1)
        ]
        self.base_app.plain_text("Browser proof", (*self._values(), *events))

    def action_look_now(self) -> None:
        """Look for the events at once."""
        if self.walk and not self.walk.over:
            self.walk.progress.look_now()

    def action_stop(self) -> None:
        """Stop waiting: events that were sent are looked for again by every later check."""
        if self.walk and not self.walk.over:
            self.walk.stop()

    def action_again(self) -> None:
        """Send three more events."""
        if self.walk is None or self.walk.over:
            self.on_mount()

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        await self.run_action(event.button.id or "back")


def _missing(setup: Setup) -> str:
    """Say what a setup lacks for the proof; empty when nothing."""
    if Goal.PIXEL not in setup.choices.goals:
        return "This setup has no pixel, so events have nowhere to go."
    if setup.removed or host_of(setup) is None or setup.made.log_bucket is None:
        return NOTHING_YET
    return ""
