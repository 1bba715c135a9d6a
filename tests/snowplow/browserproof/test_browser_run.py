"""The proof in a real browser: a real tracker's events arrive, decoded, out of the user's own log bucket."""

import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from tests.hands import Hands
from tests.product import DOMAIN, Product, not_ok
from tests.snowplow.browserproof.visiting import Visitor, browse, found_in, problem_in
from tests.trackers import V3, V4, tag_build
from wizard.model.context import BROWSE_LIKE
from wizard.model.results import Status
from wizard.model.setup import Goal
from wizard.service import Service
from wizard.snowplow.setup_snippet import snippet_for
from wizard.snowplow.snippet_builder import Loaded, csp, tag


def test_three_events_of_a_real_browser_are_read_back_decoded(made: Product, visitor: Visitor) -> None:
    ended = browse(made, visitor.open)
    assert not_ok(ended) == []
    run = made.setup().made.browser_run
    assert run is not None
    assert run.found_at is not None
    assert "Chrome" in run.browser
    assert [event["Event"] for event in run.events] == ["page view", "struct", "struct"]
    assert [event.get("Label") for event in run.events] == [None, "100 % & é ✓", "last"]
    assert {event["Tracker"] for event in run.events} == {"js-4.10.1"}
    assert {event["Application"] for event in run.events} == {"snowpixel-check"}
    assert len({event["Event id"] for event in run.events}) == len(run.event_ids) == 3


def test_the_proof_stays_on_the_checklist(made: Product, visitor: Visitor) -> None:
    browse(made, visitor.open)
    check = found_in(made.check(), "browser-run")
    assert check.status is Status.OK
    assert "3 events" in check.summary


def test_without_a_tracker_of_its_own_the_set_up_is_proved_with_the_chosen_one(made: Product, visitor: Visitor) -> None:
    with made.service.store.writing("main", "test") as state:
        state.choose(goals=(Goal.PIXEL,))
    ended = browse(made, visitor.open)
    assert not_ok(ended) == []
    assert "127.0.0.1" not in str(made.setup().made.trackers_stored)


def test_version_three_and_the_loader_tag_work_as_well(made: Product, visitor: Visitor, tmp_path: Path) -> None:
    stand_in = tmp_path / "tag.js"
    stand_in.write_bytes(tag_build())
    for source, tracker, flavour in ((V3, "js-3.24.6", "umd"), (stand_in, "js-4.10.1", "tag")):
        with made.service.store.writing("main", "test") as state:
            state.choose(tracker=str(source))
        assert not_ok(made.apply()) == []
        file = made.setup().made.tracker
        assert file is not None
        assert file.flavour == flavour
        ended = browse(made, visitor.open)
        assert not_ok(ended) == []
        run = made.setup().made.browser_run
        assert run is not None
        assert [event["Tracker"] for event in run.events] == [tracker] * 3


def test_the_page_can_only_be_had_with_its_secret_and_by_its_own_name(made: Product, visitor: Visitor) -> None:
    asked: list[int] = []

    def visit(url: str) -> None:
        origin = url.rpartition("/")[0].rpartition("/")[0]
        for address, host in ((f"{origin}/", None), (f"{origin}/x/report", None), (url, "evil.example:80")):
            request = urllib.request.Request(address, headers={"Host": host} if host else {})
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=10)
            asked.append(refused.value.code)
            refused.value.close()
        for body in (b"", b"{", b"[]", b"x" * 300_000):
            request = urllib.request.Request(f"{url}report", data=body, method="POST")
            with pytest.raises((urllib.error.HTTPError, OSError)) as nothing:
                urllib.request.urlopen(request, timeout=10)
            if isinstance(nothing.value, urllib.error.HTTPError):
                nothing.value.close()
        visitor.open(url)

    assert not_ok(browse(made, visit)) == []
    assert asked == [404, 404, 404]


# What jams is named.


def alone(product: Product, **choices: object) -> None:
    """Let the proof bring its own tracker: what is wrong shall be wrong with the pixel alone."""
    with product.service.store.writing("main", "test") as state:
        state.choose(goals=(Goal.PIXEL,), **choices)


def test_a_pixel_without_cors_is_named(made: Product, visitor: Visitor) -> None:
    Hands(made).edit(lambda config: config["DefaultCacheBehavior"].pop("ResponseHeadersPolicyId"))
    alone(made)
    ended = browse(made, visitor.open)
    assert problem_in(ended) == "browser-cors"
    assert "3 still waiting" in found_in(ended, "browser-run").observed
    assert made.setup().made.browser_run is None


