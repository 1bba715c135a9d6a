"""What the proof takes over from a page of the user's: from a browser where there is one, else from the page's text."""

import pytest

from tests.engine.parts import Nowhere
from tests.snowplow.browserproof.watched import HOSTS, Watched
from tests.snowplow.pagecheck.shapes import BEACON, GOOD, HOST, SETUP, URL, WARNING, Shape, loader, made, script, vendor
from tests.snowplow.pagecheck.sites import SITE, Served, serving
from wizard.model.ports import PageUnseenError, Ports, SeenTracker
from wizard.net.clock import SystemClock
from wizard.snowplow.browserproof.page_likeness import Likeness, likeness_of
from wizard.snowplow.browserproof.page_tracker import tracker_in

OURS = {"eventMethod": '"get"', "credentials": '"omit"', "withCredentials": "false"}
HEADERS = {"anonymousTracking": '{"withServerAnonymisation": true}'}
HIDDEN = f"var theirs=JSON.parse(atob('eyJldmVudE1ldGhvZCI6InBvc3QiLCJwb3N0UGF0aCI6Ii9jb20uc2hvcC90cCJ9'));{loader()}"
"""Settings that only a browser sees: `{"eventMethod":"post","postPath":"/com.shop/tp"}`."""

SEEN = {
    "ours": (loader() + made(), OURS),
    "cookies": (
        loader() + made(settings=f'{{{GOOD},credentials:"include"}}'),
        {"eventMethod": '"get"', "credentials": '"include"', "withCredentials": "true"},
    ),
    "post": (loader() + made(settings='{eventMethod:"post"}'), {"eventMethod": '"post"'}),
    "beacon": (loader() + made(settings=f"{{{BEACON}}}"), OURS),  # which version 4 doesn't know
    "another path": (HIDDEN + made(settings="theirs"), {"eventMethod": '"post"', "postPath": '"/com.shop/tp"'}),
    "headers": (
        loader() + made(settings=f"{{{GOOD},anonymousTracking:{{withServerAnonymisation:true}}}}"),
        {**OURS, **HEADERS},
    ),
    "platform": (loader() + made(settings=f'{{{GOOD},platform:"mob"}}'), {**OURS, "platform": '"mob"'}),
    "nothing": (loader(), {}),
}


@pytest.mark.parametrize("name", SEEN)
def test_requests_show_how_the_tracker_is_set(watched: Watched, name: str) -> None:
    code, settings = SEEN[name]
    found = tracker_in(watched.see(Shape(name, script(code), WARNING)), URL, HOSTS)
    assert dict(found.settings) == settings
    assert found.browser.startswith("Chrome/")
    if settings and "post" not in settings["eventMethod"] and name != "headers":
        assert (found.namespace, found.app_id, found.version) == ("shop", "shop", "js-4.10.1")


class Shown:
    """Pages of a browser that shows what a test says."""

    def __init__(self, shown: SeenTracker | str) -> None:
        self._shown = shown

    async def tracker_on(self, url: str, pixels: frozenset[str]) -> SeenTracker:
        assert (url, HOST in pixels) == (f"http://{SITE}/", True)
        if isinstance(self._shown, str):
            raise PageUnseenError(self._shown)
        return self._shown


POSTS = (("eventMethod", '"post"'),)
UNSEEN = "It wasn't opened in a browser (none here), so what it really sends may differ."
TAKEN: dict[str, tuple[str, SeenTracker | str, str | None, str, tuple[str, ...]]] = {
    "by its text": (script(loader() + made()), "none here", '"get"', "shop", (UNSEEN, "Taken from the text of", "GET")),
    "not another vendor's": (
        vendor("cf") + script(loader() + made(settings='{eventMethod:"post"}')),
        "none here",
        '"post"',
        "shop",
        ("events are sent by POST", "requests carry cookies", "the tracker's name is 'shop'"),
    ),
    "nothing": (vendor("cf"), "none here", None, "", (f"No tracker for {HOST} was found", "your setup's own settings")),
    "what the browser shows counts": (
        script(loader() + made()),
        SeenTracker("Chrome/1", POSTS, "own", "shop", "js-3.24.6"),
        '"post"',
        "own",
        ("as Chrome/1 shows it: events are sent by POST", "'shop', stays there", "snowpixel-check", "js-3.24.6"),
    ),
    "the browser saw nothing": (
        script(loader() + made()),
        SeenTracker("Chrome/1"),
        '"get"',
        "shop",
        ("Chrome/1 opened it, but it sent nothing", "Taken from the text of"),
    ),
    "only the browser sees it": (
        "<script src=/app.js></script>",
        SeenTracker("Chrome/1", POSTS, "own"),
        '"post"',
        "own",
        ("as Chrome/1 shows it",),
    ),
}


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("name", TAKEN)
async def test_what_is_taken_is_said_with_its_source(name: str, anyio_backend: str) -> None:
    del anyio_backend
    head, shown, method, namespace, words = TAKEN[name]
    headers = {"Content-Type": "text/html", "Content-Security-Policy": "img-src 'self'"}
    with serving({"/": Served(f"<!doctype html><head>{head}</head>".encode(), headers)}) as web:
        ports = Ports(Nowhere(), Nowhere(), web, SystemClock(0.0), pages=Shown(shown))
        like: Likeness = await likeness_of(ports, SETUP, f"http://{SITE}/")
    assert (dict(like.settings).get("eventMethod"), like.namespace) == (method, namespace)
    assert like.policies == (f"img-src http://{SITE}",)
    for word in (*words, "Its Content-Security-Policy applies here, too."):
        assert word in like.said
