"""Questions about events, as SQL over the view `events`: filters, tables by a dimension, and the summary."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from wizard.snowplow.events.columns import KINDS
from wizard.snowplow.events.decoding_sql import text

if TYPE_CHECKING:
    from wizard.snowplow.events.event_base import EventBase

SHOWN = 5
"""Pages, referrers, and campaigns that a summary names of each."""

NONE = "(none)"
"""Shown where an event has nothing to say, such as a page view without a campaign."""


def _host(address: str) -> str:
    return f"lower(regexp_extract({address}, '^[A-Za-z][A-Za-z0-9+.-]*://([^/?#]+)', 1))"


def _campaign(part: str) -> str:
    raw = f"regexp_extract(page_url, '[?&]utm_{part}=([^&#]*)', 1)"
    return f"coalesce(TRY(url_decode(replace({raw}, '+', '%20'))), {raw})"


_FROM_OUTSIDE = f"CASE WHEN {_host('page_referrer')} <> {_host('page_url')} THEN {_host('page_referrer')} END"
_DEVICE = (
    "CASE WHEN useragent IS NULL THEN NULL WHEN bot THEN 'bot' "
    "WHEN regexp_matches(useragent, 'iPad|Tablet|PlayBook|Silk/') "
    "OR (contains(useragent, 'Android') AND NOT contains(useragent, 'Mobile')) THEN 'tablet' "
    "WHEN regexp_matches(useragent, 'Mobi|iPhone|iPod|Android|Opera Mini') THEN 'phone' ELSE 'computer' END"
)

DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "hour": "strftime(local, '%Y-%m-%d %H:00')",
        "day": "strftime(local, '%Y-%m-%d')",
        "page": "regexp_replace(page_url, '[?#].*', '', 's')",
        "title": "page_title",
        "referrer": _FROM_OUTSIDE,
        "campaign": _campaign("campaign"),
        "source": _campaign("source"),
        "medium": _campaign("medium"),
        "device": _DEVICE,
        "language": "br_lang",
        "type": "event",
        "app": "app_id",
        "host": "host",
    }
)
"""What `--by` can count by: its name to SQL."""

IN_TIME = frozenset({"hour", "day"})
"""Dimensions that are shown in their order, and all of them."""

FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "type": "event = {}",
        "page": "contains(page_url, {})",
        "referrer": "contains(page_referrer, {})",
        "app": "app_id = {}",
        "host": "host = lower({})",
    }
)
"""What can be asked for: its name to SQL, with a place for the value."""


def condition(since: float, until: float | None = None, filters: Mapping[str, str] | None = None) -> str:
    """Return SQL that is true of the wanted events.

    Args:
        since: seconds since the epoch before which events are left out.
        until: seconds since the epoch from which on they are left out.
        filters: names of `FILTERS` to values.
    """
    parts = [f"collector_tstamp >= {_moment(since)}"]
    if until is not None:
        parts.append(f"collector_tstamp < {_moment(until)}")
    for name, value in (filters or {}).items():
        wanted = KINDS.get(value, value) if name == "type" else value
        parts.append(FILTERS[name].format(text(wanted)))
    return " AND ".join(parts)


def filters_in(typed: str) -> dict[str, str]:
    """Read a typed filter: `type:page_view`, and so on with the names of `FILTERS`; other words are part of the page.

    Args:
        typed: the words, with spaces between them.
    """
    found: dict[str, str] = {}
    words = []
    for word in typed.split():
        name, colon, value = word.partition(":")
        if colon and name in FILTERS:
            found |= {name: value} if value else {}
        else:
            words.append(word)
    return {"page": " ".join(words), **found} if words else found


def _moment(at: float) -> str:
    return f"TIMESTAMP '{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S.%f}'"


class Row(Struct, frozen=True):
    """One line of a table."""

    value: str
    events: int
    page_views: int
    visitors: int


class Summary(Struct, frozen=True):
    """What a shop owner wants to know first. Test events and known bots are left out of everything but their counts.

    Attributes:
        events: how many events there are.
        page_views: how many of them are page views.
        visitors: different values of `domain_userid`, a random ID in a cookie: one browser of one person, as long as it
            keeps the cookie.
        without_id: events without that ID; their visitors can't be counted.
        bots: events of known bots.
        test_events: test events of snowpixel's own.
        newest: when CloudFront answered the newest event, in seconds since the epoch; None without events.
        kinds: kind of event to their number, the most frequent first.
        per: days, or hours of a short time, with their counts.
        pages: the pages with most events.
        referrers: the other sites that most page views came from.
        campaigns: the campaigns (`utm_campaign`) that most page views came from.
    """

    events: int
    page_views: int
    visitors: int
    without_id: int
    bots: int
    test_events: int
    newest: float | None
    kinds: dict[str, int]
    per: tuple[Row, ...] = ()
    pages: tuple[Row, ...] = ()
    referrers: tuple[Row, ...] = ()
    campaigns: tuple[Row, ...] = ()


def table(
    base: "EventBase", by: str, zone: str = "UTC", *, most: int | None = None, only: str = "NOT coalesce(bot, false)"
) -> tuple[Row, ...]:
    """Count events by a dimension.

    Args:
        base: the events.
        by: a name of `DIMENSIONS`.
        zone: the time zone of days and hours.
        most: how many rows to return, the largest ones; days and hours stand in their order.
        only: SQL that is true of the events that count.
    """
    order = "1" if by in IN_TIME else "2 DESC, 1"
    found = base.rows(
        f"""
        WITH placed AS (
            SELECT *, timezone({text(zone)}, timezone('UTC', collector_tstamp)) AS local FROM visits WHERE {only}
        )
        SELECT coalesce(nullif({DIMENSIONS[by]}, ''), {text(NONE)}), count(*),
            count(*) FILTER (event = 'page_view'), count(DISTINCT domain_userid)
        FROM placed GROUP BY 1 ORDER BY {order} {"" if most is None else f"LIMIT {most}"}
        """
    )
    return tuple(Row(*row) for row in found)


def summary(base: "EventBase", zone: str = "UTC", *, by: str = "day") -> Summary:
    """Answer the first questions about the events.

    Args:
        base: the events.
        zone: the time zone of days and hours.
        by: `day` or `hour`.
    """
    ((bots,),) = base.rows("SELECT count(*) FROM visits WHERE bot")
    ((tests,),) = base.rows("SELECT count(*) FROM tests")
    ((events, views, visitors, without, newest),) = base.rows(
        "SELECT count(*), count(*) FILTER (event = 'page_view'), count(DISTINCT domain_userid), "
        "count(*) FILTER (domain_userid IS NULL), epoch(max(collector_tstamp)) FROM visits "
        "WHERE NOT coalesce(bot, false)"
    )
    kinds = base.rows("SELECT event, count(*) FROM visits WHERE NOT coalesce(bot, false) GROUP BY 1 ORDER BY 2 DESC, 1")
    view = "NOT coalesce(bot, false) AND event = 'page_view'"

    def top(dimension: str, only: str) -> tuple[Row, ...]:
        found = table(base, dimension, zone, most=SHOWN + 1, only=only)
        return tuple(row for row in found if row.value != NONE)[:SHOWN]

    return Summary(
        events,
        views,
        visitors,
        without,
        bots,
        tests,
        newest,
        dict(kinds),
        per=table(base, by, zone),
        pages=top("page", "NOT coalesce(bot, false)"),
        referrers=top("referrer", view),
        campaigns=top("campaign", view),
    )


def moment(given: str, zone: tzinfo) -> float:
    """Return the time that a date, or a date and a time, means: seconds since the epoch.

    Args:
        given: ISO 8601, such as `2026-11-28` or `2026-11-28T14:30`.
        zone: of a time that names none.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(given)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).timestamp()


def data(found: Summary) -> dict[str, Any]:
    """Return a summary for a machine."""
    named = {"per": found.per, "pages": found.pages, "referrers": found.referrers, "campaigns": found.campaigns}
    rows = {name: [_row(row) for row in rows] for name, rows in named.items()}
    return {
        "events": found.events,
        "page_views": found.page_views,
        "visitors": found.visitors,
        "events_without_visitor": found.without_id,
        "bot_events": found.bots,
        "test_events": found.test_events,
        "newest": found.newest,
        "kinds": found.kinds,
        **rows,
    }


def _row(row: Row) -> dict[str, Any]:
    return {"value": row.value, "events": row.events, "page_views": row.page_views, "visitors": row.visitors}
