"""Tracker settings of the user's page, so that the proof sends as that page does. Pure."""

import json
from collections.abc import Mapping

from wizard.model.ports import SeenTracker
from wizard.snowplow.pagecheck.tag import Tag
from wizard.snowplow.snippet_builder import script_text

DEFAULTS: Mapping[str, str] = {"eventMethod": "post", "credentials": "include", "withCredentials": "true"}
"""What the tracker does where a tag says nothing: version 4 reads `credentials`, version 3 `withCredentials`."""

COPIED = ("stateStorageStrategy", "retryFailedRequests", "useLocalStorage")
"""Settings that are taken over if they stand there: they decide what becomes of an event that was not answered."""

ANONYMISING = "withServerAnonymisation"
SENDS_HEADERS = "anonymousTracking"
WITH_HEADERS = json.dumps({ANONYMISING: True})
"""The setting, and its value, with which each event carries a header of its own."""


def as_on_page(tag: Tag) -> tuple[tuple[str, str], ...]:
    """Return the settings that decide whether events go through: name and JavaScript value.

    Those that the page's text doesn't tell are left out.
    """
    hidden = tag.unread if not tag.open else {*tag.unread, *DEFAULTS}
    settings = {**{name: value for name, value in DEFAULTS.items() if name not in hidden}, **tag.settings}
    chosen = {name: _value(settings[name]) for name in (*DEFAULTS, *COPIED) if name in settings}
    if tag.settings.get(ANONYMISING) == "true":
        chosen[SENDS_HEADERS] = WITH_HEADERS
    return tuple(chosen.items())


def as_seen(tag: Tag | None, seen: SeenTracker | None) -> tuple[tuple[str, str], ...]:
    """Return the settings of a page's tracker: where a browser showed it at work, what it does counts.

    Args:
        tag: the tracker as the page's text has it; None where it shows none.
        seen: the tracker as a browser showed it; None where no browser did.
    """
    read = dict(as_on_page(tag)) if tag else {}
    if seen is None or not seen.settings:
        return tuple(read.items())
    if SENDS_HEADERS not in dict(seen.settings):
        read.pop(SENDS_HEADERS, None)
    return tuple({**read, **dict(seen.settings)}.items())


def asks_with_cookies(settings: Mapping[str, str], major: int | None) -> bool:
    """Whether a tracker of this version sends cookies; settings as `as_on_page` returns them, none being ours."""
    if major == 3:  # noqa: PLR2004 - version 3 has a word of its own
        return settings.get("withCredentials") == "true"
    return settings.get("credentials", '"omit"') == '"include"'


def asks_beforehand(settings: Mapping[str, str]) -> bool:
    """Whether events carry a header of their own (`SP-Anonymous`), for which browsers ask first, with OPTIONS."""
    return ANONYMISING in settings.get(SENDS_HEADERS, "")


def _value(text: str) -> str:
    """Write what a looked-at page says as JavaScript that stays a value wherever it stands in our page."""
    return text if text in ("true", "false") else script_text(text)
