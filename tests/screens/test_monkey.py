"""A monkey at the keyboard: any keys in any order on every page, while the window changes its size. Nothing breaks."""

import asyncio
import random
from pathlib import Path

import pytest

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens import scripted
from tests.screens.driving import Driver, page, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.results import Job

PRESSES = 40
KEYS = (
    *"abcdefghiklmnoprstuvwxyz0123456789 .-/[]", "enter", "enter", "escape", "tab", "shift+tab", "up", "down", "left",
    "right", "home", "end", "pageup", "pagedown", "backspace", "delete", "f1", "question_mark", "ctrl+p", "ctrl+t",
    "ctrl+s", "ctrl+a", "ctrl+z", "space",
)  # fmt: skip
SIZES = ((80, 24), (60, 16), (59, 15), (20, 5), (1, 1), (160, 50), (100, 30), (80, 24))


class Caged(SnowpixelApp):
    """The wizard, which a monkey cannot leave, and in which what it copies stays in the cage."""

    left = 0

    def action_leave(self) -> None:
        self.left += 1

    def copy(self, label: str, value: str) -> None:
        self.copy_to_clipboard(f"{label}{value}")


async def play(service: ScriptedService, place: Route, seed: int) -> None:
    chance = random.Random(seed)
    app = Caged(service)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: page(app) == "HomePage" and app.focused)
        if place is Route.RUN:
            app.visit(place, "main", job=Job.APPLY)
        elif place is not Route.HOME:
            app.visit(place, "" if place is Route.CHOICES else "main")
        await pilot.pause()
        for _ in range(PRESSES):
            if chance.random() < 0.08:
                await pilot.resize_terminal(*chance.choice(SIZES))
            await pilot.press(chance.choice(KEYS))
            assert app._exception is None, f"seed {seed} at {page(app)}"
        await pilot.resize_terminal(80, 24)
        await out(app, pilot)
        await wait_for(pilot, lambda: page(app) == "HomePage" and "Quit" in text_of(app), f"the way out, seed {seed}")
    assert app._exception is None


async def out(app: Caged, pilot: Driver) -> None:
    """Take the way that a user has: escape, as often as it takes."""
    for _ in range(100):
        if page(app) == "HomePage":
            return
        await pilot.press("escape")
    raise AssertionError(f"stuck at {page(app)}\n{text_of(app)}")


@pytest.mark.parametrize("place", Route)
def test_any_keys_and_sizes_leave_the_wizard_whole(home: Path, place: Route) -> None:
    service = ScriptedService(
        home, scripts={Job.PLAN: scripted.planned, Job.CHECK: scripted.mixed, Job.APPLY: scripted.asks}
    )
    a_setup(service)

    asyncio.run(play(service, place, sum(map(ord, place))))
