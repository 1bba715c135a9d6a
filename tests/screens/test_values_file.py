"""The values file from the wizard: written by key or button, and where it went stays on the screen."""

import asyncio
from pathlib import Path

from textual.app import App
from textual.widgets import Static

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens import scripted
from tests.screens.driving import Driver, on_page, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.results import Job


def told(app: App[int], words: str) -> bool:
    """Whether a box says this, in however many rows."""
    return any(words in getattr(one.content, "plain", "") for one in app.screen.query(Static))


async def written(pilot: Driver, path: Path) -> None:
    await on_page(pilot, "PlainModal")
    await wait_for(pilot, lambda: told(pilot.app, str(path)), "where it is")
    await pilot.press("escape")


def test_the_dns_page_writes_the_records_as_the_providers_form_wants_them(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: scripted.stays_waiting})
    a_setup(service)
    path = home / "values" / "main.txt"

    async def scene() -> None:
        app = SnowpixelApp(service)
        async with app.run_test(size=(160, 40)) as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.RUN, "main")
            await on_page(pilot, "DnsPage")
            await wait_for(pilot, lambda: app.screen.query(".copy-row"))
            assert await pilot.click("#values")
            await written(pilot, path)

    asyncio.run(scene())
    lines = path.read_text().splitlines()
    assert [part for part in ("_abc.e", scripted.RECORD.name, scripted.RECORD.value) if part not in lines] == []


def test_the_last_page_writes_the_tag_and_leaves_a_foreign_file_alone(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service)
    with service.store.writing("main", "test") as state:
        state.record(distribution="E1", distribution_domain="d1.cloudfront.net")
    path = home / "values" / "main.txt"

    async def scene() -> None:
        app = SnowpixelApp(service)
        async with app.run_test(size=(160, 40)) as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.DONE, "main")
            await wait_for(pilot, lambda: "Tag" in text_of(app) and app.screen.query_one("#tag").size.height > 1)
            await pilot.press("w")
            await written(pilot, path)
            await on_page(pilot, "DonePage")
            assert "e.example.test" in path.read_text()
            path.write_text("mine")
            await pilot.press("w")
            await on_page(pilot, "PlainModal")
            await wait_for(pilot, lambda: told(app, "was left alone"))

    asyncio.run(scene())
    assert path.read_text() == "mine"
