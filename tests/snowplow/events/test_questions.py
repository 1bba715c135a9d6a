"""Filters, tables, and the summary, over events in many shapes."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.snowplow.events.lines import encoded, hit, log, logged
from wizard.commands.output import event_lines
from wizard.snowplow.events import event_files, questions
from wizard.snowplow.events.bars import bar, sparkline
from wizard.snowplow.events.columns import CHECK_APP, COLUMNS
from wizard.snowplow.events.event_base import EventBase
from wizard.snowplow.events.questions import DIMENSIONS, NONE, Row, filters_in
from wizard.snowplow.events.spans import Span, all_in_time

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
TABLET = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
COMPUTER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def visit(
    page: str, time: str = "10:00:00", *, who: str = "a", agent: str = COMPUTER, date: str = "2026-11-23", **more: str
) -> str:
    query = encoded(**{"e": "pv", "aid": "shop", "url": page, "duid": who, **more})
    return hit(logged(query), date=date, time=time, agent=logged(agent))


LINES = [
    visit("https://shop.example/a?utm_campaign=autumn+sale&utm_source=news&x=1", refr="https://www.google.com/?q=%20"),
    visit("https://shop.example/a#top", "10:59:59", refr="https://shop.example/b"),
    visit("https://shop.example/b", "11:00:00", who="b", agent=PHONE, refr="https://M.Example/x"),
    visit("https://shop.example/c", "23:30:00", who="c", agent=TABLET, e="pp"),
    visit("https://shop.example/a", "12:00:00", who="bot", agent=BOT),
    visit("https://shop.example/a", "12:00:00", aid=CHECK_APP),
    visit("", "13:00:00", who="", agent="", e="se", se_ca="x", aid="other"),
]


@pytest.fixture
def base() -> Iterator[EventBase]:
    with EventBase() as made:
        made.add([("1", log(LINES))])
        yield made


def rows(found: tuple[Row, ...]) -> dict[str, tuple[int, int, int]]:
    return {row.value: (row.events, row.page_views, row.visitors) for row in found}


def test_tables_by_every_dimension(base: EventBase) -> None:
    expected = {
        "hour": {
            "2026-11-23 10:00": (2, 2, 1),
            "2026-11-23 11:00": (1, 1, 1),
            "2026-11-23 13:00": (1, 0, 0),
            "2026-11-23 23:00": (1, 0, 1),
        },
        "day": {"2026-11-23": (5, 3, 3)},
        "page": {
            "https://shop.example/a": (2, 2, 1),
            NONE: (1, 0, 0),
            "https://shop.example/b": (1, 1, 1),
            "https://shop.example/c": (1, 0, 1),
        },
        "title": {NONE: (5, 3, 3)},
        "referrer": {NONE: (3, 1, 2), "m.example": (1, 1, 1), "www.google.com": (1, 1, 1)},
        "campaign": {NONE: (4, 2, 3), "autumn sale": (1, 1, 1)},
        "source": {NONE: (4, 2, 3), "news": (1, 1, 1)},
        "medium": {NONE: (5, 3, 3)},
        "device": {"computer": (2, 2, 1), NONE: (1, 0, 0), "phone": (1, 1, 1), "tablet": (1, 0, 1)},
        "language": {NONE: (5, 3, 3)},
        "type": {"page_view": (3, 3, 2), "page_ping": (1, 0, 1), "struct": (1, 0, 0)},
        "app": {"shop": (4, 3, 3), "other": (1, 0, 0)},
        "host": {"e.example.org": (5, 3, 3)},
    }
    assert expected.keys() == DIMENSIONS.keys()
    assert {by: rows(questions.table(base, by)) for by in DIMENSIONS} == expected


def test_days_are_those_of_the_time_zone(base: EventBase) -> None:
    assert rows(questions.table(base, "day", "Europe/Berlin")) == {"2026-11-23": (4, 3, 2), "2026-11-24": (1, 0, 1)}


def test_a_table_has_its_largest_rows(base: EventBase) -> None:
    assert list(rows(questions.table(base, "page", most=1))) == ["https://shop.example/a"]


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({}, 6),
        ({"type": "page_view"}, 4),
        ({"type": "pv"}, 4),
        ({"type": "lol"}, 0),
        ({"page": "/a"}, 3),
        ({"page": "'; DROP VIEW events; --"}, 0),
        ({"referrer": "google"}, 1),
        ({"app": "shop"}, 5),
        ({"host": "E.example.ORG"}, 6),
        ({"host": "other"}, 0),
        ({"page": "/a", "type": "pv", "app": "shop", "referrer": "shop"}, 1),
    ],
)
def test_filters(base: EventBase, filters: dict[str, str], number: int) -> None:
    base.want(questions.condition(0.0, None, filters))
    assert base.rows("SELECT count(*) FROM events") == [(number,)]


def test_since_and_until(base: EventBase) -> None:
    since, until = (questions.moment(f"2026-11-23T{at}", ZoneInfo("Europe/Berlin")) for at in ("11:59:59", "12:00"))
    base.want(questions.condition(since, until))
    assert [f"{event.at - since:g}" for event in base.events()] == ["0"]


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ("2026-11-28", datetime(2026, 11, 27, 23, tzinfo=UTC)),
        ("2026-07-01T12:30", datetime(2026, 7, 1, 10, 30, tzinfo=UTC)),
        ("2026-07-01T12:30Z", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("2026-07-01T12:30+05:00", datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
    ],
)
def test_moments(given: str, at: datetime) -> None:
    assert questions.moment(given, ZoneInfo("Europe/Berlin")) == at.timestamp()


def test_the_summary(base: EventBase) -> None:
    found = questions.summary(base, by="hour")
    assert (found.events, found.page_views, found.visitors, found.without_id) == (5, 3, 3, 1)
    assert (found.bots, found.test_events) == (1, 1)
    assert found.kinds == {"page_view": 3, "page_ping": 1, "struct": 1}
    assert [row.value for row in found.pages] == [f"https://shop.example/{page}" for page in "abc"]
    assert [row.value for row in found.referrers] == ["m.example", "www.google.com"]
    assert [row.value for row in found.campaigns] == ["autumn sale"]
    assert found.newest == datetime(2026, 11, 23, 23, 30, tzinfo=UTC).timestamp()
    assert json.loads(json.dumps(questions.data(found)))["pages"][0]["page_views"] == 2


def test_a_summary_of_nothing() -> None:
    with EventBase() as empty:
        found = questions.summary(empty)
        assert (found.events, found.newest, found.per) == (0, None, ())


def test_every_hour_and_day_of_a_span_is_shown() -> None:
    since = datetime(2026, 11, 23, 10, 20, tzinfo=UTC).timestamp()
    hours = Span(since, since + 3 * 3600)
    assert hours.labels() == ["2026-11-23 11:00", "2026-11-23 12:00", "2026-11-23 13:00"]
    half = Span(since, since + 2 * 3600, "Asia/Kolkata")  # 5 hours and 30 minutes ahead
    assert half.labels() == ["2026-11-23 16:00", "2026-11-23 17:00"]
    days = Span(since, since + 3 * 86_400, "Asia/Kolkata")
    assert days.labels() == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]
    shown = all_in_time("hour", [Row("2026-11-23 12:00", 5, 4, 3)], hours)
    assert [row.events for row in shown] == [0, 5, 0]


@pytest.mark.parametrize(("number", "most", "drawn"), [(0, 8, ""), (1, 10_000, "▏"), (8, 8, "█" * 24), (0, 0, "")])
def test_bars(number: int, most: int, drawn: str) -> None:
    assert bar(number, most) == drawn


def test_a_table_cannot_steer_the_terminal() -> None:
    text = "\n".join(
        [*event_lines.table("page", [Row("\x1b[2J\u202e", 1, 1, 1)]), *event_lines.answer(["\x1b"], [["\x07"]])]
    )
    assert not any(letter in text for letter in "\x1b\x07\u202e")


def test_all_files_have_the_same_events_and_the_documented_columns(base: EventBase, tmp_path: Path) -> None:
    names = [column.name for column in COLUMNS]
    paths = {ending: tmp_path / f"it's events{ending}" for ending in event_files.FORMATS}
    assert {event_files.write(base, path) for path in paths.values()} == {6}
    assert event_files.write_database(base, tmp_path / "events.duckdb") == 6
    table = list(csv.DictReader(io.StringIO(paths[".csv"].read_text())))
    lines = [json.loads(line) for line in paths[".jsonl"].read_text().splitlines()]
    parquet = duckdb.execute("SELECT * FROM read_parquet($1)", [str(paths[".parquet"])])
    assert [column[0] for column in parquet.description] == names
    pages = [row[names.index("page_url")] for row in parquet.fetchall()]
    with duckdb.connect(str(tmp_path / "events.duckdb"), read_only=True) as database:
        assert [row[0] for row in database.execute("SELECT page_url FROM events").fetchall()] == pages
        kinds = dict(database.execute("SELECT column_name, data_type FROM information_schema.columns").fetchall())
    assert kinds == {column.name: column.type.value for column in COLUMNS}
    assert list(table[0]) == list(lines[0]) == names
    assert [row["page_url"] or None for row in table] == [line["page_url"] for line in lines] == pages
    assert {row["collector_tstamp"] for row in table} == {line["collector_tstamp"] for line in lines}
    assert table[0]["collector_tstamp"] == "2026-11-23T10:00:00.000Z"
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 4, "nothing is left behind"


def test_only_earlier_exports_are_replaced(base: EventBase, tmp_path: Path) -> None:
    for ending in (*event_files.FORMATS, ".duckdb"):
        path = tmp_path / f"events{ending}"
        event_files.refuse_others(path)
        (event_files.write_database if ending == ".duckdb" else event_files.write)(base, path)
        event_files.refuse_others(path)
        path.write_text("my diary")
        with pytest.raises(FileExistsError, match="exists and isn't an export"):
            event_files.refuse_others(path)


def test_a_file_that_cannot_be_written_leaves_nothing(base: EventBase, tmp_path: Path) -> None:
    for writer, name in ((event_files.write, "events.csv"), (event_files.write_database, "events.duckdb")):
        with pytest.raises((OSError, duckdb.Error)):
            writer(base, tmp_path / "missing" / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("counts", "drawn"), [([], ""), ([0, 0], "▁▁"), ([0, 1, 100], "▁▂█"), ([7, 7], "██"), ([0, 50, 100], "▁▅█")]
)
def test_a_line_of_bars_shows_even_a_single_event(counts: list[int], drawn: str) -> None:
    assert sparkline(counts) == drawn


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", {}),
        ("/shop", {"page": "/shop"}),
        ("https://shop.example/a", {"page": "https://shop.example/a"}),
        ("type:pv app:shop  referrer:google", {"type": "pv", "app": "shop", "referrer": "google"}),
        ("host:e.example.org page:/a?x=page:1", {"host": "e.example.org", "page": "/a?x=page:1"}),
        ("type:", {}),
        ("a b", {"page": "a b"}),
        ("a type:pv b", {"page": "a b", "type": "pv"}),
    ],
)
def test_a_typed_filter(typed: str, meant: dict[str, str]) -> None:
    assert filters_in(typed) == meant


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_table_fits_the_terminal_and_a_pipe_gets_all_of_it(columns: int) -> None:
    values = ["https://shop.example/" + "x" * length for length in (1, 20, 80)]
    counted = [Row(value, 10**6 * (number + 1), 5, 5) for number, value in enumerate(values)]
    drawn = [*event_lines.table("page", counted, columns)]
    assert all(len(line.rstrip()) <= columns for line in drawn), drawn
    assert all("█" in line for line in drawn[1:])
    assert len({line.index(" 5 ") for line in drawn[1:]}) == 1, "the counts stand below each other"
    whole = "\n".join(event_lines.table("page", counted))
    assert all(value in whole for value in values)
