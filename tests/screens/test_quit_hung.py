"""Leaving while AWS does not answer: the terminal is back at once, whatever the call does."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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
