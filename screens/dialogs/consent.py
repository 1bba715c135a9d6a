"""Consent dialog before something changes; the harmless button has the focus."""

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.dialogs.modal import Modal
from screens.texts.plan_details import change_line
from screens.texts.style import lines, say
from wizard.model.results import Change


class ConsentModal(Modal[bool]):
    """Lists changes and asks.

    Args:
        verb: what would be done, as on the button.
        changes: what would be changed.
    """

    def __init__(self, verb: str, changes: Sequence[Change]) -> None:
        super().__init__()
        self.heading = f"{verb}?"
        self.verb = verb
        self.changes = changes

    def contents(self) -> Iterable[Widget]:
        """List the changes."""
        yield Static(lines(say("snowpixel would fix exactly this, and nothing else:", "bold"), ""))
        yield Static(lines(*(change_line(change) for change in self.changes)))

    def buttons(self) -> Iterable[Button]:
        """Offer the harmless answer first."""
        yield Button("Not now", id="no", compact=True)
        yield Button(f"{self.verb} it", id="yes", compact=True, variant="primary")

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """Pass the answer on."""
        self.dismiss(event.button.id == "yes")
