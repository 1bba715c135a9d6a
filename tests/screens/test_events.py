"""The events page against a real practice world: what visitors sent is counted, listed and decoded."""

import asyncio
import time
import uuid
from pathlib import Path

from textual.widgets import Sparkline

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.product import Product
from tests.screens.driving import Driver, focused, on_page, page, shown, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.results import Status
from wizard.snowplow.events.columns import CHECK_APP
from wizard.snowplow.events.send import check_event

HOSTILE = "https://shop.example/[red]x[/]\x1b[2J"


async def visit(product: Product, url: str) -> None:
    """Look at a page, as a visitor's tracker would tell it."""
    path = check_event(str(uuid.uuid4()), int(time.time() * 1000), page_url=url, version="0")
    made = product.setup()
    web = product.service.ports(made.choices).web
    answer = await web.get(f"https://{made.made.distribution_domain}{path.replace(CHECK_APP, 'shop')}")
    assert answer.status == 200


async def look_until(pilot: Driver, app: SnowpixelApp, words: str) -> None:
    """Look again until it has arrived: log files are written in their own time."""
    await wait_for(pilot, lambda: focused(app) == "events")

    def seen() -> bool:
        app.screen.action_again()  # type: ignore[attr-defined]  # as the key does, and never two at once
        return words in shown(app, "#total")

    await wait_for(pilot, seen, words)


async def walk(product: Product) -> None:
    app = SnowpixelApp(product.service)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_for(pilot, lambda: focused(app) == "setups")
        await pilot.press("v")
        await on_page(pilot, "EventsPage")
        await wait_for(pilot, lambda: "No visitor events yet" in text_of(app), "the test event does not count")
        for url in ("https://shop.example/a", HOSTILE):
            await visit(product, url)
        await look_until(pilot, app, "2 events")
        assert "2 page view" in shown(app, "#total")
        assert sum(app.screen.query_one(Sparkline).data or ()) == 2
        await pilot.press("home", "down")
        await wait_for(pilot, lambda: "https://shop.example/" in shown(app, "#detail"))
        assert "[red]x[/]" in text_of(app), "outside text is no markup"
        assert "\x1b" not in text_of(app)
        await pilot.press("c")
        await wait_for(pilot, lambda: "Page: https://shop.example/" in app.clipboard)
        await pilot.press("escape")
        await wait_for(pilot, lambda: page(app) == "HomePage")


def test_what_visitors_sent_is_counted_listed_and_decoded(product: Product) -> None:
    product.new(domain=None)
    assert product.apply().status is Status.OK

    asyncio.run(walk(product))


def test_without_a_log_bucket_the_page_says_so(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service)

    async def scene() -> None:
        app = SnowpixelApp(service)
        async with app.run_test() as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.EVENTS, "main")
            await wait_for(pilot, lambda: "has no log bucket" in text_of(app))

    asyncio.run(scene())
