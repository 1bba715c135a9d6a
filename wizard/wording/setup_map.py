"""The map of a setup: its parts from the user's pages to their events, with real names and states.

Every front end draws this one model. A part stands for one stage of the checklist, or for some of a stage's items.
"""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from wizard.knowledge.costs import Estimate, estimate_for
from wizard.knowledge.stage_texts import stage_texts
from wizard.model.results import Item, Snapshot, StageView
from wizard.model.setup import Goal, Made, SetupChoices, needs_aws
from wizard.wording import cost_table
from wizard.wording.amounts import count

PAGES, SERVER, NAME, CERTIFICATE, ACCOUNT, CLOUDFRONT, BUCKET, PIXEL, TRACKER, LOGS, LOG_BUCKET, EVENTS = (
    "pages", "server", "name", "certificate", "account", "cloudfront", "bucket", "pixel", "tracker", "logs",
    "log-bucket", "events",
)  # fmt: skip
"""Ids of the parts, in the order of the map."""


@dataclass(frozen=True)
class _Kind:
    """A part that a setup may have.

    Attributes:
        id: its id.
        stage: the stage that it stands for.
        there: whether a setup has it.
        items: beginnings of the ids of its items, where it shares the stage with another part.
    """

    id: str
    stage: str
    there: Callable[[SetupChoices, Made], bool]
    items: tuple[str, ...] = ()


def _serves(choices: SetupChoices, made: Made) -> bool:
    return Goal.JS_BUCKET in choices.goals or bool(made.trackers_stored)


def _receives(choices: SetupChoices, made: Made) -> bool:
    del made  # the pixel goes with its goal
    return Goal.PIXEL in choices.goals


def _named(choices: SetupChoices, made: Made) -> bool:
    return choices.domain is not None and needs_aws(choices, made)


def _always(choices: SetupChoices, made: Made) -> bool:
    del choices, made  # whoever reads this has pages
    return True


def _on_server(choices: SetupChoices, made: Made) -> bool:
    del made  # the folder goes with its goal
    return Goal.JS_SERVER in choices.goals


_KINDS = (
    _Kind(PAGES, "https", _always),
    _Kind(SERVER, "tracker", _on_server, ("tracker-folder", "tracker-server")),
    _Kind(NAME, "dns", _named),
    _Kind(CERTIFICATE, "certificate", _named),
    _Kind(ACCOUNT, "credentials", needs_aws),
    _Kind(CLOUDFRONT, "cloudfront", needs_aws),
    _Kind(BUCKET, "bucket", needs_aws),
    _Kind(PIXEL, "pixel", _receives),
    _Kind(TRACKER, "tracker", _serves),
    _Kind(LOGS, "logs", _receives, ("delivery",)),
    _Kind(LOG_BUCKET, "logs", _receives),
    _Kind(EVENTS, "event", _receives),
)


class Part(Struct, frozen=True):
    """One part of a map.

    Attributes:
        view: its id, title, and items, as a row of its own: its state is read like that of a stage.
        stage: the stage that it stands for, whole or in part.
        name: its name in the world, such as a bucket's; empty while it has none.
        note: one more fact in a few words, may be empty.
        created: whether it exists, as far as the saved file knows.
    """

    view: StageView
    stage: str
    name: str = ""
    note: str = ""
    created: bool = False

    @property
    def id(self) -> str:
        """Its id."""
        return self.view.id

    @property
    def title(self) -> str:
        """What it is called."""
        return self.view.title

    @property
    def known(self) -> bool:
        """Whether a walk looked at it, or is about to."""
        return bool(self.view.items)


class SetupMap(Struct, frozen=True):
    """A setup as a map.

    Attributes:
        parts: from the pages to the events.
        price: what it costs in a month, in words.
    """

    parts: tuple[Part, ...]
    price: str

    def __getitem__(self, name: str) -> Part:
        """Return a part that this setup has."""
        return next(part for part in self.parts if part.id == name)

    def get(self, name: str) -> Part | None:
        """Return a part by its id; None where this setup has none."""
        return next((part for part in self.parts if part.id == name), None)


