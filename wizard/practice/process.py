"""Starts, finds, and stops a practice world: a process of its own, never an orphan."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from filelock import FileLock, Timeout

from wizard.practice import worldfile
from wizard.practice.control_client import Control, ControlError
from wizard.practice.timing import DEFAULT_PACE
from wizard.practice.worldfile import WorldFile

PATIENCE = 60.0
"""Seconds that a world may take to start; about one is usual, and one that stops says so at once."""
ENDING = 5.0
"""Seconds that a world may take to be saved once it answers no more; a tenth of that is usual."""
LINGER = 600.0
"""Seconds that the world of `snowpixel practice` outlives its last client."""
LOCK = "start.lock"
"""File in the world's folder that is locked while a world starts."""
LOG = "world.log"
"""File in the world's folder that takes what the world says."""

_owned: dict[Path, subprocess.Popen[bytes]] = {}


class PracticeError(Exception):
    """A practice world could not be started or stopped; the text says why."""


def start(directory: Path, *, pace: float = DEFAULT_PACE, linger: float | None = None) -> WorldFile:
    """Start a world and wait until it answers; a world that already runs there is used as it is.

    Args:
        directory: the world's folder; made if it is missing, private to this user.
        pace: real seconds per nominal second of AWS's delays; 0 makes them nothing.
        linger: seconds without a client after which the world ends by itself. None: it ends with this process.

    Raises:
        PracticeError: it did not come up.
    """
    directory = directory.resolve()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(directory / LOCK, timeout=PATIENCE):  # of two starts at once the second finds the first one's
            return find(directory) or _start(directory, pace, linger)
    except (OSError, Timeout) as error:
        raise PracticeError(f"The practice world couldn't be started: {error}") from error


def _start(directory: Path, pace: float, linger: float | None) -> WorldFile:
    if directory in _owned:  # it was killed
        _reap(_owned.pop(directory))
    let_end(directory)
    worldfile.path_of(directory).unlink(missing_ok=True)
    process = _owned[directory] = _spawn(directory, pace, linger)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = find(directory)
        if found:
            return found
        if process.poll() is not None:
            _reap(_owned.pop(directory))
            raise PracticeError(f"The practice world stopped while starting. {_last_words(directory)}")
        time.sleep(0.02)
    process.kill()
    _reap(_owned.pop(directory))
    raise PracticeError(f"The practice world didn't respond within {PATIENCE:.0f} seconds. {_last_words(directory)}")


def let_end(directory: Path) -> None:
    """Wait for a world that answers no more, but is still being saved; not for a file that a killed one left."""
    deadline = time.monotonic() + ENDING
    while time.monotonic() < deadline and (world := worldfile.read(directory)) and _runs(world.pid):
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's process has that number now
        return False
    return True


def serve(directory: Path, *, pace: float = DEFAULT_PACE) -> NoReturn:
    """Become a world in the foreground: it lives until Ctrl-C or SIGTERM.

    Raises:
        PracticeError: a world runs there already.
    """
    directory = directory.resolve()
    if find(directory):
        raise running_already(directory)
    os.execve(sys.executable, _command(directory, pace), _environment())  # noqa: S606 - our own module, no shell


def running_already(directory: Path) -> PracticeError:
    """Say that a world runs there."""
    return PracticeError(f"A practice world is already running in {directory}.")


def _command(directory: Path, pace: float) -> list[str]:
    return [sys.executable, "-m", "wizard.practice.server", str(directory), "--pace", str(pace)]


def _environment() -> dict[str, str]:
    """Return this environment, with this very copy of the package first on the path."""
    source = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path}


def _spawn(directory: Path, pace: float, linger: float | None) -> subprocess.Popen[bytes]:
    command = [*_command(directory, pace), *(["--owned"] if linger is None else ["--linger", str(linger)])]
    with (directory / LOG).open("wb") as log:
        # A session of its own: Ctrl-C reaches the owner first. The pipe is how the world learns of its owner's end.
        return subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            stdin=subprocess.PIPE if linger is None else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=directory,
            env=_environment(),
            start_new_session=True,
        )


def _last_words(directory: Path) -> str:
    try:
        lines = (directory / LOG).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return f"It printed: {lines[-1]}" if lines else "It printed nothing."


def find(directory: Path) -> WorldFile | None:
    """Return the world that runs in `directory`; a file whose world does not answer counts as none."""
    world = worldfile.read(directory)
    if world is None:
        return None
    try:
        Control(world).touch()
    except ControlError:
        return None
    return world


def renew(directory: Path) -> None:
    """End a world that an older or newer snowpixel plays, for `start` to continue it with this one's code.

    Raises:
        PracticeError: it doesn't end.
    """
    found = find(directory)
    if found and found.code != worldfile.code():
        stop(directory)


def stop(directory: Path) -> None:
    """Stop the world in `directory` and wait until it is gone; nothing happens when there is none.

    Raises:
        PracticeError: it does not end.
    """
    directory = directory.resolve()
    world = find(directory)
    if world:
        with contextlib.suppress(ControlError):
            Control(world).stop()
    process = _owned.pop(directory, None)
    if process:
        _reap(process)
    deadline = time.monotonic() + PATIENCE
    while find(directory):
        if time.monotonic() > deadline:
            raise PracticeError("The practice world didn't stop.")
        time.sleep(0.02)
    let_end(directory)


def _reap(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
