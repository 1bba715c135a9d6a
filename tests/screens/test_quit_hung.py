"""Leaving while AWS does not answer: the terminal is back at once, whatever the call does."""

import os
import pty
import shlex
import signal
import subprocess
import sys
import termios
import time
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


STEADY = 50
"""Looks in a row that find the wizard held up."""


def _waits_for_a_lock(pid: int) -> bool:
    """Whether the first thread of a process waits for a lock: one that draws waits for events."""
    return Path(f"/proc/{pid}/wchan").read_text().startswith("futex")


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc what the wizard waits for")
@pytest.mark.parametrize("ending", ["TERM", "HUP"])
def test_a_wizard_whose_terminal_takes_nothing_more_ends_all_the_same(tmp_path: Path, ending: str) -> None:
    """As one does that was closed: what draws waits for it, and would wait for good."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    program = subprocess.Popen(
        [sys.executable, "-m", "wizard", "--home", str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    os.close(theirs)
    try:
        while b"New setup" not in os.read(ours, 65_536):
            pass
        held, size = 0, 0
        while held < STEADY:  # each size is drawn anew, and nobody takes it away anymore
            size += 1
            termios.tcsetwinsize(ours, (40 - size % 2, 120))
            program.send_signal(signal.SIGWINCH)
            program.poll()
            time.sleep(0.01)
            held = held + 1 if _waits_for_a_lock(program.pid) else 0
        program.send_signal(getattr(signal, f"SIG{ending}"))
        assert program.wait(100) == 130
    finally:
        program.kill()
        program.wait()
        os.close(ours)


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
