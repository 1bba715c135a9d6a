"""Rows about a tracker's settings and commands, judged as the tracker itself takes them. Pure.

Sources: `@snowplow/browser-tracker` 3.24.6 and 4.10.1. Both send by POST unless `eventMethod` says otherwise; version 4
reads `credentials`, version 3 `withCredentials`; only version 4 knows `keepalive`; `maxGetBytes` has no default.
Version 3 posts where `eventMethod` is `beacon`, too, version 4 only where it is `post`; letter case doesn't matter.
"""

from collections.abc import Iterator

from msgspec import Struct

from wizard.model.results import Check, Status
from wizard.snowplow.pagecheck.elements import parts_of
from wizard.snowplow.pagecheck.look import Look
from wizard.snowplow.pagecheck.rows import ok, wrong
from wizard.snowplow.pagecheck.tag import Tag
from wizard.snowplow.tracker.tracker_file import major

MOST_BYTES = 8192
"""Bytes of an address above which CloudFront neither serves nor logs it."""

_WANTED = "eventMethod: get; credentials: omit"
_CUSTOM = "extra headers, which browsers ask about beforehand"
_OFF = ("false", "null", "0", "")


class _Found(Struct):
    wrong: list[str]
    unknown: list[str]


def settings(look: Look) -> Check:
    """Judge the settings without which the tracker gets stuck."""
    judged = [(tag, _judged(tag, look)) for tag in look.ours if not tag.old]
    faulty = [(tag, found) for tag, found in judged if found.wrong]
    if faulty:
        observed = "; ".join(dict.fromkeys(reason for _, found in faulty for reason in found.wrong))
        always = len(faulty) == len(judged) or any(not tag.path and not tag.unreached for tag, _ in faulty)
        status = Status.FAILED if always else Status.UNKNOWN
        return wrong(
            "page-settings", "page-settings", "The tag's settings block the tracker", observed, _WANTED, status=status
        )
    unknown = list(dict.fromkeys(name for _, found in judged for name in found.unknown))
    if unknown:
        summary = "Some of the tag's settings couldn't be read"
        return wrong(
            "page-settings", "page-settings-unread", summary, ", ".join(unknown), _WANTED, status=Status.UNKNOWN
        )
    return ok("page-settings", "It sends by GET and without cookies")


def _judged(tag: Tag, look: Look) -> _Found:
    found = _Found([], [])
    _method(tag, look, found)
    if _same_origin(tag, look):
        return found  # browsers neither hide the response from a page of the same origin, nor ask beforehand
    _cookies(tag, found)
    _headers(tag, found)
    return found


def _hides(tag: Tag, name: str) -> bool:
    return name in tag.unread or (tag.open and name not in tag.settings)


def _method(tag: Tag, look: Look, found: _Found) -> None:
    method = tag.settings.get("eventMethod", "undefined")
    plain = method.lower()  # as the tracker compares it
    if _hides(tag, "eventMethod"):
        found.unknown.append("eventMethod")
    elif plain in ("post", "undefined") or (plain == "beacon" and _major(look) == 3):  # noqa: PLR2004 - 4 knows none
        found.wrong.append(f"eventMethod: {'not set, so post' if plain == 'undefined' else method}")
    elif plain != "get" and not (plain == "beacon" and _major(look)):
        found.unknown.append(f"eventMethod: {method}")


def _major(look: Look) -> int | None:
    """Return the first number of the tracker's version, as far as the page's file is known."""
    file = next((known for address in look.addresses if (known := look.known(address))), None)
    return major(file.version) if file else None


def _cookies(tag: Tag, found: _Found) -> None:
    given, older = tag.settings.get("credentials"), tag.settings.get("withCredentials")
    if given == "omit" or older == "false":
        return
    if _hides(tag, "credentials") or _hides(tag, "withCredentials"):
        found.unknown.append("credentials")
    elif given != "same-origin":
        found.wrong.append(f"credentials: {given or 'not set, so include'}")


def _headers(tag: Tag, found: _Found) -> None:
    custom = "customHeaders" in tag.settings and tag.settings["customHeaders"] not in _OFF
    anonymous = tag.settings.get("withServerAnonymisation")
    if custom or (anonymous is not None and anonymous not in _OFF):
        found.wrong.append(_CUSTOM)
    elif {"customHeaders", "withServerAnonymisation", "anonymousTracking"} & tag.unread:
        found.unknown.append(_CUSTOM)


def _same_origin(tag: Tag, look: Look) -> bool:
    page, given = parts_of(look.page.url), parts_of(tag.collector if "://" in tag.collector else f"//{tag.collector}")
    return page.hostname == given.hostname and (given.scheme or page.scheme) == page.scheme and not given.port


def losses(tag: Tag, look: Look) -> Iterator[Check]:
    """Name settings without which single events get lost."""
    missing = []
    limit = tag.settings.get("maxGetBytes", "")
    if not _hides(tag, "maxGetBytes") and not (limit.isascii() and limit.isdigit() and 0 < int(limit) < MOST_BYTES):
        missing.append(f"maxGetBytes: {limit or 'not set'}")
    is_v3 = _major(look) == 3  # noqa: PLR2004 - which knows no keepalive
    is_v3 = is_v3 or ("withCredentials" in tag.settings and "credentials" not in tag.settings)
    if not is_v3 and not _hides(tag, "keepalive") and tag.settings.get("keepalive") != "true":
        missing.append(f"keepalive: {tag.settings.get('keepalive', 'not set')}")
    if missing:
        summary = "Some events may get lost"
        yield wrong(
            "page-losses",
            "page-losses",
            summary,
            "; ".join(missing),
            "maxGetBytes: 7900; keepalive: true",
            status=Status.WARNING,
        )


def views(tag: Tag, look: Look) -> Iterator[Check]:
    """Judge whether anything is sent at all: a tracker sends no page view by itself."""
    mine = [
        call
        for call in look.found.calls
        if call.command.startswith("track") and (call.queue in ("", tag.queue) or not tag.queue)
    ]
    if any(not call.path and not call.unreached for call in mine):
        return
    if mine and look.ours[0].path and any(call.path[:1] == tag.path[:1] for call in mine):
        return
    if mine or look.hidden:
        summary = "Whether the tag sends a page view couldn't be read"
        yield wrong("page-view", "page-no-view", summary, "no certain trackPageView", status=Status.UNKNOWN)
    else:
        yield wrong("page-view", "page-no-view", "The tag sends no page view", "no trackPageView")
