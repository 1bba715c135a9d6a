"""What works on this computer alone: help, saved setups, texts, and the refusals that need nobody's answer."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.commands.conftest import ROOT, Cli
from wizard.cli import COMMANDS
from wizard.commands.output.exit_codes import ExitCode
from wizard.model.setup import Made
from wizard.storage.store import Store

README = ROOT / "README.md"


def loaded(cli: Cli, *arguments: str) -> tuple[set[str], int]:
    """Run a command in a process that tells which modules it loaded."""
    code = (
        "import os, sys\n"
        "real = os._exit\n"
        "def tell(code):\n"
        "    sys.stderr.write('\\nLOADED ' + ' '.join(sys.modules)); sys.stderr.flush(); real(code)\n"
        "os._exit = tell\n"
        "from wizard.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=cli.folder,
        env=cli.environment(),
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return set(ran.stderr.rpartition("LOADED ")[2].split()), ran.returncode


def test_the_version_is_there_at_once(alone: Cli) -> None:
    modules, code = loaded(alone, "--version")
    assert code == 0
    assert not modules & {"textual", "boto3", "botocore", "anyio", "asyncio", "dns", "msgspec", "cryptography"}
    assert re.fullmatch(r"snowpixel \d+\.\d+\.\d+ from .+ \(Python 3\.\d+\)\n", alone("--version").out)


def test_the_help_loads_no_command(alone: Cli) -> None:
    modules, code = loaded(alone, "--help")
    assert code == 0
    assert not modules & {"textual", "boto3", "anyio", "wizard.commands.apply"}


HEAVY = {
    "textual", "boto3", "botocore", "anyio", "asyncio", "dns", "urllib3", "ssl", "cryptography", "keyring", "duckdb",
    "tree_sitter", "selectolax",
    "wizard.service", "wizard.engine.walks", "wizard.stages", "wizard.adoption.adopt", "wizard.practice",
    "wizard.aws.client",
}  # fmt: skip
"""What no command needs that contacts nobody."""

MOST_OF_OURS, MOST = 44, 270
"""Modules of ours, and in all, that such a command may load; with everything it was 171 and 590. The newest packages
bring some more of their own than those of constraints.txt do."""


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("new", "other", "--no-domain"),
        ("set", "main", "--retention", "30"),
        ("explain",),
        ("explain", "drift"),
        ("policy",),
        ("policy", "main"),
    ],
    ids=" ".join,
)
def test_a_command_that_contacts_nobody_loads_little(alone: Cli, arguments: tuple[str, ...]) -> None:
    alone("new", "main", "--no-domain")
    modules, code = loaded(alone, *arguments)
    assert code == 0
    assert not modules & HEAVY
    assert len([name for name in modules if name.partition(".")[0] == "wizard"]) <= MOST_OF_OURS
    assert len(modules) <= MOST


def test_the_help_names_every_command(alone: Cli) -> None:
    section = alone("--help").out.partition("Commands:\n")[2]
    assert re.findall(r"^  ([a-z]+) ", section, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_the_options_that_hold_everywhere(alone: Cli, name: str) -> None:
    ran = alone(name, "--help")
    assert ran.code == 0
    for option in ("--json", "--home", "--profile", "--nameserver", "--practice", "--keys-stdin", "--verbose"):
        assert option in ran.out
    assert not re.search(r"--secret|--key ", ran.out)


@pytest.mark.skipif(not README.exists(), reason="there is no README yet")
def test_the_readme_lists_exactly_the_commands_and_exit_codes() -> None:
    text = README.read_text()
    told = set(re.findall(r"^\|\s*`snowpixel ([a-z]+)", text, re.MULTILINE))
    assert told == set(COMMANDS)
    assert {int(code) for code in re.findall(r"^\|\s*`?(\d+)`?\s*\|", text, re.MULTILINE)} == set(ExitCode)


@pytest.mark.parametrize("more", [{}, {"TERM": "dumb"}])
def test_without_a_terminal_the_commands_are_named(alone: Cli, more: dict[str, str]) -> None:
    ran = alone(**more)
    assert ran.code == 2
    assert ran.out == ""
    assert "snowpixel practice" in ran.err
    assert all(name in ran.err for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "There is no command 'nonsense'. All commands: "),
        (("check", "main"), "no setup called 'main'"),
        (("check",), "There is no saved setup yet"),
        (("check", "--only", "nope"), "nope"),
        (("check", "--watch", "0"), "--watch"),
        (("apply", "main", "--yes"), "no setup called"),
        (("apply", "../etc", "--yes"), "can't be a setup name"),
        (("chekc",), "Did you mean 'check'?"),
        (("remove",), "Missing argument"),
        (("plan",), "There is no saved setup yet"),
        (("explain", "nope"), "no problem 'nope'"),
        (("snippet", "nope"), "no setup called"),
        (("forget", "nope", "--yes"), "no setup called"),
        (("policy", "nope"), "no setup called"),
        (("new", "Main Street"), "can't be a setup name"),
        (("new", "a", "--domain", "pixel.example.org"), "Ad blockers"),
        (("new", "a", "--domain", "e.example.org", "--no-domain"), "contradict"),
        (("new", "a", "--region", "eu-central-1a"), "availability zone"),
        (("new", "a", "--region", "me-south-1"), "ap-south-1"),
        (("new", "a", "--retention", "0"), "isn't a number of days"),
        (("new", "a", "--viewer", "allow-all"), "allow-all"),
        (("new", "a", "--events", "-1"), "whole number"),
        (("new", "a", "--pixel", "http://example.org/a.gif"), "HTTPS"),
        (("new", "a", "--pixel", "/nonexistent.gif"), "can't be read"),
        (("new", "a", "--certificate", "arn:aws:acm:eu-west-1:123456789012:certificate/x"), "us-east-1"),
        (("new", "a", "--profile", "AKIAIOSFODNN7EXAMPLE"), "access key"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(alone: Cli, arguments: tuple[str, ...], said: str) -> None:
    ran = alone(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_the_only_setup_needs_no_name_but_where_something_is_deleted(alone: Cli) -> None:
    alone("new", "shop", "--no-domain")
    assert "snowpixel plan shop" in alone("set", "--retention", "30").out
    assert alone("snippet").code == alone("snippet", "shop").code
    for deleting in (("remove", "--yes"), ("forget", "--yes")):
        assert "Missing argument" in alone(*deleting).err
    alone("new", "blog", "--no-domain")
    several = alone("set", "--retention", "31")
    assert several.code == 2
    assert "Which setup? Saved: blog, shop." in several.err


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("plan",), ("check", "main"), ("new", "a", "--retention", "0"), ()]
)
def test_a_refusal_is_a_document_too(alone: Cli, arguments: tuple[str, ...]) -> None:
    ran = alone(*arguments, "--json")
    assert ran.code == 2
    assert set(ran.document) == {"schema", "command", "status", "data", "errors"}
    assert ran.document["schema"] == 1
    assert ran.document["status"] == "error"
    assert ran.document["errors"][0]["message"] in ran.err


def test_a_world_that_does_not_run_is_said_plainly(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    for arguments in (("check", "main"), ("plan", "main"), ("apply", "main", "--yes")):
        ran = alone(*arguments, "--practice", str(alone.folder / "none"), "--home", str(alone.home))
        assert ran.code == 2
        assert "practice serve" in ran.err


def test_new_saves_and_refuses_a_taken_name(alone: Cli) -> None:
    ran = alone("new", "main", "--domain", "HTTPS://E.Example.org/", "--retention", "30", "--viewer", "https-only")
    assert ran.code == 0
    assert "snowpixel plan main" in ran.out
    assert (
        alone.saved("main")["choices"] | {"domain": "e.example.org", "retention_days": 30}
        == alone.saved("main")["choices"]
    )
    assert (alone.home / "setups" / "main.json").stat().st_mode & 0o777 == 0o600
    again = alone("new", "main")
    assert again.code == 2
    assert "already a setup" in again.err


def test_a_pixel_from_a_file_is_looked_at_at_once(alone: Cli) -> None:
    (alone.folder / "big.gif").write_bytes(b"GIF89a" + bytes(2000))
    assert alone("new", "main", "--pixel", "big.gif").code == 2
    (alone.folder / "good.gif").write_bytes((ROOT / "assets" / "pixel.gif").read_bytes())
    assert alone("new", "main", "--pixel", "good.gif").code == 0
    assert alone.saved("main")["choices"]["pixel"] == str(alone.folder / "good.gif")


def test_set_says_what_changes(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    ran = alone("set", "main", "--domain", "e.example.org", "--json")
    assert ran.document["data"]["changed"] == {"domain": {"from": None, "to": "e.example.org"}}
    assert "already set" in alone("set", "main", "--domain", "e.example.org").out
    assert alone("set", "main").code == 2
    assert "e.example.org → none" in alone("set", "main", "--no-domain").out


def test_list_shows_a_damaged_file_without_hiding_the_others(alone: Cli) -> None:
    assert "There is no saved setup yet" in alone("list").out
    alone("new", "main", "--domain", "e.example.org")
    alone("new", "shop", "--no-domain")
    (alone.home / "setups" / "shop.json").write_text("{")
    ran = alone("list", "--json")
    assert ran.code == 2
    states = {one["name"]: one["state"] for one in ran.document["data"]["setups"]}
    assert states == {"main": states["main"], "shop": "unreadable"}
    assert re.fullmatch(r"chosen .*(now|ago), nothing created yet", states["main"])
    assert "damaged" in ran.document["errors"][0]["message"]


def test_a_damaged_file_stops_a_command_and_stays_as_it_is(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    path = alone.home / "setups" / "main.json"
    path.write_text('{"schema": 1, "na')
    for arguments in (("check", "main"), ("apply", "main", "--yes"), ("plan", "main")):
        ran = alone(*arguments)
        assert ran.code == 2
        assert "damaged" in ran.err
    assert path.read_text() == '{"schema": 1, "na'
    assert alone("forget", "main", "--yes").code == 0
    assert not path.exists()


def test_a_file_of_a_newer_version_is_left_alone(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    path = alone.home / "setups" / "main.json"
    path.write_text(json.dumps({**alone.saved("main"), "schema": 99}))
    ran = alone("check", "main")
    assert ran.code == 2
    assert "newer snowpixel" in ran.err


def test_forget_asks_first(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    assert alone("forget", "main").code == 2
    assert alone("list", "--json").document["data"]["setups"]
    assert alone("forget", "main", "--yes").code == 0
    assert list((alone.home / "setups").iterdir()) == []


def test_a_set_up_that_is_being_worked_on_is_not_touched(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    with Store(alone.home).writing("main", "snowpixel apply main"):
        for arguments in (("apply", "main", "--yes"), ("set", "main", "--retention", "7"), ("forget", "main", "--yes")):
            ran = alone(*arguments)
            assert ran.code == 3
            assert "snowpixel apply main" in ran.err
    assert alone.saved("main")["choices"]["retention_days"] == 90


@pytest.mark.parametrize("name", ["apply", "repair", "remove"])
def test_what_changes_aws_needs_a_yes(alone: Cli, name: str) -> None:
    alone("new", "main", "--no-domain")
    store = Store(alone.home)
    store.save(replace(store.load("main"), made=Made(content_bucket="b")))
    ran = alone(name, "main")
    assert ran.code == 2
    assert "--yes" in ran.err


def test_a_snippet_needs_an_address(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    assert alone("snippet", "main").code == 3
    alone("set", "main", "--domain", "e.example.org")
    ran = alone("snippet", "main", "--app-id", "shop", "--tracker", "https://shop.example/sp.js")
    assert ran.code == 0
    assert '"https://e.example.org"' in ran.out
    assert 'eventMethod: "get"' in ran.out
    assert alone("snippet", "main", "--tracker", "/sp.js").code == 2


def test_policies_are_documents_for_the_console(alone: Cli) -> None:
    every, check = json.loads(alone("policy").out), json.loads(alone("policy", "--check-only").out)
    assert every["Version"] == check["Version"] == "2012-10-17"
    assert "CreateBucket" in str(every)
    assert "Create" not in str(check)


def test_each_key_has_its_policy(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    for purpose in ("setup", "check", "events"):
        ran = alone("policy", "--for", purpose, "--json")
        assert (ran.code, ran.document["data"]["for"]) == (0, purpose)
        assert ran.document["data"]["policy"]["Statement"]
    assert alone("policy", "--check-only").out == alone("policy", "--for", "check").out
    unfinished = alone("policy", "main", "--for", "running")
    assert unfinished.code == 0
    assert "Not created yet, so not in this policy: the bucket for the pixel" in unfinished.err
    assert not any(service in unfinished.out for service in ('"s3:', '"cloudfront:'))


def test_a_policy_that_cannot_be_is_refused_with_the_way_out(alone: Cli) -> None:
    nameless = alone("policy", "--for", "running")
    assert nameless.code == 2
    assert "snowpixel policy NAME --for running" in nameless.err
    both = alone("policy", "--check-only", "--for", "events")
    assert both.code == 2
    assert "--check-only is --for check" in both.err
    assert alone("policy", "--for", "everything").code == 2


def test_explain_lists_and_tells(alone: Cli) -> None:
    listed = alone("explain", "--json").document["data"]["problems"]
    assert {"id": "drift", "title": "Changed outside snowpixel"} in listed
    assert "repair" in alone("explain", "drift").out


def test_a_text_without_its_values_reads_well(alone: Cli) -> None:
    told = alone("explain", "permission-missing").out
    assert "perform ACTION. AWS says: MESSAGE" in told


def test_wrong_words_in_options_are_said(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    assert "isn't a port" in alone("check", "main", "--nameserver", "127.0.0.1:99999").err
    assert alone("check", "main", "--nameserver", "no.such.host.invalid").code == 2
    for stdin in ("", "AKIAONLYONE\n", "\nsecret\n"):
        ran = alone("plan", "main", "--keys-stdin", stdin=stdin)
        assert ran.code == 2
        assert "two lines" in ran.err


def test_a_stream_with_few_letters_gets_plain_signs(alone: Cli) -> None:
    ran = alone("set", "main", PYTHONIOENCODING="ascii")
    assert ran.code == 2
    alone("new", "main", "--no-domain")
    assert (
        "Hostname: none > e.example.org"
        in alone("set", "main", "--domain", "e.example.org", PYTHONIOENCODING="ascii").out
    )


def test_practice_without_its_extra_says_how_to_get_it(alone: Cli, tmp_path: Path) -> None:
    blocker = tmp_path / "site" / "sitecustomize.py"
    blocker.parent.mkdir()
    blocker.write_text(
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'ministack' else found(name, *more)\n"
    )
    path = f"{blocker.parent}:{alone.environment()['PYTHONPATH']}"
    ran = alone("practice", PYTHONPATH=path)
    assert ran.code == 2
    assert "pip install 'snowpixel[practice]'" in ran.err


@pytest.mark.timeout(400)
def test_the_values_file_says_where_it_is_and_never_replaces_another(alone: Cli) -> None:
    assert alone("new", "main", "--no-domain").code == 0
    path = alone.folder / "values.txt"
    assert alone("snippet", "main", "--values", str(path)).code == 3
    assert not path.exists()
    assert alone("set", "main", "--domain", "e.example.org").code == 0
    ran = alone("snippet", "main", "--values", str(path))
    assert (ran.code, ran.out) == (0, f"Written: {path}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    data = alone("snippet", "main", "--values", str(path), "--json").document["data"]
    assert data["file"] == str(path)
    assert "e.example.org" in data["values"][0]["values"][0]["value"]
    path.write_text("mine")
    refused = alone("snippet", "main", "--values", str(path))
    assert refused.code == 2
    assert "left alone" in refused.err
    assert path.read_text() == "mine"


def test_list_names_every_strange_file_and_shows_the_others(alone: Cli) -> None:
    alone("new", "main", "--domain", "e.example.org")
    folder = alone.home / "setups"
    (folder / "copy.json").write_bytes((folder / "main.json").read_bytes())
    (folder / "deep.json").write_bytes(b"[" * 200_000)
    (folder / "future.json").write_text(json.dumps({**alone.saved("main"), "name": "future", "created": 1e20}))
    (folder / "steering.json").write_text(json.dumps({**alone.saved("main"), "\x1b[2J\x9b": 1}))
    os.mkfifo(folder / "pipe.json")
    for ran in (alone("list"), alone("list", "--json")):
        assert ran.code == 2
        for name in ("copy", "deep", "future", "steering", "pipe"):
            assert f"{name}.json is damaged" in ran.err + ran.out
        assert "e.example.org" in ran.out
        assert not {"\x1b", "\x9b"} & set(ran.out + ran.err)
    for name in ("copy", "deep", "future", "steering", "pipe"):
        assert alone("forget", name, "--yes").code == 0
    assert alone("list").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["main.json"]


def test_nothing_typed_steers_the_terminal(alone: Cli) -> None:
    for arguments in (("check", "\x1b[2J"), ("\x1b[2J\x9b",), ("new", "a\x1b[8m", "--no-domain"), ("explain", "\x07x")):
        ran = alone(*arguments)
        assert ran.code == 2, ran
        assert not {"\x1b", "\x9b", "\x07"} & set(ran.out + ran.err)
