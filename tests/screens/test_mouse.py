"""The whole road with the mouse alone."""

import asyncio
from pathlib import Path

import pytest

from screens.app import SnowpixelApp
from tests.screens import scripted
from tests.screens.driving import Driver, on_page, wait_for
from tests.screens.scripted import ScriptedService
from wizard.model.results import Job


async def click(pilot: Driver, button: str) -> None:
    """Click a button once it is there and can be pressed."""
    app = pilot.app
    await wait_for(pilot, lambda: [one for one in app.screen.query(button) if one.display and not one.disabled], button)
    assert await pilot.click(button)


async def walk(service: ScriptedService, size: tuple[int, int]) -> None:
    app = SnowpixelApp(service)
    async with app.run_test(size=size) as pilot:
        await on_page(pilot, "HomePage")
        for button, following in (
            ("#new", "ChoicesPage"),
            ("#go", "CredentialsPage"),
            ("#next", "PlanPage"),
            ("#create", "RunPage"),
            ("#on", "DonePage"),
            ("#events", "EventsPage"),
        ):
            await click(pilot, button)
            await on_page(pilot, following)
        await click(pilot, "Button#home")
        await on_page(pilot, "HomePage")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
def test_the_road_is_walked_with_the_mouse_alone(home: Path, size: tuple[int, int]) -> None:
    service = ScriptedService(home, scripts={Job.PLAN: scripted.planned})

    asyncio.run(walk(service, size))

    assert service.store.names() == ("main",)
