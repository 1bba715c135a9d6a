"""Verdicts on resources and stages: readings where nothing changes, and checks weighed against each other."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from wizard.engine.causes import hang
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
    if node.id not in node.context.state.setup.stood:
        if reading.presence is Presence.ABSENT:
            return Status.WAITING, Problem("not-made", {"resource": node.title})
        return Status.WAITING, Problem("not-applied", {"resource": node.title, "found": reading.observed})
    if reading.problem:
        return Status.FAILED, reading.problem
    problem = "gone" if reading.presence is Presence.ABSENT else "drift"
    return Status.FAILED, Problem(problem, {"resource": node.title, "found": reading.observed})


def unfinished(node: Resource, reading: Reading) -> Check:
    """Judge a resource that a walk leaves before it is as wanted: nothing is wrong, it is not over yet."""
    found = verdict(node, reading)
    if reading.status is not None:
        return found
    return replace(found, status=Status.WAITING, problem=reading.problem)


Checks = Mapping[str, Check]

Rule = Callable[[Check, Checks], Check]

PROOF = "pixel-https"
"""The item that others are weighed against."""

POLICY = "log-bucket.policy"
"""The item whose warning is a fault once logs stay away."""

PROVEN = frozenset({Status.OK, Status.WARNING})


def _flattened(check: Check, checks: Checks) -> Check:
    """Without a visible CNAME, but answered by our distribution over HTTPS: the provider flattens it."""
    https = checks.get(PROOF)
    if check.status is Status.OK or https is None or https.status not in PROVEN:
        return check
    if check.evidence.get("flattened") != "yes":
        return check
    return replace(
        check,
        status=Status.OK,
        summary="The provider answers with addresses instead of the CNAME, and they lead to your distribution",
        problem=None,
        look_again=None,
    )


def _denied(check: Check, checks: Checks) -> Check:
    """A Deny that may refuse the log delivery is the fault once logs stay away."""
    event = checks.get("first-event")
    stays_away = event is not None and event.problem is not None and event.problem.id == "event-not-logged"
    if stays_away and check.problem is not None and check.problem.id == "policy-denies":
        return replace(check, status=Status.FAILED)
    return check


RULES: Mapping[str, Rule] = {"pixel-record": _flattened, "dns-resolvers": _flattened}
"""Item id to the rule that may change its verdict."""


def weigh(checks: Checks) -> dict[str, Check]:
    """Return the checks with their final verdicts. Pure: the same checks give the same verdicts."""
    rules = {**RULES, POLICY: _denied}
    ruled = {name: rules[name](check, checks) if name in rules else check for name, check in checks.items()}
    return hang(ruled)
