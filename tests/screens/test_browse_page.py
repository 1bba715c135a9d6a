"""Pixel and JavaScript in one walk through the wizard, and a real browser's events, decoded, at its end."""

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Button, Checkbox

from screens.app import SnowpixelApp
from screens.routes import Route
from screens.widgets.field import Field
from tests.hands import Hands
from tests.product import DOMAIN, Product, not_ok
from tests.screens.driving import Driver, box, focused, lit, on_page, page, shown, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from tests.support import require
from tests.trackers import V4
from wizard.model.results import Job
from wizard.model.setup import Goal, TrackerFile
from wizard.snowplow.browserproof.browser_opening import has_screen

SIZE = (80, 24)
OWN = "https://www.example.test/assets/hk3v9x.js"
SLOW = 120.0
"""Seconds that a browser may take to start and to send, on a busy machine."""

BOTH = (Goal.PIXEL, Goal.JS_BUCKET)


async def choose(pilot: Driver, app: SnowpixelApp) -> None:
    """Fill in the form for pixel and JavaScript."""
    await wait_for(pilot, lambda: focused(app) == "new")
    await pilot.press("enter")
    await on_page(pilot, "ChoicesPage")
    assert app.screen.query_one("#tracker", Field).display, "the tracker beside the pixel is what is suggested"
    await pilot.press("down", "down", "down", "space")
    await wait_for(pilot, lambda: not app.screen.query_one("#tracker", Field).display, "the pixel alone is a choice")
    assert "script in your pages" in text_of(app)
    await pilot.press("space")
    await wait_for(pilot, lambda: app.screen.query_one("#tracker", Field).display, "the tracker is asked for")
    assert box(app, "tracker").value == "release:4.10.1", "which the practice world serves itself"
    await pilot.press("ctrl+s")


async def build(pilot: Driver, app: SnowpixelApp) -> None:
    """Sign in, say yes to the plan, add the records, and wait until all is made."""
    await on_page(pilot, "CredentialsPage")
    await wait_for(pilot, lambda: focused(app) == "next", "AWS knows us")
    await pilot.press("enter")
    await on_page(pilot, "PlanPage")
    await wait_for(pilot, lambda: not app.screen.query_one("#create").disabled, "the plan is made")
    assert "JavaScript, requests (CloudFront)" in shown(app, "#cost")
    await pilot.press("right", "enter")
    await on_page(pilot, "DnsPage")
    for _ in range(2):
        await wait_for(
            pilot, lambda: "play" in focused(app) and app.focused and not app.focused.disabled, "a record to add"
        )
        await pilot.press("enter")
    await on_page(pilot, "RunPage")  # it moves on by itself once both are seen
    await wait_for(pilot, lambda: focused(app) == "on", "everything is built", SLOW)
    assert lit(app) == "11 of 11 done"
    await pilot.press("enter")


async def look_at_the_tags(pilot: Driver, app: SnowpixelApp) -> None:
    await on_page(pilot, "DonePage")
    await wait_for(pilot, lambda: "For the <head>" in shown(app, "#tag"))
    assert f"https://{DOMAIN}/4.10.1/" in shown(app, "#tag")
    await pilot.press("t")
    await wait_for(pilot, lambda: "For Google Tag Manager" in shown(app, "#tag"))
    await pilot.press("t")
    await wait_for(pilot, lambda: "For your site's own JavaScript" in shown(app, "#tag"))
    assert "@snowplow/browser-tracker" in shown(app, "#tag")
    await pilot.press("t")
    await wait_for(pilot, lambda: "For the <head>" in shown(app, "#tag"))


async def prove(pilot: Driver, app: SnowpixelApp) -> str:
    """Open the browser for the address that is shown, and return what the page says at the end."""
    await pilot.press("b")
    await on_page(pilot, "BrowsePage")
    await wait_for(pilot, lambda: focused(app) == "open", "the address is shown first")
    assert "http://127.0.0.1:" in shown(app, "#address")
    assert "/i?stm=" in shown(app, "#detail")
    await pilot.press("enter")
    await wait_for(pilot, lambda: focused(app) == "again", "the browser is through", SLOW)
    return shown(app, "#steps") + "\n" + shown(app, "#detail")


