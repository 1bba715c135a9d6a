"""What has arrived, on the command line: out of a real bucket, in which the practice world's edge logs."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.commands.conftest import PATIENCE, Cli
from tests.trackers import V4
from wizard.net.dns_client import DnsClient
from wizard.net.web_client import WebClient
from wizard.practice.worldfile import WorldFile, network
from wizard.snowplow.events.field_names import CHECK_APP
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
    assert "No visitor events in the last 24 hours (1 test events by snowpixel" in before.out
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


def test_followed_events_come_as_documents_until_ctrl_c(made: Cli, world: WorldFile) -> None:
    run = made.start("events", "main", "--follow", "--every", "1", "--json")
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
