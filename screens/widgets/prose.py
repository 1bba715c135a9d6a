"""Text with hanging lists: wrapped lines keep the item's left edge."""

import re

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static

LEAD = re.compile(
    r" *(?:\d+\.? +|[-+~·↻✓✗…○●◐◓◑◒▸!?\N{EN DASH}] +)?"  # an indent, the number or sign of a list
    r"(?:\S(?: ?\S){0,15} {2,}(?=\S))?"  # a label: what more than one space parts from the rest
)
"""What stands before a line's own text."""

JOINTS = re.compile(r"(?<=[:/])")
"""Where a name that is longer than a line may be broken, so that its parts stay whole."""


def hang(content: Content, width: int) -> Content:
    """Break lines at spaces so that each part of a list stands under its own beginning.

    Args:
        content: lines of text.
        width: columns there are.
    """
    rows = [row for line in content.split("\n", allow_blank=True) for row in _rows(line, width)]
    return Content("\n").join(rows)


def _rows(line: Content, width: int) -> list[Content]:
    if line.cell_length > width and " " not in line.plain.strip():
        return _jointed(line, width)
    lead = LEAD.match(line.plain)
    indent = Content(line.plain[: lead.end()]).cell_length if lead else 0
    longest = max((Content(word).cell_length for word in line.plain.split()), default=0)
    if line.cell_length <= width or not indent or longest > width - indent:
        return [line]  # hanging would break a name that the whole width may hold
    first, *rest = line[indent:].wrap(width - indent)
    return [line[:indent] + first, *(Content(" " * indent) + row for row in rest)]


def _jointed(name: Content, width: int) -> list[Content]:
    """Break a long name (an ARN, an address) behind a colon or a slash; a part that is still too long is left whole."""
    rows, begin, end = list[Content](), 0, 0
    for part in JOINTS.split(name.plain):
        if end > begin and name[begin : end + len(part)].cell_length > width:
            rows.append(name[begin:end])
            begin = end
        end += len(part)
    return [*rows, name[begin:end]]


class Prose(Static):
    """A Static that hangs its lists, anew in each width."""

    def __init__(
        self,
        content: VisualType = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(content, id=id, classes=classes)
        self.told = content

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show something else."""
        self.told = content
        super().update(self._fitted(), layout=layout)

    def on_resize(self) -> None:
        """Fit the text into the new width."""
        if isinstance(self.told, Content):
            super().update(self._fitted())

    def _fitted(self) -> VisualType:
        width = self.content_size.width
        return hang(self.told, width) if isinstance(self.told, Content) and width else self.told
