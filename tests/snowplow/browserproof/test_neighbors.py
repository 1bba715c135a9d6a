"""The tag beside another vendor's tracker that owns the usual names, in a real Chromium: neither gets in the way."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route

from tests.snowplow.browserproof.visiting import PATIENCE, Chromium, Visitor
from tests.support import require
from tests.trackers import V3, V4, second_version, tag_build
from wizard.model.digest import integrity
from wizard.snowplow.snippet_builder import QUEUE, Loaded, snippet

SITE = "https://www.site.example/"
PIXEL, OTHER = "e.site.example", "c.vendor.example"
OUR_FILE, THEIR_FILE = f"https://{PIXEL}/4.10.1/abcdefgh12.js", "https://cdn.vendor.example/sp.js"
OURS = {"tag": tag_build(), "umd": V4.read_bytes()}
LOADER = """<script>(function(p,n,s){(p.GlobalSnowplowNamespace=p.GlobalSnowplowNamespace||[]).push(n);
p[n]=p[n]||function(){(p[n].q=p[n].q||[]).push(arguments)};p[n].q=p[n].q||[];var e=document.createElement('script');
e.async=1;e.src=s;document.head.appendChild(e)})(window,'snowplow','%s');
snowplow('newTracker','sp','https://%s',{appId:'theirs',eventMethod:'get'});snowplow('trackPageView');</script>"""
PLAIN = """<script async src='%s' onload="snowplowBrowserTracking.newTracker('sp','https://%s',{appId:'theirs',
eventMethod:'get'});snowplowBrowserTracking.trackPageView()"></script>"""

NEIGHBORS = {
    "version 4": (tag_build(name="vendorParts"), LOADER),
    "version 3": (tag_build(V3, "vendorParts"), LOADER),
    "names as version 2 takes them": (second_version(), LOADER),
    "version 4, bundled": (V4.read_bytes(), PLAIN),
    "version 3, bundled": (V3.read_bytes(), PLAIN),
}


@pytest.fixture(scope="module")
def alone() -> Iterator[Chromium]:
    """Debian's Chromium, for pages that the tests themselves serve."""
    browser = Chromium(require("chromium"), ())
    yield browser
    browser.close()


class Street:
    """A page with both tags, and both collectors.

    Args:
        text: the page.
        ours: our tracker file.
        theirs: the other vendor's.
        first: which of the files arrives first; the other waits for its page view.
    """

    def __init__(self, text: str, ours: bytes, theirs: bytes, first: str) -> None:
        self.text = text
        self.files = {"ours": ours, "theirs": theirs}
        self.first = first
        self.held: list[tuple[Route, str]] = []
        self.seen: dict[str, list[dict[str, str]]] = {PIXEL: [], OTHER: []}

    def serve(self, route: Route) -> None:
        """Answer everything that the page asks for."""
        request = route.request
        whose = {OUR_FILE: "ours", THEIR_FILE: "theirs"}.get(request.url)
        if whose and whose != self.first and not self.seen[OTHER if whose == "ours" else PIXEL]:
            self.held.append((route, whose))
        elif whose:
            self._file(route, whose)
        elif request.url == SITE:
            route.fulfill(body=self.text, content_type="text/html; charset=utf-8")
        else:
            self._collect(route, request)

    def _file(self, route: Route, whose: str) -> None:
        headers = {"Access-Control-Allow-Origin": "*"}
        route.fulfill(body=self.files[whose], content_type="text/javascript", headers=headers)

    def _collect(self, route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        event = {name: values[0] for name, values in parse_qs(parts.query).items()}
        origin = request.headers.get("origin", "*")
        strict = {"Access-Control-Allow-Origin": "*"}
        loose = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
        route.fulfill(body=b"", headers=strict if parts.hostname == PIXEL else loose)
        self.seen.setdefault(parts.hostname or "", []).append(event)
        held, self.held = self.held, []
        for waiting, whose in held:
            self._file(waiting, whose)

    def walk(self, page: Page) -> None:
        """Look at the page twice, with an event of the site's own each time."""
        for turn in (1, 2):
            page.goto(SITE)
            page.evaluate(OWN_EVENT)
            page.wait_for_function(EMPTY, timeout=PATIENCE * 1000)
            while len(self.seen[PIXEL]) < 2 * turn or len(self.seen[OTHER]) < turn:
                page.wait_for_event("requestfinished", timeout=PATIENCE * 1000)


OWN_EVENT = f"""() => new Promise(done => {{ (function wait() {{
  var event = {{category: "shop", action: "add"}}, own = window.{QUEUE};
  if (typeof own === "function") {{ own("trackStructEvent", event); done(); }}
  else if (own && own.trackStructEvent) {{ own.trackStructEvent(event); done(); }}
  else {{ setTimeout(wait, 20); }}
}})(); }})"""
EMPTY = """() => Object.keys(localStorage).filter(key => key.indexOf("snowplowOutQueue_own") === 0)
  .every(key => JSON.parse(localStorage.getItem(key)).length === 0)"""


@pytest.mark.parametrize("first", ["ours", "theirs"])
@pytest.mark.parametrize("before", [True, False], ids=["before ours", "after ours"])
@pytest.mark.parametrize("flavour", list(OURS))
@pytest.mark.parametrize("neighbor", list(NEIGHBORS))
def test_both_send_what_is_theirs(alone: Chromium, neighbor: str, flavour: str, first: str, *, before: bool) -> None:
    theirs, tag = NEIGHBORS[neighbor]
    loaded = Loaded(OUR_FILE, integrity(OURS[flavour]), flavour)
    own = snippet(PIXEL, app_id="ours", tracker=loaded).tag
    tags = [tag % (THEIR_FILE, OTHER), own] if before else [own, tag % (THEIR_FILE, OTHER)]
    street = Street(f"<!doctype html><head><title>t</title>{''.join(tags)}</head>", OURS[flavour], theirs, first)
    visitor: Visitor = alone.visitor()

    def go() -> None:
        visitor.context.route("**/*", street.serve)
        page = visitor.context.new_page()
        street.walk(page)
        visitor.context.close()

    alone.thread.submit(go).result(2 * PATIENCE)
    mine = [(event["e"], event["aid"], event["tna"]) for event in street.seen[PIXEL]]
    assert sorted(mine) == sorted([("pv", "ours", "own"), ("se", "ours", "own")] * 2), street.seen
    assert len({event["eid"] for event in street.seen[PIXEL]}) == 4
    assert [event["e"] for event in street.seen[OTHER]] == ["pv", "pv"], street.seen
    assert {event["tna"] for event in street.seen[OTHER]} == {"sp"}
