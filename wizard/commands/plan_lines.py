"""A plan in lines: changes row by row, permissions, and the monthly cost."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from wizard.aws.policy import policy
from wizard.commands.output import checklist_lines, plain_lines
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.session import Session
from wizard.documents import json_envelope
from wizard.knowledge.costs import Estimate, estimate_for
from wizard.model.results import Actor, Change, Check, Snapshot, Status
from wizard.model.setup import Setup
from wizard.model.terminal_text import printable
from wizard.stages import needs_aws
from wizard.wording import cost_table
from wizard.wording.signs import ACTION_SIGNS, by

_NO_VERDICT = frozenset({Status.OK, Status.WAITING, Status.SKIPPED})
"""For an item of a plan these say only that there is something to do, or that something else comes first."""


class Plan(Struct, frozen=True):
    """Everything that a plan says."""

    setup: Setup
    snapshot: Snapshot
    permissions: tuple[str, ...]
    cost: Estimate

    @property
    def status(self) -> Status:
        """How well the world could be read; differences are no fault."""
        return next((status for status in (Status.FAILED, Status.UNKNOWN) if status in self.obstacles), Status.OK)

    @property
    def obstacles(self) -> set[Status]:
        """Verdicts of the items that could not be planned."""
        items = [item for item in self.snapshot.items if item.check and not item.changes]
        return {item.check.status for item in items if item.check} - _NO_VERDICT


def of(setup: Setup, snapshot: Snapshot) -> Plan:
    """Complete a walk's differences with permissions and cost."""
    by_us = any(
        change.actor is Actor.US for item in snapshot.items if item.id == "pixel-record" for change in item.changes
    )
    cost = estimate_for(setup.choices, route53=bool(setup.made.hosted_zone) or by_us)
    needed = actions(policy(setup)) if needs_aws(setup.choices, setup.made) else ()
    return Plan(setup, snapshot, needed, cost)


def actions(document: dict[str, Any]) -> tuple[str, ...]:
    """Return the actions that a policy allows, sorted."""
    found: set[str] = set()
    for statement in document["Statement"]:
        allowed = statement.get("Action", ())
        found |= {allowed} if isinstance(allowed, str) else set(allowed)
    return tuple(sorted(found))


def code(plan: Plan, *, strict: bool) -> ExitCode:
    """Return the exit code: a plan is well whatever it found to do, unless the user is strict."""
    if strict and plan.snapshot.changes:
        return ExitCode.WRONG
    return of_statuses([plan.status])


def data(plan: Plan) -> dict[str, Any]:
    """Return the plan as data."""
    cost = {**msgspec.to_builtins(plan.cost), "events_per_month": plan.setup.choices.events_per_month}
    return {**json_envelope.walk(plan.snapshot), "permissions": plan.permissions, "cost": cost}


def lines(session: Session, plan: Plan) -> Iterator[str]:
    """Yield the plan in words."""
    changes = plan.snapshot.changes
    yield (
        f"Plan for {plan.setup.name}: {len(changes)} to do. Nothing was changed."
        if changes
        else (f"Plan for {plan.setup.name}: nothing to do, everything is as it should be.")
    )
    for stage in plan.snapshot.stages:
        listed = [change for item in stage.items for change in item.changes]
        if listed:
            yield from ("", stage.title)
        for change in listed:
            yield from change_lines(change)
    yield from _obstacles(plan)
    if needs_aws(plan.setup.choices, plan.setup.made):
        yield from _permissions(session, plan)
        yield from _cost(plan)
    else:
        yield from ("", "It needs no AWS account: nothing is created there, and nothing costs anything.")
    if changes and plan.status is Status.OK:
        yield from ("", f"Next: {session.line(f'apply {plan.setup.name}')}")


def change_lines(change: Change) -> Iterator[str]:
    """Yield a change in words, and under it what differs."""
    yield f"  {ACTION_SIGNS[change.action]} {printable(change.summary)}{by(change.actor)}"
    for one in change.differences:
        yield f"      {printable(one.property)}: {printable(one.found)} → {printable(one.wanted)}"


def _obstacles(plan: Plan) -> Iterator[str]:
    hard = [item.check for item in plan.snapshot.items if item.check and not item.changes]
    told = [check for check in hard if check.status in plan.obstacles]
    # What is to be thought about first, although it could be done: the name is in use.
    told += [item.check for item in plan.snapshot.items if item.check and item.changes and _doubtful(item.check)]
    yield from checklist_lines.troubles(told, plan.setup.name)
    for asked in plan.snapshot.decisions:
        yield from ("", "A question is open:", *plain_lines.decision(asked))


def _doubtful(check: Check) -> bool:
    return check.status is Status.WARNING and check.problem is not None


def _permissions(session: Session, plan: Plan) -> Iterator[str]:
    yield ""
    yield f"Permissions needed ({len(plan.permissions)}; as a policy: {session.line(f'policy {plan.setup.name}')})"
    services: dict[str, list[str]] = {}
    for action in plan.permissions:
        service, _, operation = action.partition(":")
        services.setdefault(service, []).append(operation)
    yield from (f"  {service}: {', '.join(operations)}" for service, operations in services.items())


def _cost(plan: Plan) -> Iterator[str]:
    cost = plan.cost
    events = plan.setup.choices.events_per_month
    yield ""
    yield f"Cost: {cost_table.total(cost)}. {cost_table.title(events)}"
    widest = max(len(line.label) for line in cost.lines)
    for row in cost_table.rows(cost):
        yield f"  {row.label:<{widest}}  {row.price:>8}  {row.quantity}"
    if more := cost_table.more(cost):
        yield f"  {more}"
    yield from (f"  Assumed: {one}" for one in cost.assumptions)
    yield f"  {cost_table.prices_of(cost)}"
