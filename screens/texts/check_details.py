"""The details of one check in words."""

from textual.content import Content

from screens.texts.dns_view_table import seen_by
from screens.texts.problem import explained
from screens.texts.style import MUTED, badge, lines, say
from wizard.model.results import Check, Item, StageView, Status
from wizard.wording.amounts import span


def item_text(item: Item, was: Status | None = None, *, setup: str = "") -> Content:
    """Return everything that is known about an item of a setup.

    Args:
        item: the item.
        was: its verdict at an earlier check, if that was another.
        setup: the setup's name.
    """
    check = item.check
    if check is None:
        return lines(say(item.title, "bold"), "", say(item.activity or "Not checked yet.", MUTED))
    rows: list[Content | str] = [badge(check.counts_as) + say(f"  {item.title}", "bold"), check.summary]
    rows += [say(f"This warning was {check.accepted.told}", "bold")] if check.accepted else []
    rows += [Content.assemble(("At the last check: ", MUTED)) + badge(was)] if was else []
    rows.append("")
    rows += _facts(check)
    if check.problem:
        rows += [explained(check.problem, setup), ""]
    if check.look_again:
        rows.append(say(f"The next check can find something new in about {span(check.look_again)}.", MUTED))
    return lines(*rows)


def _facts(check: Check) -> list[Content | str]:
    rows: list[Content | str] = []
    for label, value in (("Found", check.observed), ("Expected", check.expected)):
        if value:
            rows.append(Content.assemble((f"{label:<10}", MUTED), say(value)))
    rows += [Content.assemble((f"{one.label}: ", MUTED), say(one.value, "bold")) for one in check.copy]
    rows += _event(check)
    rows += seen_by(check)
    return [*rows, ""] if rows else rows


def _event(check: Check) -> list[Content | str]:
    """Show the decoded event that was found, one value a line."""
    width = max((len(label) for label in check.event), default=0)
    return [Content.assemble((f"{label:<{width}}  ", MUTED), say(text)) for label, text in check.event.items()]


def _item_rows(item: Item) -> list[Content]:
    """Return an item's row, and what was found where that is not simply ok."""
    check = item.check
    if check is None:
        return [say(f"○ {item.title}", MUTED)]
    row = badge(check.counts_as, word=False) + say(f" {item.title}")
    if check.accepted:
        return [row, say(f"  {check.accepted.told}", MUTED)]
    return [row] if check.status is Status.OK else [row, say(f"  {check.summary}", MUTED)]


def stage_text(stage: StageView) -> Content:
    """Return why the row exists, and its verdict."""
    verdict = [badge(stage.status) + say(f"  {stage.title}", "bold")] if stage.status else [say(stage.title, "bold")]
    items = [row for item in stage.items for row in _item_rows(item)]
    found = [row for item in stage.items if item.check for row in (*_event(item.check), *seen_by(item.check))]
    return lines(*verdict, say(stage.why, MUTED), "", *items, *(["", *found] if found else []))
