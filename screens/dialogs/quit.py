"""Quit dialog, shown only while a change is under way."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.dialogs.modal import Modal
from screens.texts.style import say


class QuitModal(Modal[bool]):
    """Asks whether to leave in the middle of a change.

    Args:
        command: what brings the user back.
    """

    heading = "Quit now?"

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command

    def contents(self) -> Iterable[Widget]:
        """Say what leaving means."""
        yield Static(
            say(
                "snowpixel is changing something in your AWS account right now. It will finish within seconds.\n\n"
                "You can still quit: nothing is lost. The next run checks what exists before it continues.\n"
                f"Continue with: {self.command}"
            )
        )

    def buttons(self) -> Iterable[Button]:
        """Offer to stay, or to leave."""
        yield Button("Stay", id="stay", compact=True)
        yield Button("Quit now", id="leave", compact=True, variant="warning")

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """Pass the answer on."""
        self.dismiss(event.button.id == "leave")
