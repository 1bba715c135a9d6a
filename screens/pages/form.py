"""Base class of pages with a form: arrow keys between fields, no key lost."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Select, Static

from screens.pages.page import Page
from screens.texts.style import MUTED, lines, say


class FormPage(Page):
    """A page of boxes, ticks and lists, one below the other, and a panel (#why) that says why each is asked."""

    WHY: ClassVar[Mapping[str, str]] = {}
    """Why each part is asked, by its id."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # What is typed right after an arrow is meant for the next part: the focus must have moved before it comes.
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def asking(self, fields: Iterable[Widget]) -> Widget:
        """Return the form with its panel: beside it where the window is broad, else below."""
        form = VerticalScroll(*fields, id="form", can_focus=False)
        return Container(form, Static(id="why", classes="note"), id="asking")

    def action_move(self, by: int) -> None:
        """Go to the next part of the form, or to the one before."""
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the arrows to a list that is open."""
        del parameters
        return not (action == "move" and any(one.expanded for one in self.query(Select)))

    @on(DescendantFocus)
    def asked(self, event: DescendantFocus) -> None:
        """Say why we ask for what has the focus."""
        asking = [node.id for node in event.widget.ancestors_with_self if node.id in self.WHY]
        if asking:
            self.explain(asking[0] or "")

    def explain(self, part: str) -> None:
        """Say why a part is asked."""
        more = self.beside(part)
        self.query_one("#why", Static).update(lines(self.WHY[part], *([say(more, MUTED)] if more else [])))

    def beside(self, part: str) -> str:
        """Return what else there is to say of a part at this moment, mostly nothing."""
        del part
        return ""
