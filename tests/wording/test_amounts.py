"""Numbers in words."""

import pytest

from wizard.wording.amounts import about, ago, clock, count, span


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (42.9, "0:42"), (725, "12:05"), (3723, "1:02:03")])
def test_a_running_time(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (45, "45 s"),
        (59, "59 s"),
        (90, "2 min"),
        (300, "5 min"),
        (7200, "2 h"),
        (86_400, "1 day"),
        (1e6, "12 days"),
    ],
)
def test_a_duration_is_told_in_one_unit(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_usual_and_past_times_claim_no_more_than_is_known() -> None:
    assert (about(3), about(300)) == ("a few seconds", "about 5 min")
    assert (ago(3), ago(300)) == ("just now", "5 min ago")


def test_a_number_with_its_noun() -> None:
    assert (count(1, "record"), count(2, "record"), count(0, "day")) == ("1 record", "2 records", "0 days")
    assert (count(1200, "event"), count(2, "entry", "entries")) == ("1,200 events", "2 entries")