async def walk(app: SnowpixelApp) -> str:
    async with app.run_test(size=SIZE) as pilot:
        await choose(pilot, app)
        await build(pilot, app)
        await look_at_the_tags(pilot, app)
        proved = await prove(pilot, app)
        await pilot.press("escape")
        await on_page(pilot, "DonePage")
        await wait_for(pilot, lambda: "Event 3 of 3" in shown(app, "#proof"), "the proof stays")
        await pilot.press("k")
        await on_page(pilot, "ChecklistPage")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app), "the checklist is green")
        return proved


@pytest.mark.timeout(600)  # a browser on a busy machine
def test_one_walk_does_pixel_and_javascript_and_ends_with_a_real_browsers_events(product: Product) -> None:
    require("chromium")
    proved = asyncio.run(walk(SnowpixelApp(product.service)))

    assert proved.count("✓") >= 4
    assert "3 events arrived" in proved
    assert "100 % & é ✓" in proved
    run = product.setup().made.browser_run
    assert run is not None
    assert [event["Event"] for event in run.events] == ["page view", "struct", "struct"]
    assert {event["Tracker"] for event in run.events} == {"js-4.10.1"}
    logged = [event for event in Hands(product).events(unique=False) if event.event_id in run.event_ids]
    assert len(logged) == len(run.event_ids) == 3, "sent, logged and decoded once each"


@pytest.mark.timeout(600)  # a browser on a busy machine
def test_what_blocks_is_named_and_the_proof_can_be_made_again(product: Product) -> None:
    require("chromium")
    product.new(goals=BOTH, tracker=str(V4))
    assert not_ok(product.apply()) == []
    Hands(product).edit(lambda config: config["DefaultCacheBehavior"].pop("ResponseHeadersPolicyId"))

    async def scene(app: SnowpixelApp) -> str:
        async with app.run_test(size=SIZE) as pilot:
            await on_home(pilot, app)
            app.visit(Route.DONE, "main")
            await on_page(pilot, "DonePage")
            proved = await prove(pilot, app)
            await pilot.press("enter")
            await wait_for(pilot, lambda: focused(app) == "open", "a new address")
            await pilot.press("s")
            await wait_for(pilot, lambda: focused(app) == "again", "it was stopped")
            return proved

    said = asyncio.run(scene(SnowpixelApp(product.service)))

    assert "What to do" in said
    assert "✗" in said
    assert "came through" not in said
    with product.service.store.writing("main", "test"):
        pass  # a stopped proof holds nothing


async def on_home(pilot: Driver, app: SnowpixelApp) -> None:
    await wait_for(pilot, lambda: page(app) == "HomePage" and focused(app) == "setups")


