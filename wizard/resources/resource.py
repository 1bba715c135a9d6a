"""The base class of resources, and their readings."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.context import Context
from wizard.model.ports import WebError
from wizard.model.results import Action, Actor, Change, Copyable, Decision, Difference, Problem, Status

TAG_SETUP = "snowpixel:setup"
"""Tag that carries the setup's name."""

TAG_ID = "snowpixel:id"
"""Tag that carries the setup's random id: what has ours is ours."""


class Presence(StrEnum):
    """Whose the thing in the world is."""

    ABSENT = "absent"
    OURS = "ours"
    BORROWED = "borrowed"
    """Used, never changed or deleted."""
    FOREIGN = "foreign"
    """Somebody else's: never touched, and said."""


class Reading(Struct, frozen=True, kw_only=True):
    """What a resource found. No changes and no decision means: as wanted."""

    presence: Presence
    summary: str
    changes: tuple[Change, ...] = ()
    decision: Decision | None = None
    status: Status | None = None
    """The verdict where it does not simply follow from the changes."""
    problem: Problem | None = None
    observed: str = ""
    expected: str = ""
    copy: tuple[Copyable, ...] = ()
    evidence: dict[str, str] = {}

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return not self.changes and self.decision is None

    @property
    def blocked(self) -> bool:
        """Whether nothing can be done before someone puts something right."""
        return self.status is Status.FAILED and not self.changes and self.decision is None


class StoppedError(Exception):
    """A change cannot be made before someone puts something right; becomes the item's result.

    Attributes:
        problem: id and values in `assets/problems.toml`.
    """

    def __init__(self, summary: str, problem: str, **values: str) -> None:
        super().__init__(summary)
        self.problem = Problem(problem, values)


class UnreachedError(StoppedError):
    """Nobody answered who is needed for it, which says nothing about the setup: the item is unknown, not failed."""


def stopped_by(error: Exception) -> type[StoppedError]:
    """Return how an error stops a change: one that comes of a request that reached nobody leaves it unknown."""
    cause = error.__cause__
    return UnreachedError if isinstance(cause, WebError) and cause.unreached else StoppedError


class LookAgainError(Exception):
    """What was read is no longer so: nothing was written, and the engine reads again at once."""


class NotYetError(Exception):
    """A change can't be made yet, for a temporary reason.

    Attributes:
        until: what is waited for, as a change by AWS.
    """

    def __init__(self, until: Change) -> None:
        super().__init__(until.summary)
        self.until = until


class NotShownError(Exception):
    """AWS says that something of ours is there and does not show it yet; the engine waits and tries again."""


def pairs(tags: Mapping[str, str]) -> str:
    """Return tags as short plain text."""
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items()))


