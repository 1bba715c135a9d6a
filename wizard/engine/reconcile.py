"""Reconciles one resource: reads, changes, and waits until nothing differs, for apply, repair, and remove."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from wizard.aws.errors import MISSING, AwsError
from wizard.engine import visibility
from wizard.engine.look_schedule import LookSchedule
from wizard.engine.retry import AT_LEAST, brief_limit
from wizard.engine.verdicts import unfinished, verdict
from wizard.engine.walk import Walk
from wizard.model.results import Action, Actor, Change, Check, Decision, Job, Status, Wait
from wizard.probes.probe import Probe
from wizard.resources.deletion import gone_already
from wizard.resources.resource import (
    LookAgainError,
    NotShownError,
    NotYetError,
    Presence,
    Reading,
    Resource,
    StoppedError,
)
from wizard.stages import Node

POLL_ANSWERS = 3600.0
"""Seconds between looks at an unanswered decision; an answer ends the wait at once."""

LONG = 5.0
"""Seconds of a pause before which also what could wait for the next save is saved: that one may be hours away."""

NOT_SHOWN = "AWS has accepted it, but doesn't show it everywhere yet; checking again"
TURNS_UP = "This was just being created, and AWS may not show it yet; checking again"

TYPICAL_PROBE = 60.0
"""Seconds that the world usually needs to show what was just set up."""


@dataclass
class _Settling:
    """What one resource went through so far in this walk."""

    read: Callable[[], Awaitable[Reading]]
    looks: int = 0
    """Looks that did not show what was written."""
    unseen: float = 0.0
    """Seconds for which it is not seen."""
    again: bool = False
    """Whether the change itself is to be made again: only then does it find what is there."""
    made: set[str] = field(default_factory=set)
    """Changes that were carried out."""


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
        self._order = {node.id: (*node.needs, *filter(None, (node.parent,))) for node in walk.nodes.values()}
        clock = walk.context.ports.clock
        self._deadline = None if patience is None else clock.now() + patience
        self._schedule = LookSchedule(clock)
        self._shows = brief_limit(patience)
        """Seconds that AWS has to show what was written."""
        self._hurries = self._shows < visibility.SHOWN_WITHIN
        """Whether the walk may not wait as long as AWS may need."""

    async def settle(self, node: Resource, read: Callable[[], Awaitable[Reading]], first: Reading | None) -> Check:
        """Read, change, wait and read again until nothing is left to do or it cannot go on.

        Args:
            node: the resource.
            read: how to look: `node.read`, or `node.removal`.
            first: what is known without a look.
        """
        context = self.walk.context
        since = visibility.age(context, node.id) if visibility.unseen(context, node.id) else None
        state = _Settling(read, unseen=since or 0.0)
        reading = first or await self._look(node, state)
        while not reading.settled and not reading.blocked:
            check = self._so_far(node, reading)
            self.walk.progress.change(node.id, changes=reading.changes, check=check, decision=reading.decision)
            if not await self._advance(node, reading, state):
                self.walk.stopping.add(node.id)
                return unfinished(node, reading)
            reading = await self._look(node, state)
        self.walk.context.state.waited(node.id)
        self.walk.progress.change(node.id, changes=(), wait=None, decision=None)
        if reading.blocked:
            self.walk.stopping.add(node.id)
        else:
            self.walk.context.state.stands(node.id, now=self.walk.progress.job is not Job.REMOVE)
        return verdict(node, reading)

    async def _look(self, node: Resource, state: _Settling) -> Reading:
        """Look, again and again while a miss may only say that AWS does not show something new yet."""
        context = self.walk.context
        removes = self.walk.progress.job is Job.REMOVE
        while True:
            try:
                reading = await state.read()
            except AwsError as error:
                if not await self._passes(node, error, state):
                    raise
            else:
                absent = removes and not state.made and reading.settled and reading.presence is Presence.ABSENT
                if not (absent and visibility.may_turn_up(context, node) and await self._not_shown(node, state)):
                    return reading

    async def _passes(self, node: Resource, error: AwsError, state: _Settling) -> bool:
        """Wait, where a refusal may come only because what the item stands on is not known everywhere yet."""
        patience = visibility.patience_with(error)
        return bool(patience and self._new(node)) and await self._not_shown(node, state, patience)

    def _new(self, node: Resource) -> bool:
        """Whether AWS may not know everywhere yet of the item, or of something that it stands on."""
        below = visibility.standing_on(node.id, self._order)
        return any(visibility.young(self.walk.context, each) for each in (node.id, *below))

    async def _not_shown(self, node: Resource, state: _Settling, patience: float = visibility.SHOWN_WITHIN) -> bool:
        """Wait, longer each time, until AWS shows what was written; False once that took too long."""
        if state.unseen >= min(patience, self._shows):
            return False
        progress, clock = self.walk.progress, self.walk.context.ports.clock
        pause = visibility.pause_after_misses(state.looks)
        words = TURNS_UP if progress.job is Job.REMOVE else NOT_SHOWN
        now, pace = clock.now(), clock.pace
        since, look_at = now - state.unseen * pace, now + pause * pace
        wait = Wait(words, Actor.AWS, since, TYPICAL_PROBE * pace, look_at)
        progress.change(node.id, wait=wait, activity=words)
        await progress.pause(clock, pause)
        state.looks, state.unseen = state.looks + 1, state.unseen + pause
        return True

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
        """Make a change, once; False when this walk ends before it can be made, or before AWS shows it.

        Raises:
            StoppedError: AWS accepted it and did not show it in time.
        """
        awaited = await self._awaited(node, change, state)
        if awaited is not None:
            return awaited
        progress = self.walk.progress
        progress.change(node.id, activity=change.summary, wait=None)
        try:
            await self._attempt(node, change, state)
        except LookAgainError:
            return True
        except NotYetError as error:
            return await self.wait(node, error.until)
        except NotShownError:
            state.again = True
            return await self._shows_in_time(node, change, state)
        state.made.add(_key(change))
        state.looks, state.unseen = 0, 0.0
        if change.action is Action.CREATE:
            self.created.add(node.id)
        progress.carried_out(change)
        progress.change(node.id, activity="Checking that the change took effect")
        return True

    async def _awaited(self, node: Resource, change: Change, state: _Settling) -> bool | None:
        """Wait where a change was made already, by this walk or an earlier one; None where it is to be made now."""
        if _key(change) in state.made:
            return await self._shows_in_time(node, change, state)
        # What was just made may show in part, or as it was: another change would be to something that is as wanted.
        partly = state.made and change.action is not Action.DELETE and state.unseen < AT_LEAST
        if partly and await self._not_shown(node, state, AT_LEAST):
            return True
        looked = change.action is Action.CREATE and node.confirmed and not state.again
        if not looked or not visibility.unseen(self.walk.context, node.id):
            return None
        if await self._not_shown(node, state):
            return True
        return False if self._hurries else None

    async def _attempt(self, node: Resource, change: Change, state: _Settling) -> None:
        """Make a change; that something new may exist is noted before, and taken back where it surely does not."""
        context, makes = self.walk.context, change.action in (Action.CREATE, Action.REPLACE)
        if node.standalone and makes:
            context.state.makes(node.id, context.ports.clock.now())
        try:
            await self._patiently(node, change, state)
        except (LookAgainError, NotYetError):
            self._not_made(node, change)
            raise
        except AwsError as error:
            if error.answered:
                self._not_made(node, change)
            if change.action is not Action.DELETE or not await gone_already(error, lambda: _gone(change, state)):
                raise
            if self._new(node) and not await _gone(change, state):
                raise NotShownError from None  # one part of AWS knows it, and another does not yet
        await context.state.saved()

    async def _patiently(self, node: Resource, change: Change, state: _Settling) -> None:
        """Make a change, also after refusals that come only because something new is not known everywhere yet."""
        while True:
            try:
                return await node.carry_out(change)
            except AwsError as error:
                gone = change.action is Action.DELETE and error.code in MISSING
                if gone or not await self._passes(node, error, state):
                    raise

    def _not_made(self, node: Resource, change: Change) -> None:
        """Take back that something may exist: it was refused before anything came of it."""
        if node.standalone and change.action is Action.CREATE:
            self.walk.context.state.makes(node.id, None)

    async def _shows_in_time(self, node: Resource, change: Change, state: _Settling) -> bool:
        """Wait a moment for AWS to show a change that it has accepted; False when this walk ends before.

        Raises:
            StoppedError: it took too long.
        """
        if await self._not_shown(node, state):
            return True
        if self._hurries:
            return False
        minutes = f"{visibility.SHOWN_WITHIN / 60:.0f}"
        raise StoppedError(
            f"{node.title}: AWS has not shown this change for {minutes} minutes",
            "not-shown",
            change=change.summary,
            minutes=minutes,
        )

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
        """Look until the probe says something other than "wait", or the walk's time has passed."""
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


def _key(change: Change) -> str:
    """Return what tells a change from others of the same item."""
    return f"{change.action} {change.summary} {change.differences}"


async def _gone(change: Change, state: _Settling) -> bool:
    """Whether a look does not find any more what a change should delete."""
    reading = await state.read()
    return change not in reading.changes


DEFAULT_LOOK = 5.0
"""Seconds between looks of a probe that names no time itself."""