def test_a_set_up_that_is_not_made_yet_says_so(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service)
    a_setup(service, "files", goals=(Goal.JS_SERVER,), tracker_url="https://www.example.test/hk3v9x.js")

    async def scene(app: SnowpixelApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await on_home(pilot, app)
            for name, text in (("main", "Nothing has been created yet"), ("files", "has no pixel")):
                app.visit(Route.BROWSE, name)
                await on_page(pilot, "BrowsePage")
                await wait_for(pilot, lambda text=text: text in text_of(app))  # type: ignore[misc]
                await pilot.press("escape")
                await on_home(pilot, app)

    asyncio.run(scene(SnowpixelApp(service)))


def next_button(app: SnowpixelApp) -> str:
    return str(app.screen.query_one("#go", Button).label)


def test_javascript_alone_says_how_pages_load_it(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service, "files", goals=(Goal.JS_SERVER,), domain=None, tracker_url=OWN)
    digest = f"sha384-{'A' * 64}"
    file = TrackerFile(
        source=str(V4), flavour="umd", version="4.10.1", sha384=digest, md5="", size=1, key="4.10.1/a.js"
    )

    async def scene(app: SnowpixelApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await on_home(pilot, app)
            app.visit(Route.DONE, "files")
            await on_page(pilot, "DonePage")
            await wait_for(pilot, lambda: "Nothing has been created yet" in shown(app, "#tag"))
            await pilot.press("escape")
            await on_home(pilot, app)
            with service.store.writing("files", "test") as state:
                state.record(tracker=file)
            app.visit(Route.DONE, "files")
            await on_page(pilot, "DonePage")
            await wait_for(pilot, lambda: f'integrity="{digest}" src="{OWN}"' in shown(app, "#tag"))
            assert 'crossorigin="anonymous"' in shown(app, "#tag")
            assert "no pixel" in shown(app, "#proof")

    asyncio.run(scene(SnowpixelApp(service)))


@pytest.mark.timeout(600)  # a walk on a busy machine
def test_another_job_waits_until_the_proof_is_stopped(product: Product) -> None:
    product.new(goals=BOTH, tracker=str(V4))
    assert not_ok(product.apply()) == []

    async def scene(app: SnowpixelApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await on_home(pilot, app)
            app.visit(Route.BROWSE, "main")
            await on_page(pilot, "BrowsePage")
            await wait_for(pilot, lambda: focused(app) == "open", "the proof waits for a browser")
            await pilot.press("escape")
            await on_home(pilot, app)
            await wait_for(pilot, lambda: "a browser proof is under way" in text_of(app))
            app.visit(Route.REMOVE, "main")
            await on_page(pilot, "RemovePage")
            assert "the pixel and 1 tracker file" in " ".join(shown(app, "#goes").split())
            await pilot.press("escape")
            await on_home(pilot, app)
            app.visit(Route.RUN, "main", job=Job.REPAIR)
            await on_page(pilot, "RunPage")
            await wait_for(pilot, lambda: focused(app) == "stop", "it is refused")
            assert "A browser proof is still running" in shown(app, "#turn")
            assert not app.screen.query_one("#on").display
            await pilot.press("enter")
            await wait_for(pilot, lambda: focused(app) == "on", "the repair ran", SLOW)
            assert "Everything is OK" in shown(app, "#turn")
            await pilot.press("enter")
            await on_home(pilot, app)
            app.visit(Route.BROWSE, "main")
            await on_page(pilot, "BrowsePage")
            await wait_for(pilot, lambda: focused(app) == "open", "the proof can begin again")
            await pilot.press("escape")
            await on_home(pilot, app)
            await pilot.press("enter")
            await on_page(pilot, "BrowsePage")
            await pilot.press("s")
            await wait_for(pilot, lambda: focused(app) == "again", "the proof that waits was found again")

    asyncio.run(scene(SnowpixelApp(product.service)))


def test_javascript_alone_on_an_own_server_needs_no_account(home: Path) -> None:
    service = ScriptedService(home)

    async def scene(app: SnowpixelApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await wait_for(pilot, lambda: focused(app) == "new")
            app.visit(Route.CHOICES)
            await on_page(pilot, "ChoicesPage")
            app.screen.query_one("#goal-pixel", Checkbox).value = False
            app.screen.query_one("#goal-js-bucket", Checkbox).value = False
            await pilot.press("ctrl+s")
            await wait_for(pilot, lambda: "Choose at least one" in text_of(app))
            assert next_button(app) == "Next: your AWS account"
            app.screen.query_one("#goal-js-server", Checkbox).value = True
            await wait_for(pilot, lambda: next_button(app) == "Next: the plan")
            await pilot.press("ctrl+s")
            await wait_for(pilot, lambda: "HTTPS address" in text_of(app), "the address is missing")
            box(app, "tracker_url").value = "https://www.example.test/sp.js"
            await pilot.press("enter")
            await wait_for(pilot, lambda: "Choose a neutral name" in text_of(app))
            box(app, "tracker_url").value = "https://www.example.test/assets/hk3v9x.js"
            box(app, "tracker").value = "release:latest"
            await pilot.press("enter")
            await wait_for(pilot, lambda: "A version looks like" in text_of(app))
            box(app, "tracker").value = "npm:4.10.1"
            await pilot.press("ctrl+s")
            await on_page(pilot, "PlanPage")

    asyncio.run(scene(SnowpixelApp(service)))

    choices = service.store.load("main").choices
    assert choices.goals == (Goal.JS_SERVER,)
    assert choices.tracker == "npm:4.10.1"
    assert choices.tracker_url == "https://www.example.test/assets/hk3v9x.js"


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"BROWSER": "firefox"}, "linux", True),
        ({}, "darwin", True),
    ],
)
def test_no_browser_for_terminals_draws_over_the_wizard(
    environment: dict[str, str], platform: str, expected: bool
) -> None:
    assert has_screen(environment, platform) is expected
