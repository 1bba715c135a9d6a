"""The tracker from the bucket: made with the pixel, held to its hash, upgraded beside the old, never pulled away."""

import pytest

from tests.product import Product, not_ok
from tests.trackers import V4
from wizard.results import Check, Job, Snapshot
from wizard.setups import Goal
from wizard.tracker.file import integrity

BOTH = (Goal.PIXEL, Goal.JS_BUCKET)


def check_of(snapshot: Snapshot, item: str) -> Check:
    return next(check for check in snapshot.checks if check.id == item)


def problem_of(snapshot: Snapshot, item: str) -> str:
    found = check_of(snapshot, item).problem
    assert found is not None, check_of(snapshot, item)
    return found.id


@pytest.fixture
def served(product: Product) -> Product:
    """A finished set-up with pixel and tracker."""
    product.new(goals=BOTH, tracker=str(V4))
    assert not_ok(product.apply()) == []
    return product


def test_one_walk_does_pixel_and_tracker(served: Product) -> None:
    file = served.setup().made.tracker
    assert file is not None
    assert (file.version, file.flavour, file.sha384) == ("4.10.1", "umd", integrity(V4.read_bytes()))
    folder, _, name = file.key.partition("/")
    assert folder == "4.10.1"
    assert len(name) == len("abcdefghij.js")
    checked = served.check()
    assert not_ok(checked) == []
    assert check_of(checked, "tracker-https").observed.startswith("gzip, sha384-")
    assert [row.id for row in checked.stages][2:4] == ["pixel", "tracker"]


def test_a_second_apply_writes_nothing_and_a_finished_set_up_needs_nothing(served: Product) -> None:
    served.clear()
    assert served.apply().done == ()
    assert served.writes() == []
    assert served.run(Job.PLAN).changes == ()
