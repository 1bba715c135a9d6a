"""The events page against a real practice world: what visitors sent is counted, listed and decoded."""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from msgspec.structs import replace
from textual.widgets import Button, Input, OptionList, Sparkline

from screens.app import SnowpixelApp
from screens.pages.events import EventsPage
from screens.routes import Route
from screens.themes import DARK
from screens.widgets.checklist_rows import ChecklistRows
from tests.product import Product
from tests.screens import scenes, scripted
from tests.screens.driving import Driver, box, focused, on_page, page, shown, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.results import Job, Status
from wizard.snowplow.events.columns import CHECK_APP
from wizard.snowplow.events.event_base import EventBase
from wizard.snowplow.events.questions import summary
from wizard.snowplow.events.send import check_event
from wizard.snowplow.events.spans import HOUR

Act = Callable[[SnowpixelApp, Driver], Awaitable[None]]

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
        reader = product.service.event_reader("main", time.time() - HOUR, tests=False)
        async for _ in reader.fetched():
            pass
        assert app.screen.answer.summary == summary(reader.base, by="hour")  # type: ignore[attr-defined]  # the page's
        reader.close()
        await pilot.press("escape")
        await wait_for(pilot, lambda: page(app) == "HomePage")


def test_what_visitors_sent_is_counted_listed_and_decoded(product: Product) -> None:
    product.new(domain=None)
    assert product.apply().status is Status.OK

    asyncio.run(walk(product))


def scene(home: Path, act: Act, size: tuple[int, int] = (100, 30)) -> ScriptedService:
    """Look at the page with the 40 events of the pictures, and do something there."""
    shown_first = scenes.Scene(scenes.events, made=scenes.MADE, scripts={Job.CHECK: scripted.all_well})
    app = shown_first.app(home, DARK.name)

    async def go() -> None:
        async with app.run_test(size=size) as pilot:
            await shown_first.show(app, pilot)
            await act(app, pilot)

    asyncio.run(go())
    service = app.service
    assert isinstance(service, ScriptedService)
    return service


def rows(app: SnowpixelApp) -> list[str]:
    return [str(option.prompt) for option in app.screen.query_one("#events", OptionList).options]


