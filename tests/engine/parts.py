"""Small real resources and probes over a world made of a dictionary, to look at the walks by themselves."""

from collections.abc import Callable, Sequence
from typing import Any

import anyio

from wizard.engine import walks
from wizard.engine.progress import Progress
from wizard.model.context import Context
from wizard.model.ports import Ports
from wizard.model.results import Action, Actor, Change, Check, Decision, DecisionOption, Job
from wizard.model.setup import Setup
from wizard.net.clock import SystemClock
from wizard.probes.probe import Probe
from wizard.resources.resource import Presence, Reading, Resource
from wizard.stages import Node
from wizard.storage.setup_state import MemoryState


class Nowhere:
    """Stands for AWS, DNS and the web where a test uses none of them."""

    region = "nowhere"

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"this test's items ask nobody, but {name} was called")


class Things(dict[str, str]):
    """The outside world: names to states, with a log of what was done to it."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []


class Thing(Resource):
    """Wants its name to be `there` in the world."""

    in_aws = False

    def __init__(
        self,
        context: Context,
        things: Things,
        name: str,
        *,
        needs: Sequence[str] = (),
        parent: str | None = None,
        actor: Actor = Actor.US,
    ) -> None:
        super().__init__(context)
        self.things, self.id, self.title = things, name, f"the {name}"
        self.needs, self.parent, self.actor = tuple(needs), parent, actor

    async def read(self) -> Reading:
        self.things.log.append(f"read {self.id}")
        if self.things.get(self.id) == "there":
            return self.fine(f"{self.id} is there")
        return self.missing()

    def missing(self) -> Reading:
        change = Change(self.id, Action.CREATE, self.actor, f"make {self.id}", every=1, typical=60)
        return Reading(presence=Presence.ABSENT, summary=f"{self.id} is missing", changes=(change,))

    async def carry_out(self, change: Change) -> None:
        self.things.log.append(f"{change.action} {self.id}")
        if change.action is Action.DELETE:
            del self.things[self.id]
        else:
            self.things[self.id] = "there"

    async def removal(self) -> Reading:
        return self.to_delete(self.id) if self.id in self.things else self.gone(self.id)


class Stubborn(Thing):
    """Takes every change and never shows it."""

    async def carry_out(self, change: Change) -> None:
        self.things.log.append(f"{change.action} {self.id}")


class Asking(Thing):
    """Asks before it is made."""

    answered = ""

    async def read(self) -> Reading:
        if self.answered:
            return await super().read()
        decision = Decision(
            "color", "Which color?", (DecisionOption("red", "Red", "It is red."),), "red", "--color red"
        )
        return Reading(presence=Presence.ABSENT, summary="a color is wanted", decision=decision)

    async def decide(self, decision: Decision, answer: str) -> None:
        assert decision.id == "color"
        self.answered = answer


class Look(Probe):
    """Says what a function says."""

    def __init__(self, context: Context, name: str, say: Callable[["Look"], Check], needs: Sequence[str] = ()) -> None:
        super().__init__(context)
        self.id, self.title, self.needs, self.say = name, f"a look at {name}", tuple(needs), say  # type: ignore[misc]

    async def look(self) -> Check:
        return self.say(self)


def context() -> Context:
    """A setup in memory, in a world of nothing, where waits are short."""
    ports = Ports(aws=Nowhere(), dns=Nowhere(), web=Nowhere(), clock=SystemClock(0.0))
    return Context(ports, MemoryState(Setup(name="test", id="00000000", created=0.0)))


class Row:
    """One stage with the given items."""

    id, title, why = "credentials", "A row", "For the test."

    def __init__(self, *nodes: Node) -> None:
        self.nodes = nodes


def walk(job: Job, around: Context, *nodes: Node, **options: Any) -> Progress:
    """Run a walk over one stage and return its board."""
    rows: Any = (Row(*nodes),)
    progress = walks.progress_for(job, rows, "test")
    front = options.pop("front", None)
    run = {
        Job.PLAN: walks.plan,
        Job.CHECK: walks.check,
        Job.APPLY: walks.apply,
        Job.REMOVE: walks.remove,
    }[job]

    async def both() -> None:
        async with anyio.create_task_group() as group:
            if front:
                group.start_soon(front, progress)
            await run(rows, around, progress, **options)

    anyio.run(both)
    return progress
