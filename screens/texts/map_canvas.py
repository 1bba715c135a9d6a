"""A canvas of text for the map: pieces at places, names shortened in the middle, frames, and widths that fit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.content import Content

from screens.texts.style import say

LONGEST = 40
"""Columns that a name gets at most, however much room there is."""


def short(text: str, width: int) -> str:
    """Shorten a name in its middle, for both its ends tell what it is."""
    if len(text) <= width:
        return text
    head = max(1, width // 2)
    return f"{text[:head]}…{text[len(text) - (width - head - 1) :]}" if width > head + 1 else text[:width]


def fitted(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return widths that fit: the widest columns give first; wider than `room` where not even the least ones fit."""
    widths = list(natural)
    while sum(widths) > room:
        given = [(width, at) for at, width in enumerate(widths) if width > least[at]]
        if not given:
            break
        widths[max(given)[1]] -= 1
    return widths


@dataclass(frozen=True)
class Spot:
    """Where a part is named.

    Attributes:
        part: its id.
        x: column.
        y: row.
        width: columns.
    """

    part: str
    x: int
    y: int
    width: int


@dataclass
class Canvas:
    """Pieces of text at places; they don't overlap."""

    rows: dict[int, list[tuple[int, Content]]] = field(default_factory=dict)
    spots: list[Spot] = field(default_factory=list)

    def put(self, x: int, y: int, text: str, style: str = "") -> None:
        """Write a piece."""
        self.rows.setdefault(y, []).append((x, say(text, style)))

    def frame(self, x: int, y: int, size: tuple[int, int], style: str) -> None:
        """Draw a frame.

        Args:
            x: its left column.
            y: its first row.
            size: columns and rows, its lines included.
            style: of its lines.
        """
        width, height = size
        self.put(x, y, f"╭{'─' * (width - 2)}╮", style)
        for row in range(y + 1, y + height - 1):
            self.put(x, row, "│", style)
            self.put(x + width - 1, row, "│", style)
        self.put(x, y + height - 1, f"╰{'─' * (width - 2)}╯", style)

    @property
    def height(self) -> int:
        """Rows that are written to."""
        return max(self.rows, default=-1) + 1

    def content(self) -> Content:
        """Return it as lines."""
        return Content("\n").join([self._row(y) for y in range(self.height)])

    def _row(self, y: int) -> Content:
        parts: list[Content] = []
        at = 0
        for x, piece in sorted(self.rows.get(y, []), key=lambda placed: placed[0]):
            parts += [Content(" " * (x - at)), piece]
            at = x + piece.cell_length
        return Content("").join(parts)
