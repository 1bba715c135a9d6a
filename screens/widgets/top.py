"""The line at the top of every page: where we are on the way, and whether it is practice."""

from textual.content import Content
from textual.widget import Widget

from screens.words import MUTED, clean

STEPS = ("Choices", "Account", "Plan", "Build", "Proof")
"""The way of a new set-up."""

ROOM = 96
"""Columns from which on the whole way is shown; below, only the step we are at."""


AT = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"


class TopLine(Widget):
    """One line: product, set-up, way, practice.

    Args:
        heading: the page's name.
        setup: the set-up's name, may be empty.
        step: where the page is on the way; empty for pages beside it.
        practice: whether everything happens in a practice world.
    """

    def __init__(self, heading: str, setup: str, *, step: str, practice: bool) -> None:
        super().__init__(id="top")
        self.heading = heading
        self.setup = setup
        self.step = step
        self.practice = practice

    def render(self) -> Content:
        """Fit it into the width there is."""
        width = self.size.width - 2
        left = Content.assemble(("▪ snowpixel", "bold $text-accent"), (f"  {AT}  ", MUTED), self._where())
        right = self._way(width)
        if self.practice:
            right = Content.assemble(right, "  ", (" PRACTICE ", "bold reverse $text-warning"))
        gap = width - left.cell_length - right.cell_length
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
