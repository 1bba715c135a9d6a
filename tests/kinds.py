"""A pytest plugin: what each test needs, read from its code, so that the quick ones can be run alone.

`world` needs a practice world, `process` starts a program, `wizard` runs the screens; `quick` is what needs none of
them. Nobody has to keep that true by hand: a test's marks follow from its fixtures and from what its code, its
fixtures, and the helpers under `tests/` that they use refer to. What is reached through the product alone cannot be
read from there, so a quick test that starts a process fails, and asks for the mark `process` on itself.
"""

import inspect
import subprocess
import sys
from collections.abc import Container, Generator, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

WORLD, PROCESS, WIZARD, QUICK = "world", "process", "wizard", "quick"

MARKS = {
    WORLD: "needs a running practice world",
    PROCESS: "starts a program in a process of its own",
    WIZARD: "runs the wizard's screens",
    QUICK: "needs no practice world, no process, and no screens",
}

STARTERS = ("subprocess", "pty", "multiprocessing", "tests.forking")
"""Modules with which a test starts a process."""

PRODUCT = ("wizard.", "screens.")

WORDS = {"run_test": WIZARD, "sync_playwright": PROCESS, "fork": PROCESS}
"""Names whose use says enough."""

STARTED = frozenset(("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"))
"""Python's audit events when a process is started."""


class Kinds:
    """Marks the tests, and holds the quick ones to it.

    Args:
        config: pytest's.
        ours: the top-level modules of the tests, whose code is read.
    """

    def __init__(self, config: pytest.Config, ours: Container[str] = ("tests", "conftest")) -> None:
        self._tests = ours
        for name, meaning in MARKS.items():
            config.addinivalue_line("markers", f"{name}: {meaning}")
        self._known: dict[object, frozenset[str]] = {}
        self._started: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in STARTED:
            self._started.append(f"{event} {arguments[:2]}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark every test."""
        for item in items:
            found = set(self.needs(item))
            for name in sorted(found):
                item.add_marker(name)
            if not found and not any(item.iter_markers(PROCESS)):
                item.add_marker(QUICK)

    def needs(self, item: pytest.Item) -> frozenset[str]:
        """Return what a test needs, as far as its fixtures and its code tell."""
        found: set[str] = {WORLD} if "running" in getattr(item, "fixturenames", ()) else set()
        if isinstance(item, pytest.Function):
            found |= self._reached(item.function)
            found.update(self._of_value(getattr(item, "callspec", None) and item.callspec.params))
            for name, fixtures in item._fixtureinfo.name2fixturedefs.items():
                if name in item.fixturenames:
                    for fixture in fixtures:
                        found |= self._reached(fixture.func)
        return frozenset(found)

    def _reached(self, thing: object) -> frozenset[str]:
        """Return what a function or a class of the tests refers to, directly or through others of the tests."""
        thing = inspect.unwrap(thing) if isinstance(thing, FunctionType) else thing
        if thing not in self._known:
            self._known[thing] = frozenset()  # while it is looked at, for those that refer to themselves
            self._known[thing] = frozenset(kind for each in self._parts(thing) for kind in self._of_code(each))
        return self._known[thing]

    def _of_code(self, function: FunctionType) -> Iterator[str]:
        names = {name for code in _codes(function.__code__) for name in code.co_names}
        yield from (WORDS[name] for name in names & WORDS.keys())
        known = (function.__globals__.get(name, sys.modules.get(name)) for name in names)
        ours = [vars(module) for module in known if isinstance(module, ModuleType) and self._ours(module.__name__)]
        for name in names:
            places = (function.__globals__, *ours)
            for used in (place[name] for place in places if name in place):
                yield from self._of_value(used)

    def _of_value(self, used: object) -> Iterator[str]:
        """Say what a test needs that refers to this: a module, a function, a class, or a table of them."""
        if isinstance(used, dict):
            used = tuple(used.values())
        if isinstance(used, list | tuple):
            for one in used:
                yield from self._of_value(one)
        elif isinstance(used, ModuleType):
            yield from (PROCESS for starts in (used.__name__ in STARTERS, _starts(used.__name__)) if starts)
        elif isinstance(used, FunctionType | type) and self._ours(used.__module__):
            yield from self._reached(used)
        elif isinstance(used, FunctionType | type) and _starts(used.__module__):
            yield PROCESS

    def _parts(self, thing: object) -> Iterator[FunctionType]:
        """Yield a function, or the functions of a class and of the classes of the tests that it is made of."""
        if isinstance(thing, FunctionType):
            yield thing
        elif isinstance(thing, type):
            for kind in thing.__mro__:
                if self._ours(kind.__module__):
                    for part in vars(kind).values():
                        whole = getattr(part, "fget", None) or getattr(part, "__func__", part)
                        if isinstance(whole, FunctionType):
                            yield whole

    def _ours(self, module: str) -> bool:
        return module.partition(".")[0] in self._tests

    def pytest_runtest_logstart(self) -> None:
        """Forget what was started before this test."""
        self._started.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Let a test that is called quick start no process."""
        yield
        if self._started and any(item.iter_markers(QUICK)):
            pytest.fail(f"It starts a process, so it needs @pytest.mark.{PROCESS}: {self._started[0]}", pytrace=False)


def _starts(module: str) -> bool:
    """Whether a module of the product starts processes itself."""
    found = sys.modules.get(module)
    return module.startswith(PRODUCT) and getattr(found, "subprocess", None) is subprocess


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
