"""How soon the wizard shows its first page in a real terminal, and how much memory it takes then; others beside it.

The others are programs of the same kind, made with the same library. They are no dependencies: install them by hand,
each in a virtual environment of its own, and put them on the PATH or name them by SNOWPIXEL_BENCH_POSTING and
SNOWPIXEL_BENCH_HARLEQUIN. The runs take turns, so that all meet the same computer.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.terminal import Started

RUNS = 3


@dataclass(frozen=True)
class Program:
    """Something to start.

    Attributes:
        name: what it is called.
        command: how it is started in an empty home.
        shown: what its first page says.
    """

    name: str
    command: tuple[str, ...]
    shown: bytes


OTHERS = {"posting": b"Collection", "harlequin": b"Data Catalog"}
"""Programs to compare with, and words of their first pages."""


def wizard() -> Iterator[Figure]:
    """Start the wizard with nothing saved, and the others that are installed, several times; the least counts."""
    ours = Program("wizard", (sys.executable, "-m", "wizard"), b"New setup")
    others = [Program(name, (path,), shown) for name, shown in OTHERS.items() if (path := _found(name))]
    least: dict[str, tuple[float, float]] = {}
    unmeasured = {name: "is not installed" for name in OTHERS if name not in {one.name for one in others}}
    for _ in range(RUNS):
        for program in (ours, *others):
            if program.name in unmeasured:
                continue
            try:
                seconds, size = _started(program)
            except TimeoutError as error:
                if program is ours:
                    raise
                unmeasured[program.name] = str(error)
                continue
            before = least.get(program.name, (seconds, size))
            least[program.name] = (min(before[0], seconds), min(before[1], size))
    for name, (seconds, size) in least.items():
        yield Figure(f"{name}, start to first page", seconds, None, "s")
        yield Figure("its memory then (RSS)", size, None, "MB")
    yield from _ratios(least, unmeasured)


def _ratios(least: dict[str, tuple[float, float]], unmeasured: dict[str, str]) -> Iterator[Figure]:
    missing = tuple(f"not compared with {name}: {why}" for name, why in unmeasured.items())
    seconds, size = least["wizard"]
    for name in OTHERS:
        if name in least:
            yield Figure(f"the wizard's start, as part of that of {name}", seconds / least[name][0], None, "times")
            yield Figure(f"the wizard's memory, as part of that of {name}", size / least[name][1], None, "times")
    if missing:
        yield Figure("programs of the same kind that could not be compared with", len(missing), None, "", missing)


def _found(name: str) -> str | None:
    return os.environ.get(f"SNOWPIXEL_BENCH_{name.upper()}") or shutil.which(name)


def _started(program: Program) -> tuple[float, float]:
    """Return the seconds until the first page is there, and the memory in MB (0 where the system does not tell)."""
    with tempfile.TemporaryDirectory(prefix="snowpixel-bench-") as home, Started(program.command, Path(home)) as one:
        seconds = one.until(program.shown)
        return seconds, one.memory
