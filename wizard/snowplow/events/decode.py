"""Log lines to tracker events.

What counts as an event: a GET of the pixel, answered 200 (sent) or 304 (the browser had it and asked again), with an
event type. Everything else in the log (preflights, redirects to https, refusals, our own look at the pixel) is not one.
"""

import base64
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Struct

from wizard.model.terminal_text import seen
from wizard.snowplow.events.field_names import CHECK_APP, KINDS, NAMES, SIZES, TIMES
from wizard.snowplow.events.log_files import LogLine

_COUNTED = frozenset({200, 304})
_NOT_SERVED = ("redirect", "error", "limitexceeded", "capacityexceeded")
_NOT_BY_THE_LOG = re.compile("%(?![01][0-9A-F]|2[02357]|3[CE]|5[B-E]|60|7[B-F]|[89A-F][0-9A-F])", re.IGNORECASE)
"""An escape that the log cannot have made: of something that it writes as it is, or no escape at all."""
_SIZE = re.compile(r"(\d+)x(\d+)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LONGEST_SHOWN = 300


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
    """`page_view`, `page_ping`, `struct`, `unstruct` …; an unknown type keeps its code."""
    event_id: str
    app_id: str
    request_id: str
    host: str
    address: str
    """The visitor's IP address, its last part removed unless asked otherwise."""
    agent: str
    values: dict[str, str]
    unstruct: Entity | None = None
    entities: tuple[Entity, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Keys whose JSON could not be read."""

    @property
    def is_check(self) -> bool:
        """Whether this is a test event of ours and not a visitor's."""
        return self.app_id == CHECK_APP


def events(lines: Iterable[LogLine], *, seen: set[str] | None = None, full_address: bool = False) -> Iterator[Event]:
    """Decode the events among `lines`, each event id once.

    A tracker repeats an event when its page was left or the answer was late, so the same id may be logged often.

    Args:
        lines: log lines, in any order, of any number of files.
        seen: event ids met so far; given and kept by a caller who reads file after file.
        full_address: whether to keep visitors' whole IP addresses.
    """
    known = set[str]() if seen is None else seen
    for line in lines:
        event = event_of(line, full_address=full_address)
        if event is None or event.event_id in known:
            continue
        if event.event_id:
            known.add(event.event_id)
        yield event


def find_request(lines: Iterable[LogLine], request_ids: Collection[str]) -> LogLine | None:
    """Find the first line of a request that CloudFront answered with one of these values of `x-amz-cf-id`."""
    return next((line for line in lines if line.request_id in request_ids), None)


def event_of(line: LogLine, *, full_address: bool = False) -> Event | None:
    """Decode one line; None when it is no event."""
    if not _served(line):
        return None
    path, query = _split(line)
    values = dict(parse_qsl(query, keep_blank_values=True)) if _is_pixel(path) else {}
    if not values.get("e"):
        return None
    unstruct, entities, unreadable = _self_describing(values)
    address = unquote(undo(line.forwarded or line.address)).split(",")[0].strip()
    return Event(
        at=line.at,
        kind=KINDS.get(values["e"], values["e"]),
        event_id=values.get("eid", "").lower(),
        app_id=values.get("aid", ""),
        request_id=line.request_id,
        host=line.host,
        address=address if full_address else shortened(address),
        agent=values.get("ua") or unquote(undo(line.agent)),
        values=_named(values),
        unstruct=unstruct,
        entities=entities,
        unreadable=unreadable,
    )


def undo(field: str) -> str:
    r"""Take away the log's own escapes, if it added any.

    CloudFront escapes `%` itself, so a query's `%20` is usually logged as `%2520`; at times and in other fields it does
    not. It also escapes what else it does not write as it is: ASCII 0 to 32, 127 and above, and
    < > " # { } | \ ^ ~ [ ] ` ' (CloudFront guide: standard log file format). A field with an escape of anything else
    was logged as it was sent; any other loses one level. (Replacing each `%25XX`, as Snowplow's loader did, damages
    fields that were logged as sent.)
    """
    return field if _NOT_BY_THE_LOG.search(field) else field.replace("%25", "%")


@lru_cache(maxsize=4096)
def shortened(address: str) -> str:
    """Remove the part of an IP address that tells one household from the next: the last 8 or (IPv6) 80 bits."""
    try:
        bits = 24 if ip_address(address).version == 4 else 48  # noqa: PLR2004 - IP versions
        return str(ip_network(f"{address}/{bits}", strict=False).network_address)
    except ValueError:
        return ""


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
        "Tracker": values.get("v_tracker", ""),
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


def _served(line: LogLine) -> bool:
    result = line.result.lower()
    return line.method == "GET" and line.status in _COUNTED and not result.startswith(_NOT_SERVED)


def _split(line: LogLine) -> tuple[str, str]:
    """Separate path and query; in 2012 a setting put the query behind the path as well."""
    path, _, in_stem = line.stem.partition("?")
    return path, undo(line.query or in_stem)


def _is_pixel(path: str) -> bool:
    return path in ("/i", "/pxl.png") or path.startswith("/ice.png")


def _named(values: dict[str, str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for key, value in values.items():
        size = _SIZE.fullmatch(value) if key in SIZES else None
        if size:
            named |= {f"{SIZES[key]}width": size[1], f"{SIZES[key]}height": size[2]}
        elif key not in _JSON:
            named[NAMES.get(key, key)] = _time(value) if key in TIMES else value
    named.pop("e", None)
    return named


def _time(milliseconds: str) -> str:
    try:
        at = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return milliseconds
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_JSON = {"ue_px": True, "ue_pr": False, "cx": True, "co": False}
"""Keys that hold JSON, and whether it is in URL-safe base64."""


class _Wrapped(Struct):
    data: Any


def _self_describing(values: dict[str, str]) -> tuple[Entity | None, tuple[Entity, ...], tuple[str, ...]]:
    """Read the event's own JSON, its entities, and name the keys that could not be read."""
    unstruct: Entity | None = None
    entities: tuple[Entity, ...] = ()
    unreadable: list[str] = []
    for key in _JSON:
        if not values.get(key):
            continue
        try:
            inner = _wrapped(key, values[key])
            if key.startswith("ue"):
                unstruct = msgspec.convert(inner, Entity)
            else:
                entities += msgspec.convert(inner, tuple[Entity, ...])
        except (ValueError, RecursionError, msgspec.MsgspecError):
            unreadable.append(key)
    return unstruct, entities, tuple(unreadable)


def _wrapped(key: str, value: str) -> Any:
    raw = value.encode()
    if _JSON[key]:
        # Trackers leave the padding out, and some use the other alphabet.
        text = value.replace("+", "-").replace("/", "_").replace(" ", "-").rstrip("=")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    return msgspec.json.decode(raw, type=_Wrapped).data
