"""The commands against a practice world: the road, the checklist, exit codes of each kind of trouble."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from tests.commands.conftest import Cli
from tests.commands.terminal import Terminal, opened
from tests.commands.test_cli_without_aws import loaded
from tests.inventory import CALM_CLIENT
from wizard.model.setup import Made, SetupChoices
from wizard.practice import process
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile, WorldOrigin
from wizard.storage.store import Store

CHECK_FIELDS = {
    "stage", "id", "status", "summary", "observed", "expected", "problem", "copy", "look_again", "evidence", "accepted",
}  # fmt: skip
PROBLEM_FIELDS = {"id", "title", "meaning", "steps", "typical", "link"}


def client(world: WorldFile, service: str) -> Any:
    return boto3.client(
        service,
        config=CALM_CLIENT,
        endpoint_url=world.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id=world.access_key_id,
        aws_secret_access_key=world.secret_access_key,
    )


def test_the_whole_road_without_a_terminal(cli: Cli, world: WorldFile) -> None:
    ran = cli("practice", "--fresh")
    assert ran.code == 0, ran.out + ran.err
    assert "practice adds CNAME e.example.test" in ran.out
    assert "snowpixel test event: 100 % & é ✓ ~" in ran.out
    rows = [line for line in ran.out.splitlines() if line.startswith("✓ OK") and ": " in line]
    assert len(rows) == 10
    parts = [line for line in ran.out.splitlines() if line.startswith("  ✓ OK")]
    assert len(parts) == 11, "the map"
    assert parts[-1].startswith("  ✓ OK       First event     page view, ")
    assert "practice: 10 rows, 10 OK" in ran.out
    tag = cli("snippet", "practice").out
    assert "https://e.example.test/4.10.1/" in tag
    assert "doesn't work yet" not in tag
    assert "\x1b" not in ran.out
    again = cli("practice", "--json")
    assert again.code == 0
    assert again.document["data"]["done"] == []
    assert again.document["data"]["apply"]["done"] == []
    assert again.document["data"]["event"]["Title"] == "snowpixel test event: 100 % & é ✓ ~"
    for file in cli.folder.rglob("*.*"):
        assert not file.is_file() or world.secret_access_key not in file.read_text(errors="replace")


def test_a_first_apply_then_plan_and_check_find_nothing_to_do(made: Cli, control: Control) -> None:
    plan = made("plan", "main", "--strict", "--json")
    assert plan.code == 0
    assert plan.document["data"]["changes"] == []
    control.clear_calls()
    check = made("check", "main", "--json")
    assert check.code == 0
    assert not [call for call in control.calls() if call[2]]
    again = made("apply", "main", "--yes", "--json")
    assert (again.code, again.document["data"]["done"]) == (0, [])
    assert made("repair", "main", "--yes").code == 0
    assert "proven on" in made("list").out


def test_the_envelope_has_its_shape(made: Cli) -> None:
    ran = made("check", "main", "--json")
    found = ran.document
    assert ran.out.count("\n") == 1
    assert set(found) == {"schema", "command", "status", "data", "errors"}
    assert (found["schema"], found["command"], found["status"], found["errors"]) == (1, "check", "ok", [])
    [setup] = found["data"]["setups"]
    assert (setup["name"], setup["status"]) == ("main", "ok")
    assert all(set(one) == CHECK_FIELDS for one in setup["checks"])
    assert {one["stage"] for one in setup["checks"]} >= {"credentials", "bucket", "https", "event"}


def test_apply_as_a_document_tells_the_story_on_stderr(cli: Cli) -> None:
    cli("new", "main", "--no-domain")
    ran = cli("apply", "main", "--yes", "--json")
    assert ran.code == 0
    assert "Create the CloudFront distribution" in ran.err
    assert any("distribution" in change["summary"] for change in ran.document["data"]["done"])


def test_a_plan_names_changes_permissions_and_cost(cli: Cli, control: Control) -> None:
    cli("new", "main", "--domain", "e.example.test", "--events", "5000000")
    control.clear_calls()
    ran = cli("plan", "main")
    assert ran.code == 0
    assert not [call for call in control.calls() if call[2]]
    for word in (
        "Create the CloudFront distribution",
        "(by you)",
        "S3 (s3): CreateBucket",
        "5,000,000 events",
        " a month. For ",
        "  free  ",
    ):
        assert word in ran.out
    data = cli("plan", "main", "--json").document["data"]
    assert {change["actor"] for change in data["changes"]} >= {"us", "user"}
    assert "cloudfront:CreateDistribution" in data["permissions"]
    assert data["cost"]["events_per_month"] == 5_000_000
    assert cli("plan", "main", "--strict").code == 1
    assert cli.saved("main")["made"]["content_bucket"] is None


def test_waiting_for_the_user_is_unfinished(cli: Cli, control: Control) -> None:
    cli("new", "main", "--domain", "e.example.test")
    ran = cli("apply", "main", "--yes", "--wait", "0", "--json")
    assert ran.code == 3
    assert ran.document["status"] == "waiting"
    for _ in range(2):
        records = cli("apply", "main", "--yes", "--wait", "0", "--json").document["data"]["records"]
        for record in records:
            control.add_record(record["name"], record["type"], record["value"])
    assert cli("apply", "main", "--yes", "--wait", "20").code == 0


def test_the_provider_page_is_a_command(cli: Cli) -> None:
    where = str(cli.practice)
    assert cli("practice", "dns", where, "add", "a.example.test", "cname", "b.example.test").code == 0
    assert cli("practice", "dns", where, "list", "--json").document["data"]["records"][0]["name"] == "a.example.test"
    assert "Removed 1" in cli("practice", "dns", where, "remove", "a.example.test", "CNAME").out
    assert cli("practice", "dns", where, "add", "a.example.org", "A", "192.0.2.1").code == 2
    assert cli("practice", "dns", str(cli.folder), "list").code == 2


def test_drift_is_found_explained_and_repaired(made: Cli, world: WorldFile, control: Control) -> None:
    bucket = made.saved("main")["made"]["content_bucket"]
    client(world, "s3").delete_object(Bucket=bucket, Key="ice.png")
    ran = made("check", "main")
    assert ran.code == 1
    assert "A resource is gone" in ran.out
    assert "snowpixel repair main" in ran.out
    found = made("check", "main", "--json").document
    [wrong] = [one for one in found["data"]["setups"][0]["checks"] if one["status"] == "failed"]
    assert wrong["stage"] == "pixel"
    assert set(wrong["problem"]) == PROBLEM_FIELDS
    assert wrong["problem"]["steps"]
    assert made("check", "main", "--only", "credentials").code == 0
    assert made("plan", "main").code == 0
    control.clear_calls()
    assert made("repair", "main", "--yes").code == 0
    assert [call[:2] for call in control.calls() if call[2]] == [("s3", "PutObject")]
    assert made("check", "main").code == 0


def test_changes_compares_with_the_last_check(made: Cli, world: WorldFile) -> None:
    first = made("check", "main", "--changes")
    assert "There is no earlier check to compare with" in first.out
    assert "nothing changed since" in made("check", "main", "--changes").out
    kept = made.home / "setups" / "main.checks"
    assert kept.stat().st_mode & 0o777 == 0o600
    client(world, "s3").delete_object(Bucket=made.saved("main")["made"]["content_bucket"], Key="ice.png")
    ran = made("check", "main", "--changes")
    assert ran.code == 1
    assert "main: 1 changed" in ran.out
    assert "(was: ok)" in ran.out
    assert made("repair", "main", "--yes").code == 0
    changed = made("check", "main", "--changes", "--json").document["data"]["setups"][0]["checks"]
    assert [(one["was"], one["status"]) for one in changed] == [("failed", "ok")]


def test_a_new_proof_on_demand(made: Cli, control: Control) -> None:
    before = made.saved("main")["made"]["proof"]["request_id"]
    control.clear_calls()
    assert made("check", "main", "--prove").code == 0
    assert made.saved("main")["made"]["proof"]["request_id"] != before
    assert not [call for call in control.calls() if call[2]]


def test_several_set_ups_in_one_check(made: Cli) -> None:
    made("new", "other", "--no-domain")
    ran = made("check", "--json")
    assert ran.code == 3
    assert [one["name"] for one in ran.document["data"]["setups"]] == ["main", "other"]
    (made.home / "setups" / "other.json").write_text("{")
    ran = made("check", "--json")
    assert ran.code == 2
    assert ran.document["data"]["setups"][0]["status"] == "ok"
    assert "damaged" in ran.document["errors"][0]["message"]


def test_removing_keeps_the_logs_unless_told_otherwise(made: Cli, world: WorldFile) -> None:
    ran = made("remove", "main", "--yes")
    assert ran.code == 0, ran.out + ran.err
    assert "logs are kept" in ran.err
    assert "removed; the logs were kept" in made("list").out
    assert len(client(world, "s3").list_buckets()["Buckets"]) == 1
    assert made("remove", "main", "--delete-logs", "--yes").code == 0
    assert client(world, "s3").list_buckets()["Buckets"] == []
    assert "There is no saved setup yet" in made("list").out


@pytest.mark.parametrize(
    ("identifier", "problem"), [("AKIANOBODYKNOWSTHIS1", "wrong-access-key"), ("", "wrong-secret-key")]
)
def test_wrong_keys_are_wrong_until_someone_acts(cli: Cli, world: WorldFile, identifier: str, problem: str) -> None:
    cli("new", "main", "--no-domain")
    typed = f"{identifier or world.access_key_id}\nw0rngSecretW0rngSecretW0rngSecretW0rng12\n"
    for arguments in (("plan", "main"), ("check", "main"), ("apply", "main", "--yes")):
        ran = cli(*arguments, "--keys-stdin", "--json", stdin=typed)
        assert ran.code == 1
        assert f'"id": "{problem}"' in ran.out
        assert "w0rngSecret" not in ran.out + ran.err
    by_variable = cli("plan", "main", AWS_ACCESS_KEY_ID="AKIANOBODYKNOWSTHIS1", AWS_SECRET_ACCESS_KEY="nonsense")
    assert by_variable.code == 1
    assert cli.saved("main")["made"]["content_bucket"] is None


def test_typed_keys_are_used_for_this_run_and_kept_nowhere(cli: Cli, world: WorldFile) -> None:
    cli("new", "main", "--no-domain")
    typed = f"{world.access_key_id}\n{world.secret_access_key}\n"
    wrong = {"AWS_ACCESS_KEY_ID": "AKIANOBODYKNOWSTHIS1", "AWS_SECRET_ACCESS_KEY": "nonsense"}
    assert cli("apply", "main", "--yes", "-v", "--keys-stdin", stdin=typed, **wrong).code == 0
    for file in cli.folder.rglob("*"):
        assert not file.is_file() or world.secret_access_key.encode() not in file.read_bytes()


def test_no_credentials_and_no_network(alone: Cli, unused_port: int) -> None:
    alone("new", "main", "--no-domain")
    assert alone("plan", "main").code == 1
    assert alone("plan", "main", "--profile", "nobody").code == 1
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    closed = f"http://127.0.0.1:{unused_port}"
    ran = alone("plan", "main", "--json", AWS_ENDPOINT_URL=closed, **keys)
    assert ran.code == 3
    assert "aws-unreachable" in ran.out


@pytest.mark.parametrize(
    ("fault", "code"),
    [(("AccessDenied", 403), 1), (("InternalFailure", 500), 3), (("ExpiredToken", 400), 3), (("SlowDown", 503), 3)],
)
def test_refusals_of_aws_have_their_codes(cli: Cli, control: Control, fault: tuple[str, int], code: int) -> None:
    cli("new", "main", "--no-domain")
    control.fail("s3", "CreateBucket", *fault, times=50)
    ran = cli("apply", "main", "--yes", "--wait", "5")
    assert ran.code == code, ran.out
    control.clear_faults()
    assert cli("apply", "main", "--yes").code == 0


def test_a_silent_name_server_is_unseen_and_not_wrong(cli: Cli, control: Control) -> None:
    assert cli("practice", "--fresh").code == 0
    for address in ("resolver", "192.0.2.1", "192.0.2.2", "192.0.2.3"):
        control.silence_dns(address)
    ran = cli("check", "practice", "--json")
    assert ran.code == 3
    assert "failed" not in {one["status"] for one in ran.document["data"]["setups"][0]["checks"]}
    control.silence_dns(None)
    assert cli("check", "practice").code == 0


def test_another_resolver_can_be_asked(cli: Cli, world: WorldFile, unused_port: int) -> None:
    assert cli("practice", "--fresh").code == 0
    assert cli("check", "practice", "--nameserver", world.dns).code == 0
    assert cli("check", "practice", "--nameserver", f"127.0.0.1:{unused_port}", "--only", "dns").code == 3


def test_a_question_that_nobody_can_answer_ends_the_walk_and_names_its_flag(
    cli: Cli, world: WorldFile, control: Control
) -> None:
    acm = client(world, "acm")
    arn = acm.request_certificate(DomainName="*.example.test", ValidationMethod="DNS")["CertificateArn"]
    record = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"][0]["ResourceRecord"]
    control.add_record(record["Name"], record["Type"], record["Value"])
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    cli("new", "main", "--domain", "e.example.test")
    ran = cli("apply", "main", "--yes")
    assert ran.code == 3
    assert f"--certificate {arn}" in ran.out
    ran = cli("apply", "main", "--yes", "--wait", "0", "--certificate", arn)
    assert ran.code == 3
    assert cli.saved("main")["made"]["certificate"] == arn
    assert cli.saved("main")["made"]["certificate_borrowed"]


def test_a_set_up_without_its_file_is_found_and_taken_over(made: Cli) -> None:
    identifier = made.saved("main")["id"]
    assert made("forget", "main", "--yes").code == 0
    found = made("list", "--account", "--json").document["data"]["setups"]
    assert [(one["name"], one["id"]) for one in found] == [("main", identifier)]
    assert made("new", "again", "--adopt", "00000000").code == 2
    assert made("new", "again", "--adopt", identifier).code == 0
    assert made("new", "twice", "--adopt", identifier).code == 2
    assert made.saved("again")["id"] == identifier
    plan = made("plan", "again", "--json")
    assert not [
        change
        for change in plan.document["data"]["changes"]
        if change["action"] == "create" and "bucket" in change["resource"]
    ]


def test_what_aws_refuses_outside_a_walk_is_explained(cli: Cli) -> None:
    wrong = {"AWS_ACCESS_KEY_ID": "AKIANOBODYKNOWSTHIS1", "AWS_SECRET_ACCESS_KEY": "nonsense"}
    ran = cli("list", "--account", **wrong)
    assert ran.code == 1
    assert "AWS doesn't recognize this access key" in ran.err


def test_a_check_never_loads_the_screens(made: Cli) -> None:
    modules, code = loaded(made, "check", "main", "--json")
    assert code == 0
    assert "boto3" in modules
    assert not modules & {"textual", "rich", "screens", "ministack", "trustme"}


def test_a_reader_that_goes_away_does_not_stop_the_work(cli: Cli) -> None:
    cli("new", "main", "--no-domain")
    started = cli.start("apply", "main", "--yes")
    started.until("AWS account")
    assert started.process.stdout is not None
    started.process.stdout.close()
    assert started.process.wait(timeout=60) == 0
    assert cli.saved("main")["made"]["proof"]


@pytest.mark.practice
def test_a_world_of_ones_own(alone: Cli, tmp_path: Path) -> None:
    directory = tmp_path / "own"
    server = alone.start("practice", "serve", str(directory), "--pace", "0")
    try:
        server.until("practice world ready")
        again = alone("practice", "serve", str(directory))
        assert again.code == 2
        ran = alone("list", "--practice", str(directory), "--json", SNOWPIXEL_HOME="")
        assert ran.code == 0
        shown = alone("new", "a", "--no-domain", "--practice", str(directory), SNOWPIXEL_HOME="")
        assert shown.code == 0
        assert (directory / "home" / "setups" / "a.json").exists()
        assert json.loads((directory / "world.json").read_text())["zone"] == "example.test"
        assert server.interrupt() in (0, 130)
        assert not (directory / "world.json").exists()
    finally:
        server.end()


@pytest.mark.practice
def test_who_comes_back_to_a_lost_world_is_told_so_before_anything_else(alone: Cli) -> None:
    directory = alone.home / "practice"
    store = Store(directory / "home")
    for name, made in (("practice", Made(content_bucket="b", log_bucket="l")), ("chosen", Made())):
        setup = store.create(name, SetupChoices(domain=f"{name}.example.test"))
        store.save(replace(setup, made=made))
    try:
        ran = alone("practice", "--pace", "0")
        assert ran.code == 0, ran.out + ran.err
        assert ran.out.startswith("The practice world was reset, because it ended before it could be saved.")
        assert "What had been created there for practice is gone." in ran.out, "and nothing else is named"
        assert store.load("practice").choices.domain == "practice.example.test", "the choices are kept"
        proof = store.load("practice").made.proof
        assert proof
        process.stop(directory)  # a day later
        gone = alone("--practice", str(directory), "plan", "practice")
        assert gone.code == 2
        assert "One that ran there before continues where it ended." in gone.err
        again = alone("practice", "--pace", "0")
        assert again.code == 0, again.out + again.err
        assert "was reset" not in again.out
        assert "done" not in again.out, "nothing was left to create"
        assert store.load("practice").made.proof == proof
    finally:
        process.stop(directory)


def test_every_reason_to_begin_anew_has_its_words() -> None:
    words = tomllib.loads(files("assets").joinpath("practice.toml").read_text("utf-8"))["because"]
    assert set(words) == set(WorldOrigin) - {WorldOrigin.RESTORED}


def test_repair_creates_no_setup_that_was_never_created(cli: Cli, control: Control) -> None:
    assert cli("new", "main", "--no-domain").code == 0
    control.clear_calls()
    refused = cli("repair", "main", "--yes")
    assert refused.code == 2
    assert "Nothing has been created for 'main' yet" in refused.err
    assert "apply main" in refused.err
    assert [call for call in control.calls() if call[2]] == []


def test_apply_shows_plan_and_price_before_it_asks(cli: Cli, control: Control, terminals: list[Terminal]) -> None:
    assert cli("new", "main", "--no-domain", "--goal", "pixel").code == 0
    control.clear_calls()
    terminal = opened(terminals, cli, "apply", "main", COLUMNS="80")
    shown = " ".join(terminal.answer("Continue? [y/N]", "n").split())
    assert "Plan for main:" in shown
    assert "Cost: about $" in shown
    assert "permissions of " in shown
    assert "lists them" in shown
    assert "CreateDistribution" not in shown
    assert "Next:" not in shown, "the question comes next"
    assert terminal.end() == 2
    assert [call for call in control.calls() if call[2]] == [], "nothing was created"
