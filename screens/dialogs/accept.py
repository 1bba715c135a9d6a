"""Dialog that accepts a warning with a reason."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.dialogs.modal import Modal
from screens.texts.style import MUTED, lines, say
from screens.widgets.field import Field
from wizard.model.results import Check
from wizard.storage.accepted_warnings import reason


class AcceptModal(Modal[str]):
    """Asks for the reason.

    Args:
        check: the warning.
    """

    heading = "Is this intended?"

    def __init__(self, check: Check) -> None:
        super().__init__()
        self.check = check

    def contents(self) -> Iterable[Widget]:
        """Say what accepting does, and ask why."""
        told = (
            "The row then shows your reason and no longer counts as a warning. It counts again when something else is "
            "found."
        )
        yield Static(lines(say(self.check.summary, "bold"), say(told, MUTED), ""))
        yield Field("Reason", "", placeholder="why this is intended", cleaner=reason, name="reason")

    def buttons(self) -> Iterable[Button]:
        """Offer the harmless answer first."""
        yield Button("Not now", id="no", compact=True)
        yield Button("It is intended", id="yes", compact=True, variant="primary")

    def on_mount(self) -> None:
        """Let the user type at once."""
        self.query_one("#reason", Field).box.focus()

    @on(Field.Entered)
    def entered(self) -> None:
        """Enter in the field answers."""
        self._answer()

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """Pass the reason on, or leave things as they are."""
        if event.button.id == "yes":
            self._answer()
        else:
            self.dismiss(None)

    def _answer(self) -> None:
        field = self.query_one("#reason", Field)
        if field.judge():
            self.dismiss(field.value)
        else:
            field.box.focus()
