"""Tabs that the digits open."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widget import Widget
from textual.widgets import TabbedContent, TabPane


def tab_keys(count: int) -> tuple[BindingType, ...]:
    """Return the keys of a page with so many tabs: they work wherever the focus is."""
    return (
        *(Binding(str(number), f"tab({number})", f"Tab {number}", show=False) for number in range(1, count + 1)),
        Binding("pagedown", "scroll_tab('page_down')", "Further down", show=False),
        Binding("pageup", "scroll_tab('page_up')", "Back up", show=False),
    )


class Tabs(Container):
    """Named tabs in a fixed order.

    Args:
        contents: tab id to its title and what it shows.
        id: the widget's id.
    """

    def __init__(self, contents: Mapping[str, tuple[str, Widget]], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.contents = contents

    def compose(self) -> ComposeResult:
        """Lay out the tabs."""
        with TabbedContent():
            for number, (name, (title, shown)) in enumerate(self.contents.items(), 1):
                with TabPane(f"{number} {title}", id=f"tab-{name}"), VerticalScroll(can_focus=False):
                    yield shown

    def open(self, number: int) -> None:
        """Open a tab by its number, from 1."""
        names = list(self.contents)
        if 1 <= number <= len(names):
            self.query_one(TabbedContent).active = f"tab-{names[number - 1]}"

    @property
    def active(self) -> str:
        """The open tab's id."""
        return self.query_one(TabbedContent).active.removeprefix("tab-")

    def scroll_by(self, how: str) -> None:
        """Scroll what the open tab shows."""
        pane = self.query_one(TabbedContent).active_pane
        if pane:
            getattr(pane.query_one(VerticalScroll), f"action_{how}")()
