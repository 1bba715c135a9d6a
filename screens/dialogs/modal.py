"""Base class of dialogs: heading, text, and buttons; Escape gives the harmless answer."""

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.widgets.button_row import ButtonRow

Answer = TypeVar("Answer")


class BoxButtons(ButtonRow):
    """The answers; up and down scroll what there is to read, where nothing in it can be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "screen.upward", "Up", show=False),
        Binding("down", "screen.downward", "Down", show=False),
    ]


class Modal(ModalScreen[Answer], Generic[Answer]):
    """A box with a heading, something to read, and buttons."""

    heading = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("pageup", "scroll_text('page_up')", "Back up", show=False),
        Binding("pagedown", "scroll_text('page_down')", "Further down", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out heading, text and buttons."""
        with Vertical(classes="box") as box:
            box.border_title = self.heading
            with VerticalScroll(classes="box-text", can_focus=False):
                yield from self.contents()
            yield BoxButtons(*self.buttons())

    def contents(self) -> Iterable[Widget]:
        """Return what there is to read."""
        yield Static()

    def buttons(self) -> Iterable[Button]:
        """Return the answers, the harmless one first."""
        yield Button("Close", id="close", compact=True)

    @property
    def _text(self) -> VerticalScroll:
        return self.query_one(".box-text", VerticalScroll)

    def action_scroll_text(self, how: str) -> None:
        """Scroll what there is to read."""
        getattr(self._text, f"action_{how}")()

    def _move(self, how: str) -> bool:
        """Scroll, unless there is something to move to."""
        reading = not any(widget.focusable for widget in self._text.query("*"))
        if reading:
            self.action_scroll_text(how)
        return reading

    def action_upward(self) -> None:
        """Scroll up, or move to what stands before the button."""
        if not self._move("scroll_up"):
            self.focus_previous()

    def action_downward(self) -> None:
        """Scroll down, or move to what comes after the button."""
        if not self._move("scroll_down"):
            self.focus_next()

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
