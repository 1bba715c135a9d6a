"""The plan in words: changes by stage, cost, permissions, and removal."""

from collections.abc import Iterable, Sequence

from textual.content import Content

from screens.texts.problem import explained
from screens.texts.style import MUTED, badge, lines, say
from wizard.knowledge.costs import Estimate
from wizard.model.results import Action, Actor, Change, Check, Snapshot, StageView, Status
from wizard.wording import cost_table
from wizard.wording.amounts import count
from wizard.wording.signs import ACTION_SIGNS, by

STYLES = {
    Action.CREATE: "$text-success",
    Action.UPDATE: "$text-warning",
    Action.REPLACE: "$text-warning",
    Action.DELETE: "$text-error",
}


def changes_text(snapshot: Snapshot) -> Content:
    """Return all changes under their stages."""
    rows: list[Content | str] = []
    for stage in snapshot.stages:
        changes = [change for item in stage.items for change in item.changes]
        if changes:
            rows += [say(stage.title, "bold"), *(change_line(change) for change in changes), ""]
    return lines(*rows) if rows else say("Nothing to do: everything is as it should be.")


def change_line(change: Change) -> Content:
    """Return one change with its sign and, where it is not us, who acts."""
    actor = say(by(change.actor), "$text-accent")
    sign = (f"  {ACTION_SIGNS[change.action]} ", STYLES[change.action])
    detail = [say(f"\n      {d.property}: {d.found} → {d.wanted}", MUTED) for d in change.differences]
    detail = detail if change.action is not Action.CREATE else []
    return Content.assemble(sign, say(change.summary), actor, *detail)


def headline(snapshot: Snapshot, cost: Estimate) -> Content:
    """Return the plan in a line."""
    ours = sum(change.actor is Actor.US for change in snapshot.changes)
    yours = sum(change.actor is Actor.USER for change in snapshot.changes)
    parts = [count(ours, "step") + " by snowpixel" if ours else "Nothing for snowpixel to do"]
    parts += [count(yours, "DNS record") + " by you"] if yours else []
    parts += [cost_table.total(cost)]
    return say(" · ".join(parts), "bold")


def cost_text(cost: Estimate, events: int) -> Content:
    """Return the estimate as a small bill."""
    rows = [say(cost_table.title(events), MUTED), Content("")]
    for row in cost_table.rows(cost):
        style = "" if row.charged else MUTED
        rows.append(Content.assemble(say(f"  {row.label:<52}"), (f"{row.price:>8}", style)))
    rows.append(say(f"  {'In all, about':<52}{cost_table.money(cost):>8}", "bold"))
    rows += [say(f"  {more}", MUTED)] if (more := cost_table.more(cost)) else []
    rows += [Content(""), say(f"{cost_table.prices_of(cost)} Assumed:", MUTED)]
    return lines(*rows, *(say(f"  · {text}", MUTED) for text in cost.assumptions))


OF_FRESH = "Until you choose Create everything, nothing is created and nothing costs anything."
OF_BEGUN = "What exists already stays, and costs what the Cost tab says, until you remove it."


def undo_text(name: str, *, begun: bool) -> Content:
    """Say how to remove everything again."""
    return lines(
        "You can remove everything on this list at any time, in the right order:",
        "",
        say(f"  here: Remove, on the first page        or: snowpixel remove {name}", "bold"),
        "",
        f"Your logs are kept unless you choose otherwise. {OF_BEGUN if begun else OF_FRESH}",
    )


def troubles(snapshot: Snapshot) -> Content | None:
    """Return what prevents a plan; None when nothing does."""
    bad = [check for check in snapshot.checks if check.status in (Status.FAILED, Status.UNKNOWN)]
    return _told(bad, snapshot.setup)


def doubts(snapshot: Snapshot) -> Content | None:
    """Return what to think about before a plan is carried out, although it could be; None when nothing is."""
    items = [item for item in snapshot.items if item.changes and item.check]
    warned = [item.check for item in items if item.check and item.check.status is Status.WARNING]
    return _told(warned, snapshot.setup)


def _told(checks: Sequence[Check], setup: str) -> Content | None:
    bad = [check for check in checks if check.problem or check.status is not Status.WARNING]
    if not bad:
        return None
    rows: list[Content | str] = []
    for check in bad:
        rows += [badge(check.status) + say(f"  {check.summary}", "bold")]
        rows += [explained(check.problem, setup)] if check.problem else []
        rows += [""]
    return lines(*rows)


def reading(stages: Iterable[StageView]) -> Content:
    """Say how far the looking is."""
    every = list(stages)
    through = sum(stage.done for stage in every)
    return say(f"Checking what already exists … {through} of {len(every)}", MUTED)
