"""The walks: plan, apply, check, repair, and remove over the resources and probes of `wizard.stages`.

A walk never asks. What needs a word from the user becomes a decision in its progress, what needs time a wait, while
the other branches go on. Where nobody can answer, or the given time has passed, the walk ends unfinished and says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import anyio
from msgspec.structs import replace

from wizard.aws.errors import AwsError
from wizard.engine.progress import Progress
from wizard.engine.reconcile import Reconciler
from wizard.engine.verdicts import verdict
from wizard.engine.walk import Walk, not_signed_in
from wizard.model.context import Context
from wizard.model.results import Acceptance, Action, Actor, Change, Check, Item, Job, Problem, StageView, Status
from wizard.probes.probe import Probe
from wizard.resources.resource import Presence, Reading, Resource
from wizard.stages import Node, Stage


def progress_for(
    job: Job, stages: Sequence[Stage], setup: str, accepted: Mapping[str, Acceptance] | None = None
) -> Progress:
    """Make the progress of a walk, with every item queued."""
    views = tuple(
        StageView(
            stage.id,
            stage.title,
            stage.why,
            tuple(Item(node.id, stage.id, node.title) for node in stage.nodes),
        )
        for stage in stages
    )
    return Progress(job, setup, views, accepted)


def nodes_of(stages: Sequence[Stage]) -> tuple[Node, ...]:
    """Return all items in the order a user sees them."""
    return tuple(node for stage in stages for node in stage.nodes)


async def check(stages: Sequence[Stage], context: Context, progress: Progress) -> None:
    """Read every resource and run every probe, all at once; writes nothing.

    Args:
        stages: the rows.
        context: their surroundings, with the seconds that one item and all of them may take.
        progress: where results appear as they come.
    """
    walk = Walk(nodes_of(stages), context, progress)
    limit, end = context.row_limit, anyio.current_time() + context.check_limit

    async def look(node: Node) -> Check:
        found = Check(
            node.id,
            "",
            Status.UNKNOWN,
            f"{node.title}: no response within {limit:.0f} seconds",
            problem=Problem("slow"),
        )
        with anyio.CancelScope(deadline=min(end, anyio.current_time() + limit)):
            found = await _seen(walk, node)
        if found.status is Status.UNKNOWN:
            walk.stopping.add(node.id)
        return found

    await walk.run(look, _parents(walk.nodes.values()))


async def _seen(walk: Walk, node: Node) -> Check:
    """Look; where nobody is signed in to AWS, what is in AWS is unseen rather than wrong."""
    try:
        return await _look(walk, node)
    except AwsError as error:
        if error.problem.id != NOBODY:
            raise
        walk.unseen.add(node.id)
        return replace(not_signed_in(node), observed=str(error), problem=error.problem)


async def _look(walk: Walk, node: Node) -> Check:
    if isinstance(node, Probe):
        found = await node.look()
        if found.status is Status.FAILED:
            walk.stopping.add(node.id)
        return found
    reading = await node.read()
    if reading.presence is Presence.ABSENT:
        walk.stopping.add(node.id)
    walk.progress.change(node.id, changes=reading.changes)
    return verdict(node, reading)


def _parents(nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    return {node.id: (node.parent,) for node in nodes if node.parent}


async def plan(stages: Sequence[Stage], context: Context, progress: Progress) -> None:
    """Read every resource and list the differences; writes nothing, and waits for nothing."""
    nodes = [node for node in nodes_of(stages) if isinstance(node, Resource) or node.id == IDENTITY]
    walk = Walk(nodes, context, progress)
    absent: set[str] = set()
    renewed: set[str] = set()

    async def read(node: Node) -> Check:
        if isinstance(node, Probe):
            return await _look(walk, node)
        reading = node.missing() if node.parent in absent else await node.read()
        if reading.settled and renewed.intersection(node.carries):
            reading = node.to_follow(reading)
        if reading.presence is Presence.ABSENT:
            absent.add(node.id)
        if any(_renews(node, change) for change in reading.changes):
            renewed.add(node.id)
        walk.progress.change(node.id, changes=reading.changes)
        return verdict(node, reading)

    carried = {node.id: node.carries for node in nodes if isinstance(node, Resource)}
    parents = _parents(nodes)
    await walk.run(read, {node.id: (*parents.get(node.id, ()), *carried.get(node.id, ())) for node in nodes})


def _renews(node: Resource, change: Change) -> bool:
    """Whether a thing has another id after a change."""
    made = change.action is Action.CREATE and not node.keeps_id
    return change.actor is Actor.US and (made or change.action is Action.REPLACE)


async def apply(
    stages: Sequence[Stage],
    context: Context,
    progress: Progress,
    *,
    patience: float | None = None,
    only: Collection[str] | None = None,
) -> None:
    """Carry out the differences, whatever is ready at the same time; what exists is found and kept.

    Args:
        stages: the rows.
        context: their surroundings.
        progress: where everything is shown.
        patience: seconds to wait in all; None is as long as it takes, 0 does what can be done now.
        only: limit to these items (a repair); the others count as they stand.
    """
    walk = Walk([node for node in nodes_of(stages) if only is None or node.id in only], context, progress)
    settler = Reconciler(walk, patience)

    async def step(node: Node) -> Check:
        if isinstance(node, Probe):
            return await settler.look_until_clear(node)
        return await settler.settle(node, node.read, _known(node, settler))

    await walk.run(step, {node.id: _before(node) for node in walk.nodes.values()})


def _known(node: Resource, settler: Reconciler) -> Reading | None:
    """Return what is known of a resource without a look: what hangs on something just made is not there yet."""
    return node.missing() if node.parent in settler.created and not node.comes_with_parent else None


def _before(node: Node) -> tuple[str, ...]:
    named = (*node.needs, node.parent) if node.parent else node.needs
    # Also in a walk limited to a few items nothing is written before the account is known to be right.
    return (*named, IDENTITY) if isinstance(node, Resource) and node.in_aws else named


def affected(stages: Sequence[Stage], wrong: Collection[str]) -> frozenset[str]:
    """Return `wrong` with all that stands on it: a repaired resource may change what they are and what they see."""
    nodes = nodes_of(stages)
    resources = {node.id for node in nodes if isinstance(node, Resource)}
    found = frozenset(wrong)
    while more := {node.id for node in nodes if not found.isdisjoint(resources.intersection(_before(node)))} - found:
        found |= more
    return found


async def remove(
    stages: Sequence[Stage], context: Context, progress: Progress, *, patience: float | None = None
) -> None:
    """Take everything of ours down, each thing after whatever stands on it.

    Args:
        stages: the rows.
        context: their surroundings; the answer `delete-logs` = `yes` takes the logs too.
        progress: where everything is shown.
        patience: seconds to wait in all; None is as long as it takes.
    """
    nodes = [node for node in nodes_of(stages) if isinstance(node, Resource) or node.id == IDENTITY]
    walk = Walk(nodes, context, progress)
    settler = Reconciler(walk, patience)

    async def step(node: Node) -> Check:
        if isinstance(node, Probe):
            return await settler.look_until_clear(node)
        return await settler.settle(node, node.removal, None)

    await walk.run(step, removal_order([node for node in nodes if isinstance(node, Resource)]))


def removal_order(resources: Sequence[Resource]) -> dict[str, tuple[str, ...]]:
    """Return, for each resource, what has to be gone before it: all that needs it, and what it names itself."""
    return {
        resource.id: (
            *((IDENTITY,) if resource.in_aws else ()),
            *(each.id for each in resources if resource.id in _before(each) and resource.id not in each.removed_after),
            *resource.removed_after,
        )
        for resource in resources
    }


NOBODY = "no-credentials"
"""Problem id: there are no AWS credentials at all. A check of the outside alone needs none."""

IDENTITY = "identity"
"""The probe that everything in AWS hangs on."""
