"""The map of a setup: which parts it has for which choices, what they are called, and which checks each stands for."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.screens.scenes import MADE, PROVEN
from tests.screens.scripted import ScriptedService, a_setup, end
from wizard.commands.output import map_lines
from wizard.commands.output.plain_lines import Ink
from wizard.knowledge.costs import estimate_for
from wizard.model.results import Job, Status
from wizard.model.setup import Goal, Made, SetupChoices, TrackerFile
from wizard.wording import cost_table
from wizard.wording.setup_map import setup_map

EVERY_GOAL = [goals for number in (1, 2, 3) for goals in combinations(Goal, number)]
TRACKER = TrackerFile("release:4.10.1", "lite", "4.10.1", "sha384-x", "0" * 32, 10, "sp.js")
EVERY_MADE = {
    "nothing": Made(),
    "all, other DNS": replace(MADE, hosted_zone=""),
    "all, Route 53": replace(MADE, hosted_zone="Z1"),
    "with a certificate from before": replace(MADE, certificate_borrowed=True),
    "with a tracker": replace(MADE, tracker=TRACKER, trackers_stored=(TRACKER,)),
}
ON_SERVER = {"tracker_url": "https://shop.example/js/sp.js"}


@pytest.mark.parametrize("domain", ["e.example.test", None], ids=["own name", "no domain"])
@pytest.mark.parametrize("goals", EVERY_GOAL, ids="+".join)
@pytest.mark.parametrize("made", EVERY_MADE)
def test_each_check_belongs_to_one_part_and_each_part_has_checks(
    tmp_path: Path, goals: tuple[Goal, ...], domain: str | None, made: str
) -> None:
    service = ScriptedService(tmp_path)
    setup = replace(a_setup(service, goals=goals, domain=domain, **ON_SERVER), made=EVERY_MADE[made])
    service.store.save(setup)
    snapshot = service.start(Job.CHECK, "main").progress.snapshot

    drawn = setup_map(setup.choices, setup.made, snapshot)

    held = [item for part in drawn.parts for item in part.view.items]
    assert sorted(item.id for item in held) == sorted(item.id for item in snapshot.items)
    for part in drawn.parts:
        assert {item.stage for item in part.view.items} <= {part.stage}
    in_aws = any(stage.id == "credentials" for stage in snapshot.stages)
    assert [part.id for part in drawn.parts if not part.known] == ([] if in_aws else ["pages"])


NEW = ["pages", "name", "certificate", "account", "cloudfront", "bucket", "pixel", "tracker", "logs", "log-bucket",
       "events"]  # fmt: skip


@pytest.mark.parametrize(
    ("choices", "parts"),
    [
        ({"goals": (Goal.PIXEL, Goal.JS_BUCKET)}, NEW),
        ({"goals": (Goal.PIXEL,)}, [part for part in NEW if part != "tracker"]),
        (
            {"goals": (Goal.PIXEL, Goal.JS_BUCKET), "domain": None},
            [one for one in NEW if one not in ("name", "certificate")],
        ),
        ({"goals": (Goal.JS_BUCKET,)}, ["pages", "name", "certificate", "account", "cloudfront", "bucket", "tracker"]),
        ({"goals": (Goal.JS_SERVER,), **ON_SERVER}, ["pages", "server"]),
        (
            {"goals": (Goal.PIXEL, Goal.JS_SERVER), **ON_SERVER},
            ["pages", "server", *(part for part in NEW[1:] if part != "tracker")],
        ),
    ],
    ids=lambda value: "+".join(value["goals"]) if isinstance(value, dict) else "",
)
def test_a_map_has_the_parts_of_its_choices_from_pages_to_events(choices: dict[str, Any], parts: list[str]) -> None:
    drawn = setup_map(SetupChoices(**{"domain": "e.example.test", **choices}))

    assert [part.id for part in drawn.parts] == parts


@pytest.mark.parametrize(
    ("part", "made", "name", "note"),
    [
        ("name", {}, "e.example.test", ""),
        ("name", {"hosted_zone": "Z1"}, "e.example.test", "DNS: Route 53"),
        ("certificate", {}, "", ""),
        ("certificate", {"certificate_borrowed": True}, "", "you had it before"),
        ("account", {"account": "123456789012"}, "123456789012", ""),
        ("cloudfront", {}, "", ""),
        ("cloudfront", {"distribution_domain": "d1.cloudfront.net"}, "d1.cloudfront.net", ""),
        ("bucket", {"content_bucket": "my-own-bucket"}, "my-own-bucket", "eu-central-1"),
        ("tracker", {"tracker": TRACKER}, "sp.js", ""),
        ("log-bucket", {"log_bucket": "my-own-logs"}, "my-own-logs", "kept for 90 days"),
        ("events", {}, "", "1,000,000 a month"),
        ("server", {}, "shop.example", ""),
    ],
)
def test_parts_have_the_real_names(part: str, made: dict[str, Any], name: str, note: str) -> None:
    choices = SetupChoices(goals=tuple(Goal), domain="e.example.test", **ON_SERVER)  # type: ignore[arg-type]

    found = setup_map(choices, Made(**made)).get(part)

    assert found is not None
    assert (found.name, found.note) == (name, note)


def test_who_runs_the_dns_stands_at_the_name_as_soon_as_it_is_known() -> None:
    found = setup_map(SetupChoices(domain="e.example.test"), dns="Cloudflare").get("name")

    assert found is not None
    assert found.note == "DNS: Cloudflare"


def test_the_first_event_stands_at_the_end() -> None:
    last = setup_map(SetupChoices(domain="e.example.test"), PROVEN).parts[-1]

    assert (last.id, last.title, last.name, last.created) == ("events", "First event", "page view", True)


@pytest.mark.parametrize(
    ("made", "created"),
    [
        (Made(), set()),
        (Made(account="1", content_bucket="named, not made yet", log_bucket="the same"), {"account"}),
        (replace(MADE, event_request_id=None), set(NEW) - {"pages", "pixel", "tracker", "events"}),
        (PROVEN, set(NEW) - {"tracker"}),
    ],
    ids=["nothing", "names alone", "all but the event", "proven"],
)
def test_what_exists_is_known_without_a_walk(made: Made, created: set[str]) -> None:
    drawn = setup_map(SetupChoices(goals=(Goal.PIXEL, Goal.JS_BUCKET), domain="e.example.test"), made)

    assert {part.id for part in drawn.parts if part.created} == created


def test_the_price_is_that_of_the_estimate() -> None:
    choices = SetupChoices(domain="e.example.test", events_per_month=50_000_000)
    there = cost_table.total(estimate_for(choices, route53=True))

    assert setup_map(choices).price == cost_table.total(estimate_for(choices, route53=False)) != there
    assert setup_map(choices, Made(hosted_zone="Z1")).price == there
    assert setup_map(choices, cost=estimate_for(choices, route53=True)).price == there
    assert setup_map(SetupChoices(goals=(Goal.JS_SERVER,))).price == "no AWS costs"
    assert setup_map(SetupChoices(goals=(Goal.JS_BUCKET,))).price == "less than $0.01 a month"


def test_in_plain_text_it_is_a_list_in_the_same_order(tmp_path: Path) -> None:
    service = ScriptedService(tmp_path)
    setup = replace(a_setup(service), made=PROVEN)
    service.store.save(setup)
    progress = service.start(Job.CHECK, "main").progress
    end(progress, "log-bucket", Status.FAILED)
    end(progress, "identity")

    before = list(map_lines.lines(setup_map(setup.choices), Ink()))
    after = list(map_lines.lines(setup_map(setup.choices, setup.made, progress.snapshot), Ink()))

    assert before[:3] == ["From your pages to your events:", "  Your pages", "  Your hostname   e.example.test"]
    assert before[-1] == "  First event     1,000,000 a month"
    titles = [part.title for part in setup_map(setup.choices).parts]
    assert [line.split("  ")[1] for line in before[1:]] == titles
    assert "  ✓ OK       AWS account     123456789012" in after
    assert "  ✗ failed   Log bucket      snowpixel-main-0a1b2c3d-logs, kept for 90 days" in after
    assert [next(one for one in titles if one in line) for line in after[1:]] == titles
