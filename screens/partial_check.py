"""Merges a check of some items into the newest check of all."""

from collections.abc import Collection

from msgspec.structs import replace

from wizard.engine import causes, verdicts
from wizard.model.results import Item, Snapshot, StageView, Status


def merged(whole: Snapshot | None, part: Snapshot) -> Snapshot:
    """Return the whole with the part's items in their places, weighed again; without a whole, the part itself."""
    if whole is None:
        return part
    newer = {item.id: item for item in part.items}
    items = {item.id: newer.get(item.id, item) for item in whole.items}
    checks = verdicts.weigh({name: item.check for name, item in items.items() if item.check})
    return replace(whole, stages=tuple(_stage(stage, items, checks) for stage in whole.stages), finished=part.finished)


def _stage(stage: StageView, items: dict[str, Item], checks: verdicts.Checks) -> StageView:
    return replace(stage, items=tuple(_weighed(items[one.id], checks) for one in stage.items))


def _weighed(item: Item, checks: verdicts.Checks) -> Item:
    check = checks.get(item.id)
    return item if check is item.check else replace(item, check=check)


def looked_at(chosen: Collection[Item]) -> frozenset[str]:
    """Return what to look at anew: the chosen items, what keeps them waiting, and what they are weighed against."""
    wanted = {item.id for item in chosen}
    wanted |= {item.check.evidence["blocked_by"] for item in chosen if _blocked(item)}  # type: ignore[union-attr]
    wanted |= causes.hanging_on(wanted)
    weighed = {*verdicts.RULES, verdicts.PROOF}
    return frozenset(wanted | weighed if wanted & weighed else wanted)


def _blocked(item: Item) -> bool:
    return bool(item.check and item.check.status is not Status.OK and "blocked_by" in item.check.evidence)
