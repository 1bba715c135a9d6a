"""Judges what a resource's reading means where nothing is going to be changed now."""

from msgspec.structs import replace

from wizard.model.results import Actor, Check, Problem, Status
from wizard.resources.resource import Presence, Reading, Resource


def verdict(node: Resource, reading: Reading) -> Check:
    """Judge a reading where nothing is going to be changed now."""
    status, problem = reading.status, reading.problem
    if status is None:
        status, problem = _derived(node, reading)
    return Check(
        node.id,
        "",
        status,
        reading.summary,
        observed=reading.observed,
        expected=reading.expected,
        problem=problem,
        copy=reading.copy,
        look_again=min((change.every for change in reading.changes), default=None) if reading.changes else None,
        evidence=reading.evidence,
    )


def _derived(node: Resource, reading: Reading) -> tuple[Status, Problem | None]:
    if reading.settled:
        return Status.OK, None
    ours = any(change.actor is Actor.US for change in reading.changes)
    if reading.decision or not ours:
        return Status.WAITING, reading.problem
    if node.id not in node.scope.ledger.setup.stood:
        return Status.WAITING, Problem("not-made", {"resource": node.title})
    problem = "gone" if reading.presence is Presence.ABSENT else "drift"
    return Status.FAILED, Problem(problem, {"resource": node.title, "found": reading.observed})


def unfinished(node: Resource, reading: Reading) -> Check:
    """Judge a resource that a walk leaves before it is as wanted: nothing is wrong, it is not over yet."""
    found = verdict(node, reading)
    if reading.status is not None:
        return found
    return replace(found, status=Status.WAITING, problem=reading.problem)
