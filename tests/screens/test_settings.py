"""The settings: each counts at once, is kept for the next start, and a file that cannot be used stops nobody."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.widgets import Checkbox, Select

from screens.app import SnowpixelApp
from screens.routes import Route
from screens.themes import DARK
from screens.widgets.field import FieldInput
from tests.screens.driving import Driver, focused, on_page, page, shown, text_of, wait_for
from tests.screens.scripted import ScriptedService
from wizard.model.fields import SETTINGS
from wizard.storage.preferences import FILE, Appearance, Preferences, load, save

Scene = Callable[[SnowpixelApp, Driver], Awaitable[None]]


def play(home: Path, scene: Scene, size: tuple[int, int] = (80, 24)) -> None:
    async def run() -> None:
        app = SnowpixelApp(ScriptedService(home))
        async with app.run_test(size=size) as pilot:
            await on_page(pilot, "HomePage")
            await scene(app, pilot)

    asyncio.run(run())


async def kept(pilot: Driver, home: Path, expected: Preferences) -> None:
    await wait_for(pilot, lambda: load(home).settings == expected, f"kept: {expected}")


async def opened(app: SnowpixelApp, pilot: Driver) -> None:
    await pilot.press("ctrl+o")
    await on_page(pilot, "SettingsPage")
    await wait_for(pilot, lambda: app.focused)


def test_each_setting_counts_at_once_is_kept_and_counts_at_the_next_start(home: Path) -> None:
    async def first(app: SnowpixelApp, pilot: Driver) -> None:
        assert app.current_theme.dark
        await pilot.press("o")
        await on_page(pilot, "SettingsPage")
        await wait_for(pilot, lambda: focused(app) == "theme")
        app.screen.query_one("#theme", Select).value = Appearance.LIGHT
        await wait_for(pilot, lambda: not app.current_theme.dark, "light at once")
        await pilot.press("down", "space")
        await wait_for(pilot, lambda: not app.moves, "nothing moves at once")
        await pilot.press("down", "space", "down", "space")
        await kept(pilot, home, Preferences(theme=Appearance.LIGHT, motion=False, bell=False, desktop=True))
        await pilot.press("ctrl+o")
        assert [screen.id for screen in app.screen_stack].count(Route.SETTINGS) == 1, "it opens once"
        await pilot.press("escape")
        await on_page(pilot, "HomePage")

    async def second(app: SnowpixelApp, pilot: Driver) -> None:
        assert not app.current_theme.dark
        assert not app.moves
        app.visit(Route.CHOICES)
        await on_page(pilot, "ChoicesPage")
        assert not app.screen.query(FieldInput).first().cursor_blink
        await opened(app, pilot)
        assert [app.screen.query_one(f"#{name}", Checkbox).value for name in ("motion", "bell", "desktop")] == [
            False,
            False,
            True,
        ]
        await pilot.press("d")
        await wait_for(pilot, lambda: app.current_theme.dark, "as usual at once")
        await kept(pilot, home, Preferences())

    play(home, first)
    assert (home / FILE).stat().st_mode & 0o777 == 0o600
    play(home, second)


def test_ctrl_t_is_kept_as_well(home: Path) -> None:
    async def scene(_app: SnowpixelApp, pilot: Driver) -> None:
        await pilot.press("ctrl+t")
        await kept(pilot, home, Preferences(theme=Appearance.LIGHT))
        await pilot.press("ctrl+t")
        await kept(pilot, home, Preferences(theme=Appearance.DARK))

    play(home, scene)


def test_the_terminals_own_colors_can_be_had(home: Path) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        assert not app.native_ansi_color
        await opened(app, pilot)
        app.screen.query_one("#theme", Select).value = Appearance.TERMINAL
        await wait_for(pilot, lambda: app.native_ansi_color)
        await wait_for(pilot, lambda: SETTINGS["terminal"].why in shown(app, "#why"), "what it means")

    play(home, scene)


def test_no_color_wins_and_the_page_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    home.mkdir()
    save(home, Preferences(theme=Appearance.LIGHT))

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        assert app.native_ansi_color
        await pilot.press("ctrl+t")
        assert app.native_ansi_color
        await opened(app, pilot)
        assert app.screen.query_one("#theme", Select).disabled
        await wait_for(pilot, lambda: "NO_COLOR is set here" in shown(app, "#why"))

    play(home, scene)
    assert load(home).settings == Preferences(theme=Appearance.LIGHT), "the choice is kept for where it counts"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is damaged"),
        (b"{[red]", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b'{"schema": 1, "theme": "pink"}', "is damaged"),
        (b'{"schema": 1, "sound": true}', "is damaged"),
        (b'{"theme": "light"}', "is damaged"),
        (b'{"schema": 2, "theme": "light", "sound": true}', "written by a newer snowpixel (file version 2)"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_written_anew_with_the_next_change(
    home: Path, content: bytes, why: str
) -> None:
    home.mkdir()
    (home / FILE).write_bytes(content)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(
            pilot, lambda: app._notifications and "defaults are used" in next(iter(app._notifications)).message
        )
        await opened(app, pilot)
        assert why in shown(app, "#trouble")
        await pilot.press("down", "down", "space")
        await kept(pilot, home, Preferences(bell=False))
        await wait_for(pilot, lambda: not shown(app, "#trouble"))

    play(home, scene)


def test_a_folder_in_the_place_of_the_file_is_no_crash_and_what_cannot_be_kept_is_said(home: Path) -> None:
    (home / FILE).mkdir(parents=True)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await opened(app, pilot)
        assert "can't be read" in shown(app, "#trouble")
        await pilot.press("ctrl+t")
        await wait_for(pilot, lambda: any("couldn't be saved" in one.message for one in app._notifications))
        assert not app.current_theme.dark, "it counts all the same"

    play(home, scene)
    assert not [path for path in home.iterdir() if path.name != FILE], "nothing half-written is left"


@pytest.mark.timeout(300)
def test_an_unknown_theme_of_the_environment_is_no_crash(home: Path) -> None:
    program = OPEN_AND_QUIT.format(home=str(home))
    for theme, expected in (("no-such-theme", DARK.name), ("nord", "nord")):
        environment = {**os.environ, "TEXTUAL_THEME": theme}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, done.stdout) == (0, f"{expected}\n"), done.stderr


OPEN_AND_QUIT = """
import sys
from pathlib import Path
from screens.app import SnowpixelApp
from tests.screens.scripted import ScriptedService

