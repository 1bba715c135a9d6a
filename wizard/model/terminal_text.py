"""Text from outside made safe for terminals: control characters out, long text shortened."""

import unicodedata
from collections.abc import Sequence

LONGEST = 2000
"""Characters kept of one text; more helps nobody and fills screens."""


def printable(text: str) -> str:
    """Drop control and format characters (Unicode category C), which could steer a terminal, and cut what is long."""
    return legible(text[:LONGEST])


def legible(text: str) -> str:
    """Drop control and format characters (Unicode category C); nothing is cut, however long it is."""
    return "".join(each for each in text if unicodedata.category(each)[0] != "C")


MOST = 8
"""Values that are listed one by one."""

SHOWN = 120
"""Characters of each that are shown in a list."""


def brief(values: Sequence[str], between: str = ", ") -> str:
    """List values for a reader: long ones are cut, and of many only the first are shown, and how many more."""
    shown = [each if len(each) <= SHOWN else f"{each[:SHOWN]}…" for each in values[:MOST]]
    more = [f"and {len(values) - MOST} more"] if len(values) > MOST else []
    return between.join((*shown, *more))
