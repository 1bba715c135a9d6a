"""Chrome's DevTools protocol over a pipe: JSON messages, each ended by NUL. Blocking; no port is opened.

Chromium reads commands from file descriptor 3 and writes answers and events to 4 (`--remote-debugging-pipe`).
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from wizard.model.leaving import before_leaving
from wizard.net.subprocess_env import subprocess_env

PATIENCE = 20.0
"""Seconds that a browser gets to answer a command."""

GRACE = 5.0
"""Seconds that the reading thread gets to end after the browser."""

_PIPES = 'exec "$@" 3</dev/fd/{0} 4>/dev/fd/{1}'
"""Puts the pipes where Chromium looks for them. A shell does it: between fork and exec, Python must do nothing."""

_QUIET = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=NetworkTimeServiceQuerying",
    "--mute-audio",
)

Message = dict[str, Any]


class BrowserEndedError(Exception):
    """The browser ended, or didn't answer."""


class CommandFailedError(BrowserEndedError):
    """The browser runs, but refused a command."""


_running: set["DevTools"] = set()


def kill_all() -> None:
    """End all browsers and delete their profiles: a process that leaves at once ends no `with` of theirs."""
    for browser in tuple(_running):
        browser.kill()
        shutil.rmtree(browser._profile, ignore_errors=True)  # noqa: SLF001 - of this module


before_leaving(kill_all)


class DevTools:
    """A headless browser of its own, which ends with this object.

    Args:
        program: a browser of the Chromium family.
        profile: an empty folder for it.
        flags: more of its flags.
    """

    def __init__(self, program: str, profile: Path, flags: Sequence[str] = ()) -> None:
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._number = 0
        as_root = hasattr(os, "geteuid") and os.geteuid() == 0
        root = ["--no-sandbox"] if as_root else []  # Chromium refuses root otherwise
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a browser that was looked up, with our flags
                ["/bin/sh", "-c", _PIPES.format(theirs_in, theirs_out), "sh", program, *_QUIET, *root, *flags,
                 f"--user-data-dir={profile}", "about:blank"],
                pass_fds=(theirs_in, theirs_out),
                env=subprocess_env(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError:
            os.close(self._to)
            os.close(self._from)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self._profile = profile
        _running.add(self)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the browser."""
        self.kill()
        with contextlib.suppress(OSError):
            os.close(self._to)
        self._reader.join(GRACE)
        with contextlib.suppress(OSError):
            os.close(self._from)

    def kill(self) -> None:
        """End the browser at once: one that ends by itself lets its pages send what waits."""
        _running.discard(self)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def send(self, method: str, parameters: Message | None = None, session: str = "") -> int:
        """Send a command, and return its number.

        Raises:
            BrowserEndedError: the browser has ended.
        """
        self._number += 1
        message: Message = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        content = json.dumps(message).encode() + b"\0"
        try:
            while content:
                content = content[os.write(self._to, content) :]
        except OSError as error:
            raise BrowserEndedError("the browser ended") from error
        return self._number

    def call(
        self, method: str, parameters: Message | None = None, session: str = "", *, on_event: Callable[[Message], None]
    ) -> Message:
        """Send a command and wait for its answer; events that come meanwhile are handed on.

        Raises:
            BrowserEndedError: no answer, or one that says it failed.
        """
        number = self.send(method, parameters, session)
        until = time.monotonic() + PATIENCE
        while True:
            message = self.next(until)
            if message is None:
                raise BrowserEndedError(f"the browser didn't answer {method}")
            if message.get("id") != number:
                on_event(message)
            elif "error" in message:
                raise CommandFailedError(str(message["error"].get("message", method)))
            else:
                return dict(message.get("result", {}))

    def next(self, until: float) -> Message | None:
        """Return the next message; None where none came until then.

        Raises:
            BrowserEndedError: the browser has ended.
        """
        try:
            message = self._messages.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return None
        if message is None:
            raise BrowserEndedError("the browser ended")
        return message

    def _read(self) -> None:
        rest = bytearray()
        while True:
            try:
                content = os.read(self._from, 1 << 20)
            except OSError:
                content = b""
            if not content:
                break
            rest += content
            *whole, last = bytes(rest).split(b"\0") if b"\0" in content else (bytes(rest),)
            for one in whole:
                with contextlib.suppress(ValueError):
                    self._messages.put(json.loads(one))
            rest = bytearray(last)
        self._messages.put(None)
