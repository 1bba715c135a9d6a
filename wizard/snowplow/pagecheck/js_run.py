"""One reading of a page's scripts: what is known about variables, and under which conditions code runs. Pure.

Both arms of a condition that the text doesn't decide are read; what they write is joined afterwards.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from wizard.snowplow.pagecheck.js_browser import Browser
from wizard.snowplow.pagecheck.js_values import UNDEFINED, Function, Obj, joined
from wizard.snowplow.pagecheck.tag import Arm

BUDGET = 250_000
"""Places in the syntax trees of one page that are looked at: a few seconds' worth."""

DEEPEST = 180
"""Expressions within each other that are followed; minified code has some dozens."""

MISSING = object()


class Call(Struct, frozen=True):
    """A call that a tracker's queue, or a tracker itself, would get."""

    command: str
    """`newTracker`, `trackPageView`, ..."""
    queue: str
    """Global name of the queue; empty for a function of the tracker's own."""
    args: tuple[Any, ...]
    """What is given to it, without the command itself."""
    path: tuple[Arm, ...]
    script: int
    unreached: bool
    """Whether it stands in a function that nothing on the page calls."""


class Scope:
    """Variables of a function or block."""

    def __init__(self, parent: "Scope | None", *, is_function: bool = False) -> None:
        self.parent = parent
        self.is_function = is_function
        self.names: dict[str, Any] = {}

    def holding(self, name: str) -> "Scope | None":
        """Return the innermost scope that has a variable of this name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope


class Stopped(Struct, frozen=True):
    """How a list of statements ended early."""

    kind: str
    value: Any = UNDEFINED


class ScriptRun:
    """What one reading remembers.

    Args:
        browser: the page's window.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.calls: list[Call] = []
        self.functions: list[Function] = []
        self.texts: list[tuple[str, int]] = []
        self.owned: list[tuple[str, tuple[int, ...]]] = []
        self.waiting: list[tuple[Function, str, bool, int]] = []
        self.global_names: set[str] = set()
        self.path: tuple[Arm, ...] = ()
        self.frames: tuple[int, ...] = ()
        self.script = 0
        self.unreached = False
        self.left = BUDGET
        self.depth = 0
        self.cut = False
        self._journals: list[dict[tuple[int, str], tuple[dict[str, Any], str, Any]]] = []
        self._number = 0

    @property
    def sure(self) -> bool:
        """Whether what is read now runs for each visitor."""
        return not self.path and not self.unreached

    def number(self) -> int:
        """Return a new number."""
        self._number += 1
        return self._number

    def write(self, where: dict[str, Any], name: str, value: Any) -> None:
        """Write a variable or a property, so that it can be taken back."""
        if self._journals:
            self._journals[-1].setdefault((id(where), name), (where, name, where.get(name, MISSING)))
        where[name] = value

    def set_global(self, name: str, value: Any) -> None:
        """Write a property of window."""
        self.global_names.add(name)
        self.write(self.browser.window.props, name, value)
        if isinstance(value, Function):
            value.name = value.name or name
            value.called = value.called or not name[:1].isidentifier()
            self.owned.append((name, self.frames))

    def fork(self, arms: list[Callable[[], Any]], *, whole: bool) -> list[Any]:
        """Read each arm of a condition on its own, and join what they write.

        Args:
            arms: each arm.
            whole: whether one of them runs in any case.

        Returns:
            What each arm returned.
        """
        number, outer, ends, results = self.number(), self.path, [], []
        for place, arm in enumerate(arms):
            self.path = (*outer, Arm(number, place, len(arms) if whole else 0))
            self._journals.append({})
            results.append(arm())
            journal = self._journals.pop()
            written = {key: (where, name, where.get(name, MISSING)) for key, (where, name, _) in journal.items()}
            for where, name, before in journal.values():
                _put(where, name, before)
            ends.append(written)
        self.path = outer
        stopped = [isinstance(result, Stopped) for result in results]
        going = [end for end, stops in zip(ends, stopped, strict=True) if not stops] or ends
        self._join(going if whole or any(stopped) else [*going, {}])
        return results

    def _join(self, ends: list[dict[tuple[int, str], tuple[dict[str, Any], str, Any]]]) -> None:
        places = {key: (where, name) for end in ends for key, (where, name, _) in end.items()}
        for key, (where, name) in places.items():
            values = [end[key][2] if key in end else where.get(name, MISSING) for end in ends]
            total = values[0]
            for value in values[1:]:
                total = value if total is MISSING else total if value is MISSING else joined(total, value)
            if total is not MISSING:
                self.write(where, name, total)

    def hand_on(self, value: Any, name: str, *, by_itself: bool) -> None:
        """Remember that something calls a function later."""
        if isinstance(value, Function) and not value.called:
            value.called = True
            self.waiting.append((value, name, by_itself and self.sure, self.script))

    def copied(self, source: Any) -> Obj:
        """Return an object with another's properties; the properties of one that isn't known are unknown."""
        if isinstance(source, Obj):
            return Obj(props=dict(source.props), is_open=source.open)
        return Obj(is_open=True)


def _put(where: dict[str, Any], name: str, value: Any) -> None:
    if value is MISSING:
        where.pop(name, None)
    else:
        where[name] = value
