"""What the user pastes: the settings that must be there, and texts that cannot break out."""

import base64
import hashlib
import json
import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.model.setup import Goal, Made, Setup, SetupChoices
from wizard.snowplow.missing_tracker import TRACKER_PLACEHOLDER
from wizard.snowplow.setup_snippet import lacking, snippet_for
from wizard.snowplow.snippet_builder import (
    Loaded,
    Options,
    Variant,
    collector,
    csp,
    image,
    snippet,
    tag,
)

HOST = "e.example.org"
URL = "https://www.example.org/sp.js"
LOADED = Loaded(URL)
UMD = Loaded(URL, "sha384-" + "A" * 64, "umd")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NASTY = ["</script>", "<!--", "<script>", "'", '"', "\\", "${x}", "$app", "\u2028", "\n", "&quot;", "</SCRIPT >"]


class Elements(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self.ends: list[str] = []
        self._open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self.ends.append(tag)
        self._open = ""

    def handle_data(self, data: str) -> None:
        self.text[self._open] = self.text.get(self._open, "") + data


def strings(script: str) -> list[str]:
    """The string literals of a script, decoded."""
    return [
        json.loads(text)
        for text in re.findall(r'"(?:[^"\\\n]|\\.)*"', re.sub(r"//[^\n\"]*$", "", script, flags=re.MULTILINE))
    ]


def test_the_settings_without_which_the_tracker_jams() -> None:
    text = tag(HOST, app_id="shop", tracker=LOADED)
    for setting in ('eventMethod: "get"', 'credentials: "omit"', "keepalive: true", "maxGetBytes: 7900"):
        assert setting in text
    assert f'"https://{HOST}"' in text
    assert f"https://{HOST}/" not in text
    assert "anonymousTracking" not in text
    assert "customHeaders" not in text


def test_every_script_is_loaded_with_cors() -> None:
    text = tag(HOST, app_id="shop", tracker=LOADED)
    scripts = [attributes for name, attributes in Elements(text).found if name == "script"]
    assert [attributes.get("crossorigin") for attributes in scripts] == ["anonymous"]
    assert 'script.crossOrigin = "anonymous"' in text
    assert text.index("crossOrigin") < text.index("script.src")


@given(app=TEXT | st.sampled_from(NASTY), namespace=TEXT | st.sampled_from(NASTY), url=TEXT | st.sampled_from(NASTY))
def test_no_text_breaks_out_of_the_script(app: str, namespace: str, url: str) -> None:
    page = Elements(tag(HOST, app_id=app, tracker=Loaded(url), options=Options(namespace=namespace)) + "<p>after</p>")
    assert [name for name, _ in page.found] == ["script", "p"]
    assert page.ends == ["script", "p"]
    script = page.text["script"]
    assert not re.search(r"[<>\u2028\u2029]|&(?!&)", script.replace("&&", ""))
    found = strings(script)
    for text in (app, namespace, url, f"https://{HOST}"):
        assert text in found


@given(app=TEXT | st.sampled_from(NASTY), title=TEXT | st.sampled_from(NASTY))
def test_no_text_breaks_out_of_the_image(app: str, title: str) -> None:
    page = Elements(f"<noscript>{image(HOST, app_id=app, page=title)}</noscript>")
    assert [name for name, _ in page.found] == ["noscript", "img"]
    source = page.found[1][1]["src"]
    assert source
    parts = urlsplit(source)
    values = parse_qs(parts.query, keep_blank_values=True)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", HOST, "/i")
    assert values["e"] == ["pv"]
    assert values.get("aid", [""]) == [app]
    assert values.get("page", [""]) == [title]


def test_the_parts_together() -> None:
    parts = snippet(HOST, app_id="shop")
    assert TRACKER_PLACEHOLDER in parts.tag
    assert TRACKER_PLACEHOLDER in parts.hint
    assert parts.no_script.startswith("<noscript><img ")
    assert parts.no_script.endswith("></noscript>")
    assert "page=Newsletter" in unescape(parts.image)
    assert parts.csp == (f"connect-src https://{HOST}", f"img-src https://{HOST}")


LACKING = {
    (Goal.PIXEL,): ("this setup doesn't serve it", "`snowpixel set shop --goal pixel,js-bucket`"),
    (Goal.PIXEL, Goal.JS_BUCKET): ("isn't in place", "`snowpixel apply shop`"),
    (Goal.PIXEL, Goal.JS_SERVER): ("isn't in place", "`snowpixel apply shop`"),
}
"""What the hint says, and the command in it, for what a setup without a tracker file is for."""


@pytest.mark.parametrize("goals", LACKING)
def test_the_hint_says_what_the_tag_lacks_and_names_the_command_or_the_button(goals: tuple[Goal, ...]) -> None:
    choices = SetupChoices(domain=HOST, goals=goals, tracker_url="https://www.example.org/a1.js")
    setup = Setup(name="shop", id="0a1b2c3d", created=0.0, choices=choices, made=Made())
    made = snippet_for(setup, "shop")
    assert made is not None
    why, command = LACKING[goals]
    assert why in made.hint
    assert command in made.hint
    assert "NAME" not in made.hint
    lack = lacking(setup, made)
    assert lack is not None
    assert why in lack.in_wizard
    assert "Add the tracker (s)" in lack.in_wizard
    assert "`" not in lack.in_wizard, "the wizard names no command"
    bundled = snippet_for(setup, "shop", Variant.NPM)
    assert bundled is not None
    assert lacking(setup, bundled) is None, "whoever bundles the tracker has it"


def test_a_known_tracker_needs_no_hint() -> None:
    parts = snippet(HOST, app_id="shop", tracker=LOADED)
    assert parts.hint == ""
    assert TRACKER_PLACEHOLDER not in parts.tag
    assert parts.csp[2] == csp(HOST, URL)[2] == "script-src https://www.example.org"
    digest = hashlib.sha256(Elements(parts.tag).text["script"].encode()).digest()
    assert parts.csp[3] == f"script-src 'sha256-{base64.b64encode(digest).decode()}'"


@pytest.mark.parametrize("host", ["e.example.org", "d111111abcdef8.cloudfront.net", "localhost:8443"])
def test_the_collectors_address(host: str) -> None:
    assert collector(host) == f"https://{host}"


@pytest.mark.parametrize(
    "host", ["", "https://e.example.org", "e.example.org/", "E.example.org", "a b", "e.org:x", '"', "a\n"]
)
def test_no_address_from_what_is_no_host(host: str) -> None:
    with pytest.raises(ValueError, match="isn't a hostname"):
        collector(host)


@pytest.mark.parametrize("loaded", [LOADED, UMD])
def test_both_flavours_carry_the_same_settings(loaded: Loaded) -> None:
    text = tag(HOST, app_id="shop", tracker=loaded)
    for setting in ('eventMethod: "get"', 'credentials: "omit"', "keepalive: true", "maxGetBytes: 7900"):
        assert setting in text
    assert "PageView" in text
    assert "ctivityTracking" not in text


def test_a_file_with_a_hash_is_checked_before_it_runs() -> None:
    text = tag(HOST, app_id="shop", tracker=UMD)
    assert f'script.integrity = "{UMD.integrity}"' in text
    assert text.index("integrity") < text.index("script.src")
    assert "snowplowBrowserTracking" in text
    assert "integrity" not in tag(HOST, app_id="shop", tracker=LOADED)


def test_version_three_has_another_word_for_asking_without_cookies() -> None:
    text = tag(HOST, app_id="shop", tracker=Loaded(URL, flavour="umd", major=3))
    assert "withCredentials: false," in text
    assert 'credentials: "omit"' not in text


def test_a_build_without_a_version_gets_both_words() -> None:
    text = tag(HOST, app_id="shop", tracker=Loaded(URL, major=None))
    assert 'credentials: "omit", withCredentials: false,' in text


def test_page_pings_come_before_the_page_view() -> None:
    for loaded in (LOADED, UMD):
        text = tag(HOST, app_id="shop", tracker=loaded, options=Options(pings=True))
        assert text.index("enableActivityTracking") < text.index("rackPageView", text.index("newTracker"))


def test_for_google_tag_manager_the_tag_is_the_same_with_other_instructions() -> None:
    parts = snippet(HOST, app_id="shop", tracker=UMD, variant=Variant.GTM)
    page = snippet(HOST, app_id="shop", tracker=UMD)
    assert parts.tag.startswith("<!-- Google Tag Manager")
    assert parts.tag.partition("-->\n")[2] == page.tag.partition("-->\n")[2]
    assert "=>" not in parts.tag  # the tag manager knows no newer JavaScript


def test_sites_that_bundle_the_tracker_load_no_file() -> None:
    parts = snippet(HOST, app_id="shop", tracker=LOADED, variant=Variant.NPM, options=Options(pings=True))
    assert 'import { newTracker, enableActivityTracking, trackPageView } from "@snowplow/browser-tracker"' in parts.tag
    assert parts.csp == csp(HOST)
    assert parts.hint == ""
