"""One tracker event, and the words that people see of it."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from wizard.model.terminal_text import seen
from wizard.snowplow.events.columns import CHECK_APP

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LONGEST_SHOWN = 300
_APART = frozenset(
    [
        "collector_tstamp",
        "event",
        "event_id",
        "app_id",
        "request_id",
        "host",
        "user_ipaddress",
        "useragent",
        "bot",
        "unstruct",
        "entities",
        "parameters",
        "unreadable",
        "served",
        "part",
        "number",
    ]
)
"""Columns that an event has as fields of its own, or not at all."""

TOLD = (
    "collector_tstamp",
    "event",
    "event_id",
    "app_id",
    "page_url",
    "page_title",
    "page_referrer",
    "user_ipaddress",
    "useragent",
    "bot",
    "domain_userid",
    "v_tracker",
    "se_category",
    "se_action",
    "se_label",
    "dvce_created_tstamp",
    "unstruct",
    "entities",
    "unreadable",
    "host",
    "request_id",
)
"""Columns of which `as_text` makes an event's words, and in what order a browser's events happened."""


class Entity(Struct, frozen=True):
    """A self-describing JSON: what it is (an Iglu address) and what it says."""

    schema: str
    data: Any


class Event(Struct, frozen=True):
    """One tracker event as it arrived.

    The names in `values` are those of Snowplow's canonical event; times among them are ISO 8601 in UTC.
    """

    at: float
    """When CloudFront answered, in seconds since the epoch."""
    kind: str
    """`page_view`, `page_ping`, `struct`, `unstruct` …"""
    event_id: str
    app_id: str
    request_id: str
    host: str
    address: str
    """The visitor's IP address, its last part removed unless asked otherwise."""
    agent: str
    values: dict[str, Any]
    unstruct: Entity | None = None
    entities: tuple[Entity, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Keys whose value could not be read."""
    parameters: dict[str, str] = {}
    """Parameters that the tracker protocol doesn't know."""
    bot: bool = False
    """Whether the browser is a known bot, by what it calls itself."""

    @property
    def is_check(self) -> bool:
        """Whether this is a test event of ours and not a visitor's."""
        return self.app_id == CHECK_APP


def event_of(row: Mapping[str, Any]) -> Event:
    """Make an event of a row of the view: column to value."""
    unstruct = json.loads(row.get("unstruct") or "null")
    values = {name: told(value) for name, value in row.items() if name not in _APART and value is not None}
    return Event(
        at=row["collector_tstamp"].replace(tzinfo=UTC).timestamp(),
        kind=row["event"],
        event_id=row["event_id"] or "",
        app_id=row["app_id"] or "",
        request_id=row["request_id"] or "",
        host=row["host"] or "",
        address=row["user_ipaddress"] or "",
        agent=row["useragent"] or "",
        values=values,
        unstruct=Entity(unstruct["schema"], unstruct["data"]) if unstruct else None,
        entities=tuple(Entity(one["schema"], one["data"]) for one in json.loads(row.get("entities") or "[]")),
        unreadable=tuple(row.get("unreadable") or ()),
        parameters=json.loads(row.get("parameters") or "{}"),
        bot=bool(row.get("bot")),
    )


def told(value: Any) -> Any:
    """Return a value of the view as JSON can hold it; a time as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    return value


def as_text(event: Event) -> dict[str, str]:
    """Return what a person wants to see of an event: label to one line of harmless text, in reading order."""
    values = event.values
    found = {
        "Event": event.kind.replace("_", " "),
        "Received": f"{datetime.fromtimestamp(event.at, UTC):%Y-%m-%d %H:%M:%S} UTC",
        "Application": event.app_id,
        "Page": values.get("page_url", ""),
        "Title": values.get("page_title", ""),
        "Referrer": values.get("page_referrer", ""),
        "Category": values.get("se_category", ""),
        "Action": values.get("se_action", ""),
        "Label": values.get("se_label", ""),
        "Schema": event.unstruct.schema if event.unstruct else "",
        "Entities": ", ".join(entity.schema for entity in event.entities),
        "Visitor": values.get("domain_userid", ""),
        "Address": event.address,
        "Browser": event.agent,
        "Bot": "yes, by its name" if event.bot else "",
        "Tracker": values.get("v_tracker", ""),
        "Couldn't be read": ", ".join(event.unreadable),
        "Event id": event.event_id,
        "Request id": event.request_id,
    }
    return {label: harmless(text) for label, text in found.items() if text}


def harmless(text: str) -> str:
    """Make a visitor's text safe for a terminal: one line, no control characters, at most 300 long.

    Letters that nobody sees are shown by their numbers: with them two pages of one name would look the same, and a text
    could hide what it says or turn its direction.
    """
    clean = seen(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))
    return clean if len(clean) <= _LONGEST_SHOWN else clean[: _LONGEST_SHOWN - 1] + "…"