def setup_map(
    choices: SetupChoices,
    made: Made | None = None,
    snapshot: Snapshot | None = None,
    *,
    dns: str = "",
    cost: Estimate | None = None,
) -> SetupMap:
    """Return the map of a setup.

    Args:
        choices: the setup's.
        made: what was created of it.
        snapshot: the walk that says how its parts are; without one, only what was created is known.
        dns: who runs the DNS of its hostname, where that is known.
        cost: what it costs, where more is known of that than the file says.
    """
    made = made or Made()
    kinds = tuple(kind for kind in _KINDS if kind.there(choices, made))
    held: dict[str, list[Item]] = {kind.id: [] for kind in kinds}
    for item in snapshot.items if snapshot else ():
        if kind := _holding(kinds, item):
            held[kind.id].append(item)
    told, exists = _told(choices, made, dns), _exists(made)
    parts = (
        Part(_view(kind, held[kind.id]), kind.stage, *told.get(kind.id, ("", "")), created=exists.get(kind.id, False))
        for kind in kinds
    )
    return SetupMap(tuple(parts), _price(choices, made, cost))


def _price(choices: SetupChoices, made: Made, cost: Estimate | None) -> str:
    if not needs_aws(choices, made):
        return str(_texts()["free"])
    return cost_table.total(cost or estimate_for(choices, route53=bool(made.hosted_zone)))


def heading() -> str:
    """Return what stands over a map in words."""
    return str(_texts()["heading"])


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("assets").joinpath("map.toml").read_text(encoding="utf-8"))


def _holding(kinds: Iterable[_Kind], item: Item) -> _Kind | None:
    """Return the part that an item belongs to: one that names it, else one that has the rest of its stage."""
    sharing = [kind for kind in kinds if kind.stage == item.stage]
    naming = [kind for kind in sharing if item.id.startswith(kind.items)] if sharing else []
    rest = [kind for kind in sharing if not kind.items]
    return next(iter([*naming, *rest, *sharing]), None)


def _view(kind: _Kind, items: Iterable[Item]) -> StageView:
    texts = stage_texts()[kind.stage]
    return StageView(kind.id, _texts()["titles"].get(kind.id, texts["title"]), texts["why"], tuple(items))


def _told(choices: SetupChoices, made: Made, dns: str) -> dict[str, tuple[str, str]]:
    """Return name and note of each part that has them."""
    holder = "Route 53" if made.hosted_zone else dns
    image = "" if choices.pixel == "builtin" else choices.pixel
    pages = count(len(choices.pages) - 1, "more page") if len(choices.pages) > 1 else ""
    return {
        PAGES: (choices.pages[0] if choices.pages else "", f"and {pages}" if pages else ""),
        SERVER: (urlsplit(choices.tracker_url or "").netloc, ""),
        NAME: (choices.domain or "", f"DNS: {holder}" if holder else ""),
        CERTIFICATE: ("", "you had it before" if made.certificate_borrowed else ""),
        ACCOUNT: (made.account or "", ""),
        CLOUDFRONT: (made.distribution_domain or "", ""),
        BUCKET: (made.content_bucket or "", choices.region),
        PIXEL: (image, ""),
        TRACKER: (made.tracker.key if made.tracker and Goal.JS_BUCKET in choices.goals else "", ""),
        LOG_BUCKET: (made.log_bucket or "", f"kept for {count(choices.retention_days, 'day')}"),
        EVENTS: _event(choices, made),
    }


def _event(choices: SetupChoices, made: Made) -> tuple[str, str]:
    """Return the first event and when it was read back; before it came, how many are expected."""
    if made.proof is None:
        return "", f"{choices.events_per_month:,} a month"
    found = datetime.fromtimestamp(made.proof.found_at).astimezone()
    return next(iter(made.proof.event.values()), ""), f"{found:%Y-%m-%d %H:%M}"


def _exists(made: Made) -> dict[str, bool]:
    """Return which parts the file knows to exist, and whether the pixel answered a request once.

    A name is saved before the call that uses it, an id after it.
    """
    answered = made.event_request_id is not None or made.proof is not None
    return {
        PAGES: answered,
        NAME: bool(made.hosted_zone and made.alias) or "pixel-record" in made.records_seen,
        CERTIFICATE: made.certificate is not None,
        ACCOUNT: made.account is not None,
        CLOUDFRONT: made.distribution is not None,
        BUCKET: made.distribution is not None and made.content_bucket is not None,
        PIXEL: answered,
        TRACKER: bool(made.trackers_stored),
        LOGS: made.delivery is not None,
        LOG_BUCKET: made.delivery is not None and made.log_bucket is not None,
        EVENTS: made.proof is not None,
    }
