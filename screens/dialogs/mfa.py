"""Dialogs of the credentials page: the guide, and the MFA code."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.dialogs.modal import Modal
from screens.texts.credential_sources import how_to
from screens.texts.style import say
from screens.widgets.field import Field
from screens.widgets.prose import Prose
from wizard.credentials import key_entry


class GuideBox(Modal[None]):
    """How to get credentials, step by step."""

    heading = "How to get AWS credentials"

    def contents(self) -> Iterable[Widget]:
        """Return the guide, to be scrolled by keys."""
        yield VerticalScroll(Prose(how_to()), id="guide")

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#guide").focus()

    @on(Button.Pressed)
    def closed(self) -> None:
        """Close."""
        self.dismiss(None)


class CodeBox(Modal[str]):
    """Asks for an MFA code; closing it gives none."""

    heading = "MFA code"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    def contents(self) -> Iterable[Widget]:
        """Return the question and the box for the digits."""
        yield Static(say("Enter the MFA code that your phone or device shows now. It is used once and not saved."))
        yield Field("MFA code", "", placeholder="123456", cleaner=key_entry.code, name="code")

    def buttons(self) -> Iterable[Button]:
        """Return the way on and the way out."""
        yield Button("Sign in", id="sign-in", compact=True, variant="primary")
        yield Button("Close", id="close", compact=True)

    def on_mount(self) -> None:
        """Start in the box."""
        self.query_one(Field).box.focus()

    @on(Field.Entered)
    @on(Button.Pressed, "#sign-in")
    def entered(self) -> None:
        """Give the digits, once they are six."""
        field = self.query_one(Field)
        if field.judge():
            self.dismiss(field.value)

    @on(Button.Pressed, "#close")
    def closed(self) -> None:
        """Give none."""
        self.dismiss("")

    def action_close(self) -> None:
        """Give none."""
        self.dismiss("")
