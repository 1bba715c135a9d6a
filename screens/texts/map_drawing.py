"""The map of a setup as a drawing: boxes where there is room, else three rows of names, else a line of signs."""

from dataclasses import dataclass
from enum import IntEnum

from textual.content import Content

from screens.texts.map_blocks import Block, blocks
from screens.texts.map_canvas import LONGEST, Canvas, Spot, fitted
from screens.texts.map_marks import WELL, edge, link, mark_of
from screens.texts.style import MUTED
from wizard.wording.setup_map import EVENTS, LOG_BUCKET, LOGS, SetupMap

STROKE = 3
"""Columns of the corner that leads to a name below another one."""

WIDEST_GAP = 10
"""Columns between boxes at most."""


class Level(IntEnum):
    """How much of a map is drawn."""

    LINE = 0
    """A line of signs."""
    NAMES = 1
    """Names in three rows."""
    BOXES = 2
    """Boxes with real names."""


@dataclass(frozen=True)
class Drawing:
    """A drawn map.

    Attributes:
        content: its lines.
        height: how many.
        spots: where each part is named; empty in a line of signs.
    """

    content: Content
    height: int
    spots: tuple[Spot, ...] = ()


def draw(shown: SetupMap, width: int, most: Level, *, tick: int = 0, chosen: str = "") -> Drawing:
    """Draw a map as fully as it fits.

    Args:
        shown: the map.
        width: columns there are.
        most: the fullest way to draw it.
        tick: which picture of a sign that turns.
        chosen: id of the part under the cursor; empty without one.
    """
    for boxed, level in ((True, Level.BOXES), (False, Level.NAMES)):
        if level <= most:
            drawn = _Grid(shown, boxed=boxed, tick=tick, chosen=chosen).draw(width)
            if drawn:
                return drawn
    return Drawing(_line(shown, width, tick), 1)


