"""Going on in the wizard with a setup that lacks nothing but the proof: never a dead end."""

import asyncio
from collections.abc import Callable

import pytest
from textual.widgets import Button

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.product import Product, not_ok
from tests.scenarios.test_test_event import (
    MINUTE,
    CountingService,
    counting,
    seed_that_loses_every_first_line,
    until_sent,
    visits,
)
from tests.screens.driving import focused, on_page, shown, text_of, wait_for
from wizard.model.results import Job, Status
from wizard.practice.edge import FIRST_LINES

SIZE = (80, 24)


def left_before_it_was_found(product: Product) -> CountingService:
    """Leave while the log line is waited for; it comes later."""
    assert not_ok(product.apply()) == []
    with product.service.store.writing("main", "test") as state:
        state.record(proof=None)
    return counting(product)


def left_with_its_line_lost(product: Product) -> CountingService:
    """Leave while a log line is waited for that never comes; return half an hour later."""
    service = counting(product)
    product.control.settings(lost_log_seed=seed_that_loses_every_first_line())
    until_sent(product, service, Job.APPLY)
    visits(product, service, FIRST_LINES)
    service.clock.ahead = 30 * MINUTE
    return service


LEFT: dict[str, tuple[Callable[[Product], CountingService], str, int]] = {
    "the line has come": (left_before_it_was_found, "Continue", 0),
    "the line is lost": (left_with_its_line_lost, "Apply the changes", 2),
}
"""How it was left, what the plan's button offers, and how many events are sent in all."""


async def go_on(app: SnowpixelApp, offer: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: focused(app) == "setups")
        assert "not finished; next: First event" in text_of(app)
        await wait_for(pilot, lambda: "Continue: First event" in text_of(app))
        await pilot.press("enter")
        await on_page(pilot, "CredentialsPage")
        await wait_for(pilot, lambda: focused(app) == "next")
        await pilot.press("enter")
        await on_page(pilot, "PlanPage")
        create = app.screen.query_one("#create", Button)
        await wait_for(pilot, lambda: not create.disabled, "the plan is made")
        assert str(create.label) == offer
        assert ("Everything has been created" in shown(app, "#made")) is (offer == "Continue")
        assert "as it should be" not in text_of(app)
        await pilot.press("right", "enter")
        await on_page(pilot, "RunPage")
        await wait_for(pilot, lambda: focused(app) == "on", "the event is found")
        await pilot.press("enter")
        await on_page(pilot, "DonePage")


@pytest.mark.parametrize("left", LEFT)
def test_a_set_up_whose_event_was_sent_goes_on_to_its_proof(product: Product, left: str) -> None:
    product.new(domain=None)
    how, offer, number = LEFT[left]
    service = how(product)

    asyncio.run(go_on(SnowpixelApp(service), offer))

    assert product.setup().made.proof is not None
    assert len(service.sent) == number
    assert product.check().status is Status.OK


def test_a_finished_set_up_has_nothing_to_create(product: Product) -> None:
    product.new(domain=None)
    assert not_ok(product.apply()) == []

    async def look() -> None:
        app = SnowpixelApp(product.service)
        async with app.run_test(size=SIZE) as pilot:
            await wait_for(pilot, lambda: focused(app) == "setups")
            app.visit(Route.PLAN, "main")
            await on_page(pilot, "PlanPage")
            await wait_for(pilot, lambda: "Nothing to do: everything is as it should be" in text_of(app))
            assert app.screen.query_one("#create").disabled

    asyncio.run(look())
