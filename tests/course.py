"""A pytest plugin: how a run goes: on how many workers, where its files are, what comes first, and what was not run."""

import gc
import os
import resource
import time
from pathlib import Path

import pytest

from tests.kinds import QUICK

MEMORY = Path("/dev/shm")
"""Linux's file system in memory: a setup syncs two hundred times, and half of its time goes there on a disk."""

ROOM = 2 * 1024**3
"""Bytes that have to be free there: a whole run leaves a fraction of that behind."""

LONGEST = (
    "matrices",
    "snowplow",
    "drift",
    "removal",
    "adoption",
    "problems",
    "aws",
    "scenarios",
    "credentials",
    "commands",
)
"""Folders whose tests take longest, so that none of them is left for the end, when all workers but one have nothing."""

MORE = 4
"""Workers beyond one for each core, at most: each of them waits for its own world half of the time."""

GRACE = 1.0
"""Seconds that interrupted workers have to tidy up."""


class Course:
    """Sets a run up, and says at an early end what is missing."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._collected: int | None = None
        self._finished: set[str] = set()
        self._began = time.monotonic()
        if not config.option.basetemp and in_memory(MEMORY):
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the longest first where there are several workers; those of a folder stay in their order."""
        self._collected = len(items)
        if hasattr(self._config, "workerinput"):
            items.sort(key=_length)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note how many tests there are."""
        self._collected = len(ids)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Note that a test was run."""
        self._finished.add(nodeid)

    def pytest_keyboard_interrupt(self) -> None:
        """End soon: workers that a test holds up are killed after a moment, and no plugin sums up what is not whole."""
        gc.freeze()  # pytest looks for what was left behind, several times over; it does not matter now
        plugins = self._config.pluginmanager
        if plugins.has_plugin("hypothesispytest"):
            plugins.unregister(name="hypothesispytest")
        workers = plugins.getplugin("dsession")
        if workers:
            workers.nodemanager.EXIT_TIMEOUT = GRACE

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Say what the run cost, once its workers have ended."""
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is None or not self._finished or hasattr(self._config, "workerinput"):
            return
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        spent = sum(each.ru_utime + each.ru_stime for each in used)
        reporter.write_line(f"Took {_minutes(time.monotonic() - self._began)} minutes, and {_minutes(spent)} of CPU.")

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        """Say what an interrupted run has not run."""
        if exitstatus != pytest.ExitCode.INTERRUPTED or hasattr(self._config, "workerinput"):
            return
        if self._collected is None:
            terminalreporter.write_line("Interrupted before the tests were collected: none of them was run.")
            return
        left = self._collected - len(self._finished)
        terminalreporter.write_line(f"Interrupted: {left} of {self._collected} tests were not run.")


def workers(config: pytest.Config) -> int | None:
    """Return how many workers `--numprocesses auto` starts; None leaves it to xdist."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if config.option.markexpr == QUICK else cores + min(cores, MORE)


def in_memory(folder: Path) -> bool:
    """Whether a folder is there for files in memory: with room, writable, and programs in it may be started."""
    try:
        about = os.statvfs(folder)
    except OSError:
        return False
    return about.f_bavail * about.f_frsize >= ROOM and not about.f_flag & os.ST_NOEXEC and os.access(folder, os.W_OK)


def _minutes(seconds: float) -> str:
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"


def _length(item: pytest.Item) -> tuple[float, int]:
    """Return where a test stands in the row: what says itself that it may take long, then by folder."""
    limit = item.get_closest_marker("timeout")
    parts = item.nodeid.split("/")
    folder = parts[1] if len(parts) > 2 else ""
    return -float(limit.args[0] if limit else 0), LONGEST.index(folder) if folder in LONGEST else len(LONGEST)
