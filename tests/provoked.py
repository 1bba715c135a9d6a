"""A pytest plugin: each problem of the catalogue must really be raised by the product, in a test that names it.

And whatever problem the product raises anywhere in the suite must have every value that its texts show: a test in which
one is missing fails, because a user would read a placeholder.

The product tells Python's audit hooks of every problem (`wizard.model.results.RAISED`). Counted is what product code
raised while a test ran that passed and whose own code, tables or parameters hold the problem's id; what a test
constructs itself counts for nothing. Once the whole suite has run, the session fails if a problem is left over.
"""

import inspect
import re
import sys
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

from wizard.model.results import RAISED

TEXT = re.compile(r"'([a-z0-9-]+)'")
"""A text that may be an id, in the `repr` of a table or a parameter."""

KEPT = "problems"
"""Where a worker of xdist leaves its findings."""

SELECTING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly")
"""Options with which less than the whole suite runs."""


class Provoked:
    """Watches which problems are raised, and judges at the end.

    Args:
        config: pytest's.
        catalogue: the ids that have to be raised.
        product: the top-level modules whose code counts.
        needed: what each problem's texts show.
    """

    def __init__(
        self,
        config: pytest.Config,
        catalogue: Iterable[str],
        product: Iterable[str],
        needed: Callable[[str], Collection[str]] = lambda _: (),
    ) -> None:
        self._config = config
        self._catalogue = frozenset(catalogue)
        self._product = frozenset(product)
        self._needed = needed
        self._raised: set[str] = set()
        self._gaps: set[str] = set()
        """Values that were missing in the running test, each as "problem: value"."""
        self.proved: set[str] = set()
        self.excused: set[str] = set()
        """Named by tests that were skipped: nobody can tell."""
        sys.addaudithook(self._hear)

    @property
    def missing(self) -> list[str]:
        """Problems that no test provoked."""
        return sorted(self._catalogue - self.proved - self.excused)

    @property
    def whole(self) -> bool:
        """Whether the whole suite was asked for, and ran to its end on this side of any workers."""
        chosen = any(self._config.getoption(name, None) for name in SELECTING)
        all_paths = self._config.args_source is pytest.Config.ArgsSource.TESTPATHS
        return all_paths and not chosen and not hasattr(self._config, "workeroutput")

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == RAISED and _raiser() in self._product:
            problem, values = arguments
            self._raised.add(problem)
            if problem in self._catalogue:
                self._gaps |= {f"{problem}: {{{name}}}" for name in self._needed(problem) if name not in values}

    def pytest_runtest_logstart(self) -> None:
        """Forget what was raised before this test."""
        self._raised.clear()
        self._gaps.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Count what a test has proved."""
        report = yield
        if call.when == "call" and report.passed and self._gaps:
            report.outcome = "failed"
            report.longrepr = f"A user would read placeholders, because values are missing: {sorted(self._gaps)}"
        if report.skipped:
            self.excused |= self._catalogue & named_by(item)
        elif call.when == "call" and report.passed and self._raised:
            self.proved |= self._catalogue & self._raised & named_by(item)
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker found."""
        proved, excused = getattr(node, "workeroutput", {}).get(KEPT, ((), ()))
        self.proved.update(proved)
        self.excused.update(excused)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what this worker found; at the end of everything, fail if a problem is left over."""
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[KEPT] = (sorted(self.proved), sorted(self.excused))
        elif self.whole and self.missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        """Say how many problems were provoked, and which were not; nothing of a run that was interrupted."""
        listed = self._config.getoption("provoked", default=False)
        if exitstatus == pytest.ExitCode.INTERRUPTED or not (self.whole or listed):
            return
        count = f"{len(self.proved)} of {len(self._catalogue)} problems were raised in a test that names them"
        terminalreporter.write_line(count)
        if listed:
            terminalreporter.write_line(f"raised: {', '.join(sorted(self.proved))}")
        if self.missing:
            names = ", ".join(self.missing)
            terminalreporter.write_line(f"NOT PROVOKED by any test that names it: {names}", red=True)


def _raiser() -> str:
    """Return the top-level module whose code constructs the problem: two frames above the hook's."""
    name: str = sys._getframe(3).f_globals.get("__name__", "")
    return name.partition(".")[0]


def named_by(item: pytest.Item) -> frozenset[str]:
    """Return the texts that a test holds: in its code, in what its module keeps for it, and in its parameters."""
    if not isinstance(item, pytest.Function):
        return frozenset()
    found = set(_texts(inspect.unwrap(item.function), set()))
    if hasattr(item, "callspec"):
        found.update(TEXT.findall(repr(item.callspec.params)))
    return frozenset(found)


def _texts(function: object, seen: set[CodeType]) -> Iterator[str]:
    """Yield the texts of a function, and of the tables and functions of its module that it uses."""
    if not isinstance(function, FunctionType) or function.__code__ in seen:
        return
    for code in _codes(function.__code__, seen):
        yield from TEXT.findall(repr(code.co_consts))
        for name in code.co_names:
            used = function.__globals__.get(name)
            if isinstance(used, FunctionType) and used.__module__ == function.__module__:
                yield from _texts(used, seen)
            elif isinstance(used, str | tuple | list | dict | set | frozenset):
                yield from TEXT.findall(repr(used))


def _codes(code: CodeType, seen: set[CodeType]) -> Iterator[CodeType]:
    """Yield a function's code and that of what is defined inside it."""
    seen.add(code)
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant, seen)
