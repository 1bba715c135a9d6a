"""A setup's timeline: what happened in its order, how long each step took, and what is still to come."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from screens.texts.timeline import moments, timeline
from screens.themes import DARK
from tests.screens.driving import focused, shown, wait_for
from tests.screens.scenes import MADE, NOW, PROVEN, SCENES, fixed_surroundings
from wizard.model.setup import BrowserRun, Goal, Made, Setup, SetupChoices


def setup(made: Made = Made(), *, removed: bool = False, **choices: object) -> Setup:  # noqa: B008
    chosen = SetupChoices(**{"domain": "e.example.test", **choices})  # type: ignore[arg-type]
    return Setup(name="main", id="0a1b2c3d", created=NOW - 95_400, choices=chosen, made=made, removed=removed)


def test_what_happened_has_a_time_and_what_is_to_come_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed_surroundings(monkeypatch)
    half = replace(MADE, records_seen={"certificate-record": NOW - 93_600}, event_sent_at=None)

    assert timeline(setup(half)).plain.splitlines() == [
        "● Chosen                                2027-01-14 05:30",
        "● Certificate's DNS record seen         2027-01-14 06:00   30 min later",
        "○ Domain points to the distribution     to come",
        "○ Test event sent                       to come",
        "○ Test event read back from the logs    to come",
    ]


@pytest.mark.parametrize(
    ("saved", "labels"),
    [
        (setup(PROVEN), ["Chosen", "Certificate's DNS record seen", "Domain points to the distribution",
                         "Test event sent", "Test event read back from the logs"]),
        (setup(domain=None), ["Chosen", "Test event sent", "Test event read back from the logs"]),
        (setup(goals=(Goal.JS_SERVER,)), ["Chosen"]),
        (setup(replace(PROVEN, hosted_zone="Z1", records_seen={})), ["Chosen", "Test event sent",
                                                                     "Test event read back from the logs"]),
        (setup(Made(certificate_borrowed=True)), ["Chosen", "Domain points to the distribution", "Test event sent",
                                                  "Test event read back from the logs"]),
        (setup(removed=True), ["Chosen"]),
        (setup(replace(PROVEN, browser_run=BrowserRun(NOW - 10, "Firefox", ("1",), NOW)))
         , ["Chosen", "Certificate's DNS record seen", "Domain points to the distribution", "Test event sent",
            "Test event read back from the logs", "Events from your own browser read back"]),
    ],
)  # fmt: skip
def test_each_kind_of_set_up_has_its_own_way(saved: Setup, labels: list[str]) -> None:
    assert [one.label for one in moments(saved)] == labels


def test_times_are_in_order_whichever_was_seen_first() -> None:
    seen = {"certificate-record": NOW - 10, "pixel-record": NOW - 20}
    found = [one.at for one in moments(setup(replace(PROVEN, records_seen=seen))) if one.at is not None]
    assert found == sorted(found)


def test_the_first_page_shows_the_way_of_the_set_up_under_the_highlight(home: Path) -> None:
    async def scene() -> None:
        app = SCENES["home"].app(home, DARK.name)
        async with app.run_test(size=(80, 24)) as pilot:
            await SCENES["home"].show(app, pilot)
            assert "read back from the logs" in shown(app, "#timeline")
            await pilot.press("end")
            await wait_for(pilot, lambda: shown(app, "#timeline").count("to come") == 2, "the way of the third")
            assert focused(app) == "setups"

    asyncio.run(scene())
