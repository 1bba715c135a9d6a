"""The line at the top: where a page is on the way shows in every width."""

import asyncio
from pathlib import Path

import pytest

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens.driving import on_page, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup

FULL = "✓ Choices ─ ✓ Account ─ ● Plan ─ ○ Build ─ ○ Proof"


@pytest.mark.parametrize("name", ["main", "a-long-setup-name"])
@pytest.mark.parametrize("zone", ["example.test", None])
def test_the_way_is_shown_in_every_width(home: Path, zone: str | None, name: str) -> None:
    service = ScriptedService(home, zone=zone)
    a_setup(service, name)
    app = SnowpixelApp(service)
    seen: dict[int, str] = {}

    async def scene() -> None:
        async with app.run_test(size=(60, 24)) as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.PLAN, name)
            await on_page(pilot, "PlanPage")
            for width in range(60, 140, 5):
                await pilot.resize_terminal(width, 24)
                await wait_for(pilot, lambda width=width: app.screen.size.width == width)  # type: ignore[misc]
                seen[width] = text_of(app).splitlines()[0]

    asyncio.run(scene())

    assert all("3 of 5" in line or FULL in line for line in seen.values()), seen
    assert all(("PRACTICE" in line) is bool(zone) for line in seen.values()), seen
    assert FULL in seen[max(seen)]
