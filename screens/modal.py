"""Boxes over a page: a question, a heading, a few buttons; the harmless answer has the focus, escape gives it."""

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.widgets.buttons import ButtonRow

Answer = TypeVar("Answer")


class Box(ModalScreen[Answer], Generic[Answer]):
    """A box with a heading, something to read, and buttons."""

    heading = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    def compose(self) -> ComposeResult:
        """Lay out heading, text and buttons."""
        with Vertical(classes="box") as box:
            box.border_title = self.heading
            with VerticalScroll(classes="box-text", can_focus=False):
                yield from self.contents()
            yield ButtonRow(*self.buttons())

    def contents(self) -> Iterable[Widget]:
        """Return what there is to read."""
        yield Static()

    def buttons(self) -> Iterable[Button]:
        """Return the answers, the harmless one first."""
        yield Button("Close", id="close", compact=True)

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
