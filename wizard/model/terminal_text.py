"""Text from outside made safe for terminals: control characters out, long text shortened."""

import re
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


_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt: zero width, soft hyphens, direction, tags).

Annotation marks, the blank Braille pattern, and Egyptian format controls show nothing either.
"""

_OF_A_PICTURE = re.compile("[\u200d\ufe0e\ufe0f]")
"""Join emoji, or say how one looks; behind a picture they hide nothing."""


def seen(text: str) -> str:
    """Show letters that nobody sees by their numbers, such as `<U+200B>`, except where they belong to a picture."""

    def shown(found: re.Match[str]) -> str:
        letter, at = found[0], found.start()
        before = unicodedata.category(text[at - 1]) if at else ""
        if _OF_A_PICTURE.fullmatch(letter) and (before in ("So", "Sk") or (at and text[at - 1] == "\ufe0f")):
            return letter
        return f"<U+{ord(letter):04X}>"

    return _UNSEEN.sub(shown, text)


MOST = 8
"""Values that are listed one by one."""

SHOWN = 120
"""Characters of each that are shown in a list."""


def brief(values: Sequence[str], between: str = ", ") -> str:
    """List values for a reader: long ones are cut, and of many only the first are shown, and how many more."""
    shown = [each if len(each) <= SHOWN else f"{each[:SHOWN]}…" for each in values[:MOST]]
    more = [f"and {len(values) - MOST} more"] if len(values) > MOST else []
    return between.join((*shown, *more))
