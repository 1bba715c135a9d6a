"""Values of JavaScript as far as a page's text tells them. Pure."""

from collections.abc import Callable
from typing import Any

MOST_CHOICES = 4
"""Values that a variable may have by turns; more are as good as unknown."""


class _Mark:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNKNOWN = _Mark("unknown")
"""What the page's text doesn't tell."""
UNDEFINED = _Mark("undefined")


class Partial:
    """A text of which only the beginning is known."""

    def __init__(self, start: str) -> None:
        self.start = start


class OneOf:
    """One of several values, depending on what the text doesn't tell."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values


class Obj:
    """An object.

    Attributes:
        kind: `object`, `array`, `window`, `document`, `location`, `element:TAG`, or `image`.
        props: its properties by name.
        open: whether it may have properties that the text doesn't tell.
        frames: the functions that were running when it was created, for elements.
        sure: whether it is certain that it is created.
    """

    def __init__(self, kind: str = "object", props: dict[str, Any] | None = None, *, is_open: bool = False) -> None:
        self.kind = kind
        self.props: dict[str, Any] = props or {}
        self.open = is_open
        self.frames: tuple[int, ...] = ()
        self.sure = True

    def get(self, name: str) -> Any:
        """Return a property."""
        return self.props.get(name, UNKNOWN if self.open else UNDEFINED)


class Function(Obj):
    """A function of the page.

    Attributes:
        node: its place in the syntax tree.
        scope: the variables around it.
        called: whether something on the page calls it, or hands it on.
        name: the global name under which the page keeps it; empty for none.
        home: the reader of the script in which it stands.
    """

    def __init__(self, node: Any, scope: Any, this: Any) -> None:
        super().__init__("function", is_open=True)
        self.node = node
        self.scope = scope
        self.this = this
        self.called = False
        self.name = ""
        self.home: Any = None


class Native:
    """A function of the browser that matters here."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.run = run


def joined(first: Any, second: Any) -> Any:
    """Return what a variable holds that has one value or the other."""
    if first is second or (type(first) is type(second) and not isinstance(first, Obj) and first == second):
        return first
    if first is UNKNOWN or second is UNKNOWN:
        return UNKNOWN
    values = (*choices(first), *(one for one in choices(second) if not any(one is other for other in choices(first))))
    return OneOf(values) if len(values) <= MOST_CHOICES else UNKNOWN


def choices(value: Any) -> tuple[Any, ...]:
    """Return all values that something may have."""
    return value.values if isinstance(value, OneOf) else (value,)


def truth(value: Any) -> bool | None:
    """Return whether a condition holds; None where the text doesn't tell."""
    if isinstance(value, OneOf):
        found = {truth(one) for one in value.values}
        return found.pop() if len(found) == 1 else None
    if value is UNKNOWN:
        return None
    if isinstance(value, Partial):
        return True if value.start else None
    if isinstance(value, Obj | Native):
        return True
    return value is not UNDEFINED and bool(value)


def text_of(value: Any) -> str | None:
    """Return a value as a text, as joining it to a text would; None where it isn't known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if value == value and abs(value) < 2**53 and value == int(value) else str(value)  # noqa: PLR0124 - not a number
    if value is None:
        return "null"
    return "undefined" if value is UNDEFINED else None


def added(left: Any, right: Any) -> Any:
    """Return `left + right`."""
    if isinstance(left, OneOf) or isinstance(right, OneOf):
        pairs = [added(one, other) for one in choices(left) for other in choices(right)]
        total = pairs[0]
        for pair in pairs[1:]:
            total = joined(total, pair)
        return total
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left + right
    if isinstance(left, Partial):
        return left
    first, second = text_of(left), text_of(right)
    if first is None:
        return UNKNOWN
    if second is not None:
        return first + second
    more = right.start if isinstance(right, Partial) else ""
    return Partial(first + more) if isinstance(left, str) or more else UNKNOWN