VIEWS = {
    "1": ("Newest first", 40, "shop.example/products/0", "Received"),
    "2": ("Pages", 9, "████ 5  shop.example/products/0", "https://shop.example/products/0"),
    "3": ("Referrers", 3, "████ 20  news.example", "news.example"),
    "4": ("Campaigns", 1, "████ 40  (none)", "(none)"),
    "5": ("Devices", 1, "████ 40  computer", "computer"),
    "6": ("Hours or days", 24, "2027-01-15 08:00", "2027-01-15 08:00"),
}
"""Key to the list's title, how many rows it has, what is in the first of them, and in its details."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_each_view_lists_what_the_command_counts(home: Path, size: tuple[int, int]) -> None:
    async def act(app: SnowpixelApp, pilot: Driver) -> None:
        for key, (title, number, first, told) in VIEWS.items():
            await pilot.press(key, "home")
            listed = app.screen.query_one("#events", OptionList)
            await wait_for(pilot, lambda: title in str(listed.border_title))  # noqa: B023 - waited for at once
            await wait_for(pilot, lambda: len(rows(app)) == number)  # noqa: B023 - the same
            assert first in rows(app)[0], rows(app)[0]
            await wait_for(pilot, lambda: told in shown(app, "#detail"))  # noqa: B023 - the same
            assert "40 events   7 visitors   14 page view" in shown(app, "#total")

    scene(home, act, size)


def test_a_filter_a_time_and_a_row_that_becomes_a_filter(home: Path) -> None:
    async def act(app: SnowpixelApp, pilot: Driver) -> None:
        await pilot.press("slash")
        await wait_for(pilot, lambda: focused(app) == "filter")
        app.screen.query_one("#filter", Input).value = "type:pv products/3"
        await wait_for(pilot, lambda: shown(app, "#total").startswith("5 events"))
        assert all("page view" in row for row in rows(app))
        app.screen.query_one("#filter", Input).value = "nothing like it"
        await wait_for(pilot, lambda: "No event matches the filter." in shown(app, "#detail"))
        app.screen.query_one("#filter", Input).value = ""
        await wait_for(pilot, lambda: shown(app, "#total").startswith("40 events"))
        await pilot.press("enter", "2")
        await wait_for(pilot, lambda: any("products/0" in row for row in rows(app)) and focused(app) == "events")
        await pilot.press("home", "down", "enter")
        await wait_for(pilot, lambda: shown(app, "#total").startswith("5 events"))
        assert app.screen.query_one("#filter", Input).value == "page:https://shop.example/products/1"
        await wait_for(pilot, lambda: len(rows(app)) == 5 and all("products/1" in row for row in rows(app)))
        opened = app.screen
        assert isinstance(opened, EventsPage)
        asked = opened.question
        opened.question = replace(asked, days=7)
        opened._draw()
        assert "last 24 hours" in shown(app, "#axis-start"), "the bars are those of the last answer"
        opened.question = asked
        await pilot.press("d")
        await wait_for(pilot, lambda: "last 7 days, at most" in shown(app, "#axis-start"))
        assert len(app.screen.query_one(Sparkline).data or ()) == 8
        await pilot.press("c")
        await wait_for(pilot, lambda: "Page: https://shop.example/products/1" in app.clipboard)

    scene(home, act)


@pytest.mark.parametrize(("button", "ending"), [("csv", ".csv"), ("parquet", ".parquet"), ("jsonl", ".jsonl")])
def test_what_the_page_shows_is_exported(
    home: Path, tmp_path: Path, button: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"diary{ending}").write_text("my diary")

    async def act(app: SnowpixelApp, pilot: Driver) -> None:
        app.screen.query_one("#filter", Input).value = "type:pv"
        await wait_for(pilot, lambda: shown(app, "#total").startswith("14 events"))
        await pilot.press("x")
        await on_page(pilot, "ExportModal")
        for path, why in (
            ("", "Enter a file name."),
            (str(tmp_path), "Add a file name."),
            (str(tmp_path / "missing" / "e.csv"), "There is no folder"),
            (str(tmp_path / "diary.csv"), "isn't an export of events"),
        ):
            box(app, "path").value = path
            app.screen.query_one(f"#{button}", Button).press()
            await wait_for(pilot, lambda: why in shown(app, ".field-error"))  # noqa: B023 - waited for at once
        box(app, "path").value = str(tmp_path / "events.csv")
        app.screen.query_one(f"#{button}", Button).press()
        await on_page(pilot, "EventsPage")
        await wait_for(pilot, lambda: any("14 events written to" in one.message for one in app._notifications))

    scene(home, act)
    path = tmp_path / f"events{ending}"
    with duckdb.connect() as asked:
        found = asked.execute(f"SELECT count(*), count(DISTINCT event_id) FROM '{path}'").fetchall()
    assert found == [(14, 14)]
    assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / f"diary{ending}").read_text() == "my diary"


def test_the_first_event_of_the_checklist_leads_to_all(home: Path) -> None:
    async def act(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHECKLIST, "main")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app))
        listed = app.screen.query_one(ChecklistRows)
        listed.highlighted = listed.get_option_index("event")
        await wait_for(pilot, lambda: "Enter shows all events." in shown(app, "#detail"))
        await pilot.press("enter")
        await on_page(pilot, "EventsPage")

    scene(home, act)


def test_trouble_of_the_engine_is_shown_and_passes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(app: SnowpixelApp, pilot: Driver) -> None:
        events = EventBase.events

        def full(*given: Any, **more: Any) -> Any:
            del given, more
            raise duckdb.IOException("IO Error: No space left on device")

        monkeypatch.setattr(EventBase, "events", full)
        await pilot.press("r")
        await wait_for(pilot, lambda: "can't be counted: IO Error: No space left" in shown(app, "#detail"))
        monkeypatch.setattr(EventBase, "events", events)
        await pilot.press("r")
        await wait_for(pilot, lambda: "Received" in shown(app, "#detail"))

    scene(home, act)


def test_nothing_of_a_page_stays_behind(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    async def act(app: SnowpixelApp, pilot: Driver) -> None:
        assert list((tmp_path / "temporary").iterdir())
        assert page(app) == "EventsPage"
        await pilot.press("escape")
        await on_page(pilot, "HomePage")
        await wait_for(pilot, lambda: not list((tmp_path / "temporary").iterdir()))

    scene(home, act)


def test_without_a_log_bucket_the_page_says_so(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service)

    async def look() -> None:
        app = SnowpixelApp(service)
        async with app.run_test() as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.EVENTS, "main")
            await wait_for(pilot, lambda: "has no log bucket" in text_of(app))

    asyncio.run(look())
