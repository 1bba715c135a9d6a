"""A tracker that a page creates, as its text says it. Pure, and light: `inline_trackers` finds it."""

from msgspec import Struct

from wizard.snowplow.pagecheck.elements import Script


class Arm(Struct, frozen=True):
    """One arm of a condition.

    Attributes:
        fork: number of the condition.
        number: which arm of it.
        arms: how many it has together; 0 where nothing says that one of them runs.
    """

    fork: int
    number: int
    arms: int


OLD_QUEUE = "_snaq"


class Tag(Struct, frozen=True):
    """One call that makes a tracker."""

    namespace: str
    collector: str
    """Empty where the page's text doesn't tell."""
    settings: dict[str, str]
    """Those that are known, as texts."""
    script: Script
    unread: frozenset[str] = frozenset()
    """Settings that are there, with values that the page's text doesn't tell."""
    open: bool = False
    """Whether there may be settings that the page's text doesn't tell."""
    queue: str = ""
    """Global name of the queue that it goes through; empty for a function of the tracker's own."""
    path: tuple[Arm, ...] = ()
    """The conditions under which it is created."""
    unreached: bool = False
    """Whether nothing on the page calls the function in which it stands."""
    place: int = 0
    """Its place among all calls."""
    number: int = 0
    """Number of its script."""

    @property
    def held(self) -> bool:
        """Whether the script does not run as it stands."""
        return not self.script.runs

    @property
    def old(self) -> bool:
        """Whether it is made as in version 1, through `_snaq`."""
        return self.queue == OLD_QUEUE

    def excludes(self, other: "Tag") -> bool:
        """Whether the page creates either this one or the other, never both."""
        return any(
            mine.fork == theirs.fork and mine.number != theirs.number for mine in self.path for theirs in other.path
        )
