"""A stage in words during a walk: purpose, activity of each part, and waits."""

from collections.abc import Iterable

from textual.content import Content

from screens.texts.problem import explained
from screens.texts.status_style import style_of_item
from screens.texts.style import GLYPHS, MUTED, lines, say
from wizard.model.results import Actor, Item, Phase, Snapshot, StageView, Status, Wait
from wizard.wording.amounts import about, clock, span

SHOWN_PROBLEMS = (Status.FAILED, Status.UNKNOWN, Status.WARNING)


def stage_text(stage: StageView, now: float, tick: int = 0, *, setup: str = "") -> Content:
    """Return why the stage of a setup exists, and its items as they stand."""
    rows: list[Content | str] = [say(stage.why, MUTED), ""]
    for item in stage.items:
        rows += _item(item, tick, now, setup)
    return lines(*rows)


def _item(item: Item, tick: int, now: float, setup: str) -> Iterable[Content]:
    mark = style_of_item(item, tick)
    yield Content.assemble((f"{mark.glyph} ", mark.style), say(item.title, "bold" if item.wait else ""))
    if item.wait:
        yield say(f"  {item.wait.subject}")
        yield say(f"  {wait_words(item.wait, now)}", "$text-primary")
        if item.wait.actor is Actor.AWS and item.check and item.check.problem:  # the user's own have a page
            yield explained(item.check.problem, setup)
    elif item.phase is Phase.RUNNING and item.activity:
        yield say(f"  {item.activity} …", "$text-accent")
    elif item.check and item.check.counts_as in SHOWN_PROBLEMS:
        yield say(f"  {item.check.summary}", mark.style)
        if item.check.problem:
            yield explained(item.check.problem, setup)


def wait_words(wait: Wait, now: float) -> str:
    """Say how long it has been, how long it usually takes, and when the next check is."""
    look = max(0, round(wait.look_at - now))
    usually = f" · usually {about(wait.typical)}" if wait.typical >= 1 else ""
    return f"{clock(now - wait.since)}{usually} · next check {f'in {span(look)}' if look else 'now'}"


def waits(snapshot: Snapshot, now: float) -> Content:
    """Return everything that is waited for, on a line each; empty while nothing is."""
    waiting = [item for item in snapshot.items if item.wait]
    return lines(*(_wait_line(item, item.wait, now) for item in waiting if item.wait))


def _wait_line(item: Item, wait: Wait, now: float) -> Content:
    who = "you" if wait.actor is Actor.USER else "AWS"
    title = say(item.title, "bold").truncate(36, ellipsis=True, pad=True)
    usual = f" of {about(wait.typical)}" if wait.typical >= 1 else ""
    return Content.assemble(
        (f"{GLYPHS[Status.WAITING]} {who}  ", "$text-primary"),
        title,
        " ",
        _bar(wait, now),
        (f" {clock(now - wait.since)}{usual}", MUTED),
    )


BAR = 8


def _bar(wait: Wait, now: float) -> Content:
    """Return elapsed against usual time as a picture; it never claims to be through."""
    share = min(1.0, max(0.0, (now - wait.since) / wait.typical)) if wait.typical else 0.0
    full = min(BAR - 1, round(share * BAR))
    return Content.assemble(("━" * full, "$primary"), ("─" * (BAR - full), MUTED))


def busiest(snapshot: Snapshot) -> str | None:
    """Return the stage that a user would want to look at now: a question, then their turn, then work, then waits."""

    def weight(stage: StageView) -> int:
        if any(item.decision for item in stage.items):
            return 0
        if any(item.wait and item.wait.actor is Actor.USER for item in stage.items):
            return 1
        if any(item.phase is Phase.RUNNING and not item.wait for item in stage.items):
            return 2
        return 3 if any(item.wait for item in stage.items) else 9

    stages = sorted(snapshot.stages, key=weight)
    if stages and weight(stages[0]) < 9:  # noqa: PLR2004 - 9: nothing happens there
        return stages[0].id
    wrong = [stage.id for stage in snapshot.stages if stage.status is Status.FAILED]
    return wrong[0] if wrong else (snapshot.stages[-1].id if snapshot.stages else None)
