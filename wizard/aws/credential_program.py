"""Programs that hand out credentials (`credential_process`): run with a time limit, judged, and ended with us.

botocore waits for such a program as long as it runs, and what it prints comes out in botocore's words. Here it is
named, with what was wrong with its answer; what it printed is never repeated, because it may be a secret.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from wizard.model.leaving import before_leaving
from wizard.model.timestamps import from_iso

LIMIT = 60.0
"""Seconds after which a program that has not answered is ended; one that asks a person takes a while."""

NOTED_AFTER = 2.0
"""Seconds after which it is said that a program is being waited for."""

WAITING = "Waiting for {program}, which provides AWS credentials. It may be asking you for something."

MOST = 1024 * 1024
"""Bytes that a program may print; keys with a long session token are a few thousand."""

CHUNK = 65_536

GRACE = 0.3
"""Seconds that a program gets to end by itself."""

_running: set["subprocess.Popen[bytes]"] = set()
_listeners: list[Callable[[str], None]] = []
"""At most one: the front end."""


class ProgramError(Exception):
    """A program did not hand out keys.

    Attributes:
        program: its name, without arguments.
        profile: the profile that names it.
        reason: what happened, as the end of "The program …".
    """

    def __init__(self, program: str, profile: str, reason: str) -> None:
        super().__init__(f"{program} {reason}")
        self.program, self.profile, self.reason = program, profile, reason


class ProgramKeysExpiredError(ProgramError):
    """The keys that a program hands out have expired already."""


def on_wait(listener: Callable[[str], None]) -> None:
    """Have `listener` told the name of each program that is waited for longer than usual; it may be another thread."""
    _listeners[:] = [listener]


def runner(profile: str, limit: float = LIMIT) -> Callable[..., "Run"]:
    """Return what botocore's provider calls in place of `subprocess.Popen`.

    Args:
        profile: the profile that names the program.
        limit: seconds that the program may take.
    """
    return lambda arguments, **_: Run(arguments, profile, limit)


class Run:
    """One run of a program, with what botocore uses of `subprocess.Popen`.

    Args:
        arguments: the program and its arguments.
        profile: the profile that names it.
        limit: seconds that it may take.
    """

    returncode = 0

    def __init__(self, arguments: list[str], profile: str, limit: float) -> None:
        self._program = arguments[0] if arguments else ""
        self._profile = profile
        self._limit = limit
        try:
            self._process = subprocess.Popen(  # noqa: S603
                arguments, bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except (OSError, IndexError, ValueError) as error:
            raise self._error(_not_started(error, self._program)) from None

    def communicate(self) -> tuple[bytes, bytes]:
        """Wait for the answer, and return it if it holds keys.

        Raises:
            ProgramError: it holds none, or the program took too long.
        """
        _running.add(self._process)
        try:
            said = self._waited()
        finally:
            _running.discard(self._process)
            if self._process.stdout:
                self._process.stdout.close()
        if code := self._process.returncode:
            raise self._error(f"ended with exit code {code}" if code > 0 else f"was stopped by signal {-code}")
        if reason := unusable(said):
            expired = ProgramKeysExpiredError if reason == EXPIRED else ProgramError
            raise expired(self._program, self._profile, reason)
        return said, b""

    def _waited(self) -> bytes:
        said = bytearray()
        finished = threading.Event()
        threading.Thread(target=self._read, args=(said, finished), name="snowpixel-program", daemon=True).start()
        if not finished.wait(min(NOTED_AFTER, self._limit)):
            for listener in _listeners:
                listener(self._program)
            finished.wait(max(0.0, self._limit - NOTED_AFTER))
        over = finished.is_set()
        if len(said) > MOST:
            end(self._process)
            raise self._error(f"printed more than {MOST // 1024 // 1024} MB and was stopped")
        if not over:
            end(self._process)
            raise self._error(f"didn't answer within {self._limit:.0f} seconds and was stopped")
        return bytes(said)

    def _read(self, said: bytearray, finished: threading.Event) -> None:
        """Read what the program prints, up to the limit, and wait until it ends."""
        with suppress(OSError, ValueError):  # it was ended, and its pipe closed
            while self._process.stdout and len(said) <= MOST and (piece := self._process.stdout.read(CHUNK)):
                said += piece
            if len(said) <= MOST:
                self._process.wait()
        finished.set()

    def _error(self, reason: str) -> ProgramError:
        return ProgramError(self._program, self._profile, reason)


def _not_started(error: Exception, program: str) -> str:
    if program.startswith("~"):
        return "isn't there: AWS's tools don't replace ~ on this line, so it needs the whole path"
    if isinstance(error, FileNotFoundError):
        return "isn't there, or a script's first line names an interpreter that isn't there"
    if isinstance(error, PermissionError):
        return "isn't executable: `chmod +x` makes it so"
    if isinstance(error, OSError):
        return "can't be run by this system: a script needs a first line such as #!/bin/sh"
    return "can't be run: the line names no program"


EXPIRED = "printed keys that have expired already"


def unusable(said: bytes) -> str | None:
    """Say why a program's answer holds no keys, as the end of a sentence about it; None if it does.

    The form is that of the AWS SDKs and Tools Reference Guide, process credential provider.
    """
    if not said.strip():
        return "printed nothing"
    try:
        text = said.decode("utf-8")
    except UnicodeDecodeError:
        return "printed something that isn't text in UTF-8"
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return _not_json(text)
    return _not_keys(answer)


def _not_json(text: str) -> str:
    start = text.find("{")
    with suppress(ValueError, RecursionError):
        if start >= 0:
            _, end = json.JSONDecoder().raw_decode(text[start:])
            return f"printed text {'after' if text[start + end :].strip() else 'before'} its JSON"
    return "printed something that isn't JSON"


def _not_keys(answer: Any) -> str | None:
    if not isinstance(answer, dict):
        return "printed JSON that isn't an object with keys"
    if answer.get("Version") != 1:
        return "printed no Version, which has to be 1" if "Version" not in answer else "printed a Version other than 1"
    for name in ("AccessKeyId", "SecretAccessKey"):
        if not answer.get(name):
            return f"printed no {name}"
    for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"):
        if answer.get(name) is not None and not isinstance(answer[name], str):
            return f"printed a value of {name} that isn't a string"
    if answer["AccessKeyId"].startswith("ASIA") and not answer.get("SessionToken"):
        return "printed no SessionToken, which temporary keys need"
    return _ended(answer["Expiration"]) if answer.get("Expiration") is not None else None


def _ended(stamp: str) -> str | None:
    ends = from_iso(stamp)
    if ends is None:
        return "printed an Expiration that isn't a time"
    return EXPIRED if ends <= time.time() else None


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a program and whatever it started. Blocking, for a moment."""
    family = [process.pid, *_descendants(process.pid)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for one in family:
            with suppress(OSError):
                os.kill(one, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    if process.stdout:
        process.stdout.close()


def end_all() -> None:
    """End all programs that are being waited for; at our own exit."""
    threads = [threading.Thread(target=end, args=(process,)) for process in tuple(_running)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


atexit.register(end_all)
before_leaving(end_all)


def _descendants(parent: int) -> Iterator[int]:
    """Yield the processes that a process started, and so on, as `ps` shows them."""
    if sys.platform == "win32":
        return
    try:
        told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True, timeout=2).stdout  # noqa: S607
    except (OSError, subprocess.SubprocessError):
        return
    pairs = [tuple(map(int, line.split())) for line in told.decode().splitlines()]
    left = [parent]
    while left:
        above = left.pop()
        below = [pid for pid, of in pairs if of == above]
        yield from below
        left += below
