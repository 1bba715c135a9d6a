"""What the user may choose: cleaned up, or refused with what, why and what to do."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.choices.cleaners import page, pixel, tracker
from wizard.model import domain_names, validators
from wizard.model.setup import NAME
from wizard.model.validators import BLOCKED_WORDS, InvalidChoice, public_url
from wizard.snowplow.tracker.file_names import served_at
from wizard.snowplow.tracker.tracker_file import TrackerError


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("e.example.org", "e.example.org"),
        ("  E.Example.ORG. ", "e.example.org"),
        ("https://e.example.org/", "e.example.org"),
        ("HTTP://e.example.org/path?query#part", "e.example.org"),
        ("e.münchen.de", "e.xn--mnchen-3ya.de"),
        ("e.xn--mnchen-3ya.de", "e.xn--mnchen-3ya.de"),
        ("e。例え。テスト", "e.xn--r8jz45g.xn--zckzah"),
        ("e.Straße.de", "e.xn--strae-oqa.de"),
        ("e.xn--strae-oqa.de", "e.xn--strae-oqa.de"),
        ("e.ΣΊΣΥΦΟΣ.gr", "e.xn--kxa6akbbkh.gr"),
        ("e.xn--53h.com", "e.xn--53h.com"),
        ("shop.example.org", "shop.example.org"),
        ("e.example.co.uk", "e.example.co.uk"),
        ("co.example.org", "co.example.org"),
        ("e.thermostats.com", "e.thermostats.com"),
        ("e.collective.com", "e.collective.com"),
        ("a" * 52 + ".example.org", "a" * 52 + ".example.org"),
    ],
)
def test_host_names_are_cleaned(typed: str, clean: str) -> None:
    assert validators.host_name(typed) == clean


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter a hostname"),
        ("example.org", r"is the domain itself.*such as e\.example\.org"),
        ("https://Example.co.uk/shop", r"is the domain itself.*e\.example\.co\.uk"),
        ("track.shop.example.org", r"such as e\.shop\.example\.org or hi\.shop\.example\.org"),
        ("https://", "Enter a hostname"),
        ("localhost", "isn't complete"),
        ("e_x.example.org", "underscore"),
        ("_acme.example.org", "underscore"),
        ("192.0.2.1", "IP address"),
        ("https://[2001:db8::1]/", "IP address"),
        ("2001:db8::1", "IP address"),
        ("e.example.org:8443", "port"),
        ("*.example.org", "stands for many"),
        ("me@example.org", "email"),
        ("e..example.org", "isn't a hostname"),
        (".example.org", "isn't a hostname"),
        ("-e.example.org", "hyphen"),
        ("e-.example.org", "hyphen"),
        ("e f.example.org", "isn't a hostname"),
        ("e.example.123", "ends with a number"),
        ("a" * 64 + ".example.org", "isn't a hostname|63"),
        ("a" * 53 + ".example.org", "at most 64"),
        ("ü" * 300 + ".example.org", "too long"),
        ("ü" * 64 + ".example.org", "over 63"),
        ("e.☕.example", "isn't a hostname"),
        ("e.xn--abc-.example", "isn't a hostname"),
        ("e.xn--.example", "isn't a hostname"),
        ("e.\u2100.example", "isn't a hostname"),
        ("e.exam\x1bple.org", "isn't a hostname"),
    ],
)
def test_host_names_that_are_refused(typed: str, words: str) -> None:
    with pytest.raises(InvalidChoice, match=words) as caught:
        validators.host_name(typed)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("word", BLOCKED_WORDS)
@pytest.mark.parametrize("name", ["{}.example.org", "my{}er2.example.org", "e.{}.example.org", "e.my-{}-2.org", "e.{}"])
def test_words_of_ad_block_lists(word: str, name: str) -> None:
    with pytest.raises(InvalidChoice, match=rf'"{word}|"track') as caught:
        validators.host_name(name.format(word))
    assert "Ad blockers" in str(caught.value)
    assert "Choose" in str(caught.value)


def test_our_subjects_name_is_refused_anywhere() -> None:
    with pytest.raises(InvalidChoice, match="snowplow"):
        validators.host_name("e.snowplowanalytics.com")


@given(st.text())
def test_host_names_are_stable_or_refused(text: str) -> None:
    try:
        name = validators.host_name(text)
    except InvalidChoice:
        return
    assert validators.host_name(name) == name
    assert name.isascii()
    assert len(name) <= 64


@given(st.from_regex(r"[a-z][a-z0-9-]{0,30}\.[a-z]{2,8}", fullmatch=True))
def test_suggestions_can_be_used(zone: str) -> None:
    for name in validators.suggest(zone):
        assert validators.host_name(name) == name
        assert name.endswith(f".{zone}")


@pytest.mark.parametrize(
    ("name", "shared"),
    [
        ("com", True),
        ("co.uk", True),
        ("com.ng", True),
        ("example.com", False),
        ("px.example.de", False),
        ("a.b.uk", False),
    ],
)
def test_endings_below_which_domains_are_registered(name: str, shared: bool) -> None:
    assert domain_names.shared(name) is shared


def test_suggestions() -> None:
    assert validators.suggest("example.org")[0] == "e.example.org"
    assert len(validators.suggest("example.org")) >= 3
    assert validators.suggest("tracking.example") == ()


@pytest.mark.parametrize(("typed", "clean"), [("main", "main"), (" Shop-2 ", "shop-2"), ("a" * 20, "a" * 20)])
def test_setup_names(typed: str, clean: str) -> None:
    assert validators.setup_name(typed) == clean
    assert NAME.fullmatch(clean)


@pytest.mark.parametrize("typed", ["", "2shop", "a" * 21, "a b", "ä", "a_b", "../x", "a\nb"])
def test_setup_names_that_are_refused(typed: str) -> None:
    with pytest.raises(InvalidChoice, match="can't be a setup name"):
        validators.setup_name(typed)


@pytest.mark.parametrize("name", ["eu-central-1", "us-east-1", "ap-southeast-4", "mx-central-1", "ca-west-1"])
def test_regions(name: str) -> None:
    assert validators.region(f" {name.upper()} ") == name


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "isn't an AWS region"),
        ("Frankfurt", "isn't an AWS region"),
        ("eu central 1", "isn't an AWS region"),
        ("eu-central-1a", "availability zone.*: eu-central-1"),
        ("cn-north-1", "separate AWS"),
        ("us-gov-west-1", "separate AWS"),
        ("us-isob-east-1", "separate AWS"),
        ("eusc-de-east-1", "separate AWS"),
        ("me-south-1", "reserve bucket names.*nearest.*ap-south-1"),
        ("ME-Central-1", "reserve bucket names.*nearest.*ap-south-1"),
    ],
)
def test_regions_that_are_refused(typed: str, words: str) -> None:
    with pytest.raises(InvalidChoice, match=words):
        validators.region(typed)


@pytest.mark.parametrize(("given_", "days"), [(90, 90), (" 1 ", 1), ("3650", 3650), ("30 days", 30), ("1 Day", 1)])
def test_retention(given_: str | int, days: int) -> None:
    assert validators.retention_days(given_) == days


@pytest.mark.parametrize("typed", [0, -1, 3651, "", "ten", "1.5", "1_0", "९", "9" * 5000])
def test_retention_that_is_refused(typed: str | int) -> None:
    with pytest.raises(InvalidChoice, match="from 1 to 3650"):
        validators.retention_days(typed)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("default", "default"),
        (" my team ", "my team"),
        ("[profile admin]", "admin"),
        ("[default]", "default"),
        ("a@b/c", "a@b/c"),
    ],
)
def test_profiles(typed: str, clean: str) -> None:
    assert validators.profile(typed) == clean


@pytest.mark.parametrize("typed", ["", "   ", "a\nb", "[x", "a]b", "x" * 200, "\x1b[31m"])
def test_profiles_that_are_refused(typed: str) -> None:
    with pytest.raises(InvalidChoice, match="can't be a profile name") as caught:
        validators.profile(typed)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "key", ["AKIA" + "IOSFODNN7EXAMPLE", "ASIA" + "Z" * 16, "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"]
)
def test_a_key_is_refused_and_never_repeated(key: str) -> None:
    with pytest.raises(InvalidChoice, match="access key") as caught:
        validators.profile(key)
    assert key not in str(caught.value)


@given(st.text())
def test_nothing_typed_raises_anything_else(text: str) -> None:
    for validate in (validators.setup_name, validators.region, validators.retention_days, validators.profile):
        try:
            validate(text)
        except InvalidChoice as error:
            str(error).encode()


SECRET_ADDRESSES = (
    "https://PLANTED:PLANTED@b.example/p.gif",
    "https://PLANTED@b.example/p.gif",
    "HTTPS://PLANTED:PL:ANTED@b.example/p.gif",
    "https://b.example/p.gif?X-Amz-Signature=PLANTED0&X-Amz-Credential=PLANTED0",
    "https://b.example/p.gif?access_token=PLANTED0",
)


@pytest.mark.parametrize("clean", [public_url, pixel, tracker, page, served_at])
@pytest.mark.parametrize("url", SECRET_ADDRESSES)
def test_an_address_with_a_password_is_refused_and_not_repeated(clean: Callable[[str], str], url: str) -> None:
    with pytest.raises(
        (InvalidChoice, TrackerError), match="contains a user name, a password, or a signature"
    ) as caught:
        clean(url)
    assert "PLANTED" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://b.example/@scope/p.gif", "https://b.example/p.gif?v=1#x", "https://b.example"]
)
def test_an_address_without_one_passes(url: str) -> None:
    assert public_url(f" {url} ") == url
