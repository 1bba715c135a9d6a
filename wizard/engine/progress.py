"""Progress of one walk for any number of front ends: snapshots out, answers in.

A front end may join late: every update carries the whole snapshot, and numbers only grow. All calls belong to the event
loop that runs the walk.
"""

from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from typing import Any

import anyio
from msgspec.structs import replace

from wizard.engine import verdicts
from wizard.model import acceptance
from wizard.model.masking import all_masked
from wizard.model.ports import Clock
from wizard.model.results import Acceptance, Change, Check, Item, Job, Snapshot, StageView, Update

at_work: ContextVar[str] = ContextVar("at_work", default="")
"""The item on whose behalf the running task acts, for questions that come up deep inside."""


class Progress:
    """Holds the newest snapshot of one walk.

    Attributes:
        job: which walk.

    Args:
        job: which walk.
        setup: the setup's name.
        stages: the rows, with their items queued.
        accepted: item id to the warning that the user accepted there.
    """

    def __init__(
        self,
        job: Job,
        setup: str,
        stages: tuple[StageView, ...],
        accepted: Mapping[str, Acceptance] | None = None,
    ) -> None:
        self.job = job
        self._stages = stages
        self._accepted = accepted or {}
        self._items: dict[str, Item] = {item.id: item for stage in stages for item in stage.items}
        self._answers: dict[str, str] = {}
        self._published = anyio.Event()
        self._nudged = anyio.Event()
        self._nudges = 0
        self._heard: dict[str, int] = {}
        """How many nudges there had been when a pause of an item ended, which is when it was looked at."""
        self.sequence = 0
        self._done: tuple[Change, ...] = ()
        self._finished = False
        self._drawn: tuple[int, Snapshot] = self.sequence, Snapshot(job, setup, stages)
        """The newest snapshot that somebody looked at, and its number."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot. Put together when it is read: a walk changes more often than anybody looks."""
        number, before = self._drawn
        if number != self.sequence:
            self._drawn = self.sequence, self._put_together(before)
        return self._drawn[1]

    # What the walk says.

    def change(self, item: str, **fields: Any) -> None:
        """Set fields of one item, masked, and publish: nothing reaches a front end past this."""
        self._items[item] = replace(self._items[item], **all_masked(fields))
        self._publish()

    def item(self, name: str) -> Item:
        """Return an item as its own walk last left it, not weighed against others."""
        return self._items[name]

    @property
    def done(self) -> tuple[Change, ...]:
        """Our changes that were made, oldest first."""
        return self._done

    def stage_of(self, item: str) -> str:
        """Return the id of the row that an item is in."""
        return self._items[item].stage

    def note(self, item: str, fact: str, value: str | None) -> None:
        """Set one fact in what an item's verdict rests on, or take it out; without a verdict there is none to set."""
        check = self._items[item].check if item in self._items else None
        if check is None:
            return
        others = {key: one for key, one in check.evidence.items() if key != fact}
        self.change(item, check=replace(check, evidence=others if value is None else {**others, fact: value}))

    def carried_out(self, change: Change) -> None:
        """Note a change of ours that was made."""
        self._done = (*self._done, all_masked(change))
        self._publish()

    def finish(self) -> None:
        """Say that the walk has ended; `updates` ends after this."""
        self._finished = True
        self._publish()

    def _publish(self) -> None:
        self.sequence += 1
        published, self._published = self._published, anyio.Event()
        published.set()

    def _put_together(self, before: Snapshot) -> Snapshot:
        weighed = verdicts.weigh({name: item.check for name, item in self._items.items() if item.check})
        checks = {name: acceptance.marked(check, self._accepted.get(name)) for name, check in weighed.items()}
        stages = tuple(
            replace(stage, items=tuple(self._weighed(item.id, checks.get(item.id)) for item in stage.items))
            for stage in self._stages
        )
        return replace(before, stages=stages, done=self._done, finished=self._finished)

    def _weighed(self, name: str, check: Check | None) -> Item:
        item = self._items[name]
        return item if check is item.check else replace(item, check=check)

    # What front ends do.

    async def updates(self, after: int = -1) -> AsyncIterator[Update]:
        """Yield the newest snapshot whenever it changed since number `after`; ends when the walk does.

        A slow reader skips intermediate snapshots, never the last one.
        """
        while True:
            if self.sequence > after:
                after, snapshot = self.sequence, self.snapshot
                yield Update(after, snapshot)
                if snapshot.finished:  # not self.snapshot: it may have moved on while the reader was busy
                    return
            else:
                await self._published.wait()

    def answer(self, decision: str, choice: str) -> None:
        """Answer a decision; the walk goes on with it at once."""
        self._answers[decision] = choice
        self.look_now()

    def look_now(self) -> None:
        """End every wait early: check again now. What is being looked at already is looked at once more."""
        self._nudges += 1
        nudged, self._nudged = self._nudged, anyio.Event()
        nudged.set()

    # What the walk asks.

    def answered(self, decision: str) -> str | None:
        """Return the answer to a decision, if there is one."""
        return self._answers.get(decision)

    async def pause(self, clock: Clock, seconds: float, item: str = "") -> bool:
        """Wait `seconds` (in the clock's pace), or until somebody asks for a check right away.

        Args:
            clock: to wait with.
            seconds: how long.
            item: on whose behalf; somebody who wanted a look since its last pause is not kept waiting.

        Returns:
            whether somebody wants a look.
        """
        before, nudged = self._heard.get(item, 0 if item else self._nudges), self._nudged
        if before == self._nudges:

            async def sleep(scope: anyio.CancelScope) -> None:
                await clock.sleep(seconds)
                scope.cancel()

            async with anyio.create_task_group() as group:
                group.start_soon(sleep, group.cancel_scope)
                await nudged.wait()
                group.cancel_scope.cancel()
        if item:
            self._heard[item] = self._nudges
        return before != self._nudges
