"""Values as plain text: outside the wizard where the terminal allows it, else in a dialog."""

import sys
from collections.abc import Iterable, Sequence

from textual import on
from textual.app import App, SuspendNotSupported
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.dialogs.modal import Modal
from screens.texts.style import clean, lines, say
from wizard.model.results import Copyable


def as_text(title: str, values: Sequence[Copyable]) -> str:
    """Return the values one below the other, each label on a line of its own so that no value is broken."""
    blocks = [f"{clean(value.label)}:\n{clean(value.value)}\n" for value in values]
    return "\n".join([f"\n{clean(title)}\n", *blocks])


def show_plain_text(app: App[int], title: str, values: Sequence[Copyable]) -> bool:
    """Leave the wizard's screen for a moment and print the values; False where the terminal cannot do that."""
    try:
        with app.suspend():
            if not sys.stdin.isatty():
                return False
            sys.stdout.write(as_text(title, values) + "\nPress Enter to go back to the wizard. ")
            sys.stdout.flush()
            sys.stdin.readline()
    except (SuspendNotSupported, KeyboardInterrupt):
        return False
    return True


class PlainModal(Modal[None]):
    """The same, inside the wizard.

    Args:
        title: what they are.
        values: what to show.
    """

    def __init__(self, title: str, values: Sequence[Copyable]) -> None:
        super().__init__()
        self.heading = title
        self.values = values

    def contents(self) -> Iterable[Widget]:
        """Show each value under its label."""
        for value in self.values:
            yield Static(lines(say(value.label, "bold"), say(value.value), ""))

    @on(Button.Pressed)
    def closed(self) -> None:
        """Go back."""
        self.dismiss(None)
