"""A look at a live page: every way in which the tag can be missing, wrong, doubled, forbidden or held back."""

import html
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.snowplow.pagecheck.shapes import CODE
from wizard.knowledge.problems import explain
from wizard.model.ports import Response
from wizard.model.results import Check, Status
from wizard.model.setup import Goal, Made, Setup, SetupChoices, TrackerFile
from wizard.snowplow.csp import allowing, allows, allows_inline, of_site, parsed
from wizard.snowplow.pagecheck.html import HtmlPage, read
from wizard.snowplow.pagecheck.inline_trackers import tags
from wizard.snowplow.pagecheck.judge import judge
from wizard.snowplow.setup_snippet import loaded_by
from wizard.snowplow.snippet_builder import QUEUE, Options, Variant, csp, hash_of, inline_hash, snippet

HOST = "e.example.org"
URL = "https://www.example.org/start"


def file(version: str, letter: str) -> TrackerFile:
    return TrackerFile(
        source=f"npm:{version}",
        flavour="umd",
        version=version,
        sha384=f"sha384-{letter * 64}",
        md5="",
        size=1,
        key=f"{version}/name{letter}bcdf.js",
    )


NEW, OLD = file("4.10.1", "N"), file("4.9.0", "O")
SETUP = Setup(
    name="main",
    id="0123abcd",
    created=0.0,
    choices=SetupChoices(domain=HOST, goals=(Goal.PIXEL, Goal.JS_BUCKET)),
    made=Made(distribution_domain="d1.cloudfront.net", tracker=NEW, trackers_stored=(NEW, OLD)),
)
LOADED = loaded_by(SETUP)
assert LOADED is not None
TAG = snippet(HOST, app_id="shop", tracker=LOADED).tag


def page(head: str, **headers: str) -> HtmlPage:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    body = f"<!doctype html><html><head><title>Shop</title>{head}</head><body><p>Hello</p></body></html>"
    return read(URL, Response(200, {"content-type": "text/html; charset=utf-8", **names}, body.encode(), "", 0.0))


def found(head: str, **headers: str) -> dict[str, Check]:
    return {check.id: check for check in judge(page(head, **headers), SETUP)}


def problems(head: str, **headers: str) -> dict[str, str]:
    checks = found(head, **headers).values()
    for check in checks:
        if check.problem:
            assert explain(check.problem).steps
    return {check.id: check.problem.id for check in checks if check.problem}


def test_the_tag_as_it_is_printed_is_right() -> None:
    checks = found(TAG)
    assert [check for check in checks.values() if check.status is not Status.OK] == []
    assert set(checks) == {
        "page-tag",
        "page-collector",
        "page-settings",
        "page-once",
        "page-tracker",
        "page-policy",
        "page-consent",
    }


@pytest.mark.parametrize("flavour", ["tag", "umd"])
@pytest.mark.parametrize("variant", [Variant.PAGE, Variant.GTM])
def test_every_variant_is_recognized(flavour: str, variant: Variant) -> None:
    assert LOADED is not None
    loaded = type(LOADED)(LOADED.url, LOADED.integrity, flavour)
    text = snippet(HOST, app_id="ü", tracker=loaded, variant=variant, options=Options("x", pings=True)).tag
    assert problems(text) == {}
    assert found(text)["page-tag"].summary.endswith("'x'")


def changed(before: str, after: str) -> str:
    assert before in TAG
    return TAG.replace(before, after)


@pytest.mark.parametrize(
    ("head", "item", "problem"),
    [
        ("", "page-tag", "page-no-tag"),
        (f"<noscript><img src='https://{HOST}/i?e=pv'></noscript>", "page-tag", "page-only-image"),
        ("<script src='https://www.googletagmanager.com/gtm.js?id=GTM-X'></script>", "page-tag", "page-tag-manager"),
        (changed(f'"https://{HOST}", {{', '"https://other.example.org", {'), "page-tag", "page-other-collector"),
        (changed(f'"https://{HOST}", {{', f'"https://{HOST}/", {{'), "page-collector", "page-collector-form"),
        (changed(f'"https://{HOST}", {{', f'"{HOST}", {{'), "page-collector", "page-collector-form"),
        (changed(f'"https://{HOST}", {{', f'"http://{HOST}", {{'), "page-collector", "page-collector-form"),
        (changed('credentials: "omit",', ""), "page-settings", "page-settings"),
        (changed('eventMethod: "get",', 'eventMethod: "post",'), "page-settings", "page-settings"),
        (changed('eventMethod: "get",', ""), "page-settings", "page-settings"),
        (changed('eventMethod: "get",', '// eventMethod: "get",'), "page-settings", "page-settings"),
        (TAG + TAG, "page-once", "page-twice"),
        (TAG + f"<script src='https://{HOST}/{NEW.key}'></script>", "page-once", "page-twice"),
        (changed(NEW.key, "other/file.js"), "page-tracker", "page-other-tracker"),
        (changed(NEW.key, OLD.key), "page-tracker", "page-old-tracker"),
        (changed(NEW.sha384, ""), "page-tracker", "page-unchecked"),
        (changed('script.crossOrigin = "anonymous";', "").replace(" crossorigin", " data-x"), "page-tracker",
         "page-crossorigin"),
        (changed("<script crossorigin", '<script type="text/plain" crossorigin'), "page-consent", "page-held"),
        (TAG + "<script src='https://consent.cookiebot.com/uc.js'></script>", "page-consent", "page-consent-tool"),
    ],
)  # fmt: skip
def test_each_fault_gets_its_name(head: str, item: str, problem: str) -> None:
    assert problems(head)[item] == problem


