"""What has arrived, on the command line: out of a real bucket, in which the practice world's edge logs."""

import json
import shutil
import time
import uuid
from pathlib import Path
from typing import Any

import anyio
import duckdb
import pytest

from tests.commands.conftest import PATIENCE, Cli
from tests.trackers import V4
from wizard.net.dns_client import DnsClient
from wizard.net.web_client import WebClient
from wizard.practice.worldfile import WorldFile, network
from wizard.snowplow.events.columns import CHECK_APP
from wizard.snowplow.events.send import check_event


def visit(cli: Cli, world: WorldFile, page: str, event_id: str = "") -> None:
    """Look at a page, as a visitor's tracker would tell it."""
    host = cli.saved("main")["made"]["distribution_domain"]
    path = check_event(event_id or str(uuid.uuid4()), int(time.time() * 1000), page_url=page, version="0")
    web = WebClient(network(world), DnsClient(network(world)))

    async def send() -> int:
        return (await web.get(f"https://{host}{path.replace(CHECK_APP, 'shop')}")).status

    assert anyio.run(send) == 200


def until(cli: Cli, number: int, *more: str) -> dict[str, Any]:
    """Look until that many events have arrived."""
    end = time.monotonic() + PATIENCE
    while True:
        ran = cli("events", "main", "--json", *more)
        assert ran.code == 0, ran.err
        data: dict[str, Any] = ran.document["data"]
        if data["summary"]["events"] >= number:
            return data
        assert time.monotonic() < end, f"never arrived: {data}"


def test_visitors_are_shown_and_counted_and_test_events_are_not(made: Cli, world: WorldFile) -> None:
    before = made("events", "main")
    assert before.code == 0
    assert "No visitor events in the last 24 hours (1 test event by snowpixel" in before.out
    repeated = str(uuid.uuid4())
    for page in ("https://shop.example/a?utm=1", "https://shop.example/a", "https://shop.example/b\u202e"):
        visit(made, world, page)
    for _ in range(2):
        visit(made, world, "https://shop.example/again", repeated)

    data = until(made, 4)

    found = data["events"]
    assert {one["app_id"] for one in found} == {"shop"}
    assert sum(one["event_id"] == repeated for one in found) == 1, "a repeated event counts once"
    assert [one["at"] for one in found] == sorted(one["at"] for one in found)
    told = made("events", "main", "--last", "2").out
    assert told.count("page view    https://") == 2
    assert "4 events in the last 24 hours: 4 page view" in told
    assert "Per hour, the last 24: ▁" in told
    assert "2  https://shop.example/a\n" in told
    assert "\u202e" not in told
    assert any(one["test"] for one in until(made, 4, "--tests")["events"])


def test_a_second_run_fetches_nothing_until_the_setup_is_forgotten(made: Cli, world: WorldFile) -> None:
    visit(made, world, "https://shop.example/kept")
    until(made, 1)
    kept = made.home / "cache" / "events" / "main"
    first, second = made("events", "main", "-v"), made("events", "main", "-v")
    assert "aws s3 get_object" not in second.err
    assert first.out == second.out
    assert list(kept.rglob("*.parquet"))
    next(kept.rglob("*.json")).write_text("damaged")
    mended = made("events", "main", "-v")
    assert "A kept file was damaged and deleted. The log files were fetched again." in mended.err
    assert "aws s3 get_object" in mended.err
    assert mended.out == first.out
    shutil.rmtree(kept)
    kept.write_text("in the way")
    ran = made("events", "main")
    assert (ran.code, ran.out) == (0, first.out)
    assert "The events can't be kept on this computer: a folder in its path is a file." in ran.err
    kept.unlink()
    made("events", "main")
    assert kept.is_dir()
    assert made("forget", "main", "--yes").code == 0
    assert not kept.exists()


