"""How a user is called who does something else meanwhile: by the bell and the desktop, and only after a long time."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from screens import desktop_notification
from screens.attention import AttentionWatch, ended
from screens.desktop_notification import NotificationMethod
from tests.screens import scripted
from wizard.model.results import Action, Actor, Change, Check, Item, Job, Phase, Snapshot, StageView, Status, Wait
from wizard.storage.preferences import Preferences, save

PATIENCE = 120.0
"""Seconds that a terminal may take on a busy computer."""

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY"


# What is worth a call.


def snapshot(*items: Item, finished: bool = False, job: Job = Job.APPLY) -> Snapshot:
    return Snapshot(job, "main", (StageView("dns", "DNS record", "why", items),), finished=finished)


def waiting(actor: Actor, item: str = "a", *changes: Change) -> Item:
    return Item(item, "dns", item, Phase.RUNNING, wait=Wait(scripted.HOSTILE, actor, 0, 60, 5), changes=changes)


def done(item: str = "a", status: Status = Status.OK) -> Item:
    return Item(item, "dns", item, Phase.DONE, check=Check(item, "dns", status, "so"))


ADD = Change("a", Action.CREATE, Actor.USER, "Add it", record=scripted.RECORD)
ASKS = Item("q", "dns", "q", Phase.RUNNING, decision=scripted.QUESTION)


def test_a_long_wait_that_is_over_is_called_by_its_stage_and_nothing_from_outside() -> None:
    watch = AttentionWatch(now=0, long=10)
    assert not watch.look(snapshot(waiting(Actor.AWS)), 1)
    assert watch.look(snapshot(done(), waiting(Actor.AWS, "b")), 12) == 'main: the wait at "DNS record" has ended.'


def test_short_waits_and_what_follows_quickly_are_not_called() -> None:
    watch = AttentionWatch(now=0, long=10)
    watch.look(snapshot(waiting(Actor.AWS)), 5)
    assert not watch.look(snapshot(done()), 14), "it took nine seconds"
    watch.look(snapshot(waiting(Actor.AWS), waiting(Actor.AWS, "b")), 15)
    assert watch.look(snapshot(done(), waiting(Actor.AWS, "b")), 30)
    assert not watch.look(snapshot(done(), done("b")), 31), "the user has been called a second ago"


def test_the_users_turn_is_called_once_and_not_while_they_are_still_looking() -> None:
    watch = AttentionWatch(now=0, long=10)
    asked = snapshot(waiting(Actor.USER, "a", ADD))
    assert not watch.look(asked, 3)
    assert watch.look(asked, 11) == "main: a DNS record is waiting for you."
    assert not watch.look(asked, 30)
    assert (
        watch.look(snapshot(waiting(Actor.USER, "a", ADD), ASKS), 31) == "main: a question is waiting for your answer."
    )
    assert (
        AttentionWatch(0, 10).look(snapshot(waiting(Actor.USER)), 11) == "main: something only you can do is waiting."
    )


@pytest.mark.parametrize("job", Job)
@pytest.mark.parametrize("status", Status)
def test_the_end_of_long_work_is_called_whatever_it_was_and_however_it_ended(job: Job, status: Status) -> None:
    over = snapshot(done(status=status), finished=True, job=job)
    assert ended(over, "", 10).startswith("main: ")
    assert not ended(over, "", 9)


def test_work_that_the_user_stopped_calls_nobody_and_an_error_does() -> None:
    assert not ended(snapshot(waiting(Actor.AWS)), "", 600)
    assert "something failed" in ended(snapshot(waiting(Actor.AWS)), scripted.HOSTILE, 600)
    assert scripted.HOSTILE not in ended(snapshot(waiting(Actor.AWS)), scripted.HOSTILE, 600)


# The ways to the desktop.

STAND_IN = """#!{python}
import json, os, sys
with open({record!r}, "w") as file:
    secrets = [value for value in os.environ.values() if {secret!r} in value]
    json.dump({{"arguments": sys.argv[1:], "secrets": secrets}}, file)
