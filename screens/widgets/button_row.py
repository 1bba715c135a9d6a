"""A row of buttons that the arrow keys move through."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup


class ButtonRow(HorizontalGroup):
    """Buttons side by side; left and right move between them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "app.focus_previous", "Previous", show=False),
        Binding("right,down", "app.focus_next", "Next", show=False),
    ]
