"""Leaving while AWS does not answer: the terminal is back at once, whatever the call does."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.credentials.processes import all_end
from tests.screens.test_terminal import Terminal
from wizard.practice import process
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

pytestmark = pytest.mark.practice

HUNG = 600.0
"""Seconds that AWS would take to answer: longer than the test may run, so that being back at all shows it."""


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[WorldFile]:
    world = process.start(tmp_path / "world", pace=0)
    Control(world).stall("sts", "GetCallerIdentity", HUNG)
    yield world
    process.stop(tmp_path / "world")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    session = Terminal()
    yield session
    session.end()


@pytest.mark.usefixtures("hung")
def test_quitting_does_not_wait_for_a_call_that_hangs(terminal: Terminal, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    program = f"PYTHONPATH={root} {shlex.quote(sys.executable)} -m wizard --practice {tmp_path / 'world'}"
    terminal.type(f"clear; {program}; echo code=$?.")
    terminal.wait_for(lambda text: "New setup" in text and "Quit" in text)
    terminal.press("n")
    terminal.wait_for(lambda text: "Next: your AWS account" in text and "Why?" in text)
    terminal.press("Enter")
    terminal.wait_for(lambda text: "Signing in" in text)

    terminal.press("q")
    assert "code=0." in terminal.wait_for(lambda text: "code=" in text)


@pytest.mark.parametrize("ending", ["TERM", "INT", "HUP"])
def test_a_wizard_that_is_told_to_end_gives_the_terminal_back(terminal: Terminal, home: Path, ending: str) -> None:
    """As by `kill`, by a service manager, or by a terminal that is closed: the program for credentials ends, too."""
    program = home.parent / "hands-out-nothing"
    program.write_text('#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 300\n')
    program.chmod(0o755)
    config = home.parent / "config"
    config.write_text(f"[profile a]\ncredential_process = {program}\n")
    root = Path(__file__).parents[2]
    wizard = f"AWS_CONFIG_FILE={config} SNOWPIXEL_HOME={home} PYTHONPATH={root} {shlex.quote(sys.executable)} -m wizard"
    terminal.type(f"clear; {wizard} --profile a & echo $! > {home.parent}/wizard.pid; fg; echo code=$?.")
    terminal.wait_for(lambda text: "New setup" in text and "Quit" in text)
    terminal.press("n")
    terminal.wait_for(lambda text: "Next: your AWS account" in text and "Why?" in text)
    terminal.press("Tab", "Space")
    terminal.wait_for(lambda text: "[x] No domain yet" in text)
    terminal.press("C-s")
    terminal.wait_for(lambda text: "Waiting for" in text)
    started = int((home.parent / "hands-out-nothing.pid").read_text())
    os.kill(int((home.parent / "wizard.pid").read_text()), getattr(signal, f"SIG{ending}"))
    text = terminal.wait_for(lambda text: "code=" in text)
    assert "code=130." in text
    assert "Nothing is lost" in text
    assert "Waiting for" not in text
    assert all_end([started])
