"""What everybody may read about a running process, and what its owner may: arguments, title, variables."""

import time
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
LIMIT = 60.0
"""Seconds that the system gets to end what is killed."""


def family(process: int) -> list[int]:
    """Return a process and all that it started, and so on."""
    parents: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it may end while we look
                after_name = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
                parents.setdefault(int(after_name[1]), []).append(int(folder.name))
    found, left = [], [process]
    while left:
        found.append(left.pop())
        left += parents.get(found[-1], [])
    return found


def shown_by(process: int) -> bytes:
    """Return what the system shows of a process: arguments, title, names of its threads, its variables."""
    files = [PROC / str(process) / name for name in ("cmdline", "comm", "stat", "environ")]
    with suppress(OSError):
        files += [thread / "comm" for thread in (PROC / str(process) / "task").iterdir()]
    told = b""
    for file in files:
        with suppress(OSError):
            told += file.read_bytes() + b"\n"
    return told


def all_end(processes: list[int]) -> bool:
    """Wait until none of them runs any more: the system takes a moment to end what is killed."""
    until = time.monotonic() + LIMIT
    while any(map(alive, processes)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(alive, processes))


def alive(process: int) -> bool:
    try:
        return "Z" not in (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
