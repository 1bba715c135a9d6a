"""A tag that lacks its tracker: the page says so first, and a button adds it."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens import scripted
from tests.screens.driving import focused, on_page, shown, text_of, wait_for
from tests.screens.scenes import MADE, PROOF
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.results import Job
from wizard.model.setup import Goal, TrackerFile

BOTH = (Goal.PIXEL, Goal.JS_BUCKET)
TRACKER = TrackerFile("release:4.10.1", "tag", "4.10.1", "sha384-x", "0" * 32, 9000, "4.10.1/hk3v9x.js")
SIZE = (80, 24)


def a_tag_page(home: Path, *goals: Goal, tracker: TrackerFile | None = None) -> SnowpixelApp:
    service = ScriptedService(home, scripts={Job.PLAN: scripted.planned})
    setup = a_setup(service, goals=goals)
    service.store.save(replace(setup, made=replace(MADE, proof=PROOF, tracker=tracker)))
    return SnowpixelApp(service)


@pytest.mark.parametrize(
    ("goals", "said"),
    [((Goal.PIXEL,), "this setup doesn't serve it"), (BOTH, "the tracker that it loads isn't in place")],
)
def test_the_button_adds_the_tracker_and_leads_to_the_plan(home: Path, goals: tuple[Goal, ...], said: str) -> None:
    app = a_tag_page(home, *goals)

    async def scene() -> None:
        async with app.run_test(size=SIZE) as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.DONE, "main")
            await on_page(pilot, "DonePage")
            await wait_for(pilot, lambda: focused(app) == "tracker", "what the tag lacks comes first")
            told = " ".join(shown(app, "#tag").split())
            assert told.startswith("The tag doesn't work yet")
            assert said in told
            assert all(word in text_of(app) for word in ("Add the tracker", "Copy the tag", "All setups"))
            await pilot.press("s")
            await on_page(pilot, "PlanPage")

    asyncio.run(scene())

    assert app.service.store.load("main").choices.goals == BOTH


@pytest.mark.parametrize("variant", [0, 2])
def test_nothing_is_offered_where_the_tag_works(home: Path, variant: int) -> None:
    """With its file, or for those who bundle the tracker."""
    app = a_tag_page(home, *BOTH, tracker=None if variant else TRACKER)

    async def scene() -> None:
        async with app.run_test(size=SIZE) as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.DONE, "main")
            await on_page(pilot, "DonePage")
            await wait_for(pilot, lambda: "For the <head>" in shown(app, "#tag"))
            await pilot.press(*"t" * variant)
            await wait_for(pilot, lambda: not app.screen.query_one("#tracker").display)
            assert "doesn't work yet" not in shown(app, "#tag")
            assert focused(app) == "copy"
            await pilot.press("s")
            await pilot.pause()
            assert "Add the tracker" not in text_of(app)

    asyncio.run(scene())

    assert app.service.store.load("main").choices.goals == BOTH
