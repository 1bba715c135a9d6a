"""Printed commands: whatever stands in names and folders, a shell takes them as they are meant."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import PATIENCE, Cli
from wizard.commands.output.plain_lines import ask_for
from wizard.commands.session import Session
from wizard.model.results import Action, DnsRecord

NAMES = ("plain", "my home", "it's", '"quoted"', "$HOME", "`id`", "a;b&c|d", "*", "~", "back\\slash", "(ä)", "-x")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOWPIXEL_HOME", raising=False)
    monkeypatch.delenv("SNOWPIXEL_PRACTICE", raising=False)


def taken(command: str) -> list[str]:
    """Return the words that a shell makes of a command."""
    ran = subprocess.run(
        ["sh", "-c", f"snowpixel() {{ printf '%s\\0' \"$@\"; }}\n{command}"],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return ran.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_survives_the_shell(name: str) -> None:
    session = Session(home=Path("/data") / name, practice=Path("/worlds") / name)
    assert taken(session.line("apply main")) == [
        *("--practice", f"/worlds/{name}", "--home", f"/data/{name}", "apply", "main")
    ]


@pytest.mark.parametrize(
    ("variable", "words"),
    [(None, ["--home", "/data/a"]), ("/data/a", []), ("/data/a/", []), ("/data/b", ["--home", "/data/a"])],
)
def test_a_folder_is_left_out_only_where_the_variable_names_it(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, words: list[str]
) -> None:
    if variable is not None:
        monkeypatch.setenv("SNOWPIXEL_HOME", variable)
    assert taken(Session(home=Path("/data/a")).line("apply main")) == [*words, "apply", "main"]


@pytest.mark.parametrize("name", NAMES)
def test_the_users_part_in_practice_survives_the_shell(name: str) -> None:
    record = DnsRecord(name="_x.example.test", host="_x", type="CNAME", value=f"{name}.example.", purpose="test")
    for action, words in ((Action.CREATE, ["add"]), (Action.DELETE, ["remove"])):
        [line] = [line for line in ask_for(action, record, Path("/worlds") / name) if "here:" in line]
        value = [record.value] if action is Action.CREATE else []
        assert taken(line.partition("here:")[2].strip()) == [
            *("practice", "dns", f"/worlds/{name}", *words, "_x.example.test", "CNAME", *value)
        ]


@pytest.mark.parametrize("name", NAMES)
def test_the_next_commands_of_a_run_can_be_pasted(alone: Cli, name: str) -> None:
    home = alone.folder / name
    del (plain := alone.environment())["SNOWPIXEL_HOME"]
    run = [*alone.command("--home", str(home))]

    def said(*arguments: str) -> str:
        ran = subprocess.run(
            [*run, *arguments], check=False, capture_output=True, cwd=alone.folder, env=plain, timeout=PATIENCE
        )
        return (ran.stdout + ran.stderr).decode()

    made = said("new", "main", "--no-domain")
    following = re.search(r"Next: (.*), then (.*)", made)
    assert following is not None, made
    assert [taken(one) for one in following.groups()] == [
        ["--home", str(home), "plan", "main"],
        ["--home", str(home), "apply", "main"],
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_world_that_does_not_run_is_started_by_what_is_printed(alone: Cli, name: str) -> None:
    told = alone("--practice", os.path.join("/nowhere", name), "plan", "main").err  # noqa: PTH118 - as it is typed
    command = re.search(r"Start it with `(.*)`, and leave", told)
    assert command is not None, told
    assert taken(command[1]) == ["practice", "serve", f"/nowhere/{name}"]
