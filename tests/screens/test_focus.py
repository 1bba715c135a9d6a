"""What has the focus can be seen in terminals of 16 and of 256 colors, too."""

import asyncio
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.theme import Theme
from textual.widget import Widget

from screens.app import SnowpixelApp
from screens.themes import DARK, LIGHT
from tests.screens.driving import Driver
from tests.screens.scenes import SCENES, Scene

SYSTEMS = (ColorSystem.STANDARD, ColorSystem.EIGHT_BIT)

Look = tuple[int, Style | None]


def looks(app: SnowpixelApp, widget: Widget) -> list[Look]:
    """Return the pieces of a widget and, where it is a line of a form, of its label: their widths and styles."""
    region = (widget.parent if isinstance(widget.parent, Widget) and widget.region.height == 1 else widget).region
    rows = app.screen._compositor.render_strips()[region.y : region.bottom]
    return [(one.cell_length, one.style) for row in rows for one in row.crop(region.x, region.right)]


def in_colors(pieces: list[Look], colors: ColorSystem) -> list[tuple[object, int]]:
    """Return what a terminal with so many colors shows of them; neighbors that look the same are one."""
    seen = ((style and (style.bold, style.reverse, style.underline, *_downgraded(style, colors)), width)
            for width, style in pieces)  # fmt: skip
    return [(how, sum(width for _, width in group)) for how, group in groupby(seen, key=itemgetter(0))]


def _downgraded(style: Style, colors: ColorSystem) -> list[object]:
    return [color and color.downgrade(colors) for color in (style.color, style.bgcolor)]


async def unseen(scene: Scene, home: Path, theme: str) -> list[str]:
    """Return what looks the same with the focus and without it."""
    app = scene.app(home, theme)
    async with app.run_test(size=(120, 40)) as pilot:
        await scene.show(app, pilot)
        return [name for widget in app.screen.focus_chain for name in await _unseen(app, pilot, widget)]


async def _unseen(app: SnowpixelApp, pilot: Driver, widget: Widget) -> list[str]:
    app.screen.set_focus(widget)
    await pilot.pause()
    focused = looks(app, widget)
    app.screen.set_focus(None)
    await pilot.pause()
    other = looks(app, widget)
    alike = [colors.name for colors in SYSTEMS if in_colors(focused, colors) == in_colors(other, colors)]
    return [f"{type(widget).__name__}#{widget.id} in {name}" for name in alike]


@pytest.mark.parametrize(
    ("name", "theme"),
    [
        *((name, DARK) for name in ("home", "choices", "keys", "dns", "checklist")),
        ("choices", LIGHT),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_the_focus_can_be_seen(home: Path, name: str, theme: Theme) -> None:
    assert asyncio.run(unseen(SCENES[name], home, theme.name)) == []
