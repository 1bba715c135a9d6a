"""Snowplow trackers that a page's scripts create: names, collectors, and settings. Pure."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from wizard.snowplow.pagecheck.elements import HtmlPage, Script
from wizard.snowplow.pagecheck.js_reader import ScriptReading, reading
from wizard.snowplow.pagecheck.js_run import Call
from wizard.snowplow.pagecheck.js_values import UNDEFINED, UNKNOWN, Obj, choices, joined, text_of
from wizard.snowplow.pagecheck.tag import OLD_QUEUE, Tag

__all__ = ["Tag", "absolute", "tags", "tags_in"]

NESTED = "anonymousTracking"
"""The setting whose own settings count like the others here."""


def tags(page: HtmlPage) -> tuple[Tag, ...]:
    """Return all trackers that the page makes."""
    return tags_in(reading(page))


def tags_in(found: ScriptReading) -> tuple[Tag, ...]:
    """Return all trackers that scripts make which have been read."""
    return tuple(_all(found))


def _all(found: ScriptReading) -> Iterator[Tag]:
    for place, call in enumerate(found.calls):
        script = found.scripts[call.script]
        if call.command == "newTracker" and call.args:
            yield _tag(call, script, place)
        elif call.command in ("_snaq setCollectorUrl", "_snaq setCollectorCf") and call.args:
            address = _text(call.args[0])
            if call.command.endswith("Cf") and address:
                address = f"https://{address}.cloudfront.net"
            yield Tag(
                "", address, {}, script, frozenset(), False, OLD_QUEUE, call.path, call.unreached, place, call.script
            )


def _tag(call: Call, script: Script, place: int) -> Tag:
    args = [*call.args, UNDEFINED, UNDEFINED, UNDEFINED][:3]
    settings, unread, is_open = _settings(args[2])
    collector = _text(args[1])
    if UNKNOWN in call.args[:3]:  # an argument that may be several hides which one is which
        is_open = is_open or args[2] is UNDEFINED
    namespace = _text(args[0])
    return Tag(
        namespace,
        collector,
        settings,
        script,
        unread,
        is_open,
        call.queue,
        call.path,
        call.unreached,
        place,
        call.script,
    )


def _text(value: Any) -> str:
    """Return a text that is known; of several, the one that they have in common."""
    texts = {text_of(one) or "" for one in choices(value)}
    return texts.pop() if len(texts) == 1 and isinstance(choices(value)[0], str) else ""


def _settings(value: Any) -> tuple[dict[str, str], frozenset[str], bool]:
    """Return the settings that are known, the names of those that aren't, and whether there may be more."""
    objects = [one for one in choices(value) if isinstance(one, Obj)]
    rest = [one for one in choices(value) if not isinstance(one, Obj) and one is not UNDEFINED and one is not None]
    is_open = bool(rest) or any(one.open for one in objects)
    settings, unread = {}, set()
    for name in dict.fromkeys(name for one in objects for name in one.props):
        total = objects[0].get(name)
        for one in objects[1:]:
            total = joined(total, one.get(name))
        text = _plain(total)
        if text is not None:
            settings[name] = text
        elif total is not UNDEFINED:
            unread.add(name)
        if name == NESTED and isinstance(total, Obj):
            inner, hidden, _ = _settings(total)
            settings, unread = {**settings, **inner}, unread | hidden
    return settings, frozenset(unread), is_open


def _plain(value: Any) -> str | None:
    if isinstance(value, Obj):
        return value.kind
    return None if value is UNDEFINED else text_of(value)


def absolute(page: HtmlPage, address: str) -> str:
    """Return a script's address as the page's browser takes it."""
    try:
        return urljoin(page.url, address.strip())
    except ValueError:
        return address
