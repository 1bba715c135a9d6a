"""Removal page: what is deleted, what stays, and the name typed to confirm."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Static

from screens.pages.page import Page
from screens.routes import Route
from screens.texts.style import MUTED, lines, say
from screens.widgets.field import Field
from screens.widgets.prose import Prose
from screens.widgets.tick import Tick
from wizard.model.context import DELETE_LOGS, YES
from wizard.model.results import Job
from wizard.model.setup import Goal, Setup
from wizard.model.threads import in_thread
from wizard.model.validators import InvalidChoice
from wizard.storage.store import StoreError
from wizard.wording.amounts import count
from wizard.wording.setup_status import begun


class RemovePage(Page):
    """Asks for the name, then hands over to the run page."""

    heading = "Remove"
    purpose = "Everything is deleted in the right order, so that nobody can take over your hostname."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "Up", show=False),
        Binding("down", "app.focus_next", "Down", show=False),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.saved: Setup | None = None

    def parts(self) -> Iterable[Widget]:
        """Return the lists, the choice about the logs, and the box for the name."""
        yield VerticalScroll(Prose(id="goes"), id="list", can_focus=False)
        yield Tick("Delete the logs too. They can't be restored.", id="logs")
        yield Field(f"Type {self.setup}", "", cleaner=self._same, name="confirm", placeholder="the setup name")

    def _same(self, text: str) -> str:
        if text.strip() != self.setup:
            raise InvalidChoice(f"Type the setup name exactly: {self.setup}")
        return self.setup

    def buttons(self) -> Iterable[Button]:
        """Return the harmless way first."""
        yield Button("Cancel", id="keep", compact=True)
        yield Button("Delete everything", id="remove", compact=True, variant="error", disabled=True)

    def on_mount(self) -> None:
        """Read what was made."""
        self.query_one("#list").border_title = "What is deleted, and what is kept"
        self.query_one("#confirm", Field).box.focus()  # as harmless as Cancel: Enter there deletes nothing
        try:
            self.saved = self.base_app.service.store.load(self.setup)
        except StoreError as error:
            self.query_one("#goes", Static).update(say(f"✗ {error}", "bold $text-error"))
            return
        self.query_one("#logs").display = self.saved.made.log_bucket is not None
        self._draw()

    @on(Checkbox.Changed)
    def _draw(self) -> None:
        if self.saved:
            logs = self.query_one("#logs", Checkbox).value
            self.query_one("#goes", Static).update(what_goes(self.saved, logs=logs))

    @on(Field.Entered)
    def entered(self) -> None:
        """Enter in the box moves on to the button; it removes nothing. A wrong name is corrected in place."""
        if self._confirmed:
            self.query_one("#remove").focus()

    def on_input_changed(self) -> None:
        """Open the button once the name is right."""
        self.query_one("#remove", Button).disabled = not self._confirmed

    @property
    def _confirmed(self) -> bool:
        return self.query_one("#confirm", Field).box.value.strip() == self.setup

    @on(Button.Pressed, "#keep")
    def keep(self) -> None:
        """Leave everything as it is."""
        self.action_back()

    @on(Button.Pressed, "#remove")
    def remove_it(self) -> None:
        """Remove it; what was never created only needs forgetting."""
        if not self._confirmed or self.saved is None:
            return
        if begun(self.saved):
            logs = self.query_one("#logs", Checkbox).value
            self.app.pop_screen()
            self.base_app.visit(Route.RUN, self.setup, job=Job.REMOVE, answers={DELETE_LOGS: YES} if logs else {})
        else:
            self.run_worker(self._forget())

    async def _forget(self) -> None:
        await in_thread(self.base_app.service.store.delete, self.setup)
        if self.saved:
            await self.base_app.unschedule(self.saved)
        self.base_app.home()


def _content(setup: Setup) -> str:
    """Say what the content bucket holds."""
    held = ["the pixel"] if Goal.PIXEL in setup.choices.goals else []
    stored = len(setup.made.trackers_stored)
    return " and ".join([*held, *([count(stored, "tracker file", "tracker files")] if stored else [])]) or "all in it"


def what_goes(setup: Setup, *, logs: bool) -> Content:
    """List what was made, under what happens to it."""
    made, name = setup.made, setup.choices.domain
    goes = [
        (made.alias, f"the hostname {made.alias} on the distribution"),
        (
            name and (made.alias or made.certificate),
            f"the DNS records of {name} (you'll be told when to delete those you added yourself)",
        ),
        (made.distribution, f"CloudFront distribution {made.distribution}"),
        (made.delivery, "the log delivery"),
        (made.certificate and not made.certificate_borrowed, "the certificate"),
        (made.content_bucket, f"bucket {made.content_bucket}, with {_content(setup)}"),
        (made.log_bucket and logs, f"bucket {made.log_bucket}, WITH ALL LOGS"),
    ]
    stays = [
        (made.log_bucket and not logs, f"bucket {made.log_bucket}, with your logs until they expire"),
        (made.certificate_borrowed, "the certificate: it existed before, and stays yours"),
        (True, "everything else in your account: nothing else is changed"),
    ]
    shown = [say(f"  - {text}", "$text-error") for there, text in goes if there]
    why = "what can be deleted is gone already" if setup.removed else "nothing has been created yet"
    return lines(
        say("Will be deleted", "bold"),
        *(shown or [say(f"  nothing in AWS: {why}; only the choices are deleted", MUTED)]),
        "",
        say("Stays", "bold"),
        *(say(f"  ✓ {text}", "$text-success") for there, text in stays if there),
    )
