"""The form under quick fingers: no key is lost, and none goes to the wrong part."""

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Button, Checkbox, Select

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens.driving import Driver, box, focused, on_page, wait_for
from tests.screens.scripted import ScriptedService
from wizard.model.setup import SetupChoices


async def at_once(pilot: Driver, *keys: tuple[str, str | None]) -> None:
    """Let keys come as a terminal sends them that was typed into ahead: all before the first is looked at."""
    app = pilot.app
    for key, character in keys:
        app.post_message(events.Key(key, character))
    await pilot.pause()


async def form(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.CHOICES)
    await on_page(pilot, "ChoicesPage")
    await wait_for(pilot, lambda: app.focused is box(app, "domain"))


DOWN, UP, SPACE = ("down", None), ("up", None), ("space", " ")


@pytest.mark.parametrize(
    ("ways", "ticked"),
    [((DOWN, DOWN, DOWN), "goal-js-bucket"), ((("tab", None),) * 4, "goal-js-server"), ((DOWN,), "nodomain")],
)
def test_a_space_right_after_quick_moves_changes_what_they_lead_to(
    home: Path, ways: tuple[tuple[str, str | None], ...], ticked: str
) -> None:
    async def scene() -> None:
        app = SnowpixelApp(ScriptedService(home))
        async with app.run_test(size=(80, 24)) as pilot:
            await form(app, pilot)
            before = box(app, "domain").value
            tick = app.screen.query_one(f"#{ticked}", Checkbox)
            was = tick.value
            await at_once(pilot, *ways, SPACE)
            await wait_for(pilot, lambda: tick.value is not was, f"{ticked} is changed")
            assert box(app, "domain").value == before

    asyncio.run(scene())


def test_the_arrows_move_in_a_list_that_is_open_and_past_it_when_it_is_not(home: Path) -> None:
    async def scene() -> None:
        app = SnowpixelApp(ScriptedService(home))
        async with app.run_test(size=(80, 24)) as pilot:
            await form(app, pilot)
            region = app.screen.query_one("#region", Select)
            before = region.value
            region.focus()
            await pilot.press("down", "up")
            await wait_for(pilot, lambda: focused(app) == "region")
            assert not region.expanded
            await pilot.press("enter")
            await wait_for(pilot, lambda: region.expanded)
            await pilot.press("down", "enter")
            await wait_for(pilot, lambda: not region.expanded and region.value != before, "another region is chosen")

    asyncio.run(scene())


def test_a_saved_region_that_cannot_have_the_buckets_is_refused_with_the_nearest_one(home: Path) -> None:
    async def scene() -> None:
        service = ScriptedService(home)
        service.store.create("main", SetupChoices(domain="e.example.test", region="me-south-1"))
        app = SnowpixelApp(service)
        async with app.run_test(size=(80, 24)) as pilot:
            app.visit(Route.CHOICES, "main")
            await on_page(pilot, "ChoicesPage")
            app.screen.query_one("#go", Button).press()
            await wait_for(pilot, lambda: any("ap-south-1 (Mumbai)" in one.message for one in app._notifications))
            await wait_for(pilot, lambda: focused(app) == "region")
            assert service.store.load("main").choices.region == "me-south-1"
            app.screen.query_one("#region", Select).value = "ap-south-1"
            app.screen.query_one("#go", Button).press()
            await wait_for(pilot, lambda: service.store.load("main").choices.region == "ap-south-1")

    asyncio.run(scene())
