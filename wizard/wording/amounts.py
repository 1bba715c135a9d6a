"""Numbers in words: durations, and how many there are of something."""

MINUTE, HOUR, DAY = 60, 3600, 86_400
"""Seconds."""

FEW = 15
"""Seconds below which a usual time is only a few."""


def clock(seconds: float) -> str:
    """Return a running time: 0:42, 12:05, 1:02:03."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, HOUR)
    minutes, left = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def span(seconds: float) -> str:
    """Return a duration in the one unit that a reader would use."""
    if seconds < MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < HOUR:
        return f"{round(seconds / MINUTE)} min"
    if seconds < DAY:
        return f"{round(seconds / HOUR)} h"
    return count(round(seconds / DAY), "day")


def about(seconds: float) -> str:
    """Say a usual time without false precision."""
    return "a few seconds" if seconds < FEW else f"about {span(seconds)}"


def ago(seconds: float) -> str:
    """Say how long something has been."""
    return "just now" if seconds < MINUTE else f"{span(seconds)} ago"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
