"""Numbers as bars of letters: one bar of a table, and a line of small ones."""

from collections.abc import Sequence

BAR = 24
"""Letters of the longest bar."""

_EIGHTHS = " ▏▎▍▌▋▊▉"
_BARS = "▁▂▃▄▅▆▇█"


def bar(number: int, most: int, width: int = BAR) -> str:
    """Draw a number as a bar; one that is not zero is seen.

    Args:
        number: what to draw.
        most: the number whose bar is the longest.
        width: letters of that.
    """
    eighths = -(-number * width * 8 // most) if most else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def sparkline(counts: Sequence[int]) -> str:
    """Draw counts as a line of bars; nothing at all is the lowest one."""
    most = max(counts, default=0) or 1
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)
