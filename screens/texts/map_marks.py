"""Signs and colors of a map: of its parts, of the links between them, and of the frames around them."""

from collections.abc import Iterable

from screens.texts.status_style import QUEUED, YOUR_TURN, YOUR_WORD, StatusStyle, style_of
from screens.texts.style import MUTED
from wizard.model.results import Status
from wizard.wording.setup_map import Part

CREATED = StatusStyle("●", "created", "$text-primary")
"""It exists, and nobody has looked at it yet."""

WELL = (Status.OK, Status.WARNING)
EDGE = "$foreground-disabled"


def mark_of(part: Part, tick: int = 0) -> StatusStyle:
    """Return a part's sign; what exists already looks so before a walk comes to it."""
    mark = style_of(part.view, tick) if part.known else QUEUED
    return CREATED if mark == QUEUED and part.created else mark


def link(one: Part, other: Part) -> tuple[str, str]:
    """Return the stroke between two parts and its style: strong where both exist, and green where both work."""
    marks = [mark_of(part) for part in (one, other)]
    if all(mark.status in WELL for mark in marks):
        return "━", "$success"
    return ("━", CREATED.style) if all(mark == CREATED or mark.status in WELL for mark in marks) else ("─", MUTED)


def edge(parts: Iterable[Part]) -> str:
    """Return the style of the frame around some parts: what needs attention first counts most."""
    marks = [mark_of(part) for part in parts]
    if any(mark.status is Status.FAILED for mark in marks):
        return "$text-error"
    if any(mark.status is Status.WARNING or mark in (YOUR_TURN, YOUR_WORD) for mark in marks):
        return "$text-warning"
    return "$success" if all(mark.status is Status.OK for mark in marks) else EDGE
