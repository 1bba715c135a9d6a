"""The five jobs: what plan, apply, check, repair, and remove do around the engine's walk."""

from collections.abc import Collection

from wizard.aws.errors import AwsError
from wizard.aws.services.sts import caller
from wizard.engine import walks
from wizard.engine.progress import Progress
from wizard.model.context import Context
from wizard.model.exhaustion import exhausted
from wizard.model.ports import DnsUnreachableError
from wizard.model.results import Job, Status
from wizard.resources.dns.managed_record import find_hosted_zone
from wizard.resources.resource import Resource
from wizard.stages import Stage, stages

Only = Collection[str] | None
"""Ids of stages or items that a walk is limited to; None is all."""


def rows(context: Context, only: Only) -> tuple[Stage, ...]:
    """Lay out the stages, or the part of them that is asked for."""
    whole = stages(context)
    if only is None:
        return whole
    part = [Stage(row.id, tuple(node for node in row.nodes if row.id in only or node.id in only)) for row in whole]
    asks_aws = any(isinstance(node, Resource) and node.in_aws for row in part for node in row.nodes)
    wanted = {walks.IDENTITY} if asks_aws else set()
    return tuple(
        row if row.nodes else Stage(row.id, tuple(node for node in full.nodes if node.id in wanted))
        for row, full in zip(part, whole, strict=True)
        if row.nodes or any(node.id in wanted for node in full.nodes)
    )


async def _plan(context: Context, progress: Progress, _patience: float | None, only: Only) -> None:
    await survey(context)
    await walks.plan(rows(context, only), context, progress)


async def _check(context: Context, progress: Progress, _patience: float | None, only: Only) -> None:
    await walks.check(rows(context, only), context, progress)


async def _apply(context: Context, progress: Progress, patience: float | None, only: Only) -> None:
    await survey(context)
    await walks.apply(rows(context, only), context, progress, patience=patience)


async def _repair(context: Context, progress: Progress, patience: float | None, only: Only) -> None:
    await survey(context)
    # The user says that the cause is gone: a certificate that was given up is asked for again.
    context.state.record(certificates_replaced=0)
    part = rows(context, only)
    looked = walks.progress_for(Job.CHECK, part, progress.snapshot.setup, context.state.setup.accepted)
    await walks.check(part, context, looked)
    wrong = {check.id for check in looked.snapshot.checks if check.counts_as is not Status.OK}
    again = walks.affected(part, wrong) | {walks.IDENTITY}
    resources = {node.id for node in walks.nodes_of(part) if isinstance(node, Resource)}
    for item in looked.snapshot.items:
        if item.id not in again:
            progress.change(item.id, phase=item.phase, check=item.check)
            context.state.waited(item.id)  # an interrupted walk may have left it; the check saw that it is over
            if item.id in resources:
                context.state.stands(item.id, now=True)  # one that was adopted: from now on its absence is a fault
    await walks.apply(part, context, progress, patience=patience, only=again)


async def _remove(context: Context, progress: Progress, patience: float | None, only: Only) -> None:
    await survey(context)  # a setup that was only just adopted: in Route 53 the records are ours to take away
    await walks.remove(rows(context, only), context, progress, patience=patience)


WALKS = {Job.PLAN: _plan, Job.APPLY: _apply, Job.CHECK: _check, Job.REPAIR: _repair, Job.REMOVE: _remove}
"""Each job's walk: in a context, shown by a progress, within seconds of patience, limited to some ids."""


async def survey(context: Context) -> None:
    """Find out once whether the domain's zone is in this account's Route 53, and save it.

    Without permission to look there, or without DNS, nothing is saved: the user adds the records, as with any provider.
    What another account's Route 53 says is not saved either.
    """
    domain = context.choices.domain
    if domain is None or context.made.hosted_zone is not None:
        return
    try:
        if await _elsewhere(context):
            return
        zone = await find_hosted_zone(context.ports.aws, context.ports.dns, domain)
    except (AwsError, DnsUnreachableError):
        return
    except Exception as error:
        if exhausted(error):
            return  # the rows say so
        raise
    context.state.record(hosted_zone=zone or "")


async def _elsewhere(context: Context) -> bool:
    """Whether the credentials belong to another account than the setup; a fresh setup takes the account it finds."""
    account = context.made.account
    return account is not None and (await caller(context.ports.aws)).account != account
