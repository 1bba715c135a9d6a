"""What AWS does not show yet: one run ends well, with exactly one of each, and nothing stays, whatever is unseen."""

from typing import Any

import pytest

from tests.inventory import Account
from tests.product import Product, not_ok
from tests.scenarios.test_passing_refusals import stuck
from tests.trackers import V4
from wizard.model.context import DELETE_LOGS, YES
from wizard.model.results import Job
from wizard.model.setup import Goal
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

CHOICES = {
    "own name": {},
    "no name": {"domain": None},
    "JavaScript too": {"goals": (Goal.PIXEL, Goal.JS_BUCKET), "tracker": str(V4)},
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("choices", CHOICES.values(), ids=CHOICES)
def test_a_setup_is_made_and_removed_while_aws_sees_things_late(
    product: Product, control: Control, world: WorldFile, seed: int, choices: dict[str, Any]
) -> None:
    account = Account(world)
    control.settings(staleness_seed=f"seed {seed}")
    product.new(**choices)
    assert not_ok(product.apply()) == []
    found = account.inventory()
    wanted = {"distributions": 1, "access": 1, "sources": 1, "destinations": 1, "deliveries": 1}
    assert {kind: len(found[kind]) for kind in wanted} == wanted
    assert len(found["certificates"]) == (0 if "domain" in choices else 1)
    assert len(found["buckets"]) == 2
    assert not_ok(product.run(Job.CHECK)) == []
    assert stuck(product.run(Job.REMOVE, answers={DELETE_LOGS: YES})) == []
    assert {kind: names for kind, names in account.inventory().items() if names} == {}
