"""Glyphs, words, and colors of statuses, and safe text from outside."""

import re
from collections.abc import Mapping

from textual.content import Content

from wizard.model.results import Status

GLYPHS: Mapping[Status, str] = {status: status.glyph for status in Status}

WORDS: Mapping[Status, str] = {status: status.word for status in Status}

STYLES: Mapping[Status, str] = {
    Status.OK: "$text-success",
    Status.WAITING: "$text-primary",
    Status.WARNING: "$text-warning",
    Status.FAILED: "bold $text-error",
    Status.UNKNOWN: "$text-accent",
    Status.SKIPPED: "$foreground-muted",
}

TO_DO = "○"
MUTED = "$foreground-muted"

SPINNER = "◐◓◑◒"

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def clean(text: str) -> str:
    """Take out what could do something to a terminal: control characters, escapes, marks that turn the direction."""
    return _UNPRINTABLE.sub("", text).replace("\t", " ")


def say(text: str, style: str = "") -> Content:
    """Return outside text as content that is never read as markup."""
    return Content.styled(clean(text), style)


def lines(*parts: Content | str) -> Content:
    """Put content on lines of their own; plain text is taken literally."""
    return Content("\n").join([part if isinstance(part, Content) else say(part) for part in parts])


def badge(status: Status, *, word: bool = True) -> Content:
    """Return a state as glyph and word in its color, so that no sense alone has to carry it."""
    return Content.styled(f"{GLYPHS[status]} {WORDS[status]}" if word else GLYPHS[status], STYLES[status])
