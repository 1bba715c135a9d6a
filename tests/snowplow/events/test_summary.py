"""Events counted by kind, hour and page."""

import pytest

from wizard.snowplow.events.columns import CHECK_APP
from wizard.snowplow.events.event import Event
from wizard.snowplow.events.summary import HOUR, MOST_PAGES, OTHER, EventSummary, sparkline

NOW = 1_795_428_000.0


def event(
    url: str = "https://a.example/x?q=1", *, ago: float = 0.0, app: str = "shop", kind: str = "page_view"
) -> Event:
    return Event(NOW - ago, kind, "", app, "", "", "", "", {"page_url": url})


def test_test_events_are_counted_apart() -> None:
    tally = EventSummary()
    tally.add([event(), event(app=CHECK_APP), event(kind="struct", ago=HOUR)])
    assert (tally.total, tally.tests) == (2, 1)
    assert tally.kinds == {"page_view": 1, "struct": 1}
    assert tally.per_hour(NOW, 3) == [0, 1, 1]
    assert tally.top() == [("https://a.example/x", 2)], "a page is one page whatever its query"
    assert tally.data(NOW, 2)["per_hour"] == [1, 1]


def test_a_flood_of_addresses_does_not_fill_the_memory() -> None:
    tally = EventSummary()
    tally.add(event(f"https://a.example/{number}") for number in range(MOST_PAGES + 50))
    assert len(tally.pages) == MOST_PAGES + 1
    assert tally.pages[OTHER] == 50


def test_a_page_cannot_steer_the_terminal() -> None:
    tally = EventSummary()
    tally.add([event("https://a.example/\x1b[2J\u202e")])
    assert not any(letter in tally.top()[0][0] for letter in "\x1b\u202e")


@pytest.mark.parametrize(
    ("counts", "drawn"), [([], ""), ([0, 0], "▁▁"), ([0, 1, 100], "▁▂█"), ([7, 7], "██"), ([0, 50, 100], "▁▅█")]
)
def test_a_line_of_bars_shows_even_a_single_event(counts: list[int], drawn: str) -> None:
    assert sparkline(counts) == drawn
