"""Whatever a page holds: no crash, no endless reading, and twice the page costs at most two and a half times the work."""

# ruff: noqa: E501 - a row of a table is a line

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.snowplow.pagecheck.shapes import CODE, GTM, MINI, SETUP, SHAPES, TAG, URL, vendor
from wizard.model.ports import Response
from wizard.model.results import Check
from wizard.snowplow.pagecheck.html import read
from wizard.snowplow.pagecheck.judge import judge

_PIECES = (
    *('newTracker("a","https://e.example.org",{', "{", "}", "(", ")", "[", "]", "`${", "`", "'", '"', "/*", "*/", "//", "=>"),
    *("function f(a,{b=1,...c}){", "return ", "if(x)", "else ", "for(const a of b)", "switch(a){case 1:", "try{", "}catch(e){"),
    *("...", "?.", "??=", "class A extends B{#x=1;", "async ", "await ", "yield*", "import('x')", "export default ", "label:"),
    *("window.", "document.createElement('script').src=", "arguments", ".apply(null,", ".push([", "f(f)", "\\u{110000}", "1_0n"),
    *("<script>", "</script>", "<!--", "-->", "<template shadowrootmode=open>", "<noscript>", "<svg>", "<base href=//[>"),
    *("<meta http-equiv=refresh content=0;//[>", "<iframe srcdoc=", "<script src=data:;base64,%%%>", "\x00", "\ud800", "\u2028"),
)  # fmt: skip


def judged(text: str, **headers: str) -> tuple[Check, ...]:
    body = text.encode("utf-8", "surrogatepass")
    return judge(read(URL, Response(200, {"content-type": "text/html", **headers}, body, "", 0.0)), SETUP)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=40), st.text(max_size=60))
def test_no_page_of_pieces_makes_it_crash(pieces: list[str], policy: str) -> None:
    text = "".join(pieces)
    for page in (text, f"<script>{text}</script>", f"<script>{text}</script>{TAG}"):
        assert judged(page, **{"content-security-policy": policy, "content-type": policy})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(SHAPES), st.integers(0, 3000), st.integers(0, 3000))
def test_no_cut_page_makes_it_crash(shape: object, start: int, end: int) -> None:
    text = getattr(shape, "text", "")
    assert judged(text[:start] + text[min(start, end) :])


@pytest.mark.parametrize(
    "nested",
    [
        "(",
        "[",
        "{",
        "f(",
        "`${",
        "x=>",
        "function(){",
        "if(a){",
        "if(a){}else ",
        "a?",
        "!",
        "a+",
        "a=",
        "a,",
        ".a()",
        "[a,",
    ],
)
def test_deep_nesting_ends(nested: str) -> None:
    assert judged(f"<script>newTracker;{nested * 20_000}</script>{TAG}")


@pytest.mark.parametrize("noise", ["'", "a b ) ( ] ", "/", "<!--", "\\", "`", "}", "0x"])
def test_noise_is_given_up_in_the_end(noise: str) -> None:
    checks = judged(f"<script>newTracker;{noise * (100_000 // len(noise))}</script>")
    assert [check.status for check in checks if check.problem]


REPEATED = {
    "text": "<p>word word word</p>\n",
    "elements": "<div class=a id=b><a href=c>d</a></div>",
    "unclosed elements": "<p><li><td>",
    "scripts": f"<script>{GTM}</script>",
    "trackers": f"<script>{MINI}</script>",
    "tags": TAG,
    "vendors": vendor(),
    "held tags": f"<script type=text/plain>{CODE}</script>",
    "images": "<img src=/a.png>",
    "comments": f"<!-- {CODE} -->",
    "settings": "<script>var a={b:{c:'d'},e:[1,2,3]};</script>",
    "conditions": "<script>if(w.x){a=1}else{a=2};b=a?c:d;</script>",
    "functions": "<script>function f(a){return newTracker(a)};f(f)</script>",
    "data": '<script type="application/json">{"a":[1,2,3]}</script>',
}


def cost(text: str) -> int:
    """Return how many calls a reading makes, of Python's functions and of the parsers': seconds depend on the machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        judged(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("piece", REPEATED.values(), ids=REPEATED)
def test_twice_the_page_costs_at_most_two_and_a_half_times_as_much(piece: str) -> None:
    size = max(1, 40_000 // len(piece))
    assert cost(piece * size * 2) <= 2.5 * cost(piece * size)
