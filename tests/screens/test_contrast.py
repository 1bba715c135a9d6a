"""Whether every text on every page can be read: its contrast, as drawn, in both themes (WCAG 2.2, 1.4.3).

And whether every page says what it is for by one button at most.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Button

from screens.app import SnowpixelApp
from screens.themes import DARK, LIGHT
from tests.screens.scenes import SCENES, Scene

TEXT = 4.5
"""Least contrast of text."""

DISABLED = 3.0
"""Least contrast of what cannot be used now; WCAG asks for none."""


@dataclass(frozen=True)
class Drawn:
    """A piece of text on the screen."""

    text: str
    widget: str
    contrast: float
    least: float


def luminance(color: ColorTriplet) -> float:
    """Return the relative luminance, as WCAG 2.2 defines it."""
    linear = [(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4) for part in color.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """Return the contrast ratio, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colors(segment: Segment) -> tuple[ColorTriplet, ColorTriplet]:
    """Return the colors of text and ground as they are drawn."""
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    text, ground = style.color.get_truecolor(), style.bgcolor.get_truecolor()
    return (ground, text) if style.reverse else (text, ground)


def drawn(app: SnowpixelApp) -> Iterator[Drawn]:
    """Yield all text on the top screen; of a page behind a box only the box counts."""
    boxes = app.screen.query(".box")
    within = boxes.first().region if boxes else Region(0, 0, *app.size)
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            if within.contains(x, y) and any(letter.isalnum() for letter in segment.text):
                widget, _ = app.screen.get_widget_at(x, y)
                yield Drawn(segment.text.strip(), named(widget), contrast(*colors(segment)), least(widget))
            x += segment.cell_length


def named(widget: Widget) -> str:
    return f"{type(widget).__name__}#{widget.id or ''}"


def least(widget: Widget) -> float:
    return DISABLED if widget.is_disabled else TEXT


def filled(app: SnowpixelApp) -> list[str]:
    """Return the buttons that are drawn as the one thing that a page is for."""
    return [str(one.label) for one in app.screen.query(Button) if one.display and one.variant in ("primary", "error")]


async def looked_at(scene: Scene, home: Path, theme: str) -> tuple[list[Drawn], list[str]]:
    app = scene.app(home, theme)
    async with app.run_test(size=(120, 40)) as pilot:
        await scene.show(app, pilot)
        return list(drawn(app)), filled(app)


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
@pytest.mark.parametrize("name", SCENES)
def test_every_text_can_be_read_and_one_button_at_most_stands_out(home: Path, name: str, theme: str) -> None:
    found, standing_out = asyncio.run(looked_at(SCENES[name], home, theme))

    assert len(found) > 5
    assert [one for one in found if one.contrast < one.least] == []
    assert len(standing_out) <= 1, standing_out


def test_contrast_is_measured_as_the_standard_says() -> None:
    black, white, grey = ColorTriplet(0, 0, 0), ColorTriplet(255, 255, 255), ColorTriplet(0x76, 0x76, 0x76)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, white) == pytest.approx(1)
    assert contrast(grey, white) == pytest.approx(4.54, abs=0.01)
