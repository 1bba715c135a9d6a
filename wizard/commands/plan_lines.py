"""A plan in lines: changes row by row, permissions, and the monthly cost."""

from collections.abc import Iterator
from typing import Any

import msgspec

from wizard.commands.output import checklist_lines, map_lines, plain_lines
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.output.plain_lines import Ink
from wizard.commands.session import Session
from wizard.documents import json_envelope, plan
from wizard.documents.plan import Plan
from wizard.model.results import Change, Status
from wizard.model.terminal_text import printable
from wizard.wording import cost_table
from wizard.wording.amounts import count
from wizard.wording.setup_map import setup_map
from wizard.wording.signs import ACTION_SIGNS, by


def code(planned: Plan, *, strict: bool) -> ExitCode:
    """Return the exit code: a plan is well whatever it found to do, unless the user is strict."""
    if strict and planned.snapshot.changes:
        return ExitCode.WRONG
    return of_statuses([planned.status])


def data(planned: Plan) -> dict[str, Any]:
    """Return the plan as data."""
    cost = {**msgspec.to_builtins(planned.cost), "events_per_month": planned.setup.choices.events_per_month}
    return {**json_envelope.walk(planned.snapshot), "permissions": planned.permissions, "cost": cost}


def lines(session: Session, planned: Plan, *, asking: bool = False) -> Iterator[str]:
    """Yield the plan in words.

    Args:
        session: whose commands are named.
        planned: the plan.
        asking: whether the user is asked to agree next: permissions are summed up, and no command follows.
    """
    name, changes = planned.setup.name, planned.snapshot.changes
    yield f"Plan for {name}: {', '.join(planned.headline)}. Nothing was changed."
    if not changes and planned.status is Status.OK:
        yield plan.NOTHING
    yield from ("", *map_lines.lines(setup_map(planned.setup.choices, planned.setup.made), Ink()))
    for stage in planned.stages:
        yield from ("", stage.title)
        for change in stage.changes:
            yield from change_lines(change)
    yield from checklist_lines.troubles([*planned.obstacles, *planned.doubts], name)
    for asked in planned.snapshot.decisions:
        yield from ("", "A question is open:", *plain_lines.decision(asked))
    if planned.needs_aws:
        yield from _permissions(session, planned, summed=asking)
        yield from _cost(planned)
    else:
        yield from ("", plan.FREE)
    if changes and planned.status is Status.OK and not asking:
        yield from ("", f"Next: {session.line(f'apply {name}')}")


def change_lines(change: Change) -> Iterator[str]:
    """Yield a change in words, and under it what differs."""
    yield f"  {ACTION_SIGNS[change.action]} {printable(change.summary)}{by(change.actor)}"
    for one in change.differences:
        yield f"      {printable(one.property)}: {printable(one.found)} → {printable(one.wanted)}"


def _permissions(session: Session, planned: Plan, *, summed: bool) -> Iterator[str]:
    yield ""
    policy = session.line(f"policy {planned.setup.name}")
    if summed:
        services = ", ".join(each.name for each in planned.rights)
        yield f"It needs {count(len(planned.permissions), 'permission')} of {services}. `{policy}` lists them."
        return
    yield f"Permissions needed ({len(planned.permissions)}; as a policy: {policy})"
    yield from (f"  {each.name} ({each.prefix}): {', '.join(each.operations)}" for each in planned.rights)


def _cost(planned: Plan) -> Iterator[str]:
    cost = planned.cost
    yield ""
    yield f"Cost: {cost_table.total(cost)}. {cost_table.title(planned.setup.choices.events_per_month)}"
    widest = max(len(line.label) for line in cost.lines)
    for row in cost_table.rows(cost):
        yield f"  {row.label:<{widest}}  {row.price:>8}  {row.quantity}"
    if more := cost_table.more(cost):
        yield f"  {more}"
    yield from (f"  Assumed: {one}" for one in cost.assumptions)
    yield f"  {cost_table.prices_of(cost)}"
