"""The plan in words: changes by stage, cost, permissions, and removal."""

from collections.abc import Iterable

from textual.content import Content

from screens.texts.problem import explained
from screens.texts.style import MUTED, badge, clean, lines, say
from wizard.documents.plan import FREE, NOTHING, Plan
from wizard.model.results import Action, Change, StageView, Status
from wizard.wording import cost_table
from wizard.wording.signs import ACTION_SIGNS, by

STYLES = {
    Action.CREATE: "$text-success",
    Action.UPDATE: "$text-warning",
    Action.REPLACE: "$text-warning",
    Action.DELETE: "$text-error",
}


def matters_text(plan: Plan) -> Content | None:
    """Return what prevents the plan, or is to be thought about before it is carried out; None when nothing is."""
    rows: list[Content | str] = []
    for check in (*plan.obstacles, *plan.doubts):
        rows += [badge(check.status) + say(f"  {check.summary}", "bold")]
        rows += [explained(check.problem, plan.setup.name)] if check.problem else []
        rows += [""]
    return lines(*rows) if rows else None


def changes_text(plan: Plan) -> Content:
    """Return all changes under their stages."""
    rows: list[Content | str] = []
    for stage in plan.stages:
        rows += [say(stage.title, "bold"), *(change_line(change) for change in stage.changes), ""]
    if rows:
        return lines(*rows)
    return say(NOTHING if plan.status is Status.OK else "")


def change_line(change: Change) -> Content:
    """Return one change with its sign and, where it is not us, who acts."""
    actor = say(by(change.actor), "$text-accent")
    sign = (f"  {ACTION_SIGNS[change.action]} ", STYLES[change.action])
    detail = [say(f"\n      {d.property}: {d.found} → {d.wanted}", MUTED) for d in change.differences]
    detail = detail if change.action is not Action.CREATE else []
    return Content.assemble(sign, say(change.summary), actor, *detail)


def headline(plan: Plan) -> Content:
    """Return the plan in a line."""
    return say(" · ".join(plan.headline), "bold")


def cost_text(plan: Plan) -> Content:
    """Return the estimate as a small bill."""
    if not plan.needs_aws:
        return say(FREE)
    cost, events = plan.cost, plan.setup.choices.events_per_month
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


def rights_text(plan: Plan) -> Content:
    """Return the actions that this setup's policy allows, and how to print the whole policy."""
    if not plan.needs_aws:
        return say(FREE)
    rows: list[Content | str] = []
    for service in plan.rights:
        rows += [Content.assemble((service.name, "bold"), (f"  {service.prefix}", MUTED))]
        rows += [say(f"  · {', '.join(service.operations)}")]
    return lines(
        f"snowpixel uses the permissions of the credentials you chose. It needs these {len(plan.permissions)}:",
        "",
        *rows,
        "",
        "The whole policy, with the limits of each permission, for whoever manages your AWS account:",
        say(f"  snowpixel policy {clean(plan.setup.name)}", "bold"),
        say("snowpixel never changes resources it doesn't own: its own carry this setup's tag.", MUTED),
    )


def reading(stages: Iterable[StageView]) -> Content:
    """Say how far the looking is."""
    every = list(stages)
    through = sum(stage.done for stage in every)
    return say(f"Checking what already exists … {through} of {len(every)}", MUTED)
