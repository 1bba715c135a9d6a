"""The last page: the first event, the tag, where it goes, and what comes next; side by side where there is room."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from screens.app import SnowpixelApp
from screens.pages.done import TABS
from screens.routes import Route
from tests.screens.driving import focused, on_page, shown, text_of, wait_for
from tests.screens.scenes import MADE, PROOF
from tests.screens.scripted import ScriptedService, a_setup
from wizard.knowledge.costs import estimate_for
from wizard.knowledge.sites import sites
from wizard.model.setup import Goal, Made, TrackerFile
from wizard.service import Environment
from wizard.wording import cost_table

GOALS = (Goal.PIXEL, Goal.JS_BUCKET)
TRACKER = TrackerFile("release:4.10.1", "tag", "4.10.1", "sha384-x", "0" * 32, 9000, "4.10.1/hk3v9x.js")
WHOLE = replace(MADE, proof=PROOF, tracker=TRACKER)
ARRIVED = "your first event arrived"
PAGE = "https://example.com/snowpixel-check"


def an_app(home: Path, made: Made = WHOLE, prefix: str = "snowpixel") -> SnowpixelApp:
    service = ScriptedService(home)
    here = service.environment
    service.environment = Environment(
        home=here.home, source=here.source, zone=here.zone, provider=here.provider, prefix=prefix
    )
    service.store.save(replace(a_setup(service, goals=GOALS), made=made))
    return SnowpixelApp(service)


async def open_done(app: SnowpixelApp, pilot: object) -> None:
    app.visit(Route.DONE, "main")
    await on_page(pilot, "DonePage")  # type: ignore[arg-type]
    await wait_for(pilot, lambda: "For the <head>" in shown(app, "#tag"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "together"),
    [((60, 16), False), ((80, 24), False), ((115, 50), False), ((116, 24), True), ((120, 40), True), ((200, 50), True)],
)
def test_the_first_event_comes_first_and_beside_the_tag_where_there_is_room(
    home: Path, size: tuple[int, int], together: bool
) -> None:
    app = an_app(home)

    async def scene() -> None:
        async with app.run_test(size=size) as pilot:
            await open_done(app, pilot)
            await wait_for(pilot, lambda: ARRIVED in text_of(app), "the event is there without a key")
            assert ("For the <head>" in text_of(app)) is together
            assert focused(app) == "copy"
            await pilot.press("2")
            await wait_for(pilot, lambda: "For the <head>" in text_of(app), "the tag")
            await pilot.press("c")
            assert "4.10.1/hk3v9x.js" in app.clipboard
            if together and size[1] >= 40:
                assert PAGE in text_of(app)
                assert "1  Add the tag to your pages" in text_of(app)

    asyncio.run(scene())


def test_each_tab_has_its_number_and_says_its_part(home: Path) -> None:
    prefix = "bin/snowpixel --practice /tmp/world"
    app = an_app(home, prefix=prefix)
    cost = cost_table.total(estimate_for(a_setup(ScriptedService(home), "other", goals=GOALS).choices, route53=False))
    said = {
        "proof": (ARRIVED, PAGE, "page view", "12 min later"),
        "tag": ("For the <head>", "4.10.1/hk3v9x.js"),
        "where": (*(site.title for site in sites()), f"{prefix} snippet main --check"),
        "next": (
            "See your events: Events (v)",
            f"{prefix} schedule main",
            f"{prefix} policy main --for running",
            f"Expect {cost}",
            f"{prefix} remove main",
        ),
        "noscript": ("For the <body>",),
        "policy": ("Content-Security-Policy",),
    }
    assert list(said) == list(TABS)

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await open_done(app, pilot)
            for number, (name, words) in enumerate(said.items(), 1):
                await pilot.press(str(number))
                await wait_for(pilot, lambda name=name: app.screen.query_one(f"#{name}").is_on_screen)  # type: ignore[misc]
                assert all(word in shown(app, f"#{name}") for word in words), shown(app, f"#{name}")

    asyncio.run(scene())


def test_without_a_first_event_the_tag_comes_first(home: Path) -> None:
    app = an_app(home, replace(WHOLE, proof=None))

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await open_done(app, pilot)
            await wait_for(pilot, lambda: "For the <head>" in text_of(app))
            assert ARRIVED not in shown(app, "#proof")
            assert "isn't in the logs yet" in shown(app, "#proof")

    asyncio.run(scene())


def test_the_tab_that_the_user_chose_stays_open(home: Path) -> None:
    """Back from another page, which may have changed the setup, nothing jumps."""
    app = an_app(home)

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await open_done(app, pilot)
            await pilot.press("4")
            await wait_for(pilot, lambda: "See your events" in text_of(app))
            await pilot.press("v")
            await on_page(pilot, "EventsPage")
            await pilot.press("escape")
            await on_page(pilot, "DonePage")
            await pilot.pause()
            assert "See your events" in text_of(app)

    asyncio.run(scene())
