"""How soon the wizard shows its first page in a real terminal, and how much memory it takes then."""

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure

RUNS = 3
PATIENCE = 60.0
SHOWN = b"New set-up"
SIZE = (24, 80)


def wizard() -> Iterator[Figure]:
    """Start the wizard with nothing saved, several times; the least counts."""
    runs = [_started() for _ in range(RUNS)]
    yield Figure("wizard, start to first page", min(seconds for seconds, _ in runs), None, "s")
    yield Figure("its memory then (RSS)", min(size for _, size in runs), None, "MB")


def _started() -> tuple[float, float]:
    """Return the seconds until the first page is there, and the memory in MB (0 where the system does not tell)."""
    import fcntl  # noqa: PLC0415 - no Windows has it
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    with tempfile.TemporaryDirectory(prefix="snowpixel-bench-") as home:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "wizard", "--home", home],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "HOME": home},
            start_new_session=True,
        )
        try:
            _until(ours)
            return time.monotonic() - began, _memory(process.pid)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            os.close(ours)
            os.close(theirs)


def _until(terminal: int) -> None:
    shown, end = b"", time.monotonic() + PATIENCE
    while SHOWN not in shown:
        if time.monotonic() > end:
            raise TimeoutError("the wizard shows no first page")
        if select.select([terminal], [], [], 0.05)[0]:
            shown += os.read(terminal, 65536)


def _memory(process: int) -> float:
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
