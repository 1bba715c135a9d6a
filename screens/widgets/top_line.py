"""The top line of a page: step, time left of the sign-in, and practice."""

import time
from collections.abc import Callable

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from screens.texts.session_left import header
from screens.texts.style import MUTED, clean

STEPS = ("Choices", "Account", "Plan", "Build", "Proof")
"""The steps of a new setup."""

ROOM = 96
"""Columns from which on the whole way is shown; below, only the step we are at."""


AT = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"


class TopLine(Widget):
    """One line: product, setup, way, practice.

    Args:
        heading: the page's name.
        setup: the setup's name, may be empty.
        step: where the page is on the way; empty for pages beside it.
        practice: whether everything happens in a practice world.
        now: this computer's time.
    """

    BEAT = 1.0
    """Seconds between drawings of the time left."""

    ends: reactive[float | None] = reactive(None)
    """When the sign-in ends, where that is known."""

    def __init__(
        self, heading: str, setup: str, *, step: str, practice: bool, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(id="top")
        self.heading = heading
        self.setup = setup
        self.step = step
        self.practice = practice
        self.now = now

    def on_mount(self) -> None:
        """Count down."""
        self.set_interval(self.BEAT, self._beat)

    def _beat(self) -> None:
        if self.ends is not None and self.screen.is_current:
            self.refresh()

    def render(self) -> Content:
        """Fit it into the width there is."""
        width = self.size.width - 2
        left = Content.assemble(("▪ snowpixel", "bold $text-accent"), (f"  {AT}  ", MUTED), self._where())
        way, practice = self._way(width), Content.styled(" PRACTICE ", "bold reverse $text-warning")
        told = [header(self.ends - self.now())] if self.ends is not None else []
        told += [practice] if self.practice else []
        parts = [way, *told] if way else told
        room = width - left.cell_length
        if told and sum(part.cell_length + 2 for part in parts) > room:
            parts = told  # the way is on every page; the end of a sign-in is news
        right = Content("  ").join(parts)
        gap = room - right.cell_length
        return Content.assemble(left, " " * max(1, gap), right)

    def _where(self) -> Content:
        name = (f"{clean(self.setup)}  {AT}  ", MUTED) if self.setup else ("", "")
        return Content.assemble(name, (self.heading, "bold"))

    def _way(self, width: int) -> Content:
        if not self.step:
            return Content("")
        at = STEPS.index(self.step)
        if width < ROOM:
            marks = "".join("●" if number <= at else "○" for number in range(len(STEPS)))
            return Content.assemble((marks, "$text-accent"), (f" {at + 1} of {len(STEPS)}", MUTED))
        parts = [_station(name, number, at) for number, name in enumerate(STEPS)]
        return Content.styled(" ─ ", MUTED).join(parts)


def _station(name: str, number: int, at: int) -> Content:
    if number == at:
        return Content.styled(f"● {name}", "bold $text-accent")
    return Content.styled(f"✓ {name}", "$text-success") if number < at else Content.styled(f"○ {name}", MUTED)