def test_a_tag_that_is_held_back_on_purpose_is_no_failure() -> None:
    held = changed("<script crossorigin", '<script type="text/plain" data-cookieconsent="statistics" crossorigin')
    check = found(held)["page-consent"]
    assert (check.status, "Cookiebot" in check.observed) == (Status.WARNING, True)
    assert found(changed("<script crossorigin", '<script type="x" crossorigin'))["page-consent"].status is Status.FAILED


def test_a_tag_in_a_function_for_a_consent_tool_to_call_is_held_back() -> None:
    waiting = f"<script>tool.services.own = {{ js: function () {{ {CODE} }} }};</script>"
    check = found("<script src='/tarteaucitron.js'></script>" + waiting)["page-consent"]
    assert (check.status, check.problem and check.problem.id) == (Status.WARNING, "page-held")
    assert "tarteaucitron may run the tag once visitors agree" in check.summary
    assert found(waiting)["page-consent"].status is Status.OK, "without such a tool, nothing is said of consent"


def test_an_old_version_is_told_with_both_versions() -> None:
    check = found(changed(NEW.key, OLD.key))["page-tracker"]
    assert check.status is Status.WARNING
    assert "4.9.0" in check.summary
    assert "4.10.1" in check.summary


def test_two_trackers_with_names_of_their_own_are_fine() -> None:
    other = f"""<script>{QUEUE}("newTracker", "other", "https://{HOST}", {{eventMethod: "get", credentials: "omit"}})
    </script>"""
    assert problems(TAG + other) == {}


def test_version_threes_word_counts_as_well() -> None:
    assert problems(changed('credentials: "omit",', "withCredentials: false,")) == {}


# Policies.

NEEDED = csp(HOST, LOADED.url)


@pytest.mark.parametrize(
    "policy",
    [
        "; ".join((*NEEDED, f"script-src-elem https://{HOST} {inline_hash(TAG)}")),
        "default-src * 'unsafe-inline'",
        f"connect-src https: ; script-src https: {inline_hash(TAG)}",
        f"connect-src *.example.org; script-src 'strict-dynamic' {inline_hash(TAG)}",
        "img-src 'none'",
    ],
)
def test_a_policy_that_lets_it_work(policy: str) -> None:
    assert problems(TAG, content_security_policy=policy) == {}
    assert problems(f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">{TAG}') == {}


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        ("connect-src 'self'", "connect-src"),
        ("default-src 'self' 'unsafe-inline'", "connect-src"),
        ("script-src 'self' 'unsafe-inline'", "script-src doesn't allow https"),
        (f"script-src https://{HOST}", "the tag itself"),
        (f"script-src https://{HOST} 'unsafe-inline' 'nonce-abc'", "the tag itself"),
        (f"connect-src https://{HOST}/other/; script-src * 'unsafe-inline'", "connect-src"),
        (f"default-src * 'unsafe-inline', connect-src https://x{HOST}", "connect-src"),
    ],
)
def test_a_policy_in_the_way_says_which_line_is_missing(policy: str, word: str) -> None:
    check = found(TAG, content_security_policy=policy)["page-policy"]
    assert check.problem is not None
    assert check.problem.id == "browser-csp"
    assert word in check.observed


def test_the_nonce_of_the_tag_counts() -> None:
    tag = TAG.replace("<script crossorigin", "<script nonce='abc' crossorigin")
    policy = f"script-src https://{HOST} 'nonce-abc'; connect-src https://{HOST}"
    assert problems(tag, content_security_policy=policy) == {}
    assert problems(tag, content_security_policy=policy.replace("abc", "xyz")) == {"page-policy": "browser-csp"}


