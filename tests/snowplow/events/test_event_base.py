"""The view `events`: each event once, whatever file it came with, and a count of what is left out."""

import pytest

from tests.snowplow.events.lines import hit, log, logged
from wizard.snowplow.events import event_base
from wizard.snowplow.events.columns import CHECK_APP
from wizard.snowplow.events.event_base import EventBase, LeftOut

ID = "7c2b5e0a-4a58-4a4a-9d0e-8f6f2f6b3c11"


def test_repetitions_across_files_count_once_and_are_told() -> None:
    with EventBase() as base:
        base.add([("1", log([hit(f"e=pv&eid={ID}&page=first", time="10:00:05"), hit("e=pv"), hit("e=pv")]))])
        assert [event.event_id for event in base.fresh()] == ["", "", ID]
        base.add([("2", log([hit(f"e=pv&eid={ID.upper()}&page=again", time="09:00:00"), hit("e=pv&eid=odd")]))])
        assert [event.event_id for event in base.fresh()] == ["odd"]
        base.add([("3", log([hit("e=pv&eid=odd"), hit("e=pv&eid=odd")]))])
        assert base.fresh() == []
        assert base.left_out() == LeftOut(repeated=3)
        assert base.rows("SELECT page_title FROM events WHERE event_id = $id", {"id": ID}) == [("first",)]
        assert base.rows("SELECT count(*) FROM events") == [(4,)]


def test_what_was_never_served_and_what_is_no_event_are_told() -> None:
    lines = [
        hit(f"e=pv&eid={ID}", status=301, result="Redirect"),
        hit(f"e=pv&eid={ID}"),
        hit("e=pv&eid=lost", status="000", result="Error"),
        hit("e=pp&eid=lost", status=403, result="Error"),
        hit("e=pv", status=403, result="Error"),
        hit("e=lol"),
        hit("look=1"),
    ]
    with EventBase() as base:
        base.add([("1", log(lines))])
        assert len(base.events()) == 1
        assert base.left_out() == LeftOut(unknown=1, not_served=2)


def test_test_events_are_left_out_unless_asked() -> None:
    for tests, number in ((False, 1), (True, 2)):
        with EventBase(tests=tests) as base:
            base.add([("1", log([hit(f"e=pv&aid={CHECK_APP}"), hit("e=pv")]))])
            assert len(base.events()) == number


def test_nothing_was_read_yet() -> None:
    with EventBase() as base:
        assert base.events() == []
        assert base.left_out() == LeftOut()
        base.add([("1", log([]))])
        assert base.fresh() == []


def test_a_filter_and_a_limit() -> None:
    with EventBase() as base:
        base.add([("1", log([hit(f"e=pv&page={count}", time=f"10:00:{count:02}") for count in range(9)]))])
        newest = base.events("page_title <> $not", {"not": "8"}, limit=2)
        assert [event.values["page_title"] for event in newest] == ["6", "7"]


def test_the_folder_is_the_users_alone_and_gone_at_the_end() -> None:
    with EventBase() as base:
        base.add([("1", log([hit()]))])
        folder = base.folder
        assert folder.stat().st_mode & 0o077 == 0
        assert list(folder.glob("*.parquet"))
    assert not folder.exists()


def test_a_page_with_hostile_text_stays_text() -> None:
    page = "'; DROP TABLE batch; -- \" \\ $1 {x}"
    with EventBase() as base:
        base.add(
            [
                (
                    "it's.gz",
                    log(
                        [hit("e=pv&" + logged("page=%27%3B%20DROP%20TABLE%20batch%3B%20--%20%22%20%5C%20$1%20%7Bx%7D"))]
                    ),
                )
            ]
        )
        assert base.rows("SELECT page_title FROM events") == [(page,)]


def test_a_thousand_small_files_take_one_decoding() -> None:
    with EventBase() as base:
        base.add((str(count), log([hit("e=pv")])) for count in range(1000))
        assert base.rows("SELECT count(*) FROM events") == [(1000,)]
        assert base.reading.files == 1000
        assert len(list(base.folder.glob("*.parquet"))) == 1


def test_whoever_follows_for_long_has_few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_base, "MOST_PARTS", 3)
    with EventBase() as base:
        for number in range(10):
            lines = [hit(f"e=pv&eid={number}", time=f"10:00:{number:02}"), hit(f"e=pv&eid={number // 2}")]
            base.add([("1", log(lines))])
            new = [event.event_id for event in base.fresh()]
            assert new == ([f"{number}"] if number else ["0"])
            assert len(list(base.folder.glob("*.parquet"))) <= 5
        assert [event.event_id for event in base.events()] == [f"{number}" for number in range(10)]
        assert base.left_out().repeated == 10
