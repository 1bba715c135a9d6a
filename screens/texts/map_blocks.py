"""What stands together on the map: blocks of rows, with a sign before each part's title and its name below it."""

from collections.abc import Iterable
from dataclasses import dataclass

from screens.texts.map_canvas import short
from screens.texts.map_marks import mark_of
from screens.texts.status_style import QUEUED
from screens.texts.style import MUTED
from wizard.wording.setup_map import (
    ACCOUNT,
    BUCKET,
    CERTIFICATE,
    CLOUDFRONT,
    EVENTS,
    LOG_BUCKET,
    LOGS,
    NAME,
    PAGES,
    PIXEL,
    SERVER,
    TRACKER,
    Part,
    SetupMap,
)

FEW = 18
"""Columns of a name that is never shortened."""


@dataclass(frozen=True)
class Cell:
    """A piece of a row.

    Attributes:
        part: id of the part that it is about.
        text: what it says.
        sign: the part's sign before its title; empty before a name.
        style: of the sign.
        text_style: of the text.
        whole: whether it must not be shortened.
    """

    part: str
    text: str
    sign: str = ""
    style: str = ""
    text_style: str = ""
    whole: bool = True

    @property
    def lead(self) -> int:
        """Columns before the text."""
        return 2

    @property
    def width(self) -> int:
        """Columns that it takes."""
        return self.lead + len(self.text)

    def fitted(self, width: int) -> str:
        """Return sign and text, shortened where that helps."""
        text = self.text if self.whole else short(self.text, width - self.lead)
        return f"{self.sign:<{self.lead}}{text}"


@dataclass(frozen=True)
class Block:
    """Rows that stand together.

    Attributes:
        parts: what they are about, the one that links lead to first.
        rows: cells side by side, row by row.
    """

    parts: tuple[Part, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def width(self) -> int:
        """Columns with everything whole."""
        return max(_width(row) for row in self.rows)

    @property
    def least(self) -> int:
        """Columns without which a title would be cut."""
        return max(_width(cell for cell in row if cell.whole) for row in self.rows)


def _width(row: Iterable[Cell]) -> int:
    cells = list(row)
    return sum(cell.width for cell in cells) + 2 * max(0, len(cells) - 1)


@dataclass(frozen=True)
class Blocks:
    """The blocks of a map.

    Attributes:
        upper: from the pages to what is delivered to them.
        link: the delivery of log lines, beside its arrow; of no rows where there is none.
        lower: log bucket and events, or nothing.
        server: the user's own web server, where it stands below the pages.
        account: the AWS account, where one is needed.
    """

    upper: tuple[Block, ...]
    link: Block
    lower: tuple[Block, ...]
    server: Block | None
    account: Block | None


def blocks(shown: SetupMap, *, boxed: bool, tick: int = 0) -> Blocks:
    """Sort a map's parts into blocks.

    Args:
        shown: the map.
        boxed: whether each part's name stands below its title.
        tick: which picture of a sign that turns.
    """
    make = _Maker(shown, names=boxed, tick=tick)
    alone = shown.get(CLOUDFRONT) is None
    upper = [[PAGES], [SERVER]] if alone else [[PAGES], [NAME, CERTIFICATE], [CLOUDFRONT], [BUCKET]]
    made = [make.block(group) for group in upper if shown.get(group[0])]
    if not alone:
        made[-1] = make.bucket(made[-1])
    lower = [make.block([one]) for one in (LOG_BUCKET, EVENTS) if shown.get(one)]
    server = make.block([SERVER]) if shown.get(SERVER) and not alone else None
    account = make.account() if shown.get(ACCOUNT) else None
    return Blocks(tuple(made), make.block([LOGS], names=False), tuple(lower), server, account)


class _Maker:
    """Makes blocks of a map's parts."""

    def __init__(self, shown: SetupMap, *, names: bool, tick: int) -> None:
        self.shown = shown
        self.names = names
        self.tick = tick

    def block(self, ids: Iterable[str], *, names: bool = True) -> Block:
        """Return the block of some parts, those that this setup has."""
        parts = [part for one in ids if (part := self.shown.get(one))]
        rows = [row for part in parts for row in self._rows(part, names=names and self.names)]
        return Block(tuple(parts), tuple(rows))

    def bucket(self, plain: Block) -> Block:
        """Return the bucket's block with what the bucket holds in a row of it."""
        held = [part for one in (PIXEL, TRACKER) if (part := self.shown.get(one))]
        row = tuple(self._title(part) for part in held)
        return Block((*plain.parts, *held), (*plain.rows, *([row] if row else [])))

    def account(self) -> Block:
        """Return the account's block, in a frame with what it is charged."""
        plain = self.block([ACCOUNT])
        price = (Cell(ACCOUNT, self.shown.price, text_style=MUTED),)
        return Block(plain.parts, (*plain.rows, price)) if self.names else plain

    def _rows(self, part: Part, *, names: bool) -> list[tuple[Cell, ...]]:
        if not names:
            return [(self._title(part),)]
        below = [(part.name, ""), (part.note, MUTED)]
        return [
            (self._title(part),),
            *((Cell(part.id, text, text_style=style, whole=len(text) <= FEW),) for text, style in below if text),
        ]

    def _title(self, part: Part) -> Cell:
        mark = mark_of(part, self.tick)
        style = MUTED if mark == QUEUED else ""
        if part.id == NAME and part.name and not self.names:  # its name says more than its title
            return Cell(part.id, part.name, mark.glyph, mark.style, style, whole=False)
        return Cell(part.id, part.title, mark.glyph, mark.style, f"bold {style}".strip() if self.names else style)
