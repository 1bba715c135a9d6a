"""The report: whole, readable, and without anything that is nobody's business."""

import json
from pathlib import Path

from tests.commands.conftest import Cli
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile


def test_a_report_tells_versions_choices_checks_and_calls(made: Cli, world: WorldFile) -> None:
    ran = made("report", "main", "--json")
    assert ran.code == 0
    found = ran.document["data"]["report"]
    assert found["schema"] == 1
    assert {"snowpixel", "Python", "boto3", "OpenSSL"} <= set(found["versions"])
    assert found["choices"]["region"] == "eu-central-1"
    assert world.account_id in found["made"]["content_bucket"]
    assert {one["stage"] for one in found["checks"]} >= {"credentials", "bucket", "https"}
    assert {"service": "sts", "operation": "get_caller_identity", "code": "ok"} in found["calls"]
    assert "certificate_token" not in found["made"]
    text = made("report", "main").out
    assert "sts get_caller_identity: ok" in text
    assert "It contains no secrets" in text


def test_calls_that_aws_refused_are_told_with_their_codes(made: Cli, control: Control) -> None:
    control.fail("s3", "GetBucketPolicy", "AccessDenied", 403, times=50)
    ran = made("report", "main", "--json")
    assert ran.code == 0  # the report itself is well, whatever it tells
    codes = {one["code"] for one in ran.document["data"]["report"]["calls"] if one["operation"] == "get_bucket_policy"}
    assert codes == {"AccessDenied"}


def test_a_masked_report_names_nobody(cli: Cli, world: WorldFile) -> None:
    assert cli("practice", "--fresh").code == 0
    saved = cli.saved("practice")
    plain = cli("report", "practice").out
    for telling in (world.account_id, "e.example.test", saved["made"]["distribution_domain"]):
        assert telling in plain
        for options in ((), ("--json",)):
            assert telling not in cli("report", "practice", "--mask", *options).out
    assert "ACCOUNT-1" in cli("report", "practice", "--mask").out


def test_a_report_can_be_written_to_a_file_of_ones_own(made: Cli, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    ran = made("report", "main", "--out", str(file), "--json")
    assert (ran.code, json.loads(ran.out)["data"]["file"]) == (0, str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Read it before" in made("report", "main", "--out", str(file)).out
    assert file.read_text().startswith("snowpixel report on the setup 'main'")
    file.write_text("snowpixel report on the set-up 'main', as earlier versions began it")
    assert made("report", "main", "--out", str(file)).code == 0
    other = tmp_path / "other.txt"
    other.write_text("mine")
    refused = made("report", "main", "--out", str(other))
    assert (refused.code, other.read_text()) == (2, "mine")
    assert "left alone" in refused.err
    refused = made("report", "main", "--out", str(tmp_path / "nowhere" / "report.txt"))
    assert refused.code == 2
    assert "can't be written" in refused.err


def test_a_report_of_nothing_is_refused(alone: Cli) -> None:
    assert alone("report", "nothing").code == 2


def test_without_aws_a_report_still_tells_what_is_here(alone: Cli) -> None:
    alone("new", "main", "--domain", "e.shop-of-mine.com")
    ran = alone("report", "main", "--json", "--nameserver", "127.0.0.1:1")
    assert ran.code == 0
    assert ran.document["data"]["report"]["choices"]["domain"] == "e.shop-of-mine.com"
