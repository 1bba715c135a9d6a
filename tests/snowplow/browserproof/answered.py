"""Waiting until what a page's tracker sent was answered, and until the tracker knows it."""

from playwright.sync_api import Page

from tests.snowplow.browserproof.visiting import PATIENCE

THROUGH = """kinds => {
    const sent = performance.getEntriesByType("resource").map(one => new URL(one.name));
    const answered = new Set(sent.filter(url => url.pathname === "/i").map(url => url.searchParams.get("e")));
    const queues = Object.keys(localStorage).filter(key => key.startsWith("snowplowOutQueue_"));
    return kinds.every(kind => answered.has(kind))
        && queues.length > 0 && queues.every(key => localStorage.getItem(key) === "[]");
}"""
"""An empty queue alone says nothing: pages of one origin share it, so it is empty from the page before until this page
adds its first event. An answer alone says too little: an event stays in the queue until the tracker has seen the
answer, and the next page would send it again.
"""


def wait_until_answered(page: Page, *kinds: str) -> None:
    """Wait until this page sent an event of each kind, had an answer to it, and has nothing left to send.

    Args:
        page: a page that is open.
        kinds: values of the tracker protocol's field `e`: `pv` for a page view, `se` for a structured event.
    """
    page.wait_for_function(THROUGH, arg=list(kinds), timeout=PATIENCE * 1000)