POLICIES: list[tuple[str, str, bool]] = [
    ("connect-src https://e.example.org", "https://e.example.org/i", True),
    ("connect-src http://e.example.org", "https://e.example.org/i", True),
    ("connect-src e.example.org", "https://e.example.org/i", True),
    ("connect-src e.example.org:443", "https://e.example.org/i", True),
    ("connect-src e.example.org:8443", "https://e.example.org/i", False),
    ("connect-src *.example.org", "https://e.example.org/i", True),
    ("connect-src *.e.example.org", "https://e.example.org/i", False),
    ("connect-src https://e.example.org/i", "https://e.example.org/i", True),
    ("connect-src https://e.example.org/", "https://e.example.org/i", True),
    ("connect-src https://e.example.org/x", "https://e.example.org/i", False),
    ("connect-src 'none'", "https://e.example.org/i", False),
    ("connect-src 'self'", "https://www.example.org/i", True),
    ("connect-src", "https://e.example.org/i", False),
    ("connect-src https:", "https://e.example.org/i", True),
    ("CONNECT-SRC HTTPS://E.EXAMPLE.ORG", "https://e.example.org/i", True),
    ("connect-src 'none'; connect-src *", "https://e.example.org/i", False),
    ("script-src 'none'", "https://e.example.org/i", True),
]


@pytest.mark.parametrize(("policy", "url", "allowed"), POLICIES)
def test_sources_match_as_in_browsers(policy: str, url: str, allowed: bool) -> None:
    assert allows(policy, "connect", url, URL) is allowed


def test_a_policy_for_our_own_page_allows_us_and_nobody_else() -> None:
    ours = "http://127.0.0.1:1234"
    made = allowing(of_site("default-src 'self'; connect-src 'none'; sandbox", URL), ours, "", "'sha256-x'")
    assert parsed(made) == {
        "default-src": ["https://www.example.org"],
        "connect-src": [ours],
        "script-src": ["https://www.example.org", ours, "'sha256-x'"],
    }
    assert not allows(made, "connect", "https://e.example.org/i", ours)
    assert allows(made, "connect", f"{ours}/x/report", ours)


def test_unsafe_inline_does_not_count_beside_a_hash() -> None:
    assert allows_inline("script-src 'unsafe-inline'", "'sha256-x'", None)
    assert not allows_inline("script-src 'unsafe-inline' 'sha256-y'", "'sha256-x'", None)
    assert hash_of("alert(1)") != hash_of("alert(2)")


# Whatever a page holds.


@pytest.mark.parametrize("address", ["http://[x", "//[", "https://[::1", "http://a]b/", "https://x:99999999/"])
def test_an_address_that_is_none_makes_nothing_crash(address: str) -> None:
    for head in (
        f'<img src="{address}">',
        f'<script src="{address}"></script>{TAG}',
        f'<script>snowplow("newTracker", "sp", "{address}")</script>',
        f'<base href="{address}"><script src="x.js"></script>{TAG}',
    ):
        assert judge(page(head), SETUP)


@given(st.text(max_size=400), st.text(max_size=100))
def test_no_page_makes_it_crash(text: str, policy: str) -> None:
    for head in (text, f"<script>{text}</script>", f"<script {text}>newTracker('a','b',{text}", TAG + text):
        checks = judge(page(head, content_security_policy=policy), SETUP)
        assert checks


@pytest.mark.parametrize(
    "build",
    [
        lambda ns, host: f'window.snowplow("newTracker", "{ns}", "{host}", {{}});',
        lambda ns, host: f"snowplow('newTracker','{ns}','{host}')",
        lambda ns, host: f'tracker.newTracker("{ns}", "{host}", {{ appId: "a" }})',
        lambda ns, host: f'p(window,document,"script","x","sp"); sp( "newTracker" , "{ns}" , "{host}" , {{ }} );',
    ],
)
def test_the_usual_ways_to_write_it_are_found(build: Callable[[str, str], str]) -> None:
    (tag,) = tags(page(f"<script>{build('ns', 'https://h.example')}</script>"))
    assert (tag.namespace, tag.collector, tag.held) == ("ns", "https://h.example", False)


def test_what_stands_in_a_comment_is_not_there() -> None:
    assert tags(page('<script>// snowplow("newTracker", "a", "b")\n/* newTracker("a", "b") */</script>')) == ()
    assert tags(page('<!-- <script>newTracker("a", "b")</script> -->')) == ()
