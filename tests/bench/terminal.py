"""A program in a terminal of its own, and what a stopwatch says about it."""

import os
import pty
import select
import signal
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0
SIZE = (24, 80)
ROOT = Path(__file__).parents[2]


class Started:
    """A program that runs until the end of the block.

    Args:
        command: what to start.
        home: its home folder, also where it is started.
    """

    def __init__(self, command: Sequence[str], home: Path) -> None:
        import fcntl  # noqa: PLC0415 - no Windows has it
        import termios  # noqa: PLC0415

        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        kept = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        found = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **kept}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=home,
            env={**os.environ, **found, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, whatever it does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._ours)

    def type(self, keys: bytes) -> float:
        """Press keys, and return when."""
        os.write(self._ours, keys)
        return time.monotonic()

    def until(self, words: bytes) -> float:
        """Return the seconds since the start until words are on the screen.

        Raises:
            TimeoutError: they do not come.
        """
        shown, end = b"", time.monotonic() + PATIENCE
        while words not in shown:
            if time.monotonic() > end or self.process.poll() is not None:
                ended = f"it ended with {self.process.poll()}" if self.process.poll() is not None else "it goes on"
                raise TimeoutError(f"{self.process.args!r} never shows {words!r} ({ended})")
            shown += self._read()
        return time.monotonic() - self.began

    def ended(self) -> float:
        """Wait for the program's own end, and return when it came.

        Raises:
            TimeoutError: it does not come.
        """
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.process.args!r} does not end")
            self._read(0.005)
        return time.monotonic()

    def _read(self, wait: float = 0.05) -> bytes:
        """Return what came meanwhile; a terminal whose program has gone says so by an error, and has nothing."""
        try:
            return os.read(self._ours, 65536) if select.select([self._ours], [], [], wait)[0] else b""
        except OSError:
            return b""

    @property
    def memory(self) -> float:
        """MB that it holds (RSS); 0 where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 0.0
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