def test_a_tracker_without_cors_is_named(made: Product, visitor: Visitor) -> None:
    Hands(made).edit(lambda config: config["DefaultCacheBehavior"].pop("ResponseHeadersPolicyId"))
    assert problem_in(browse(made, visitor.open)) == "tracker-cors"


PAGE = "<!doctype html><html><head>{head}</head><body></body></html>"


def test_a_page_whose_tag_asks_with_cookies_is_named(made: Product, visitor: Visitor) -> None:
    wrong = tag(DOMAIN, app_id="x", tracker=Loaded("https://x.example/a.js")).replace('"omit"', '"include"')
    url = Hands(made).put("page.html", PAGE.format(head=wrong))
    assert problem_in(browse(made, visitor.open, **{BROWSE_LIKE: url})) == "browser-credentials"


def test_a_page_whose_tag_posts_is_named(made: Product, visitor: Visitor) -> None:
    wrong = tag(DOMAIN, app_id="x", tracker=Loaded("https://x.example/a.js")).replace('"get"', '"post"')
    url = Hands(made).put("page.html", PAGE.format(head=wrong))
    assert problem_in(browse(made, visitor.open, **{BROWSE_LIKE: url})) == "browser-post"


def test_a_page_whose_tag_sends_a_header_of_its_own_is_named(made: Product, visitor: Visitor) -> None:
    ours, theirs = 'credentials: "omit",', 'credentials: "omit", anonymousTracking: { withServerAnonymisation: true },'
    wrong = tag(DOMAIN, app_id="x", tracker=Loaded("https://x.example/a.js")).replace(ours, theirs)
    url = Hands(made).put("page.html", PAGE.format(head=wrong))
    assert problem_in(browse(made, visitor.open, **{BROWSE_LIKE: url})) == "browser-preflight"


HIDDEN = "<script>var theirs = JSON.parse(atob('eyJldmVudE1ldGhvZCI6InBvc3QifQ=='))</script>"
"""`{"eventMethod":"post"}`, which no reading of the page's text sees."""


@pytest.mark.parametrize("has_browser", [True, False])
def test_settings_that_only_a_browser_sees_are_taken_over(
    made: Product, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, has_browser: bool
) -> None:
    parts = snippet_for(made.setup(), "shop")
    assert parts is not None
    hidden = parts.tag.replace('eventMethod: "get"', "...theirs")
    assert hidden != parts.tag
    url = Hands(made).put("page.html", PAGE.format(head=HIDDEN + hidden))
    if not has_browser:
        monkeypatch.setenv("PATH", str(tmp_path))
    ended = browse(made, visitor.open, **{BROWSE_LIKE: url})
    assert problem_in(ended) == ("browser-post" if has_browser else None)


def test_a_looked_at_page_cannot_run_anything_in_ours(made: Product, visitor: Visitor) -> None:
    taken = "\\u003c/script>\\u003cscript>document.title = 'taken over'\\u003c/script>"
    wrong = tag(DOMAIN, app_id="x", tracker=Loaded("https://x.example/a.js")).replace('"get"', f'"{taken}"')
    url = Hands(made).put("page.html", PAGE.format(head=wrong))
    titles: list[str] = []

    def visit(address: str) -> None:
        visitor.open(address)
        titles.extend(visitor.titles())

    browse(made, visit, **{BROWSE_LIKE: url})
    assert titles == ["snowpixel: events from your browser"]


