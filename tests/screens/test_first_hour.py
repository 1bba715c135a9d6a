"""A new user's first hour in a real terminal: practice, left twice in the middle, proven, and removed again."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.test_terminal import Terminal
from wizard.practice import process

ROOT = Path(__file__).parents[2]
BACK = "Continue with: make practice"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    session = Terminal()
    yield session
    session.end()


class Person:
    """Somebody who sits at a terminal, and types what README says."""

    def __init__(self, terminal: Terminal, home: Path) -> None:
        self.terminal = terminal
        self.home = home
        self.world = home / "data" / "practice"

    def come(self) -> None:
        """Type `make practice`, as its recipe runs it; AWS's delays are nothing here."""
        variables = {
            "HOME": self.home,
            "SNOWPIXEL_HOME": self.home / "data",
            "PYTHONPATH": ROOT,
            "SNOWPIXEL_STARTED_BY": "make practice",
        }
        told = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in variables.items())
        self.terminal.type(f"clear; {told} {shlex.quote(sys.executable)} -m wizard practice --pace 0; echo code=$?.")

    def sees(self, *words: str) -> str:
        return self.terminal.wait_for(lambda text: all(word in text for word in words))

    def press(self, *keys: str) -> None:
        self.terminal.press(*keys)

    def leave(self) -> None:
        """Quit, whatever is under way; a day later the world has ended."""
        self.press("q")
        text = self.terminal.wait_for(lambda text: "code=" in text or "Quit now?" in text)
        if "Quit now?" in text:
            self.press("Right", "Enter")
        assert BACK in self.sees("code=0.")
        process.stop(self.world)

    def accepts(self) -> None:
        """Go on from the account to the work."""
        self.sees("Signed in")
        self.press("Enter")
        self.sees("steps by snowpixel")
        self.press("Right", "Enter")


@pytest.mark.practice
@pytest.mark.timeout(240)
def test_a_new_user_leaves_twice_and_finds_everything_as_it_was(terminal: Terminal, tmp_path: Path) -> None:
    user = Person(terminal, tmp_path)
    try:
        _walk(user)
    finally:
        process.stop(user.world)


def _walk(user: Person) -> None:
    user.come()
    user.sees("New setup", "PRACTICE")
    user.press("n")
    user.sees("Hostname", "e.example.test")
    user.press("Enter")
    user.accepts()
    user.sees("Add this CNAME", "Add this record")
    user.leave()

    user.come()
    assert "was reset" not in user.sees("not finished", "Continue:")
    user.press("Enter")
    user.accepts()
    user.sees("Add this CNAME", "Add this record")
    user.press("Enter")
    user.sees("seen by all name servers of your domain", "Add this record")
    user.press("Enter")
    user.sees("Everything is OK", "Continue")
    user.leave()

    user.come()
    assert "was reset" not in user.sees("proven on", "Run checks")
    user.press("s")
    user.sees("your first event arrived", "page view", "Copy the tag")
    user.press("k")
    user.sees("Everything is OK", "Checklist")
    user.press("Escape")
    user.sees("Copy the tag")
    user.press("Escape")
    user.sees("Setups on this computer")
    user.press("x")
    user.sees("What is deleted, and what is kept")
    user.terminal.wait_for(lambda text: "q Quit" not in text)  # now a letter is a letter
    user.terminal.type("main")
    user.terminal.wait_for(lambda text: "q Quit" in text)  # the focus is on the button
    user.press("Enter")
    user.sees("Remove this record")
    user.press("Enter")
    user.sees("Gone", "For you to do now", "You can now delete _")
