"""What the proof takes over from a page of the user's: policies, settings, and names, and how that is said."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from wizard.model.ports import PageUnseenError, Ports, SeenTracker
from wizard.model.setup import Setup
from wizard.snowplow.browserproof.page_settings import as_seen, asks_beforehand
from wizard.snowplow.csp import of_site
from wizard.snowplow.events.columns import CHECK_APP
from wizard.snowplow.pagecheck.look import Look
from wizard.snowplow.pagecheck.tag import Tag
from wizard.snowplow.pagecheck.visit import page_of
from wizard.snowplow.setup_snippet import host_of, hosts_of

_LONGEST_NAME = 100
"""Letters of a name that is taken over or said."""


class Likeness(Struct, frozen=True):
    """What is taken over."""

    policies: tuple[str, ...] = ()
    """Content-Security-Policies, with the page's own origin in place of `'self'`."""
    settings: tuple[tuple[str, str], ...] = ()
    """Settings of the tracker: name and JavaScript value."""
    namespace: str = ""
    """The tracker's name; empty where none is known."""
    said: str = ""
    """The same in plain words, and where it comes from."""


async def likeness_of(ports: Ports, setup: Setup, url: str) -> Likeness:
    """Look at a page, by its text and in a browser, and return what the proof takes over.

    Raises:
        wizard.snowplow.pagecheck.visit.UnreadError: the page can't be read.
    """
    page = await page_of(ports.web, url)
    tag = _tag_in(Look(page, setup))
    seen, reason = None, ""
    try:
        seen = await ports.pages.tracker_on(page.url, hosts_of(setup))
    except PageUnseenError as error:
        reason = str(error)
    policies = tuple(of_site(one, page.url) for one in page.policies)
    settings = as_seen(tag, seen)
    name = (seen.namespace if seen and seen.settings else "") or (tag.namespace if tag else "")
    likeness = Likeness(policies, settings, name[:_LONGEST_NAME])
    sentences = _sentences(likeness, seen, reason, {"page": page.url, "host": host_of(setup) or ""})
    return Likeness(policies, settings, likeness.namespace, " ".join(sentences))


def _tag_in(look: Look) -> Tag | None:
    """Return the tracker that sends to the pixel, or else one that may; never another collector's."""
    return next(iter(look.ours or [tag for tag in look.tags if not tag.collector]), None)


def _sentences(likeness: Likeness, seen: SeenTracker | None, reason: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield what was taken over, and from where."""
    shown = seen is not None and bool(seen.settings)
    browser = seen.browser if seen else ""
    taken = ", ".join(_pieces(likeness))
    key = ("shown" if shown else "read") if likeness.settings else "nothing"
    yield _said(key, taken=taken, browser=browser, **values)
    if not shown:
        yield _said("silent", browser=browser) if seen else _said("unseen", reason=reason)
    if likeness.policies:
        yield _said("policy")
    if seen and seen.app_id:
        yield _said("app", app_id=seen.app_id[:_LONGEST_NAME], mark=CHECK_APP)
    if seen and seen.version:
        yield _said("version", version=seen.version[:_LONGEST_NAME])


def _pieces(likeness: Likeness) -> Iterator[str]:
    settings = {name: _plain(value) for name, value in likeness.settings}
    words = _texts()["taken"]
    method = settings.get("eventMethod", "get")
    yield words.get(method, words["get"])
    if "postPath" in settings:
        yield words["path"].format(value=settings["postPath"])
    cookies = settings.get("credentials", "")
    if cookies in ("include", "omit"):
        yield words[cookies]
    if asks_beforehand(dict(likeness.settings)):
        yield words["headers"]
    if likeness.namespace:
        yield words["namespace"].format(value=likeness.namespace)
    if "platform" in settings:
        yield words["platform"].format(value=settings["platform"])
    if "stateStorageStrategy" in settings:
        yield words["storage"].format(value=settings["stateStorageStrategy"])
    if settings.get("retryFailedRequests") == "false":
        yield words["retry"]


def _plain(value: str) -> str:
    """Return what a JavaScript value says, without its quotes."""
    try:
        said: Any = json.loads(value)
    except ValueError:
        return value
    return said if isinstance(said, str) else value


def _said(key: str, **values: str) -> str:
    return str(_texts()[key]).format(**values)


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("assets").joinpath("browse", "like.toml").read_text("utf-8"))
