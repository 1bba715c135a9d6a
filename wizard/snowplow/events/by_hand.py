"""Line-by-line decoder in Python, for what SQL can't decode as browsers encode it.

That is text whose bytes aren't UTF-8, lone surrogates (half an emoji of a title that was cut), escaped keys, and JSON
that isn't well-formed. It takes a line apart; naming and typing is the same SQL for both.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from wizard.snowplow.events.columns import KNOWN_KEYS
from wizard.snowplow.events.decoding_sql import NOT_BY_THE_LOG

_AS_SENT = re.compile(NOT_BY_THE_LOG)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_SERVED = ("redirect", "error", "limitexceeded", "capacityexceeded")
_SERVED = ("200", "304")
_STEP = re.compile(r"[\s,]*")
_JSON = {"ue_px": True, "ue_pr": False, "cx": True, "co": False}
"""Keys that hold JSON, and whether it is in URL-safe base64."""
_MOST_ENTITIES = 1000
"""Entities that are read of one event: a URL has room for fewer."""


def undo(field: str) -> str:
    """Take away the log's own escapes of `%`, if it added any."""
    return field if _AS_SENT.search(field) else field.replace("%25", "%")


def taken_apart(line: Mapping[str, Any]) -> dict[str, Any]:
    """Read a line: the values of its parameters, its JSON, and what could not be read.

    Args:
        line: its fields, by our names of them (`wizard.snowplow.events.decoding_sql.FIELDS`), and `received`.

    Returns:
        What `wizard.snowplow.events.decoding_sql.HAND_COLUMNS` says.
    """
    path, _, in_stem = line["stem"].partition("?")
    query = line["query"] if line["query"] is not None else in_stem
    values = dict(parse_qsl(undo(query), keep_blank_values=True, errors="replace"))
    rest = {key: value for key, value in values.items() if key and key not in KNOWN_KEYS}
    unstruct, entities, unreadable = self_describing(values)
    return {
        "received": f"{line['received']:%Y-%m-%d %H:%M:%S.%f}",
        "path": path,
        "served": line["status"].lstrip("0") in _SERVED and not (line["result"] or "").lower().startswith(_NOT_SERVED),
        "request_id": line["request_id"],
        "host": line["host_header"] or line["domain"],
        "client": unquote(undo(line["forwarded"] or line["address"] or "")).split(",")[0].strip(" "),
        "agent_text": unquote(undo(line["agent"])) if line["agent"] is not None else None,
        "referer_text": _header(line["referer"]),
        "ks": list(values),
        "vs": list(values.values()),
        "unstruct": _text(unstruct) if unstruct is not None else None,
        "entities": _text(entities) if entities else None,
        "json_unreadable": unreadable,
        "parameters": _text(rest) if rest else None,
    }


def _header(value: str | None) -> str | None:
    """Read a header as it was sent: without the log's escapes of anything, if it added any."""
    return value if value is None or _AS_SENT.search(value) else unquote(value)


def _text(value: Any) -> str:
    """Write JSON; half a character, which no text can hold, becomes U+FFFD."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def self_describing(values: Mapping[str, str]) -> tuple[Any, list[Any], list[str]]:
    """Read the event's own JSON and its entities; name what could not be read. One bad entity costs no other."""
    unstruct: Any = None
    entities: list[Any] = []
    unreadable: list[str] = []
    for key, packed in _JSON.items():
        if not values.get(key):
            continue
        found = _json_text(values[key], packed=packed)
        if key.startswith("ue"):
            inner = _inner(found)
            if inner is None:
                unreadable.append(key)
            unstruct = unstruct if unstruct is not None else inner
            continue
        for number, entity in enumerate(_elements(found), 1):
            if entity is None:
                unreadable.append(f"{key}[{number}]" if number else key)
            else:
                entities.append(entity)
        if not any(name.startswith(key) for name in unreadable) and not _whole(found):
            unreadable.append(key)
    return unstruct, entities, unreadable


def _json_text(value: str, *, packed: bool) -> str:
    """Return the JSON that a parameter holds, as far as it can be unpacked."""
    if not packed:
        return value
    # Trackers leave the padding out, and some use the other alphabet.
    letters = value.replace(" ", "-").replace("+", "-").replace("/", "_").rstrip("=")
    letters = re.split("[^A-Za-z0-9_-]", letters, maxsplit=1)[0]
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4)).decode("utf-8", "replace")


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_constant=_refuse, strict=False)


def _good(thing: Any) -> bool:
    return isinstance(thing, dict) and isinstance(thing.get("schema"), str) and "data" in thing


def _inner(text: str) -> Any:
    """Return what a wrapping JSON carries, None if that isn't an object of schema and data."""
    try:
        inner = _DECODER.decode(text)["data"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return inner if _good(inner) else None


def _whole(text: str) -> bool:
    """Whether a text is a wrapping JSON with a list in it."""
    try:
        return isinstance(_DECODER.decode(text)["data"], list)
    except (ValueError, RecursionError, KeyError, TypeError):
        return False


def _elements(text: str) -> Iterator[Any]:
    """Yield the elements of a wrapping JSON's list, None for each that can't be read, also where the rest is broken."""
    try:
        whole = _DECODER.decode(text)["data"]
    except (ValueError, RecursionError):
        yield from _salvaged(text)
        return
    except (KeyError, TypeError):
        return
    yield from (thing if _good(thing) else None for thing in whole) if isinstance(whole, list) else ()


def _salvaged(text: str) -> Iterator[Any]:
    start = re.search(r'"data"\s*:\s*\[', text)
    at = start.end() if start else len(text)
    for _ in range(_MOST_ENTITIES):
        step = _STEP.match(text, at)
        at = step.end() if step else at
        if at >= len(text) or text[at] in "]}":
            return
        try:
            thing, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            thing, at = None, _end(text, at)
        yield thing if _good(thing) else None


def _end(text: str, start: int) -> int:
    """Return where the value that begins at `start` ends, by its brackets and quotes alone."""
    depth, quoted, at = 0, False, start
    while at < len(text):
        letter = text[at]
        if quoted:
            at += letter == "\\"
            quoted = letter != '"'
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
            if depth <= 0:
                return at + 1 if depth == 0 else at
        elif letter == "," and depth == 0:
            return at
        at += 1
    return at
