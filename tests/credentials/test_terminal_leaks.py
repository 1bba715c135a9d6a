"""The wizard in a real terminal, with secrets of every kind: its processes, its crash screen, its report."""

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from screens.crash import REPORT
from tests.credentials.conftest import Computer
from tests.credentials.conspicuous import found_below, found_in, secret
from tests.credentials.processes import family, shown_by
from tests.credentials.test_keyring_store import UNLOCKED
from tests.credentials.test_leaks import MEDDLING
from tests.screens.test_terminal import Terminal
from tests.support import require
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

ROOT = Path(__file__).resolve().parents[2]
TYPED_ID = "AKIATYPED00000000001"
HEADING = "Sign in with"
DRAWN = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\s")
"""What a terminal is told beside the words, and the blanks and line ends that may stand within a long word."""


class Stage:
    """A terminal that remembers every byte, with the wizard in it, on a computer with a user's own files.

    Args:
        computer: the user's files.
        world: the practice account.
        outside: a folder for what is not searched.
    """

    def __init__(self, computer: Computer, world: WorldFile, outside: Path) -> None:
        self.computer = computer
        self.home = computer.home / "data"
        self.world = world
        self.raw = outside / "terminal"
        self.words = outside / "words"
        (computer.home / "tmp").mkdir()
        (computer.home / "meddling").mkdir()
        (computer.home / "meddling" / "sitecustomize.py").write_text(MEDDLING)
        for name, value in {
            "TMPDIR": str(computer.home / "tmp"),
            "PYTHONPATH": f"{computer.home / 'meddling'}:{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }.items():
            computer.setenv(name, value)
        computer.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.SecretService.Keyring")
        self.terminal: Terminal | None = None

    def open(self, *more: str, before: str = "", ready: str = HEADING) -> Terminal:
        """Start the wizard at its account page."""
        terminal = self.terminal = Terminal(width=100, height=30)
        terminal.run("pipe-pane", "-o", f"cat >> {shlex.quote(str(self.raw))}")
        program = ROOT / "tests" / "credentials" / "wizardry.py"
        folder = str(Path(self.world.ca_file).parent)
        words = [sys.executable, str(program), str(self.home), folder, *more]
        terminal.type(f"{before} {shlex.join(words)}; echo code=$?.")
        terminal.wait_for(lambda text: ready in text)
        return terminal

    def crashes(self, where: str, words: str) -> None:
        """Let a function raise an error with these words."""
        self.words.write_text(words)
        self.computer.setenv("CRASH", where)
        self.computer.setenv("CRASH_WORDS", str(self.words))

    def nothing_of(self, secrets: dict[str, str]) -> None:
        """Search the terminal, and every file of the user but AWS's own."""
        told = self.raw.read_bytes()
        assert found_in(told, secrets) + found_in(DRAWN.sub(b"", told), secrets) == []
        planted = {path for path in (self.computer.home / ".aws").rglob("*") if path.is_file()}
        assert found_below(self.computer.home, secrets, planted) == []


@pytest.fixture
def stage(computer: Computer, running: WorldFile, control: Control, tmp_path: Path) -> Iterator[Stage]:
    require("tmux")
    control.touch()
    outside = tmp_path / "outside"
    outside.mkdir()
    made = Stage(computer, running, outside)
    yield made
    if made.terminal:
        made.terminal.end()


def type_key(terminal: Terminal, identifier: str, value: str) -> None:
    """Choose to type a key, and let a key manager type it: all at once, the Tab too. Stay in the secret's box."""
    terminal.wait_for(lambda text: "Enter an access key" in text)
    terminal.press("End", "Up", "Enter")
    terminal.wait_for(lambda text: "Secret access key" in text)
    terminal.run("send-keys", "-l", f"{identifier}\t{value}")
    terminal.wait_for(lambda text: "•" * 20 in text)


def typed(stage: Stage, planted: str) -> Terminal:
    terminal = stage.open()
    type_key(terminal, TYPED_ID, planted)
    terminal.press("Enter")
    return terminal


def from_environment(stage: Stage, planted: str) -> Terminal:
    stage.computer.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001")
    stage.computer.setenv("AWS_SECRET_ACCESS_KEY", planted)
    return stage.open(ready="boom")


def from_profile(stage: Stage, planted: str) -> Terminal:
    stage.computer.credentials(
        f"[default]\naws_access_key_id = AKIADEFAULT000000001\naws_secret_access_key = {planted}\n"
    )
    return stage.open(ready="boom")


def from_key_store(stage: Stage, planted: str) -> Terminal:
    del planted  # the world's own, which the program itself put there
    require("gnome-keyring-daemon")
    unlocked = f"{require('dbus-run-session')} -- /bin/sh -c {shlex.quote(UNLOCKED)} sh"
    return stage.open("keep", before=unlocked, ready="boom")


PLACES: dict[str, tuple[Callable[[Stage, str], Terminal], str]] = {
    "typed": (typed, "wizard.credentials.manager:CredentialManager:known"),
    "environment": (from_environment, "wizard.credentials.manager:CredentialManager:known"),
    "profile": (from_profile, "wizard.credentials.manager:CredentialManager:known"),
    "key store": (from_key_store, "wizard.aws.sessions::explicit"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_crash_screen_and_its_report_mask_what_an_error_repeats(stage: Stage, place: str) -> None:
    act, where = PLACES[place]
    planted = stage.world.secret_access_key if place == "key store" else secret(place)
    stage.crashes(where, f"boom {planted} boom")
    terminal = act(stage, planted)
    text = terminal.wait_for(lambda text: "code=1." in text)
    assert "boom … boom" in text
    assert "Nothing is lost" in text
    assert "boom … boom" in (stage.home / REPORT).read_text()
    stage.nothing_of({place: planted})


def test_the_system_shows_nothing_of_a_key_that_is_typed_into_the_wizard(stage: Stage) -> None:
    secrets = {"typed": stage.world.secret_access_key}
    terminal = stage.open()
    type_key(terminal, stage.world.access_key_id, secrets["typed"])
    shell = int(terminal.run("display-message", "-p", "#{pane_pid}"))
    seen = [b"".join(map(shown_by, family(shell)))]
    terminal.press("Enter")
    terminal.wait_for(lambda text: "Signed in" in text)
    seen.append(b"".join(map(shown_by, family(shell))))
    assert all(b"wizardry.py" in told for told in seen)
    assert [found_in(told, secrets) for told in seen] == [[], []]
    stage.nothing_of(secrets)
    terminal.press("q")
    terminal.wait_for(lambda text: "code=0." in text)
    stage.nothing_of(secrets)
