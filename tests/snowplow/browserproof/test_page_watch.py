"""A live page in the user's Chromium: what it shows agrees with what the page's text says, and nothing leaves."""

from dataclasses import replace

import pytest

from tests.snowplow.browserproof.watched import HOSTS, SITE, Watched
from tests.snowplow.pagecheck.shapes import HOST, SHAPES, VENDOR, WARNING, Shape
from tests.snowplow.pagecheck.test_shapes import verdict
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Status, worst
from wizard.snowplow.browserproof.page_verdict import judged, settled

OBSERVED = {"by POST": "eventMethod: POST", "server anonymization": "sp-anonymous"}
HELD = {"page-held", "page-delayed"}


def agrees(read: tuple[Check, ...], shown: tuple[Check, ...]) -> bool | None:
    """Whether the browser's verdict is that of the page's text; None where the text leaves it open."""
    status, seen = worst(check.status for check in read), shown[0]
    problems = {check.problem.id for check in read if check.problem}
    if status is Status.UNKNOWN:
        return None
    if status is Status.FAILED:
        return seen.status is Status.FAILED
    if problems & HELD:
        return seen.status is Status.WARNING and seen.problem is not None and seen.problem.id == "seen-nothing"
    return seen.status is Status.OK


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_browser_agrees_with_the_text(watched: Watched, shape: Shape) -> None:
    read = verdict(shape)
    seen = watched.see(shape)
    shown = judged(seen, shape.url, HOSTS, read)
    assert agrees(read, shown) is not False, (seen, shown)
    left_open = [check for check in settled(read, shown) if check.status is Status.UNKNOWN]
    assert not (left_open and shown[0].status is Status.OK)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("no script at all", "seen-nothing"),
        ("Partytown", "seen-nothing"),
        ("with cookies", "seen-stuck"),
        ("by POST", "page-settings"),
        ("server anonymization", "page-settings"),
        ("connect-src without the pixel", "browser-csp"),
        ("a wrong hash", "seen-nothing"),
        ("the tag, and its file once more", ""),
        ("another vendor's tracker with the name snowplow", ""),
    ],
)
def test_what_stops_the_tag_is_named(watched: Watched, name: str, problem: str) -> None:
    shape = next(one for one in SHAPES if one.name == name)
    first, *more = judged(watched.see(shape), shape.url, HOSTS, verdict(shape))
    assert (first.problem.id if first.problem else "") == problem, first
    assert [check.observed for check in more] == ([VENDOR] if "vendor" in name else [])
    assert first.observed == OBSERVED.get(name, first.observed)
    if first.problem:
        assert explain(first.problem).steps


def test_a_page_that_is_not_there_is_unseen(watched: Watched) -> None:
    url = f"https://{SITE}/nowhere"
    (check,) = judged(watched.see(replace(SHAPES[0], url=url)), url, HOSTS, ())
    assert check.problem is not None
    assert (check.status, check.problem.id) == (Status.UNKNOWN, "page-unreached")


FRAME = "https://cdn.vendor.example/frame.html"
EVENT = f"https://{HOST}/i?e=pv&eid=1&tna=own&tv=js-4.10.1"
SENDS = f"fetch('{EVENT}', {{mode: 'no-cors'}})"
PARTS = {
    "a frame of another site": (f"<iframe src='{FRAME}'></iframe>", {FRAME: f"<script>{SENDS}</script>"}),
    "a worker": (
        "<script>new Worker('/worker.js')</script>",
        {f"https://{SITE}/worker.js": f"setTimeout(() => {SENDS}, 200)"},
    ),
    "a timer": (f"<script>setTimeout(() => {SENDS}, 4000)</script>", {}),
    "one timer after the other": (
        f"<script>setTimeout(() => fetch('/empty.js').then(() => setTimeout(() => {SENDS}, 4000)), 4000)</script>",
        {},
    ),
    "the twentieth frame": (
        f"<script>var n = 0; (function next() {{ n++; n < 20 ? requestAnimationFrame(next) : {SENDS}; }})()</script>",
        {},
    ),
    "an idle moment": (f"<script>requestIdleCallback(() => {SENDS})</script>", {}),
    "a stream that never ends": (f"<script>new EventSource('/stream'); setTimeout(() => {SENDS}, 4000)</script>", {}),
    "a beacon": (f"<script>navigator.sendBeacon('{EVENT}')</script>", {}),
}


@pytest.mark.parametrize("name", PARTS)
def test_whatever_sends_is_seen_and_answered_here(watched: Watched, name: str) -> None:
    head, files = PARTS[name]
    seen = watched.see(Shape(name, "", WARNING, files=files, body=head))
    assert [(sent.host, [event.id for event in sent.events]) for sent in seen.sent] == [(HOST, ["1"])], seen
    assert seen.sent[0].beacon == (name == "a beacon")


def test_events_sent_as_a_page_ends_are_not_counted_to_the_next(watched: Watched) -> None:
    late = f"<script>addEventListener('pagehide', () => navigator.sendBeacon('{EVENT}'))</script>"
    watched.see(Shape("late", late, WARNING))
    assert watched.see(Shape("nothing", "", WARNING)).sent == []
