"""The wizard in a real terminal (tmux): start, keys, resize, quit, and how the terminal is left."""

import os
import shlex
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import require

LIMIT = 30.0

NOT_FOR_THE_TERMINAL = {"TMUX", "NO_COLOR", "COLUMNS", "LINES"}
"""A size in the environment (parallel pytest sets one) would win over the window's own."""

PROGRAM = """
import sys
from pathlib import Path
from screens.app import run
from tests.screens.scripted import ScriptedService, stays_waiting, planned
from wizard.model.results import Job
sys.exit(run(ScriptedService(Path({home!r}), scripts={{Job.APPLY: stays_waiting, Job.PLAN: planned}})))
"""


class Terminal:
    """A tmux session of its own server."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        self.tmux = [require("tmux"), "-L", f"snowpixel-{uuid.uuid4().hex[:8]}", "-f", "/dev/null"]
        environment = {key: value for key, value in os.environ.items() if key not in NOT_FOR_THE_TERMINAL}
        command = [*self.tmux, "new-session", "-d", "-x", str(width), "-y", str(height), "sh"]
        subprocess.run(command, env={**environment, "TERM": "xterm-256color", "PS1": "$ "}, check=True)

    def run(self, *arguments: str) -> str:
        done = subprocess.run([*self.tmux, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    def type(self, line: str) -> None:
        self.run("send-keys", "-l", line)
        self.press("Enter")

    def press(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    @property
    def text(self) -> str:
        return self.run("capture-pane", "-p")

    def wait_for(self, predicate: Callable[[str], bool]) -> str:
        until = time.monotonic() + LIMIT
        while not predicate(text := self.text):
            assert time.monotonic() < until, f"never happened; the terminal shows:\n{text}"
            time.sleep(0.05)
        return text

    def end(self) -> None:
        subprocess.run([*self.tmux, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    session = Terminal()
    yield session
    session.end()


def start(terminal: Terminal, home: Path) -> None:
    program = home.parent / "program.py"
    program.write_text(PROGRAM.format(home=str(home)))
    root = Path(__file__).parents[2]
    terminal.type(f"clear; PYTHONPATH={root} {shlex.quote(sys.executable)} {program}; echo code=$?.")


def test_a_walk_in_a_real_terminal_and_a_quick_clean_leave(terminal: Terminal, home: Path) -> None:
    start(terminal, home)
    terminal.wait_for(lambda text: "New setup" in text and "Quit" in text)
    terminal.press("n")  # works wherever the focus is: Enter would be lost before the button has it
    terminal.wait_for(lambda text: "Why?" in text and "e.example.test" in text)
    terminal.run("resize-window", "-x", "50", "-y", "20")
    terminal.wait_for(lambda text: "too small" in text)
    terminal.run("resize-window", "-x", "100", "-y", "30")
    terminal.wait_for(lambda text: "Your visitors' browsers send events" in text)
    terminal.press("Enter")
    terminal.wait_for(lambda text: "Signed in" in text)
    terminal.press("Enter")
    terminal.wait_for(lambda text: "steps by snowpixel" in text)
    terminal.press("q")

    text = terminal.wait_for(lambda text: "code=" in text)

    assert "code=0." in text
    assert "Nothing is lost. Continue with: snowpixel\n" in text
    assert "steps by snowpixel" not in text, "the wizard's screen is gone"


def test_ctrl_c_leaves_as_well(terminal: Terminal, home: Path) -> None:
    start(terminal, home)
    terminal.wait_for(lambda text: "New setup" in text and "Quit" in text)
    terminal.press("C-c")

    assert "code=0." in terminal.wait_for(lambda text: "code=" in text)
