"""The proof's page: the user's own snippet, and a script that watches it."""

import json
from functools import cache
from importlib.resources import files
from string import Template

from msgspec import Struct

from wizard.snowplow.browserproof.page_settings import asks_beforehand, asks_with_cookies
from wizard.snowplow.events.columns import CHECK_APP
from wizard.snowplow.snippet_builder import QUEUE, Loaded, Options, collector, tag

WATCHED = ("onRequestSuccess: window.snowpixelAnswered", "onRequestFailure: window.snowpixelFailed")
"""What the page adds to the snippet: the tracker then tells the watcher how each request ended."""


class Subject(Struct, frozen=True):
    """What is to be proved."""

    host: str
    """The pixel's host name."""
    loaded: Loaded
    """The tracker file that the pages load."""
    settings: tuple[tuple[str, str], ...] = ()
    """Settings of the tag on the user's own page that differ from ours: name and JavaScript value."""
    namespace: str = "snowpixel"
    """The tracker's name."""


def page(subject: Subject, nonce: str = "") -> str:
    """Build the page.

    Args:
        subject: what is to be proved.
        nonce: lets the watcher run under a policy that asks for one; empty where none does.
    """
    other = dict(subject.settings)
    extra = (*WATCHED, *(f"{name}: {value}" for name, value in other.items()))
    options = Options(namespace=subject.namespace, extra=extra)
    settings = {
        "collector": collector(subject.host),
        "flavour": subject.loaded.flavour,
        "queue": QUEUE,
        "credentials": "include" if asks_with_cookies(other, subject.loaded.major) else "omit",
        "headers": {"SP-Anonymous": "*"} if asks_beforehand(other) else {},
        "method": other.get("eventMethod", "get").strip('"'),
    }
    return Template(_asset("page.html")).substitute(
        settings=json.dumps(settings).replace("<", "\\u003c"),
        nonce=f' nonce="{nonce}"' if nonce else "",
        tag=tag(subject.host, app_id=CHECK_APP, tracker=subject.loaded, options=options),
        collector=collector(subject.host),
    )


def watcher() -> str:
    """Return the watcher's JavaScript."""
    return _asset("watch.js")


@cache
def _asset(name: str) -> str:
    return files("assets").joinpath("browse", name).read_text("utf-8")
