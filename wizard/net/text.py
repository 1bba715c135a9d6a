"""Text from outside is never trusted in a terminal."""

import unicodedata

LONGEST = 2000
"""Characters kept of one text; more helps nobody and fills screens."""


def printable(text: str) -> str:
    """Drop control and format characters (Unicode category C), which could steer a terminal, and cut what is long."""
    return "".join(each for each in text[:LONGEST] if unicodedata.category(each)[0] != "C")
