"""The map of a setup on a page: drawn as fully as the window allows; its parts can be opened."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from screens.texts.map_drawing import Drawing, Level, draw
from wizard.wording.setup_map import Part, SetupMap

LOW, HIGH = 24, 38
"""Rows of a window from which on there is room for names, and for boxes."""


class MapView(Widget):
    """Shows a map; where its parts lead somewhere, the arrow keys choose one, and Enter opens it.

    Args:
        opens: whether parts can be opened.
        most: the fullest way to draw it on this page.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "choose(-1)", "Part before", show=False),
        Binding("right,down", "choose(1)", "Next part", show=False),
        Binding("enter", "open", "Open"),
    ]

    shown: reactive[SetupMap | None] = reactive(None, init=False)
    tick: reactive[int] = reactive(0, init=False)
    chosen: reactive[int] = reactive(0, init=False)
    """Which part is under the cursor."""

    class Opened(Message):
        """The user wants to see a part's checks."""

        def __init__(self, part: Part) -> None:
            super().__init__()
            self.part = part

    def __init__(self, *, opens: bool = False, most: Level = Level.BOXES, **arguments: Any) -> None:
        super().__init__(classes="-nothing", **arguments)
        self.opens = opens
        self.most = most
        self.drawn = Drawing(Content(""), 0)

    def watch_shown(self) -> None:
        """Ask for another height where the drawing needs it; without a map there is nothing of it."""
        self.set_class(self.shown is None, "-nothing")
        before = self.drawn.height
        self._draw(self.size.width)
        if self.drawn.height != before:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows the map takes."""
        del container, viewport  # the window's height says how full it may be
        self._draw(width)
        return self.drawn.height

    def render(self) -> Content:
        """Draw it."""
        self._draw(self.size.width)
        return self.drawn.content

    def _draw(self, width: int) -> None:
        if self.shown is None or not width:
            self.drawn = Drawing(Content(""), 0)
            return
        at = self.part.id if self.part and self.has_focus else ""
        self.drawn = draw(self.shown, width, min(self.most, room_in(self.app.size.height)), tick=self.tick, chosen=at)
        self.can_focus = self.opens and bool(self.drawn.spots)

    @property
    def part(self) -> Part | None:
        """The part under the cursor."""
        parts = self.shown.parts if self.shown else ()
        return parts[self.chosen % len(parts)] if parts else None

    def action_choose(self, by: int) -> None:
        """Go to the next part, or to the one before."""
        if self.shown:
            self.chosen = (self.chosen + by) % len(self.shown.parts)

    def action_open(self) -> None:
        """Tell the page which part to open."""
        if self.part:
            self.post_message(self.Opened(self.part))

    def on_click(self, event: Click) -> None:
        """Choose and open the part that was clicked."""
        spot = next((one for one in self.drawn.spots if one.y == event.y and 0 <= event.x - one.x < one.width), None)
        if self.opens and self.shown and spot:
            self.chosen = [part.id for part in self.shown.parts].index(spot.part)
            self.action_open()


def room_in(height: int) -> Level:
    """Return how fully a window of so many rows lets a map be drawn."""
    return Level.BOXES if height >= HIGH else Level.NAMES if height >= LOW else Level.LINE
