"""What a wait of a day asks of others, counted: DNS servers of somebody else, and the account's own limits at AWS."""

from collections import Counter
from typing import Any

import anyio
import pytest

from tests.clocks import HOUR, VirtualService
from tests.product import Product, verdicts
from tests.scenarios.test_budgets import dns_ports, packets
from wizard.engine.progress import Progress
from wizard.model.context import PROVE, YES
from wizard.model.results import Job, Snapshot, Status
from wizard.resources.proof.first_event import AGAIN

pytestmark = pytest.mark.timeout(900)  # thousands of real questions, on a busy machine

DAY = 24 * HOUR

SLOW = 10_000.0
"""A pace at which the practice world lets nothing come to an end within the test."""

QUESTIONS = 15_000
"""To DNS servers in a day, with both records open: 0.8 million at one look in 5 seconds."""

CALLS = 700
"""To AWS in a day, whatever is waited for: 17,280 at one look in 5 seconds."""

LOG_CALLS = 1_000
"""To AWS in a day that waits for the log: after each further test event, looks are quick again."""

LOOKS = 300
"""In a day at least: nobody waits longer than about five minutes to be seen."""


def day_of(product: Product, **options: Any) -> Snapshot:
    """Let a walk wait for a day that takes as long as its looks do."""
    usual = product.service
    service = product.service = VirtualService(usual)

    async def time_passes(progress: Progress) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(service.clock.pass_while_idle)
            async for _ in progress.updates():
                pass
            group.cancel_scope.cancel()

    product.user = time_passes  # type: ignore[method-assign]
    began = service.clock.now()
    product.clear()
    try:
        last = product.run(Job.APPLY, patience=DAY, **options)
    finally:
        product.service = usual
    assert service.clock.now() - began >= DAY
    return last


def test_two_records_that_nobody_adds_for_a_day(product: Product) -> None:
    product.new()
    product.run(Job.APPLY, adds_records=False, patience=0)
    with packets() as seen:
        last = day_of(product)
    assert verdicts(last)["pixel-record"] is verdicts(last)["certificate-record"] is Status.WAITING
    assert 2 * LOOKS < sum(times for port, times in seen.items() if port in dns_ports(product.world)) <= QUESTIONS
    assert len(product.calls) < LOOKS, Counter(product.calls)


def test_a_certificate_that_stays_pending_for_a_day(product: Product) -> None:
    product.new()
    product.control.set_pace(SLOW)
    last = day_of(product)
    assert verdicts(last)["certificate"] is Status.WAITING
    assert LOOKS < Counter(product.calls)["acm", "describe_certificate"] <= len(product.calls) <= CALLS


def test_a_distribution_that_is_not_deployed_for_a_day(product: Product) -> None:
    product.new(domain=None)
    product.control.set_pace(SLOW)
    last = day_of(product)
    assert verdicts(last)["serving"] is Status.WAITING
    assert LOOKS < Counter(product.calls)["cloudfront", "get_distribution"] <= len(product.calls) <= CALLS


def test_a_log_line_that_does_not_come_for_a_day(product: Product) -> None:
    product.new(domain=None)
    product.apply()
    product.control.set_pace(SLOW)
    last = day_of(product, only=("first-event",), answers={PROVE: YES})
    found = next(check for check in last.checks if check.id == "first-event")
    assert (found.status, found.problem and found.problem.id) == (Status.WAITING, "event-not-logged")
    assert len(product.setup().made.events_sent_again) == len(AGAIN)
    assert LOOKS < Counter(product.calls)["s3", "list_objects_v2"] <= len(product.calls) <= LOG_CALLS