def _line(shown: SetupMap, width: int, tick: int) -> Content:
    marks = [mark_of(part, tick) for part in shown.parts]
    tail = progress(shown)
    room = width - len(tail) - 3
    stroke = max(1, min(6, (room - len(marks)) // max(1, len(marks) - 1)))
    row = Canvas()
    for number, (part, mark) in enumerate(zip(shown.parts, marks, strict=True)):
        at = number * (stroke + 1)
        row.put(at, 0, mark.glyph, mark.style)
        if part is not shown.parts[-1]:
            through = mark.status in WELL
            row.put(at + 1, 0, ("━" if through else "─") * stroke, "$success" if through else MUTED)
    row.put((len(marks) - 1) * (stroke + 1) + 4, 0, tail, MUTED)
    return row.content()


def progress(shown: SetupMap) -> str:
    """Say how many parts work; before any walk, what they cost."""
    looked = [part for part in shown.parts if part.known]
    if not looked:
        return shown.price
    return f"{sum(mark_of(part).status in WELL and part.view.done for part in looked)} of {len(looked)} done"


class _Grid:
    """Lays blocks out in columns.

    Args:
        shown: the map.
        boxed: whether blocks have frames and their parts' names.
        tick: which picture of a sign that turns.
        chosen: id of the part under the cursor.
    """

    def __init__(self, shown: SetupMap, *, boxed: bool, tick: int, chosen: str) -> None:
        self.shown = shown
        self.boxed = boxed
        self.chosen = chosen
        self.canvas = Canvas()
        self.blocks = blocks(shown, boxed=boxed, tick=tick)
        self.around = 4 if boxed else 0
        """Columns of a frame and the blanks in it."""
        self.gap = 4

    def draw(self, width: int) -> Drawing | None:
        """Return the drawing, None where the titles don't fit."""
        columns = self._columns()
        least = [max(block.least + beside for block, beside in column) for column in columns]
        natural = [max(block.width + beside for block, beside in column) for column in columns]
        wanted = [max(small, min(LONGEST, large)) for small, large in zip(least, natural, strict=True)]
        between = len(columns) - 1
        room = width - between * self.gap - len(columns) * self.around
        widths = fitted(wanted, least, room)
        if sum(widths) > room:
            return None
        if self.boxed:
            self.gap += min(WIDEST_GAP - self.gap, (room - sum(widths)) // max(1, between))
        places = [sum(widths[:at]) + at * (self.gap + self.around) for at in range(len(columns))]
        self._place(places, widths)
        return Drawing(self.canvas.content(), self.canvas.height, tuple(self.canvas.spots))

    def _columns(self) -> list[list[tuple[Block, int]]]:
        """Return the blocks of each column, upper row first, with the columns that strokes take beside them."""
        made, stroke = self.blocks, 0 if self.boxed else STROKE
        columns = [[(block, 0)] for block in made.upper]
        if made.lower:
            columns[-2] += [(made.lower[0], stroke), (made.link, 2)]
            columns[-1].append((made.lower[1], 0))
        if made.server:
            columns[0].append((made.server, stroke))
        if made.account and self.boxed and self._home + 1 >= self._left:
            columns[self._home].append((made.account, 0))
        return columns

    @property
    def _left(self) -> int:
        """How many columns have room below them for account and price."""
        return len(self.blocks.upper) - (2 if self.blocks.lower else 0)

    @property
    def _home(self) -> int:
        """The column at which account and price stand."""
        return 1 if self.boxed and self.blocks.server and self._left > 1 else 0

    def _place(self, places: list[int], widths: list[int]) -> None:
        upper, ends = self.blocks.upper, []
        for at, block in enumerate(upper):
            ends.append(self._block(block, places[at], 0, widths[at]))
            if at:
                stroke = link(upper[at - 1].parts[0], block.parts[0])
                self._across(places[at - 1] + widths[at - 1] + self.around, places[at], 0, stroke)
        below = max(ends)
        if self.blocks.lower:
            below = self._lower(places, widths, ends)
        if self.blocks.server:
            ends[0] = self._server(places[0], ends[0], widths[0])
        self._foot(places, ends, below)

    def _lower(self, places: list[int], widths: list[int], ends: list[int]) -> int:
        """Draw what comes of the requests: log bucket and events. Return its first row."""
        logs, bucket, events = (self.shown[one] for one in (LOGS, LOG_BUCKET, EVENTS))
        x, right, top = places[-2], places[-1], max(ends[-2] + 2, ends[-1]) if self.boxed else 2
        stroke, style = link(logs, bucket)
        down = "┃" if stroke == "━" else "│"
        if self.boxed:
            for y in range(ends[-2], top - 1):
                self.canvas.put(x + 2, y, down, style)
            self.canvas.put(x + 2, top - 1, "▾", style)
            self._block(self.blocks.lower[0], x, top, widths[-2])
        else:
            self.canvas.put(x, 1, down, style)
            self.canvas.put(x, 2, "┗▸" if stroke == "━" else "└▸", style)
            self._block(self.blocks.lower[0], x + STROKE, top, widths[-2] - STROKE)
        self._cells(self.blocks.link, x + (4 if self.boxed else 2), ends[-2] if self.boxed else 1, widths[-2])
        used = widths[-2] + self.around if self.boxed else STROKE + self.blocks.lower[0].width
        self._across(x + used, right, top, link(bucket, events))
        self._block(self.blocks.lower[1], right, top, widths[-1])
        return top

    def _server(self, x: int, y: int, width: int) -> int:
        """Draw the user's own web server below the pages that load from it, and return the row below it."""
        server = self.blocks.server
        assert server  # noqa: S101 - the caller looked
        stroke, style = link(self.blocks.upper[0].parts[0], server.parts[0])
        if not self.boxed:
            self.canvas.put(x, 1, "┗▸" if stroke == "━" else "└▸", style)
            return self._block(server, x + STROKE, 1, width - STROKE)
        self.canvas.put(x + 2, y, "▾", style)
        return self._block(server, x, y + 1, width)

    def _foot(self, places: list[int], ends: list[int], below: int) -> None:
        """Draw account and price below what is on the left."""
        account, x = self.blocks.account, places[self._home]
        if account is None:
            self.canvas.put(x, below, self.shown.price, MUTED)
        elif self.boxed:
            self._block(account, x, max([below, *ends[self._home : self._left]]), account.width)
        else:
            y = max(2, ends[0])
            self._block(account, x, y, account.width)
            end, beside = self._end(places), x + account.width + 2
            fits = end is None or beside + len(self.shown.price) < end
            self.canvas.put(*((beside, y) if fits else (x, y + 1)), self.shown.price, MUTED)

    def _end(self, places: list[int]) -> int | None:
        """Return the column at which something else begins in the lowest row; None where nothing does."""
        return places[self._left] if self.blocks.lower else None

    def _block(self, block: Block, x: int, y: int, width: int) -> int:
        """Draw a block, and return the row below it."""
        if not self.boxed:
            self._cells(block, x, y, width)
            return y + len(block.rows)
        height = len(block.rows) + 2
        self.canvas.frame(x, y, (width + self.around, height), edge(block.parts))
        self._cells(block, x + 2, y + 1, width)
        return y + height

    def _cells(self, block: Block, x: int, y: int, width: int) -> None:
        for row, cells in enumerate(block.rows):
            at = x
            for cell in cells:
                text = cell.fitted(width - (at - x))
                if cell.sign:
                    self.canvas.spots.append(Spot(cell.part, at, y + row, len(text)))
                if cell.sign and cell.part == self.chosen:
                    self.canvas.put(at, y + row, text, "bold reverse")
                else:
                    self.canvas.put(at, y + row, text[: cell.lead], cell.style)
                    self.canvas.put(at + cell.lead, y + row, text[cell.lead :], cell.text_style)
                at += len(text) + 2

    def _across(self, start: int, end: int, y: int, stroke: tuple[str, str]) -> None:
        """Draw an arrow from one block to the next."""
        row = y + 1 if self.boxed else y
        blank = 0 if self.boxed else 1
        self.canvas.put(start + blank, row, stroke[0] * (end - start - 2 * blank - 1) + "▸", stroke[1])
