"""Runs the nodes of a setup concurrently, each once its needs are met: the frame of all walks."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import anyio
from msgspec.structs import replace

from wizard.aws.errors import AwsError, ErrorKind
from wizard.engine.progress import Progress, at_work
from wizard.knowledge.problems import explain
from wizard.model.context import Context
from wizard.model.exhaustion import exhausted
from wizard.model.results import Check, Copyable, Phase, Problem, Status
from wizard.model.tracebacks import place
from wizard.resources.resource import StoppedError, UnreachedError
from wizard.stages import Node
from wizard.storage.store import StoreError

Step = Callable[[Node], Awaitable[Check]]
Order = Mapping[str, Collection[str]]
"""Item id to the ids of those that come first."""

STATUS_BY_KIND = {
    ErrorKind.DENIED: Status.FAILED,
    ErrorKind.REFUSED: Status.FAILED,
    ErrorKind.EXPIRED: Status.UNKNOWN,
    ErrorKind.UNREACHABLE: Status.UNKNOWN,
}


class Walk:
    """One run over the items.

    Args:
        nodes: all resources and probes, in the order of the stages.
        context: what they were made with.
        progress: where everything is shown.
    """

    def __init__(self, nodes: Sequence[Node], context: Context, progress: Progress) -> None:
        self.nodes = {node.id: node for node in nodes}
        self.context = context
        self.progress = progress
        self.results: dict[str, Check] = {}
        self.stopping: set[str] = set()
        """Items that keep their dependants from running."""
        self.unseen: set[str] = set()
        """Items that cannot be seen because nobody is signed in to AWS: what hangs on them is unseen, too."""
        self._through = {name: anyio.Event() for name in self.nodes}

    async def run(self, step: Step, order: Order) -> None:
        """Take `step` with every item, along `order`; returns when all are through.

        One item's failure or crash is its own result and never the end of the walk.
        """
        try:
            async with anyio.create_task_group() as group:
                for node in self.nodes.values():
                    group.start_soon(self._visit, node, step, order.get(node.id, ()))
        finally:
            self.progress.finish()

    async def _visit(self, node: Node, step: Step, first: Collection[str]) -> None:
        at_work.set(node.id)  # each item is a task of its own
        before = [name for name in first if name in self.nodes]
        for name in before:
            await self._through[name].wait()
        blocker = next((name for name in before if name in self.stopping), None)
        if blocker:
            self.stopping.add(node.id)
            check = self.skipped(node, blocker)
        else:
            self.progress.change(node.id, phase=Phase.RUNNING)
            check = await self._guarded(node, step)
        self.results[node.id] = check
        # A question that nobody answered stays open; all else that was going on is over.
        kept = {} if node.id in self.stopping else {"decision": None}
        self.progress.change(node.id, phase=Phase.DONE, activity="", wait=None, check=self.placed(check), **kept)
        self._through[node.id].set()

    async def _guarded(self, node: Node, step: Step) -> Check:
        try:
            check = await step(node)
            await self.context.state.saved()
        except AwsError as error:
            self.stopping.add(node.id)
            return refusal(node, error)
        except StoreError as error:
            self.stopping.add(node.id)
            problem = Problem("cannot-save", {"message": str(error)})
            return Check(node.id, "", Status.FAILED, f"{node.title}: can't be saved", str(error), problem=problem)
        except StoppedError as error:
            self.stopping.add(node.id)
            status = Status.UNKNOWN if isinstance(error, UnreachedError) else Status.FAILED
            return Check(node.id, "", status, str(error), problem=error.problem)
        except Exception as error:  # noqa: BLE001 - a crash in one item is a row, not the end of the walk
            self.stopping.add(node.id)
            if what := exhausted(error):
                return short_of(node, what)
            where = place(error)  # never its text: it may repeat a reply, a header or a secret
            return Check(
                node.id,
                "",
                Status.UNKNOWN,
                f"{node.title}: internal error",
                observed=where,
                problem=Problem("crash", {"error": where}),
            )
        else:
            return check

    def placed(self, check: Check) -> Check:
        """Give a check the stage of its row."""
        return replace(check, stage=self.progress.stage_of(check.id))

    def skipped(self, node: Node, blocker: str) -> Check:
        """Say that an item was left out, and because of which other one."""
        if blocker in self.unseen:
            self.unseen.add(node.id)
            return replace(not_signed_in(node), evidence={"blocked_by": blocker})
        return Check(
            node.id,
            "",
            Status.SKIPPED,
            f"Checked once this is done: {self.nodes[blocker].title}",
            evidence={"blocked_by": blocker},
        )


UNSEEN = {
    "mfa-needed": "an MFA code is needed",
    "mfa-wrong": "an MFA code is needed",
    "kept-keys-unreadable": "the saved keys can't be read",
}
"""Problem ids of a sign-in that is missing, to what is missing."""


def short_of(node: Node, what: str) -> Check:
    """Say that this computer has run out of something: that tells nothing about the setup."""
    return Check(
        node.id,
        "",
        Status.UNKNOWN,
        f"{node.title}: couldn't be checked, this computer has run out of {what}",
        observed=f"no more {what}",
        problem=Problem("computer-exhausted", {"what": what}),
    )


def refusal(node: Node, error: AwsError) -> Check:
    """Turn AWS's refusal into the item's result."""
    return Check(
        node.id,
        "",
        STATUS_BY_KIND[error.kind],
        f"{node.title}: {_in_brief(error)}",
        observed="" if str(error) == explain(error.problem).meaning else str(error),
        problem=error.problem,
        copy=(Copyable("Statement to add", statement),) if (statement := error.problem.values.get("statement")) else (),
    )


def _in_brief(error: AwsError) -> str:
    """Say in a few words why a call came to nothing; "AWS answered" only where AWS did."""
    if error.kind is ErrorKind.EXPIRED:
        return f"couldn't be tested, {UNSEEN.get(error.problem.id, 'credentials expired')}"
    if error.local or not error.answered:
        return explain(error.problem).title
    return f"AWS answered {error.code} to {error.operation}"


def not_signed_in(node: Node) -> Check:
    """Say that an item in AWS is unseen rather than wrong."""
    return Check(node.id, "", Status.UNKNOWN, f"{node.title}: not checked, nobody is signed in to AWS here")
