"""Elapsed time at a clock's pace: how long something would have lasted in the real world."""

from wizard.model.ports import Clock


def elapsed(clock: Clock, since: float) -> float:
    """Return the seconds from `since` (seconds since the epoch) until now, as the real world would count them.

    In practice, waits shrink by the clock's pace, so what has lasted so long counts for more. At pace 0 waits take no
    time at all, and only what really passed counts. A clock that was put back counts as no time.
    """
    return max(0.0, clock.now() - since) / (clock.pace or 1.0)
