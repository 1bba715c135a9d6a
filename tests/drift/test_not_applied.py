"""A choice that no run has carried out yet: said as what it is, and never as somebody's change."""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.probes.seen_from import HOST, context
from tests.product import Product, not_ok
from tests.trackers import V3, V4
from wizard.model.results import Status
from wizard.model.setup import Goal, SetupChoices, ViewerPolicy
from wizard.stages import stages
from wizard.storage.allowed_changes import FOLLOWING, NAMED

BOTH = (Goal.PIXEL, Goal.JS_BUCKET)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)
CHANGED: dict[str, tuple[Any, set[str]]] = {
    "retention_days": (60, {"log-bucket.lifecycle"}),
    "viewer": (ViewerPolicy.HTTPS_ONLY, {"distribution", "http-redirect"}),
    "pixel": ("mine.png", {"pixel-image"}),
    "tracker": (str(V3), {"tracker-file", "tracker-object"}),
    "events_per_month": (5, set()),
}
"""Choice to another value, and the rows that wait for it."""


@pytest.mark.parametrize("choice", CHANGED)
def test_a_choice_that_is_not_carried_out_is_nobodys_change(product: Product, tmp_path: Path, choice: str) -> None:
    product.new(goals=BOTH, tracker=str(V4))
    assert not_ok(product.apply()) == []
    value, rows = CHANGED[choice]
    if choice == "pixel":
        value = str(tmp_path / value)
        Path(value).write_bytes(PNG)
    product.service.choose("main", **{choice: value})
    found = not_ok(product.check())
    assert {check.id for check in found} == rows
    for check in found:
        assert check.problem is not None
        assert (check.status, check.problem.id) in {(Status.WAITING, "not-applied"), (Status.WAITING, "not-made")}
    assert not_ok(product.apply()) == []
    assert not_ok(product.check()) == []


def test_what_is_chosen_again_as_it_was_is_not_waited_for(product: Product) -> None:
    product.stand()
    product.service.choose("main", retention_days=product.setup().choices.retention_days)
    assert "log-bucket.lifecycle" in product.setup().stood


def test_every_item_that_a_choice_begins_anew_is_one() -> None:
    every = context(choices=SetupChoices(domain=HOST, goals=tuple(Goal), tracker_url="https://www.example.org/t.js"))
    known = {node.id for row in stages(every) for node in row.nodes}
    assert {*NAMED, *chain.from_iterable(FOLLOWING.values())} <= known
