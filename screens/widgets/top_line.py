"""The top line of a page: step, time left of the sign-in, and practice."""

import time
from collections.abc import Callable, Iterator, Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from screens.texts.session_left import header
from screens.texts.style import MUTED, clean

STEPS = ("Choices", "Account", "Plan", "Build", "Proof")
"""The steps of a new setup."""

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
        practice = Content.styled(" PRACTICE ", "bold reverse $text-warning")
        told = [header(self.ends - self.now())] if self.ends is not None else []
        told += [practice] if self.practice else []
        whole = Content.assemble(("▪ snowpixel", "bold $text-accent"), (f"  {AT}  ", MUTED), self._where())
        short = Content.assemble(("▪ ", "bold $text-accent"), self._where())
        # The way as long as there is room for it; the program's name goes before it does.
        lines = [(left, [way, *told]) for left in (whole, short) for way in self._ways()]
        left, parts = next((one for one in lines if _wide(*one) <= width), (whole, told))
        right = Content("  ").join(parts)
        gap = width - left.cell_length - right.cell_length
        return Content.assemble(left, " " * max(1, gap), right)

    def _where(self) -> Content:
        name = (f"{clean(self.setup)}  {AT}  ", MUTED) if self.setup else ("", "")
        return Content.assemble(name, (self.heading, "bold"))

    def _ways(self) -> Iterator[Content]:
        """Yield the steps with their names, as dots with a number, and as the number alone; nothing beside the way."""
        if not self.step:
            return
        at = STEPS.index(self.step)
        yield Content.styled(" ─ ", MUTED).join([_station(name, number, at) for number, name in enumerate(STEPS)])
        marks, place = (
            "".join("●" if number <= at else "○" for number in range(len(STEPS))),
            f"{at + 1} of {len(STEPS)}",
        )
        yield Content.assemble((marks, "$text-accent"), (f" {place}", MUTED))
        yield Content.styled(place, "$text-accent")


def _wide(left: Content, parts: Sequence[Content]) -> int:
    """Return how many columns a line takes at least."""
    return left.cell_length + sum(part.cell_length + 2 for part in parts)


def _station(name: str, number: int, at: int) -> Content:
    if number == at:
        return Content.styled(f"● {name}", "bold $text-accent")
    return Content.styled(f"✓ {name}", "$text-success") if number < at else Content.styled(f"○ {name}", MUTED)
