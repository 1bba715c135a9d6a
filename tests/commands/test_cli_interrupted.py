"""Ctrl-C at any moment: out at once, exit code 130, the saved setup whole, and the next run goes on."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests import forking
from tests.commands.conftest import PATIENCE, Cli, Started
from wizard.practice.control_client import Control
from wizard.storage.store import Store

HUNG = 600.0
"""Seconds that AWS would take to answer; a run that gave the call up by itself would not say it was interrupted."""


@pytest.fixture
def started() -> Iterator[list[Started]]:
    """Collects what a test starts, and ends it."""
    running: list[Started] = []
    yield running
    for one in running:
        one.end()


@pytest.mark.parametrize("calls", [1, 4, 12, 25, 34])
def test_after_any_number_of_calls_the_next_run_goes_on(cli: Cli, started: list[Started], calls: int) -> None:
    cli("new", "main", "--no-domain")
    run = cli.start("apply", "main", "--yes", "-v")
    started.append(run)
    run.until("  aws ", times=calls)
    assert run.interrupt() == 130
    assert "Nothing is lost" in run.text
    assert "apply main" in run.text
    assert "Traceback" not in run.text
    Store(cli.home).load("main")
    again = cli("apply", "main", "--yes")
    assert again.code == 0, again.out + again.err


def test_a_hung_call_holds_nobody(cli: Cli, control: Control, started: list[Started]) -> None:
    cli("new", "main", "--no-domain")
    control.stall("sts", "GetCallerIdentity", HUNG)
    run = cli.start("apply", "main", "--yes", "-v")
    started.append(run)
    run.until("get_caller_identity")
    assert run.interrupt() == 130
    control.clear_faults()
    assert cli("apply", "main", "--yes", "--wait", "20").code == 0


def test_while_it_waits_for_the_user(cli: Cli, control: Control, started: list[Started]) -> None:
    cli("new", "main", "--domain", "e.example.test")
    run = cli.start("apply", "main", "--yes")
    started.append(run)
    run.until("At your DNS provider, add this record", times=2)
    assert cli("apply", "main", "--yes").code == 3  # the lock is held
    assert run.interrupt() == 130
    assert not list((cli.home / "setups").glob("*.holder"))
    for record in cli("apply", "main", "--yes", "--wait", "0", "--json").document["data"]["records"]:
        control.add_record(record["name"], record["type"], record["value"])
    assert cli("apply", "main", "--yes", "--wait", "20").code == 0


def test_a_watched_check(cli: Cli, started: list[Started]) -> None:
    cli("new", "main", "--no-domain")
    run = cli.start("check", "main", "--watch", "1", "--json")
    started.append(run)
    run.until('"command": "check"', times=2)
    assert run.interrupt() == 130
    assert json.loads(run.said[-1])["status"] == "interrupted"


def at_terminal(cli: Cli, *arguments: str, **environment: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start with a terminal in front of it."""
    ours, theirs = pty.openpty()
    process = forking.start(
        cli.command(*arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cli.folder,
        env=cli.environment(**environment),
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours


def read_until(terminal: int, word: str) -> str:
    said = ""
    while word not in said:
        try:
            said += os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # the other side is gone
            break
    return said


@pytest.mark.parametrize(("typed", "code", "said"), [("n\n", 2, "Nothing was changed"), ("\x04", 2, "no answer")])
def test_a_question_at_a_terminal_can_be_declined(cli: Cli, typed: str, code: int, said: str) -> None:
    cli("new", "main", "--no-domain")
    process, terminal = at_terminal(cli, "apply", "main")
    read_until(terminal, "[y/N]")
    os.write(terminal, typed.encode())
    assert said in read_until(terminal, said)
    assert process.wait(timeout=PATIENCE) == code
    os.close(terminal)
    assert cli.saved("main")["made"]["account"] is None


def test_ctrl_c_at_a_question(cli: Cli) -> None:
    cli("new", "main", "--no-domain")
    process, terminal = at_terminal(cli, "apply", "main")
    read_until(terminal, "[y/N]")
    process.send_signal(signal.SIGINT)
    assert "Nothing is lost" in read_until(terminal, "apply main")
    assert process.wait(timeout=PATIENCE) == 130
    os.close(terminal)


@pytest.mark.parametrize(
    ("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colors_only_where_they_are_wanted(cli: Cli, environment: dict[str, str], *, colored: bool) -> None:
    cli("new", "main", "--no-domain")
    process, terminal = at_terminal(cli, "check", "main", **environment)
    said = read_until(terminal, "Next:")
    process.wait(timeout=PATIENCE)
    os.close(terminal)
    assert ("\x1b[" in said) is colored
