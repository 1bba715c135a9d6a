"""Base class of pages: top line, introduction, buttons, help, and the way back."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Container, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Footer, Static

from screens.background_walk import BackgroundWalk
from screens.base_app import BUILT_IN, BaseApp
from screens.dialogs.help import HelpModal
from screens.texts.session_left import end_of
from screens.texts.style import say
from screens.widgets.button_row import ButtonRow
from screens.widgets.tabs import Tabs
from screens.widgets.top_line import TopLine
from wizard.model.results import Snapshot

FRAME = 0.05
"""Seconds between drawings of a walk: what comes faster is skipped, never the last."""

TOO_SMALL = "This window is too small. Make it at least 60 columns wide and 16 lines high."


class Page(Screen[None]):
    """A page of the wizard.

    Args:
        setup: the setup's name, empty where there is none yet.
    """

    heading: str = ""
    purpose: str = ""
    """One sentence: what happens here."""
    step: str = ""
    """Its place among the steps of a new setup, as `widgets.top` names it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("question_mark,f1", "help", "Help", key_display="?"),
        Binding("q", "app.leave", "Quit"),
    ]

    def __init__(self, setup: str = "") -> None:
        super().__init__()
        self.setup = setup

    @property
    def base_app(self) -> BaseApp:
        """The app."""
        return cast("BaseApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out the frame around the page's own parts."""
        practice = bool(self.base_app.service.environment.zone)
        yield TopLine(self.heading, self.setup, step=self.step, practice=practice, now=self.base_app.now)
        with Center(id="middle"), Vertical(id="column"):
            yield Static(say(self.purpose), id="purpose")
            yield Container(*self.parts(), id="body")
            yield ButtonRow(*self.buttons(), id="buttons")
        yield Footer(show_command_palette=False, compact=True)
        yield Static(say(TOO_SMALL), id="too-small")

    def parts(self) -> Iterable[Widget]:
        """Return the page's own widgets."""
        return ()

    def buttons(self) -> Iterable[Button]:
        """Return the buttons under them."""
        return ()

    def say_purpose(self, text: str) -> None:
        """Say what happens here in other words, where that depends on the setup."""
        self.purpose = text
        self.query_one("#purpose", Static).update(say(text))

    def action_back(self) -> None:
        """Go back one page; what was typed here stays until the wizard ends."""
        self.app.pop_screen()

    def action_help(self) -> None:
        """Say what this page is for and which keys it knows."""
        self.app.push_screen(HelpModal(self.heading, self.purpose, self._keys()))

    def _keys(self) -> tuple[tuple[str, str], ...]:
        own = [active.binding for active in self.active_bindings.values() if active.node is self]
        shown = {
            one.description: self.app.get_key_display(one)
            for one in own
            if not one.system and one.description not in BUILT_IN
        }
        return tuple((key, what) for what, key in shown.items())

    # Pages with tabs.

    def action_tab(self, number: int) -> None:
        """Open a tab."""
        self.query_one(Tabs).open(number)

    def action_scroll_tab(self, how: str) -> None:
        """Scroll what the open tab shows."""
        self.query_one(Tabs).scroll_by(how)

    # Following a walk.

    def follow(self, walk: BackgroundWalk) -> None:
        """Show a walk from now on, from its newest state; the page may come as late as it likes."""
        self.run_worker(self._follow(walk), group="following", exclusive=True)

    @property
    def is_open(self) -> bool:
        """Whether it can still be drawn: once it was left, or the app ends, its parts go before what draws them."""
        return self.app.is_running and self in self.app.screen_stack

    async def _follow(self, walk: BackgroundWalk) -> None:
        async for update in walk.progress.updates():
            if not self.is_open:
                return
            self.query_one(TopLine).ends = end_of(update.snapshot)
            self.show(update.snapshot)
            await asyncio.sleep(FRAME)

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot."""
