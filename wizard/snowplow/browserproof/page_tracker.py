"""How a watched page's tracker is set up, as its requests show it. Pure."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from wizard.model.ports import SeenTracker
from wizard.snowplow.browserproof.collector_requests import Sent, SentEvent, posts_elsewhere
from wizard.snowplow.browserproof.page_settings import SENDS_HEADERS, WITH_HEADERS
from wizard.snowplow.browserproof.page_watch import PageSeen
from wizard.snowplow.snippet_builder import script_text

WITH_COOKIES = "WildcardOriginNotAllowed"
"""Why Chromium hides a response that any page may read: the request carried cookies (Fetch standard, CORS check)."""


def tracker_in(seen: PageSeen, url: str, pixels: frozenset[str]) -> SeenTracker:
    """Return the tracker that sent to the pixel while a page was watched; one without settings where none did."""
    ours = [sent for sent in seen.sent if sent.host in pixels]
    if not ours:
        return SeenTracker(seen.agent)
    event = next((event for sent in ours for event in sent.events), SentEvent())
    settings = (*_method(ours), *_cookies(ours, url), *_headers(ours), *_platform(event))
    return SeenTracker(seen.agent, settings, event.namespace, event.app_id, event.version)


def _method(ours: Sequence[Sent]) -> Iterator[tuple[str, str]]:
    posted = next((sent for sent in ours if sent.method == "POST"), None)
    if posted is None:
        yield "eventMethod", script_text("get")
        return
    yield "eventMethod", script_text("beacon" if posted.beacon else "post")
    if posts_elsewhere(posted.path):
        yield "postPath", script_text(posted.path)


def _cookies(ours: Sequence[Sent], url: str) -> Iterator[tuple[str, str]]:
    """Yield whether it asks with cookies; a page of the pixel's own host doesn't show it."""
    sent_away = [sent for sent in ours if sent.method == "GET" and sent.host != urlsplit(url).hostname]
    if any(sent.failed == WITH_COOKIES for sent in ours):
        yield from (("credentials", script_text("include")), ("withCredentials", "true"))
    elif sent_away and not any(sent.failed for sent in sent_away):
        yield from (("credentials", script_text("omit")), ("withCredentials", "false"))


def _headers(ours: Sequence[Sent]) -> Iterator[tuple[str, str]]:
    if any("sp-anonymous" in sent.headers for sent in ours):
        yield SENDS_HEADERS, WITH_HEADERS


def _platform(event: SentEvent) -> Iterator[tuple[str, str]]:
    if event.platform not in ("", "web"):
        yield "platform", script_text(event.platform)