def test_followed_events_come_as_documents_until_ctrl_c(made: Cli, world: WorldFile, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    run = made.start("events", "main", "--follow", "--every", "1", "--json", TMPDIR=str(temporary))
    try:
        run.until("Checking every")
        visit(made, world, "https://shop.example/live")
        run.until("shop.example/live")
        code = run.interrupt()
    finally:
        run.end()
    documents = [json.loads(line) for line in run.said if line.startswith("{")]
    assert code == 130
    assert [len(one["data"]["events"]) for one in documents[:-1]] == [0, 1]
    assert documents[-1]["status"] == "interrupted"
    assert list(temporary.iterdir()) == [], "nothing that visitors sent stays behind"


def test_no_decoded_events_stay_behind(made: Cli, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for arguments in ((), ("--by", "page"), ("--sql", "select * from nothing_like_this")):
        made("events", "main", *arguments, TMPDIR=str(temporary))
        assert list(temporary.iterdir()) == []


def test_followed_events_are_told_line_by_line(made: Cli, world: WorldFile) -> None:
    run = made.start("events", "main", "--follow", "--every", "1")
    try:
        run.until("Checking every")
        visit(made, world, "https://shop.example/live")
        run.until("page view    https://shop.example/live")
        assert run.interrupt() == 130
    finally:
        run.end()


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("--no-domain",), "It is created with the rest"),
        (
            ("--goal", "js-server", "--tracker", str(V4), "--tracker-url", "https://www.site.invalid/a/x1.js"),
            "only serves the JavaScript",
        ),
    ],
)
def test_without_a_log_bucket_it_says_why(alone: Cli, flags: tuple[str, ...], why: str) -> None:
    assert Path(V4).exists()
    assert alone("new", "main", *flags).code == 0
    ran = alone("events", "main")
    assert ran.code == 2
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_the_same_events_counted_asked_and_exported(made: Cli, world: WorldFile, tmp_path: Path) -> None:
    for page in ("https://shop.example/a?utm_campaign=autumn", "https://shop.example/a", "https://shop.example/b"):
        visit(made, world, page)
    assert until(made, 3)["summary"]["page_views"] == 3

    table = made("events", "main", "--by", "page").out
    assert "https://shop.example/a         2           2         0  " in table
    assert "█" * 24 in table
    campaigns = made("events", "main", "--by", "campaign", "--json").document["data"]
    assert {row["value"]: row["events"] for row in campaigns["rows"]} == {"(none)": 2, "autumn": 1}
    days = made("events", "main", "--by", "hour", "--since", "3", "--tz", "Asia/Kolkata", "--json").document["data"]
    assert [sum(row["events"] for row in days["rows"]), len(days["rows"])] == [3, 3]
    asked = made("events", "main", "--sql", "select count(*) as n, max(page_url) as p from events", "--json")
    assert asked.document["data"]["columns"] == ["n", "p"]
    assert asked.document["data"]["rows"] == [[3, "https://shop.example/b"]]
    told = made("events", "main", "--sql", "select count(*) as n, max(page_url) as p from events").out
    assert told == "n  p\n3  https://shop.example/b\n(1 row)\n"
    assert until(made, 2, "--page", "/a", "--type", "pv", "--app", "shop")["summary"]["events"] == 2
    assert until(made, 3, "--since", "2026-01-01", "--tz", "Europe/Berlin")["time_zone"] == "Europe/Berlin"
    assert until(made, 0, "--since", "2025-01-01", "--until", "2025-02-01")["summary"]["events"] == 0
    for name in ("e.csv", "e.jsonl", "e.parquet"):
        ran = made("events", "main", "--out", str(tmp_path / name), "--json")
        assert ran.document["data"]["written"] == 3
    said = made("events", "main", "--db", str(tmp_path / "e.duckdb"))
    assert said.out == f"3 events in the last 24 hours written to {tmp_path / 'e.duckdb'}\n"
    with duckdb.connect(str(tmp_path / "e.duckdb"), read_only=True) as database:
        database.execute(f"CREATE TEMP VIEW p AS SELECT * FROM read_parquet('{tmp_path / 'e.parquet'}')")
        same = database.execute("SELECT count(*) FROM p JOIN events USING (event_id, page_url, request_id)").fetchall()
    assert same == [(3,)]
    assert len((tmp_path / "e.csv").read_text().splitlines()) == 4
    assert len((tmp_path / "e.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("--since", "yesterday"), "neither a number of hours"),
        (("--since", "0"), "neither a number of hours"),
        (("--since", "2026-11-02", "--until", "2026-11-01"), "--since must be before --until"),
        (("--since", "2999-01-01"), "not in the future"),
        (("--tz", "Europe/Atlantis"), "isn't a time zone"),
        (("--tz", "../../etc/passwd"), "isn't a time zone"),
        (("--by", "mood"), "is not one of"),
        (("--by", "day", "--sql", "select 1"), "--by and --sql exclude each other"),
        (("--follow", "--until", "1"), "--follow and --until exclude each other"),
        (("--out", "events.xls"), "must end in .csv, .jsonl, .parquet"),
        (("--sql", "select nonsense from events"), "nonsense"),
        (("--sql", "delete"), "syntax error"),
        (("--out", "/missing/folder/events.csv"), "couldn't be written"),
        (("--db", "/dev/null/events.duckdb"), "couldn't be written"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_reason(made: Cli, flags: tuple[str, ...], why: str) -> None:
    ran = made("events", "main", *flags)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_another_file_is_left_alone(made: Cli, tmp_path: Path) -> None:
    (tmp_path / "diary.csv").write_text("my diary")
    ran = made("events", "main", "--out", str(tmp_path / "diary.csv"))
    assert ran.code == 2
    assert "isn't an export of events" in ran.err
    assert (tmp_path / "diary.csv").read_text() == "my diary"
