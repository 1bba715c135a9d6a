"""What has to hold for every drift: named exactly, planned exactly, put right exactly, and green afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.drift.standing import Behind
from tests.product import not_ok, verdicts
from wizard.model.results import Job, Snapshot, Status

FAILED, SKIPPED, WAITING = Status.FAILED, Status.SKIPPED, Status.WAITING

PIXEL_PROBES: Mapping[str, Status] = {"pixel-direct": FAILED, "pixel-https": FAILED}
"""What cannot work when the edge has no copy and cannot read the bucket."""

NAME_PROBES: Mapping[str, Status] = {**PIXEL_PROBES, "tls": FAILED, "http-redirect": FAILED}
"""What cannot work when CloudFront does not answer at the name."""


@dataclass(frozen=True)
class Drift:
    """One thing changed behind the product's back.

    Attributes:
        item: what `check` has to name.
        happen: the change.
        writes: the AWS operations with which `repair` puts it right, in any order.
        names: the properties that `plan` shows as different.
        also: real consequences that `check` sees too.
        planned: items in the plan beside `item`, because they go or change with it.
        edge_forgot: the edge has no copy of the pixel left.
        retried: an operation that AWS refuses for a while, and that is tried until it does not.
        kind: which setup.
    """

    item: str
    happen: Callable[[Behind], object]
    writes: tuple[str, ...]
    names: tuple[str, ...] = ()
    also: Mapping[str, Status] = field(default_factory=dict)
    planned: frozenset[str] = frozenset()
    edge_forgot: bool = False
    retried: str = ""
    kind: str = "domain"


def prove(drift: Drift, behind: Behind) -> None:
    """Let it happen, look, plan, put right, and look again."""
    drift.happen(behind)
    if drift.edge_forgot:
        behind.control.forget_cache()
    behind.product.clear()
    looked = behind.product.check()
    assert _faults(looked) == {drift.item: FAILED, **drift.also}
    plan = behind.product.run(Job.PLAN, adds_records=False)
    assert behind.product.writes() == []
    assert {change.resource for change in plan.changes} == {drift.item} | drift.planned
    assert _named(plan, drift.item) == set(drift.names)
    behind.product.clear()
    repaired = behind.product.run(Job.REPAIR)
    written = sorted(operation for _, operation in behind.product.writes() if operation != drift.retried)
    assert written == sorted(drift.writes)
    assert not_ok(repaired) == []
    assert_green(behind)


def assert_green(behind: Behind) -> None:
    """Nothing is wrong, and nothing is left to do."""
    behind.control.forget_cache()
    assert not_ok(behind.product.check()) == []
    assert behind.product.run(Job.PLAN, adds_records=False).changes == ()


def _faults(snapshot: Snapshot) -> dict[str, Status]:
    return {item: status for item, status in verdicts(snapshot).items() if status is not Status.OK}


def _named(plan: Snapshot, item: str) -> set[str]:
    changes = [change for change in plan.changes if change.resource == item]
    return {difference.property for change in changes for difference in change.differences}
