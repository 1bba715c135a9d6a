"""A proxy stricter than AWS stands before it: one apply makes exactly one of each, and one removal leaves nothing."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tests.inventory import Account, expected
from tests.matrices.bench import told
from tests.product import Product, not_ok
from tests.refusing_proxy import Rule, refusing_proxy
from tests.scenarios.lateness import lists_read_late, settings_read_late, unseen_things
from tests.scenarios.refusals import RULES
from tests.scenarios.test_passing_refusals import stuck
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.model.context import DELETE_LOGS, YES
from wizard.model.results import Job

LONG = 600.0
"""Nominal seconds that a walk may wait; no time passes by itself in the practice of the tests."""


def through(product: Product, rules: Sequence[Callable[[], Rule]], pace: float = 0.0) -> None:
    """Make a setup and remove it by way of a proxy; after each, look past the proxy at the account."""
    account = Account(product.world)
    with refusing_proxy(product.world.aws_endpoint, *(make() for make in rules)) as url:
        there = product.reaching(url, pace)
        there.new()
        applied = there.run(Job.APPLY, patience=LONG)
        assert [told(check) for check in not_ok(applied)] == []
        assert of_statuses(check.status for check in applied.checks) is ExitCode.WELL
        assert account.inventory() == expected(product.setup())
        assert [told(check) for check in not_ok(product.check())] == []
        removed = there.run(Job.REMOVE, patience=LONG, answers={DELETE_LOGS: YES})
        assert [told(check) for check in stuck(removed)] == []
        assert {kind: names for kind, names in account.inventory().items() if names} == {}


@pytest.mark.usefixtures("calm")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", RULES)
def test_one_run_ends_well_whatever_is_refused_on_the_way(product: Product, name: str) -> None:
    through(product, [RULES[name]])


LATE = (unseen_things, settings_read_late, lists_read_late)
SECONDS_UNSEEN, PACE = 0.4, 0.2
"""Real seconds, and how many of them a walk waits for each nominal one: what is written stays unseen for two."""


@pytest.mark.usefixtures("calm")
@pytest.mark.timeout(300)
def test_one_run_ends_well_where_everything_shows_seconds_late(product: Product) -> None:
    through(product, [partial(make, SECONDS_UNSEEN) for make in LATE], pace=PACE)