sys.exit({code})
"""


def stand_in(folder: Path, code: int = 0) -> Path:
    """Put a program called notify-send into a folder; return where it writes how it was called."""
    folder.mkdir(exist_ok=True)
    record = folder / "called.json"
    program = folder / "notify-send"
    program.write_text(STAND_IN.format(python=sys.executable, record=str(record), secret=SECRET, code=code))
    program.chmod(0o755)
    return record


@pytest.mark.parametrize(
    ("surrounding", "expected"),
    [
        ({"DISPLAY": ":0", "TERM": "xterm"}, NotificationMethod.NOTIFY_SEND),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x", "TERM": "linux"}, NotificationMethod.NOTIFY_SEND),
        ({"DISPLAY": ":0", "TERM": "xterm", "SSH_TTY": "/dev/pts/1"}, NotificationMethod.TERMINAL),
        ({"TERM": "xterm-kitty"}, NotificationMethod.TERMINAL),
        ({"TERM": "linux"}, NotificationMethod.NONE),
        ({}, NotificationMethod.NONE),
    ],
)
def test_the_way_to_the_users_own_desktop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, surrounding: dict[str, str], expected: NotificationMethod
) -> None:
    stand_in(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert desktop_notification.method(surrounding) is (
        expected if sys.platform != "darwin" else desktop_notification.method(surrounding)
    )


def test_the_systems_program_gets_the_text_as_an_argument_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = stand_in(tmp_path)
    for name, value in {
        "PATH": str(tmp_path),
        "DISPLAY": ":0",
        "TERM": "xterm",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }.items():
        monkeypatch.setenv(name, value)

    assert desktop_notification.notify("--urgency=critical \x1b]0;x\x07 $(id) `id`")

    told = record.read_text()
    assert '"--app-name=snowpixel", "--", "snowpixel", "--urgency=critical ]0;x $(id) `id`"' in told
    assert '"secrets": []' in told


def test_a_program_that_fails_or_is_none_leaves_it_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    stand_in(tmp_path, code=1)
    assert not desktop_notification.notify("text")
    (tmp_path / "notify-send").write_text("no program")
    assert not desktop_notification.notify("text")
    (tmp_path / "notify-send").unlink()
    assert not desktop_notification.notify("text")


def test_what_goes_through_the_terminal_cannot_end_early() -> None:
    assert desktop_notification.through_terminal("a\x07b\x1b\\c", {}) == "\x1b]9;snowpixel: ab\\c\x1b\\"


def test_tmux_is_asked_to_hand_a_notification_on() -> None:
    asked = desktop_notification.through_terminal("text", {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert asked == "\x1bPtmux;\x1b\x1b]9;snowpixel: text\x1b\x1b\\\x1b\\"


# The wizard in a real terminal.

PROGRAM = """
import sys
from pathlib import Path
from screens.app import SnowpixelApp
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.results import Job

async def work(pilot):
    app = pilot.app
    walk = app.begin(Job.CHECK, "main")
    while not walk.over or not all(one.is_finished for one in app.workers):
        await pilot.pause(0.01)
    app.exit(0)

service = ScriptedService(Path({home!r}))
a_setup(service)
app = SnowpixelApp(service)
app.long = {long}
app.run(auto_pilot=work)
sys.exit(app.return_code or 0)
"""

OTHERS = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\")
"""Sequences that a bell may end without ringing."""


def in_a_terminal(program: str, **environment: str) -> bytes:
    """Run a program in a terminal of its own, and return every byte that the terminal gets."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "TMUX")}
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "TERM": "xterm-256color", **environment},
        start_new_session=True,
    )
    os.close(theirs)
    told, until = b"", time.monotonic() + PATIENCE
    try:
        while more := _read(ours):
            told += more
            assert time.monotonic() < until, f"it does not end: {told[-2000:]!r}"
        assert process.wait(PATIENCE) == 0, told.decode(errors="replace")
    finally:
        process.kill()
        os.close(ours)
    return told


def _read(terminal: int) -> bytes:
    if not select.select([terminal], [], [], PATIENCE)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.mark.parametrize(
    "liked", [Preferences(bell=True, desktop=True), Preferences(bell=False), Preferences(bell=True)]
)
def test_the_terminal_rings_and_notifies_as_set(home: Path, liked: Preferences) -> None:
    home.mkdir()
    save(home, liked)

    told = in_a_terminal(PROGRAM.format(home=str(home), long=0))

    assert (b"\x07" in OTHERS.sub(b"", told)) is liked.bell
    assert (b"\x1b]9;snowpixel: main: the check has finished" in told) is liked.desktop


def test_what_was_short_is_called_by_nothing(home: Path) -> None:
    home.mkdir()
    save(home, Preferences(desktop=True))

    told = in_a_terminal(PROGRAM.format(home=str(home), long=3600))

    assert b"\x07" not in OTHERS.sub(b"", told)
    assert b"\x1b]9;" not in told


def test_a_desktop_is_told_by_its_own_program_and_the_terminal_then_is_not(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    save(home, Preferences(desktop=True))
    record = stand_in(tmp_path / "bin")

    told = in_a_terminal(PROGRAM.format(home=str(home), long=0), PATH=str(record.parent), DISPLAY=":0")

    assert '"snowpixel", "main: the check' in record.read_text()
    assert b"\x1b]9;" not in told
