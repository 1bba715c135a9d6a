"""`check` for cron and CI: the published document, quiet runs, warnings that are on purpose, no AWS identity."""

import json
import os
from typing import Any

import msgspec
import pytest

from tests.commands.conftest import Cli
from wizard.documents.json_check import CheckDocument
from wizard.model.setup import SCHEMA
from wizard.practice.worldfile import WorldFile


def document(out: str) -> CheckDocument:
    """Read a document as its published schema says; an unknown or missing field is an error."""
    return msgspec.json.decode(out, type=CheckDocument)


def edit(cli: Cli, **fields: Any) -> None:
    file = cli.home / "setups" / "main.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


@pytest.fixture
def warned(made: Cli) -> Cli:
    """A setup with one warning: it was made with an earlier recipe."""
    edit(made, recipe=0)
    return made


def status_of(ran_out: str, item: str = "recipe") -> tuple[str, bool]:
    [row] = [one for one in document(ran_out).data.setups[0].checks if one.id == item]  # type: ignore[union-attr]
    return str(row.status), row.accepted is not None


def test_every_document_is_as_published(warned: Cli, world: WorldFile) -> None:
    for arguments in ((), ("--only", "pixel"), ("--changes",), ("--strict",)):
        found = document(warned("check", "main", "--json", *arguments).out)
        assert found.data is not None
    warned("new", "other", "--domain", f"other.{world.zone}")
    two = document(warned("check", "--json").out)
    assert two.data is not None
    assert [one.name for one in two.data.setups] == ["main", "other"]
    assert {one.was for one in two.data.setups[0].checks} == {msgspec.UNSET}
    for refused in (("check", "nothing"), ("check", "--only", "nonsense"), ("check", "main", "--reason", "alone")):
        wrong = document(warned(*refused, "--json").out)
        assert (wrong.status, wrong.data, len(wrong.errors)) == ("error", None, 1)


def test_a_watched_check_prints_a_document_on_each_line(made: Cli) -> None:
    started = made.start("check", "main", "--json", "--watch", "1", "--only", "pixel")
    try:
        started.until('"command": "check"', times=2)
    finally:
        started.end()
    lines = [line for line in started.said if line.startswith("{")]
    assert [document(line).status for line in lines[:2]] == ["ok", "ok"]


def test_a_quiet_run_speaks_only_of_what_changed(made: Cli) -> None:
    first = made("check", "main", "--quiet")
    assert "There is no earlier check to compare with" in first.out
    for options in ((), ("--json",)):
        again = made("check", "main", "--quiet", *options)
        assert (again.code, again.out, again.err) == (0, "", "")
    edit(made, recipe=0)
    changed = made("check", "main", "--quiet", "--json")
    rows = document(changed.out).data.setups[0].checks  # type: ignore[union-attr]
    assert [(one.id, one.was, str(one.status)) for one in rows] == [("recipe", None, "warning")]
    assert made("check", "main", "--quiet").out == ""


def test_a_quiet_run_still_says_what_cannot_be_read(made: Cli) -> None:
    made("check", "--quiet")
    (made.home / "setups" / "other.json").write_text("{")
    ran = made("check", "--quiet")
    assert ran.code == 2
    assert "damaged" in ran.err


def test_a_warning_on_purpose_counts_no_more(warned: Cli) -> None:
    assert warned("check", "main", "--strict").code == 1
    ran = warned("check", "main", "--strict", "--accept", "recipe", "--reason", "we \x1b[31mwait for\nspring")
    assert ran.code == 0, ran.err
    assert "we [31mwait for spring" in ran.out
    assert "\x1b" not in ran.out
    again = warned("check", "main", "--strict")
    assert (again.code, "accepted on 20" in again.out) == (0, True)
    assert "What to do" not in again.out
    assert status_of(warned("check", "main", "--json").out) == ("warning", True)
    assert warned.saved("main")["accepted"]["recipe"]["observed"] == "recipe 0"


def test_it_comes_back_when_something_else_is_seen(warned: Cli) -> None:
    assert warned("check", "main", "--accept", "recipe", "--reason", "spring").code == 0
    warned("check", "main")
    accepted = warned.saved("main")["accepted"]
    edit(warned, accepted={"recipe": {**accepted["recipe"], "observed": "something else"}})
    ran = warned("check", "main", "--strict", "--changes", "--json")
    assert ran.code == 1
    assert status_of(ran.out) == ("warning", False)
    assert [str(one.was) for one in document(ran.out).data.setups[0].checks] == ["ok"]  # type: ignore[union-attr]
    edit(warned, accepted=accepted)
    assert warned("check", "main", "--strict").code == 0


def test_a_word_can_be_taken_back(warned: Cli) -> None:
    assert warned("check", "main", "--accept", "recipe", "--reason", "spring").code == 0
    assert warned("check", "main", "--strict", "--withdraw", "recipe").code == 1
    assert warned.saved("main")["accepted"] == {}
    refused = warned("check", "main", "--withdraw", "recipe")
    assert (refused.code, "Nothing is accepted at 'recipe'" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("main", "--accept", "recipe"), "--reason"),
        (("main", "--accept", "recipe", "--reason", " \t"), "Enter a reason"),
        (("main", "--accept", "recipe", "--reason", "x" * 201), "the limit is 200"),
        (("main", "--accept", "recipe", "--reason", "x", "--withdraw", "recipe"), "--withdraw ID alone"),
        (("--accept", "recipe", "--reason", "x"), "name it"),
        (("main", "--watch", "5", "--accept", "recipe", "--reason", "x"), "don't use --watch"),
        (("main", "--accept", "nonsense", "--reason", "x"), "Current warnings: recipe"),
        (("main", "--accept", "identity", "--reason", "x"), "is ok. Only a warning"),
    ],
)
def test_what_cannot_be_accepted_is_refused(warned: Cli, arguments: tuple[str, ...], said: str) -> None:
    ran = warned("check", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert warned.saved("main")["schema"] in (2, SCHEMA)
    assert not warned.saved("main").get("accepted")


def test_without_any_aws_identity_only_aws_is_unseen(alone: Cli) -> None:
    alone("new", "main", "--domain", "e.shop-of-mine.com")
    ran = alone("check", "main", "--json", "--nameserver", "127.0.0.1:1")
    assert ran.code == 3
    rows = document(ran.out).data.setups[0].checks  # type: ignore[union-attr]
    assert not {str(one.status) for one in rows} & {"failed", "warning"}
    [identity] = [one for one in rows if one.id == "identity"]
    assert identity.problem is not None
    assert (str(identity.status), identity.problem.id) == ("unknown", "no-credentials")


def test_strange_files_are_named_and_the_others_are_checked(made: Cli) -> None:
    folder = made.home / "setups"
    before = (folder / "main.json").read_bytes()
    (folder / "copy.json").write_bytes(before)
    (folder / "deep.json").write_bytes(b"[" * 200_000)
    os.mkfifo(folder / "pipe.json")
    for more in ((), ("--prove",)):
        ran = made("check", "--json", "--only", "pixel", *more)
        assert ran.code == 2
        found = document(ran.out)
        assert [one.name for one in found.data.setups if one.checks] == ["main"]  # type: ignore[union-attr]
        assert sorted(one.message.split(".json")[0][-4:] for one in found.errors) == ["copy", "deep", "pipe"]
    assert not list(folder.glob("copy.l*"))
