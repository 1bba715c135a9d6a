"""Boxes over a page: all of their text can be reached by keys, and the palette names what can be done, once each."""

import asyncio
from collections import Counter
from pathlib import Path

from screens.app import SnowpixelApp
from tests.screens.driving import Driver, focused, on_page, page, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup

LAST_SIGN = "checked once something else"


async def read_help(app: SnowpixelApp, key: str) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await on_page(pilot, "HomePage")
        await wait_for(pilot, lambda: focused(app))
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: page(app) == "HelpModal" and "Close" in text_of(app))
        assert LAST_SIGN not in text_of(app)
        await until(pilot, app, key)
        await pilot.press("enter")
        await wait_for(pilot, lambda: page(app) == "HomePage", "the button kept its focus")


async def until(pilot: Driver, app: SnowpixelApp, key: str) -> None:
    """Press a key until the last line of the help is there, or it has been pressed far too often."""
    for _ in range(30):
        await pilot.press(key)
        if LAST_SIGN in text_of(app):
            return
    raise AssertionError(text_of(app))


def test_help_that_is_longer_than_the_window_is_scrolled_by_the_arrow_keys(home: Path) -> None:
    asyncio.run(read_help(SnowpixelApp(ScriptedService(home)), "down"))


def test_help_is_scrolled_by_whole_pages_too(home: Path) -> None:
    asyncio.run(read_help(SnowpixelApp(ScriptedService(home)), "pagedown"))


def test_the_palette_names_what_this_page_can_do_and_nothing_of_textuals_own(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service)
    app = SnowpixelApp(service)

    async def scene() -> Counter[str]:
        async with app.run_test() as pilot:
            await wait_for(pilot, lambda: focused(app) == "setups")
            return Counter(command.title for command in app.get_system_commands(app.screen))

    offered = asyncio.run(scene())

    assert {"New", "Checks", "Snippet", "Events", "Change", "Remove", "Help", "Quit", "Light or dark"} <= set(offered)
    assert not {"Focus Next", "Focus Previous", "Copy selected text"} & set(offered)
    assert set(offered.values()) == {1}
