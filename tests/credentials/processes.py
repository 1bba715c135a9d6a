"""What everybody may read about a running process, and what its owner may: arguments, title, variables."""

from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


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
