"""Glyphs, words, and colors of statuses; durations; and safe text from outside."""

import re
from collections.abc import Mapping

from textual.content import Content

from wizard.model.results import Action, Actor, Status

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

ACTION_GLYPHS: Mapping[Action, str] = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "↻",
    Action.DELETE: "-",
}

ACTOR_WORDS: Mapping[Actor, str] = {Actor.US: "", Actor.USER: "you", Actor.AWS: "AWS, automatically"}

TO_DO = "○"
MUTED = "$foreground-muted"

SPINNER = "◐◓◑◒"

MINUTE, HOUR, DAY = 60, 3600, 86_400

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
    days = round(seconds / DAY)
    return f"{days} day{'s' if days > 1 else ''}"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"
