"""Whole sites in a real browser: https and http pages, and the old trackers' images; each event once in the log."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Route

from tests.hands import Hands
from tests.product import DOMAIN, Product
from tests.snowplow.browserproof.answered import wait_until_answered
from tests.snowplow.browserproof.visiting import PATIENCE, Visitor
from wizard.snowplow.events.event import Event
from wizard.snowplow.setup_snippet import snippet_for
from wizard.snowplow.snippet_builder import Options, Variant

SITE = "shop.example.test"


def visit(visitor: Visitor, pages: dict[str, str], walk: Callable[[BrowserContext], None]) -> None:
    """Serve pages under their addresses, and walk through them in the browser."""

    def go() -> None:
        for url, text in pages.items():
            visitor.context.route(url, answering(text))
        walk(visitor.context)

    visitor.chromium.thread.submit(go).result(PATIENCE)


def answering(text: str) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        route.fulfill(body=text, content_type="text/html; charset=utf-8")

    return answer


def page(tag: str, title: str, body: str = "") -> str:
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title>{tag}</head><body>{body}</body></html>"
    )


def look_at(context: BrowserContext, url: str) -> None:
    """Look at a page until both of its events were answered."""
    opened = context.new_page()
    opened.goto(url)
    wait_until_answered(opened, "pv", "se")
    opened.close()


def test_each_event_of_https_and_http_pages_arrives_once(made: Product, visitor: Visitor) -> None:
    parts = snippet_for(made.setup(), "shop", Variant.PAGE, Options())
    assert parts is not None
    second = """<script>window.addEventListener("load", function () { var wait = setInterval(function () {
        if (!window.snowplowBrowserTracking || !document.querySelector("script[src*='4.10.1']")) { return; }
        clearInterval(wait);
        snowplowBrowserTracking.trackStructEvent({category: "shop", action: "add", label: "ü & %41"});
        }, 50); });</script>"""
    urls = [f"{scheme}://{SITE}/{number}?q=a%20b" for scheme in ("https", "http") for number in range(3)]
    pages = {url: page(parts.tag, f"Page {number} ✓", second) for number, url in enumerate(urls)}

    def walk(context: BrowserContext) -> None:
        for url in urls:
            look_at(context, url)

    visit(visitor, pages, walk)
    events = arrived(made, "shop")
    assert len(events) == 2 * len(urls)
    assert len({event.event_id for event in events}) == len(events)
    views = sorted(
        (event.values["page_url"], event.values["page_title"]) for event in events if event.kind == "page_view"
    )
    assert views == sorted((url, f"Page {number} ✓") for number, url in enumerate(urls))
    assert {event.values["se_label"] for event in events if event.kind == "struct"} == {"ü & %41"}
    raw = Hands(made).events(unique=False)
    assert len([event for event in raw if event.app_id == "shop"]) == len(events)  # no line twice, not only no event


def test_old_sites_with_images_keep_working(made: Product, visitor: Visitor) -> None:
    """What trackers up to 2.16 send: images, also under the oldest name, also from http pages to http addresses."""
    beacons = [
        f"{scheme}://{DOMAIN}/{name}?e=pv&page=Old%20site&tv=js-2.16.3&p=web&aid=old&eid={kind}"
        for kind, scheme, name in (
            ("00000000-0000-4000-8000-000000000001", "https", "i"),
            ("00000000-0000-4000-8000-000000000002", "http", "i"),
            ("00000000-0000-4000-8000-000000000003", "http", "ice.png"),
            ("00000000-0000-4000-8000-000000000004", "https", "pxl.png"),
        )
    ]
    images = "".join(f"<img class='beacon' src='{source}'>" for source in beacons)
    url = f"http://{SITE}/old"

    def walk(context: BrowserContext) -> None:
        opened = context.new_page()
        opened.goto(url)
        opened.wait_for_function(
            "() => [...document.images].every(image => image.complete && image.naturalWidth === 1)",
            timeout=PATIENCE * 1000,
        )

    visit(visitor, {url: page("", "Old", images)}, walk)
    events = arrived(made, "old")
    assert sorted(event.event_id[-1] for event in events) == ["1", "2", "3", "4"]
    assert {event.values["v_tracker"] for event in events} == {"js-2.16.3"}


def test_visitors_without_javascript_are_counted(made: Product, visitor: Visitor) -> None:
    parts = snippet_for(made.setup(), "plain")
    assert parts is not None
    url = f"https://{SITE}/plain"

    def walk(context: BrowserContext) -> None:
        browser = context.browser
        assert browser is not None
        without = browser.new_context(java_script_enabled=False)
        without.route(url, answering(page(parts.tag, "Plain", parts.no_script)))
        opened = without.new_page()
        opened.goto(url, wait_until="load")
        without.close()

    visit(visitor, {}, walk)
    (event,) = arrived(made, "plain")
    assert (event.kind, event.values["v_tracker"]) == ("page_view", "no-js-0.1.0")


def arrived(product: Product, app: str) -> list[Event]:
    return [event for event in Hands(product).events() if event.app_id == app]
