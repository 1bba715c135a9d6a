"""Each choice: read alike by a flag, a plain question, and the form, and shown as it would be typed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.commands.conftest import Cli
from tests.probes.seen_from import GIF
from wizard.choices.cleaners import MOST_EVENTS, events, pages, pixel
from wizard.choices.table import CHOICE, CHOICES, suggested
from wizard.model.fields import QUESTIONS
from wizard.model.setup import Goal, SetupChoices
from wizard.model.validators import InvalidChoice
from wizard.storage.store import free_name

OTHERWISE = {
    "goal": "pixel,js-bucket,js-server",
    "domain": "e.example.org",
    "region": "us-east-1",
    "pixel": "https://www.example.org/1x1.gif",
    "retention": "30",
    "events": "2,500,000",
    "viewer": "https-only",
    "certificate": "new",
    "tracker": "npm:4.10.0",
    "sha384": f"sha384-{'A' * 64}",
    "tracker_url": "https://www.example.org/assets/a1.js",
    "tracker_folder": "/srv/www/assets",
    "old_trackers": "remove",
    "page": "https://www.example.org/ https://www.example.org/shop",
    "profile": "shop",
}
"""For each choice something other than its default, as it is typed."""


def test_every_field_of_a_setup_is_one_choice_and_has_its_question() -> None:
    assert [choice.field for choice in CHOICES] == list(dict.fromkeys(choice.field for choice in CHOICES))
    assert {choice.field for choice in CHOICES} == set(SetupChoices.__struct_fields__)
    assert set(CHOICE) == set(OTHERWISE)
    assert set(QUESTIONS) == {*CHOICE, "nodomain", "name", "more"}
    assert all(choice.question.help for choice in CHOICES)


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_shown_is_what_would_be_typed(name: str) -> None:
    choice, typed = CHOICE[name], OTHERWISE[name]
    chosen = replace(SetupChoices(), **{choice.field: choice.read(typed)})
    assert choice.shown(chosen) == typed
    assert choice.shown(chosen) != choice.shown(SetupChoices())


def test_flags_read_every_choice_as_the_table_does(tmp_path: Path) -> None:
    cli, flags = Cli(tmp_path), []
    for choice in CHOICES:
        for one in OTHERWISE[choice.id].split() if choice.many else [OTHERWISE[choice.id]]:
            flags += [choice.flag, one]
    ran = cli("--nameserver", "127.0.0.1:9", "new", "main", *flags)
    assert ran.code == 0, ran.err
    wanted = {choice.field: choice.read(OTHERWISE[choice.id]) for choice in CHOICES}
    assert cli.saved("main")["choices"] == json.loads(json.dumps({**wanted, "goals": list(Goal)}))
    again = cli("--nameserver", "127.0.0.1:9", "set", "main", "--events", "1,000", "--page", "none")
    assert "Events a month: 2,500,000 → 1,000" in again.out
    assert f"Pages with the tag: {OTHERWISE['page']} → none" in again.out


@given(
    number=st.integers(0, MOST_EVENTS), mark=st.sampled_from([",", ".", " ", "_", "'", "\u2019", "\u00a0", "\u202f"])
)
def test_numbers_of_events_are_read_as_people_write_them(number: int, mark: str) -> None:
    assert events(f" {number} ") == events(f"{number:,}".replace(",", mark)) == number


@pytest.mark.parametrize(
    "text",
    ["", "many", "-1", "1e6", "²", "12.5", "1,00", "1,0000", "1.000,000", "1,000.5", ",100", "1,,000", 14 * "9"],
)  # fmt: skip
def test_no_number_of_events(text: str) -> None:
    with pytest.raises(InvalidChoice):
        events(text)


def test_a_file_of_the_pixel_is_looked_at_and_saved_with_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.gif").write_bytes(GIF)
    (tmp_path / "page.gif").write_bytes(b"<html>")
    monkeypatch.chdir(tmp_path)
    read = CHOICE["pixel"].read
    assert read("own.gif") == read("./own.gif") == str(tmp_path / "own.gif")
    assert read("") == pixel("builtin") == "builtin"
    assert read("HTTPS://example.com/P.gif") == "https://example.com/P.gif"
    for wrong in ("page.gif", "none.gif", "http://example.com/p.gif", "ftp://a/b", ".", "nul\0.gif"):
        with pytest.raises(InvalidChoice):
            read(wrong)


def test_a_scheme_in_capitals_is_a_scheme() -> None:
    assert CHOICE["tracker_url"].read("HTTPS://www.example.org/A/b1.js") == "https://www.example.org/A/b1.js"
    assert CHOICE["tracker"].read("Https://www.example.org/b1.js") == "https://www.example.org/b1.js"
    assert CHOICE["page"].read("HTTP://www.example.org/") == ("http://www.example.org/",)


def test_pages_are_given_one_after_another() -> None:
    assert pages("https://a.example/, https://b.example/\nhttps://a.example/") == (
        "https://a.example/",
        "https://b.example/",
    )
    assert pages(" ") == pages("none") == ()


def test_there_is_always_a_free_name() -> None:
    assert free_name(()) == "main"
    assert free_name({"main", *(f"main-{number}" for number in range(2, 1200))}) == "main-1200"


def test_a_new_setup_has_the_tracker_beside_the_pixel_unless_told_otherwise(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    assert "at a CloudFront domain name" in cli("new", "main", "--no-domain").out
    assert cli.saved("main")["choices"]["goals"] == [*suggested().goals] == ["pixel", "js-bucket"]
    assert "The tracker" not in cli("new", "bare", "--no-domain", "--goal", "pixel").out
    assert cli.saved("bare")["choices"]["goals"] == ["pixel"]
    assert "[pixel,js-bucket]" in cli("new", "--help").out
    assert suggested("example.test").domain == "e.example.test"
    assert suggested("-").domain is None