class Resource(ABC):
    """A set of properties that we own in the world.

    Attributes:
        id: unique among resources and probes.
        title: what it is, in plain words.
        needs: items that an apply finishes first, and that a removal takes away later.
        parent: the item without which this one cannot be looked at; while it is absent, so is this one.
        removed_after: items whose removal comes first although they do not need this one.
    """

    id: str
    title: str
    needs: tuple[str, ...] = ()
    parent: str | None = None
    removed_after: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    """Items whose id or name stands in this one: where they are made anew, this one has to change too."""
    follows_by: Action = Action.UPDATE
    """What happens to it then."""
    keeps_id: bool = False
    """Whether it has the same id again, for those that carry it, when it is made again."""
    comes_with_parent: bool = False
    """Whether a parent that was just made may already have it as wanted: then it is looked at before it is set."""
    standalone: ClassVar[bool] = False
    """Whether it stays in the account by itself, with an id or name of its own, unless a removal finds it."""
    saved_as: ClassVar[str | None] = None
    """The field of the saved setup that keeps the id AWS gave it, declared in `assets/resources/` too; None: none."""
    in_aws: ClassVar[bool] = True
    """Whether it lives in the AWS account, and so needs an identity."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def confirmed(self) -> bool:
        """Whether AWS has answered that it was made, with an id: a look that misses it comes too early, or too late."""
        return self.saved_as is not None and getattr(self.context.made, self.saved_as) is not None

    @abstractmethod
    async def read(self) -> Reading:
        """Look at the world and compare it with what is wanted."""

    def missing(self) -> Reading:
        """Say, without looking, what `read` says where nothing exists: the parent is not there yet."""
        return self.absent(f"{self.title}: not created yet")

    def to_follow(self, reading: Reading) -> Reading:
        """Say that this one will have to change once something whose id it carries is made anew."""
        actor = Actor.US if self.in_aws else Actor.USER
        change = Change(self.id, self.follows_by, actor, f"Adapt to what is created again: {self.title}")
        return replace(reading, changes=(change,))

    async def carry_out(self, change: Change) -> None:
        """Make one change of ours.

        Raises:
            wizard.aws.errors.AwsError: AWS refused.
            NotYetError: it is too early; the engine waits and looks again.
            NotShownError: AWS does not show yet what is there already.
        """
        raise NotImplementedError(f"{self.id} has no change of its own: {change.summary}")

    async def decide(self, decision: Decision, answer: str) -> None:
        """Take the user's answer to a decision of this resource; usually by saving a choice."""
        raise NotImplementedError(f"{self.id} asked nothing: {decision.id} = {answer}")

    def look_closely(self) -> None:  # noqa: B027 - most look in the same way every time
        """Leave nothing out at the next look: the user wants to know."""

    async def removal(self) -> Reading:
        """Look at the world and say what is left to take away. By default it goes with its parent."""
        return Reading(presence=Presence.ABSENT, summary=f"{self.title}: deleted with what it belongs to")

    @property
    def tags(self) -> dict[str, str]:
        """The tags on everything of this setup that can carry tags."""
        setup = self.context.state.setup
        return {TAG_SETUP: setup.known_as, TAG_ID: setup.id}

    def untagged(self, found: Mapping[str, str]) -> Difference:
        """Say that our tags are not all there."""
        return Difference("tags", pairs(found) or "none", pairs(self.tags))

    def more_tags(self, found: Mapping[str, str]) -> str:
        """Name the tags of others, which are left alone; empty where there are none."""
        others = {key: value for key, value in found.items() if key not in self.tags}
        return f"other tags, left alone: {pairs(others)}" if others else ""

    # Helpers, so that readings look the same everywhere.

    def fine(self, summary: str, *, observed: str = "", **evidence: str) -> Reading:
        """Everything is as wanted, and ours."""
        return Reading(presence=Presence.OURS, summary=summary, observed=observed, evidence=evidence)

    def absent(self, summary: str, change: str = "") -> Reading:
        """Nothing there: one change creates it."""
        create = Change(self.id, Action.CREATE, Actor.US, change or f"Create: {self.title}")
        return Reading(presence=Presence.ABSENT, summary=summary, changes=(create,))

    @property
    def unlike(self) -> str:
        """Say that it is there, but not as wanted."""
        return f"{self.title}: not as it should be"

    def differs(self, summary: str, *differences: Difference, change: str = "") -> Reading:
        """There, but not as wanted: one change puts it right."""
        update = Change(self.id, Action.UPDATE, Actor.US, change or f"Set: {self.title}", tuple(differences))
        return Reading(
            presence=Presence.OURS,
            summary=summary,
            changes=(update,),
            observed="; ".join(f"{d.property}: {d.found}" for d in differences),
            expected="; ".join(f"{d.property}: {d.wanted}" for d in differences),
        )

    def gone(self, summary: str) -> Reading:
        """Nothing left to remove."""
        return Reading(presence=Presence.ABSENT, summary=summary)

    def to_delete(self, summary: str, change: str = "") -> Reading:
        """There: one change deletes it."""
        delete = Change(self.id, Action.DELETE, Actor.US, change or f"Delete: {self.title}")
        return Reading(presence=Presence.OURS, summary=summary, changes=(delete,))

    def stopped(self, summary: str, problem: str, presence: Presence = Presence.FOREIGN, **values: str) -> Reading:
        """Cannot go on before someone puts something right."""
        return Reading(presence=presence, summary=summary, status=Status.FAILED, problem=Problem(problem, values))
