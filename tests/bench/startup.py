"""How quickly the command answers, and what it does not load."""

import resource
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.figures import Figure

RUNS = 5

HEAVY = ("textual", "boto3", "botocore", "dns", "anyio")
"""Libraries that cost time to load."""


def startup() -> Iterator[Figure]:
    """Measure the CPU of `snowpixel --version`, least of several runs, and what it imports."""
    spent = min(_cpu() for _ in range(RUNS))
    yield Figure("`snowpixel --version`, CPU", spent, 0.15, "s")
    yield Figure(f"of {', '.join(HEAVY)} it loads", len(_loaded()), 0, "")


def _cpu() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "wizard", "--version"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _loaded() -> set[str]:
    """Return which heavy libraries Python says that it imported."""
    command = [sys.executable, "-X", "importtime", "-m", "wizard", "--version"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return {line.rpartition("|")[2].strip() for line in report.splitlines()} & set(HEAVY)
