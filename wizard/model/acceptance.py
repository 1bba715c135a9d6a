"""Accepted warnings: whether one still applies to what a check observed."""

from collections.abc import Mapping

from msgspec.structs import replace

from wizard.model.results import Acceptance, Check, Item, Snapshot, Status

Accepted = Mapping[str, Acceptance]
"""Item id to what was accepted there."""


def marked(check: Check, accepted: Acceptance | None) -> Check:
    """Mark a warning as accepted, if what is observed is still what was accepted."""
    if accepted is None or check.status is not Status.WARNING:
        return check
    same = (accepted.problem, accepted.observed) == _seen(check)
    return replace(check, accepted=accepted if same else None)


def _seen(check: Check) -> tuple[str, str]:
    return check.problem.id if check.problem else "", check.observed or check.summary


def remarked(snapshot: Snapshot, accepted: Accepted) -> Snapshot:
    """Return a snapshot as it looks with what is accepted now."""
    stages = (replace(stage, items=tuple(_item(item, accepted) for item in stage.items)) for stage in snapshot.stages)
    return replace(snapshot, stages=tuple(stages))


def _item(item: Item, accepted: Accepted) -> Item:
    if item.check is None:
        return item
    bare = replace(item.check, accepted=None)
    return replace(item, check=marked(bare, accepted.get(item.id)))
