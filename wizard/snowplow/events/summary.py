"""Event counts: by kind, hour, and page; snowpixel's own test events are left out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wizard.snowplow.events.event import Event, harmless

HOUR = 3600.0

SHOWN_PAGES = 5
"""How many pages a summary names."""

MOST_PAGES = 10_000
"""Addresses that are told apart; more would only fill the memory, and the rest is counted together."""

OTHER = "(other pages)"

_BARS = "▁▂▃▄▅▆▇█"


@dataclass
class EventSummary:
    """A running count, so that no event has to be kept."""

    kinds: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    """Events by the hour (since the epoch) in which CloudFront answered."""
    tests: int = 0
    """Test events of snowpixel's own."""

    def add(self, events: Iterable[Event]) -> None:
        """Count some more."""
        for event in events:
            if event.is_check:
                self.tests += 1
                continue
            self.kinds[event.kind] += 1
            self.hours[int(event.at // HOUR)] += 1
            url = event.values.get("page_url", "").partition("?")[0]
            if url:
                self.pages[url if url in self.pages or len(self.pages) < MOST_PAGES else OTHER] += 1

    @property
    def total(self) -> int:
        """How many events, without test events."""
        return self.kinds.total()

    def per_hour(self, now: float, hours: int) -> list[int]:
        """Return the counts of the last hours, oldest first; the last one is under way."""
        last = int(now // HOUR)
        return [self.hours[hour] for hour in range(last - hours + 1, last + 1)]

    def top(self) -> list[tuple[str, int]]:
        """Return the pages with most events, harmless for a terminal."""
        return [(harmless(url), number) for url, number in self.pages.most_common(SHOWN_PAGES)]

    def data(self, now: float, hours: int) -> dict[str, Any]:
        """Return the count for a machine."""
        return {
            "events": self.total,
            "test_events": self.tests,
            "kinds": dict(self.kinds),
            "per_hour": self.per_hour(now, hours),
            "pages": [{"url": url, "events": number} for url, number in self.top()],
        }


def sparkline(counts: Sequence[int]) -> str:
    """Draw counts as a line of bars; nothing at all is the lowest one."""
    most = max(counts, default=0) or 1
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)
