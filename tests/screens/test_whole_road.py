"""From the first page to an all-green checklist, by keyboard alone, against a real practice world."""

import asyncio

from screens.app import SnowpixelApp
from tests.product import DOMAIN, Product
from tests.screens.driving import Driver, box, focused, lit, on_page, page, shown, text_of, wait_for
from tests.screens.watching import CountingKeys
from wizard.model.results import Job, Status

SIZE = (80, 24)


async def set_up(pilot: Driver, keys: CountingKeys) -> None:
    """Walk from the first page to the end of the building."""
    app = pilot.app
    assert isinstance(app, SnowpixelApp)
    await wait_for(pilot, lambda: focused(app) == "new")
    await keys.press("enter")
    await on_page(pilot, "ChoicesPage")
    await keys.press("enter")
    await on_page(pilot, "CredentialsPage")
    await wait_for(pilot, lambda: focused(app) == "next", "AWS knows us")
    assert "1234 5678 9012" in text_of(app)
    await keys.press("enter")
    await on_page(pilot, "PlanPage")
    assert focused(app) == "back", "the harmless button has the focus"
    await wait_for(pilot, lambda: not app.screen.query_one("#create").disabled, "the plan is made")
    await keys.press("right", "enter")
    await on_page(pilot, "DnsPage")
    for _ in range(2):
        await wait_for(
            pilot, lambda: "play" in focused(app) and app.focused and not app.focused.disabled, "a record to add"
        )
        await keys.press("enter")
    await on_page(pilot, "RunPage")  # it moves on by itself once both are seen
    await wait_for(pilot, lambda: focused(app) == "on", "everything is built")


async def walk_to_the_end(app: SnowpixelApp) -> int:
    async with app.run_test(size=SIZE) as pilot:
        keys = CountingKeys(pilot)
        await set_up(pilot, keys)
        assert lit(app) == "11 of 11 done"
        await keys.press("enter")
        await on_page(pilot, "DonePage")
        await wait_for(pilot, lambda: f"https://{DOMAIN}/4.10.1/" in shown(app, "#tag"), "the tag works as it is")
        assert not app.screen.query_one("#tracker").display
        assert "policy main --for check" in shown(app, "#next"), "cron gets an identity of its own"
        await wait_for(pilot, lambda: "your first event arrived" in text_of(app))
        assert "page view" in text_of(app)
        await keys.press("k")
        await on_page(pilot, "ChecklistPage")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app), "the checklist is green")
        assert lit(app) == "11 of 11 done"
        return keys.pressed


def test_a_new_user_walks_from_home_to_an_all_green_checklist_with_few_keys(product: Product) -> None:
    pressed = asyncio.run(walk_to_the_end(SnowpixelApp(product.service)))

    made = product.setup().made
    assert made.proof is not None
    assert pressed <= 15


async def remove_everything(app: SnowpixelApp, product_logs: str) -> str:
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: focused(app) == "setups")
        await pilot.press("x")
        await on_page(pilot, "RemovePage")
        assert box(app, "confirm").has_focus, "where nothing is deleted by Enter"
        assert app.screen.query_one("#remove").disabled
        await pilot.press(*"main", "enter")
        await wait_for(pilot, lambda: focused(app) == "remove")
        await pilot.press("enter")
        await on_page(pilot, "DnsPage")
        await wait_for(pilot, lambda: "play" in focused(app), "a record to remove")
        await pilot.press("enter")
        await on_page(pilot, "RunPage")
        await wait_for(pilot, lambda: focused(app) in ("on", "again"), "everything is taken down")
        await wait_for(pilot, lambda: "Gone" in shown(app, "#result"))
        assert "You can now delete _" in shown(app, "#result"), "the certificate's record"
        assert product_logs in shown(app, "#result"), "what stays"
        assert "about $0.02 for each GB a month" in shown(app, "#result")
        assert "10 done" not in text_of(app), "no sign says that what is gone is fine"
        return text_of(app)


def test_a_set_up_is_taken_down_again_by_keyboard(product: Product) -> None:
    product.new()
    assert product.apply().status is Status.OK

    logs = product.setup().made.log_bucket
    assert logs
    last = asyncio.run(remove_everything(SnowpixelApp(product.service), logs))

    assert product.setup().removed, last


async def leave_and_come_back(product: Product) -> None:
    """Leave while the records are waited for; the next wizard goes on from there."""
    first = SnowpixelApp(product.service)
    async with first.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: focused(first) == "setups")
        await pilot.press("enter")
        await on_page(pilot, "CredentialsPage")
        await wait_for(pilot, lambda: focused(first) == "next")
        await pilot.press("enter")
        await on_page(pilot, "PlanPage")
        await wait_for(pilot, lambda: not first.screen.query_one("#create").disabled)
        await pilot.press("right", "enter")
        await on_page(pilot, "DnsPage")
        await wait_for(pilot, lambda: len(first.screen.query(".card")) == 2)
        await pilot.press("q")
        await wait_for(pilot, lambda: not first.is_running or page(first) == "QuitModal")
        if first.is_running:
            await pilot.press("right", "enter")
    assert first.return_code == 0
    second = SnowpixelApp(product.service)
    async with second.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: "Continue: DNS" in text_of(second), "home offers to go on")


def test_who_leaves_while_waiting_finds_the_set_up_where_it_stood(product: Product) -> None:
    product.new()

    asyncio.run(leave_and_come_back(product))

    assert product.setup().made.distribution is not None
    assert product.run(Job.APPLY).status is Status.OK