def policy(*rules: str) -> str:
    return PAGE.format(head=f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">')


@pytest.mark.parametrize(
    "rules",
    [
        ("connect-src 'self'",),
        ("default-src 'self' https: 'unsafe-inline'", "connect-src 'none'"),
    ],
)
def test_a_policy_that_forbids_to_send_is_named(made: Product, visitor: Visitor, rules: tuple[str, ...]) -> None:
    url = Hands(made).put("page.html", policy(*rules)).replace(DOMAIN, made.setup().made.distribution_domain or "")
    ended = browse(made, visitor.open, **{BROWSE_LIKE: url})
    assert problem_in(ended) == "browser-csp"
    assert "connect-src" in found_in(ended, "browser-run").summary


def test_a_policy_that_forbids_the_tracker_is_named(made: Product, visitor: Visitor) -> None:
    url = Hands(made).put("page.html", policy("script-src 'unsafe-inline' https://other.example"))
    ended = browse(made, visitor.open, **{BROWSE_LIKE: url})
    assert problem_in(ended) == "browser-csp"
    assert "script-src" in found_in(ended, "browser-run").summary


@pytest.mark.parametrize(
    "strictness", ["script-src 'none'", "script-src 'nonce-abc' 'strict-dynamic'", "default-src 'self'"]
)
def test_the_lines_that_the_snippet_names_are_enough(made: Product, visitor: Visitor, strictness: str) -> None:
    file = made.setup().made.tracker
    assert file is not None
    needed = [line.split(" ", 1) for line in csp(DOMAIN, f"https://{DOMAIN}/{file.key}")]
    rules = dict([strictness.split(" ", 1)])
    for name, source in needed:
        rules[name] = f"{rules.get(name, '')} {source}".strip().replace("'none' ", "")
    url = Hands(made).put("page.html", policy(*(f"{name} {sources}" for name, sources in rules.items())))
    assert not_ok(browse(made, visitor.open, **{BROWSE_LIKE: url})) == []


def test_a_page_that_cannot_be_looked_at_is_said(made: Product, visitor: Visitor) -> None:
    ended = browse(made, visitor.open, **{BROWSE_LIKE: "https://nowhere.example.test/"})
    assert problem_in(ended) == "page-unreached"


def test_a_blocked_tracker_file_is_named(made: Product, visitor: Visitor) -> None:
    visitor.block(f"https://{DOMAIN}/**/*.js")
    assert problem_in(browse(made, visitor.open)) == "browser-blocks-tracker"


def test_blocked_events_are_named(made: Product, visitor: Visitor) -> None:
    visitor.block("**/i?stm=*")
    assert problem_in(browse(made, visitor.open)) == "browser-blocks-events"


def test_a_pixel_that_only_this_browser_does_not_reach_is_named(made: Product, visitor: Visitor) -> None:
    visitor.block(f"https://{DOMAIN}/i*")
    assert problem_in(browse(made, visitor.open)) == "browser-blocks-pixel"


def test_a_tracker_that_is_not_there_is_named(made: Product, visitor: Visitor) -> None:
    file = made.setup().made.tracker
    assert file is not None
    Hands(made).delete(file.key)
    assert problem_in(browse(made, visitor.open)) == "tracker-refused"


def test_a_pixel_whose_name_leads_nowhere_is_named(made: Product, visitor: Visitor) -> None:
    alone(made, domain="gone.example.test")
    assert problem_in(browse(made, visitor.open)) == "browser-address"


def test_a_pixel_that_is_gone_is_named(made: Product, visitor: Visitor) -> None:
    Hands(made).delete("i")
    assert problem_in(browse(made, visitor.open)) == "pixel-access-denied"


def test_a_tracker_that_breaks_off_is_named(made: Product, visitor: Visitor, tmp_path: Path) -> None:
    broken = tmp_path / "broken.js"
    broken.write_bytes(V4.read_bytes() + b"\n}}}")
    with made.service.store.writing("main", "test") as state:
        state.choose(tracker=str(broken))
    assert not_ok(made.apply()) == []
    ended = browse(made, visitor.open)
    assert problem_in(ended) == "browser-not-started"
    assert "Chrome" in found_in(ended, "browser-run").observed


def test_a_refusal_that_only_the_browser_gets_is_named(made: Product, visitor: Visitor) -> None:
    visitor.answer(f"https://{DOMAIN}/i*", 403)
    ended = browse(made, visitor.open)
    assert problem_in(ended) == "browser-refused"
    assert "403" in found_in(ended, "browser-run").summary


def test_events_that_break_off_although_all_else_is_answered_are_named(made: Product, visitor: Visitor) -> None:
    visitor.fail("**/i?stm=*&*")
    ended = browse(made, visitor.open)
    assert problem_in(ended) == "browser-jammed"
    assert "3 of 3 events are stuck" in found_in(ended, "browser-run").summary


def test_a_certificate_that_nobody_trusts_is_named(made: Product, visitor: Visitor, tmp_path: Path) -> None:
    alone(made)
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    here = made.service.environment
    made.service = Service(replace(here, network=replace(here.network, ca_file=str(other))))
    visitor.fail(f"https://{DOMAIN}/i*")  # this browser was told to trust it, one of a visitor is not
    assert problem_in(browse(made, visitor.open)) == "browser-certificate"