async def leave(pilot):
    await pilot.press("q")

app = SnowpixelApp(ScriptedService(Path({home!r})))
app.run(headless=True, auto_pilot=leave)
print(app.theme)
sys.exit(app.return_code or 0)
"""


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
def test_the_page_is_whole_in_every_window_and_says_why(home: Path, size: tuple[int, int]) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await opened(app, pilot)
        for name in ("theme", "motion", "bell", "desktop"):
            assert SETTINGS[name].label in text_of(app)
            await wait_for(pilot, lambda name=name: SETTINGS[name].why[:40] in shown(app, "#why"), name)  # type: ignore[misc]
            await pilot.press("down")
        assert "Defaults" in text_of(app)

    play(home, scene, size)


def test_the_palette_and_the_mouse_lead_there(home: Path) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await pilot.press("ctrl+p", *"settings")
        await wait_for(pilot, lambda: "Colors, animations, bell" in text_of(app))
        await pilot.press("down", "enter")
        await on_page(pilot, "SettingsPage")
        assert await pilot.click("#back")
        await on_page(pilot, "HomePage")
        await wait_for(pilot, lambda: "o Settings" in text_of(app).splitlines()[-1])
        at = text_of(app).splitlines()[-1].index("Settings")
        assert await pilot.click(offset=(at, 23))
        await wait_for(pilot, lambda: page(app) == "SettingsPage")

    play(home, scene)


def test_settings_are_written_whole_or_not_at_all(home: Path) -> None:
    home.mkdir()
    save(home, Preferences(bell=False))
    before = (home / FILE).read_bytes()
    assert json.loads(before) == {"schema": 1, "theme": "usual", "motion": True, "bell": False, "desktop": False}
    save(home, Preferences())
    assert [path.name for path in home.iterdir()] == [FILE]
