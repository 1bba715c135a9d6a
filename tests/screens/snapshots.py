"""Pictures of pages that tests compare with: how they are taken, made comparable, kept and renewed."""

import re
from pathlib import Path

from screens.themes import DARK, LIGHT
from tests.screens.scenes import SCENES

FOLDER = Path(__file__).parent / "snapshots"
PAGES = ("home", "plan", "dns", "run", "checklist", "events")
LOOKS = (("80x24", "dark"), ("80x24", "light"), ("120x40", "dark"))
"""A wide window in the light theme shows nothing that these do not."""

RENEW = "renew them with `make pictures`, and look at what changed"

_MADE_UP = re.compile(r"terminal-\d+")
_TURNING = re.compile("[◓◑◒]")


def names() -> list[str]:
    """Return what every picture is called: page, size, theme."""
    return [f"{page}-{size}-{shade}" for page in PAGES for size, shade in LOOKS]


def path(name: str) -> Path:
    """Return where a picture is kept."""
    return FOLDER / f"{name}.svg"


async def taken(name: str, home: Path) -> str:
    """Take a picture of the running wizard."""
    page, size, shade = name.rsplit("-", 2)
    width, height = map(int, size.split("x"))
    scene = SCENES[page]
    app = scene.app(home, (DARK if shade == "dark" else LIGHT).name)
    async with app.run_test(size=(width, height)) as pilot:
        await scene.show(app, pilot)
        return comparable(app.export_screenshot(title="snowpixel"))


def comparable(svg: str) -> str:
    """Take out what is another one each time: the number in Textual's class names, and how far a turning sign is."""
    return _TURNING.sub("◐", _MADE_UP.sub("terminal", svg))


def text(svg: str) -> list[str]:
    """Return the words of a picture, row by row, for a difference that a reader understands."""
    rows = re.findall(r'clip-path="url\(#terminal-line-(\d+)\)">([^<]*)<', svg)
    found: dict[int, str] = {}
    for row, words in rows:
        found[int(row)] = found.get(int(row), "") + words.replace("&#160;", " ")
    return [found.get(row, "").rstrip() for row in range(max(found, default=-1) + 1)]
