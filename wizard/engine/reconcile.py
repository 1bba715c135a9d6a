"""Reconciles one resource: reads, changes, and waits until nothing differs, for apply, repair, and remove."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from wizard.aws.errors import AwsError
from wizard.engine.look_schedule import LookSchedule
from wizard.engine.verdicts import unfinished, verdict
from wizard.engine.walk import Walk
from wizard.model.results import Action, Actor, Change, Check, Decision, Job, Status, Wait
from wizard.probes.probe import Probe
from wizard.resources.deletion import gone_already
from wizard.resources.resource import LookAgainError, NotYetError, Reading, Resource
from wizard.stages import Node

TRIES = 3
"""How often the same change is made before we say that it does not take."""

POLL_ANSWERS = 3600.0
"""Seconds between looks at an unanswered decision; an answer ends the wait at once."""

LONG = 5.0
"""Seconds of a pause before which also what could wait for the next save is saved: that one may be hours away."""

TYPICAL_PROBE = 60.0
"""Seconds that the world usually needs to show what was just set up."""


class DoesNotTakeError(Exception):
    """A change was carried out several times, and the world still looks as before."""

    def __init__(self, change: Change) -> None:
        super().__init__(f"'{change.summary}' was carried out {TRIES} times, and the world still looks as before")


@dataclass
class _Settling:
    """What one resource went through so far in this walk."""

    deadline: float | None
    read: Callable[[], Awaitable[Reading]]
    made: dict[str, int] = field(default_factory=dict)
    """How often each change was carried out."""


class Reconciler:
    """Brings resources to where nothing is left to do: the loop behind apply, repair and remove.

    Args:
        walk: the walk it belongs to.
        patience: seconds that the walk may wait in all; None is as long as it takes, 0 not at all.
    """

    def __init__(self, walk: Walk, patience: float | None) -> None:
        self.walk = walk
        self.created: set[str] = set()
        """Resources made in this walk: what hangs on them cannot exist yet, so it is not looked for."""
        clock = walk.context.ports.clock
        self._deadline = None if patience is None else clock.now() + patience
        self._schedule = LookSchedule(clock)

    async def settle(self, node: Resource, read: Callable[[], Awaitable[Reading]], first: Reading | None) -> Check:
        """Read, change, wait and read again until nothing is left to do or it cannot go on.

        Args:
            node: the resource.
            read: how to look: `node.read`, or `node.removal`.
            first: what is known without a look.
        """
        state = _Settling(self._deadline, read)
        reading = first or await read()
        while not reading.settled and not reading.blocked:
            check = self._so_far(node, reading)
            self.walk.progress.change(node.id, changes=reading.changes, check=check, decision=reading.decision)
            if not await self._advance(node, reading, state):
                self.walk.stopping.add(node.id)
                return unfinished(node, reading)
            reading = await read()
        self.walk.context.state.waited(node.id)
        self.walk.progress.change(node.id, changes=(), wait=None, decision=None)
        if reading.blocked:
            self.walk.stopping.add(node.id)
        else:
            self.walk.context.state.stands(node.id, now=self.walk.progress.job is not Job.REMOVE)
        return verdict(node, reading)

    def _so_far(self, node: Resource, reading: Reading) -> Check | None:
        """Judge what is being waited for already now, so that a front end can show who sees what."""
        if any(change.actor is Actor.US for change in reading.changes):
            return None
        return self.walk.placed(unfinished(node, reading))

    async def _advance(self, node: Resource, reading: Reading, state: _Settling) -> bool:
        """Take one step; False when it cannot be taken in this walk."""
        if reading.decision:
            return await self._decided(node, reading, reading.decision)
        ours = [change for change in reading.changes if change.actor is Actor.US]
        for change in ours:
            if not await self._carry_out(node, change, state):
                return False
        return bool(ours) or await self.wait(node, reading.changes[0])

    async def _carry_out(self, node: Resource, change: Change, state: _Settling) -> bool:
        progress = self.walk.progress
        key = f"{change.action} {change.summary} {change.differences}"
        if state.made.get(key, 0) >= TRIES:
            raise DoesNotTakeError(change)
        progress.change(node.id, activity=change.summary, wait=None)
        try:
            await node.carry_out(change)
            await self.walk.context.state.saved()
        except LookAgainError:
            return True
        except NotYetError as error:
            return await self.wait(node, error.until)
        except AwsError as error:
            if change.action is not Action.DELETE or not await gone_already(error, lambda: _gone(change, state)):
                raise
        state.made[key] = state.made.get(key, 0) + 1
        if change.action is Action.CREATE:
            self.created.add(node.id)
        progress.carried_out(change)
        progress.change(node.id, activity="Looking whether it took")
        return True

    async def _decided(self, node: Resource, reading: Reading, decision: Decision) -> bool:
        """Wait for the user's answer, as long as somebody may give one; what changes by itself is watched meanwhile."""
        progress, clock = self.walk.progress, self.walk.context.ports.clock
        progress.change(node.id, decision=decision, activity=decision.question)
        while (answer := self._answer(decision)) is None:
            if reading.changes:
                return await self.wait(node, reading.changes[0])
            if self._over(clock.now()):
                return False
            await progress.pause(clock, POLL_ANSWERS)
        progress.change(node.id, decision=None)
        await node.decide(decision, answer)
        await self.walk.context.state.saved()
        return True

    def _answer(self, decision: Decision) -> str | None:
        """Return the answer given now or, by a flag, beforehand."""
        return self.walk.progress.answered(decision.id) or self.walk.context.answers.get(decision.id)

    async def wait(self, node: Node, change: Change) -> bool:
        """Wait until the next look at something that AWS or the user does."""
        progress, clock, state = self.walk.progress, self.walk.context.ports.clock, self.walk.context.state
        now = clock.now()
        since = state.waiting_since(node.id, now)
        made = sum(one.resource == node.id for one in progress.done)
        seconds = self._schedule.pause(node.id, since, change, seen=self._seen(node, change), made=made)
        pause = seconds * clock.pace
        if self._deadline is not None and now < self._deadline < now + pause:
            seconds, pause = seconds * (self._deadline - now) / pause, self._deadline - now  # one last look at its end
        wait = Wait(change.summary, change.actor, since, change.typical * clock.pace, now + pause)
        progress.change(node.id, wait=wait, activity=change.summary)
        await state.saved(riding=pause >= LONG)
        if self._over(now):
            return False
        if await progress.pause(clock, seconds, node.id) and isinstance(node, Resource):
            node.look_closely()
        return True

    def _seen(self, node: Node, change: Change) -> tuple[str, ...]:
        """Return what the look before a wait saw."""
        check = self.walk.progress.item(node.id).check
        problem = check.problem.id if check and check.problem else ""
        if isinstance(node, Probe):  # its words may hold the time
            return (problem,)
        return problem, change.action, change.summary, check.observed if check else ""

    def _over(self, now: float) -> bool:
        return self._deadline is not None and now >= self._deadline

    async def look_until_clear(self, probe: Probe) -> Check:
        """Look until the probe says something other than "wait", or the walk's time is over."""
        while True:
            found = await probe.look()
            if found.status is not Status.WAITING:
                self.walk.context.state.waited(probe.id)
                break
            every = found.look_again or DEFAULT_LOOK
            self.walk.progress.change(probe.id, check=self.walk.placed(found))
            change = Change(probe.id, Action.UPDATE, Actor.AWS, found.summary, typical=TYPICAL_PROBE, every=every)
            if not await self.wait(probe, change):
                break
        if found.status is Status.FAILED:
            self.walk.stopping.add(probe.id)
        return found


async def _gone(change: Change, state: _Settling) -> bool:
    """Whether a look does not find any more what a change should delete."""
    reading = await state.read()
    return change not in reading.changes


DEFAULT_LOOK = 5.0
"""Seconds between looks of a probe that names no time itself."""
