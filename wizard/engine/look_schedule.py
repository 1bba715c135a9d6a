"""Schedule of looks during a wait: every few seconds at first, every few minutes once it has lasted for hours."""

import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from wizard.model.elapsed import elapsed
from wizard.model.ports import Clock
from wizard.model.results import Change

PACES = ((300.0, 15.0), (1800.0, 60.0), (7200.0, 300.0))
"""Seconds that a wait has lasted, and the seconds between its looks from then on. Before that, its own first pace.

A day of waiting comes to about 500 looks instead of 17,280: at the name servers of somebody else, and at AWS, whose
limits count for all programs of an account together.
"""

JITTER = 0.2
"""Part of a pause by which it may be longer, so that many computers do not come back at the same moment."""

FRESH_STARTS = 6
"""How often one wait becomes quick again because something else is seen; what changes all the time must not keep it so.
"""


def pause_after(waited: float, first: float, *, steady: bool = False) -> float:
    """Return the seconds until the next look, before jitter.

    Args:
        waited: seconds that the wait has lasted.
        first: the pace at first; never looked more often than that.
        steady: whether the first pace is kept, however long it lasts.
    """
    if steady:
        return first
    return max([first, *(pause for begins, pause in PACES if waited >= begins)])


@dataclass
class _Wait:
    """What one wait has come to in this walk."""

    began: float
    made: int = 0
    last: Hashable = None
    seen: set[Hashable] = field(default_factory=set)


class LookSchedule:
    """Says when each wait of a walk is looked at next.

    A wait that goes on in a later walk keeps the pace that it had reached, because its beginning is saved. It becomes
    quick again when something was made for it, or is seen that was not seen before: then the rest often follows within
    minutes.

    Args:
        clock: tells how long a wait has lasted.
        chance: draws a number from 0 to 1 for the jitter.
    """

    def __init__(self, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._chance = chance
        self._waits: dict[str, _Wait] = {}

    def pause(self, item: str, since: float, change: Change, *, seen: Hashable, made: int) -> float:
        """Return the seconds until the next look at an item.

        Args:
            item: its id.
            since: when its wait began, in seconds since the epoch.
            change: what is waited for.
            seen: what was seen now, to be compared with what was seen before.
            made: how many changes of ours were made to it in this walk.
        """
        wait = self._waits.get(item)
        if wait is None:
            wait = self._waits[item] = _Wait(since, last=seen)
        new = seen != wait.last and seen not in wait.seen and len(wait.seen) < FRESH_STARTS
        if new or made != wait.made:
            wait.began = self._clock.now()
        wait.seen.add(wait.last)
        wait.last, wait.made = seen, made
        waited = elapsed(self._clock, max(since, wait.began))
        return pause_after(waited, change.every, steady=change.steady) * (1 + JITTER * self._chance())
