"""Sign, word, and color of a stage or item at this moment."""

from dataclasses import dataclass

from screens.texts.style import GLYPHS, MUTED, SPINNER, STYLES, TO_DO, WORDS
from wizard.model.results import Actor, Item, Phase, StageView, Status


@dataclass(frozen=True)
class StatusStyle:
    """Sign, word and color."""

    glyph: str
    word: str
    style: str
    status: Status | None = None


def style_for(status: Status) -> StatusStyle:
    """Return the mark of a verdict."""
    return StatusStyle(GLYPHS[status], WORDS[status], STYLES[status], status)


QUEUED = StatusStyle(TO_DO, "to do", MUTED)
YOUR_WORD = StatusStyle("?", "question", "bold $text-warning")
YOUR_TURN = StatusStyle("▸", "your turn", "bold $text-warning")
WAITING = StatusStyle("…", "waiting", "$text-primary")


def working(tick: int = 0) -> StatusStyle:
    """Return the mark of work under way, one of a few pictures that follow each other."""
    return StatusStyle(SPINNER[tick % len(SPINNER)], "working", "$text-accent")


def style_of(stage: StageView, tick: int = 0) -> StatusStyle:
    """Return a stage's mark: what the user should know first counts most."""
    special = _pressing(stage.items)
    if special:
        return special
    if stage.done and stage.status:
        return style_for(stage.status)
    if stage.running:
        return working(tick)
    if stage.status is Status.FAILED:
        return style_for(Status.FAILED)
    return QUEUED


def _pressing(items: tuple[Item, ...]) -> StatusStyle | None:
    if any(item.decision for item in items):
        return YOUR_WORD
    waits = [item.wait for item in items if item.wait]
    if any(wait.actor is Actor.USER for wait in waits):
        return YOUR_TURN
    running = any(item.phase is Phase.RUNNING and not item.wait for item in items)
    return WAITING if waits and not running else None


def style_of_item(item: Item, tick: int = 0) -> StatusStyle:
    """Return an item's mark."""
    special = _pressing((item,))
    if special:
        return special
    if item.phase is Phase.RUNNING:
        return working(tick)
    return style_for(item.check.counts_as) if item.check and item.phase is Phase.DONE else QUEUED
