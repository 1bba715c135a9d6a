"""What a browser gives to scripts, as far as tags use it: window, document, elements. Pure."""

from typing import Any
from urllib.parse import urlsplit

from wizard.snowplow.pagecheck.js_values import UNDEFINED, UNKNOWN, Function, Native, Obj, text_of

SELVES = ("window", "self", "globalThis", "frames")
_LATER = frozenset(
    {
        *("load", "DOMContentLoaded", "readystatechange", "pageshow", "setTimeout", "requestIdleCallback", "ready"),
        *("requestAnimationFrame", "queueMicrotask", "then", "finally", "onload", "onreadystatechange", "setImmediate"),
    }
)
"""Events and functions that run a page's function without the visitor's doing, once, and soon."""


def comes_by_itself(name: str) -> bool:
    """Whether a function that is handed to this event or function runs for each visitor."""
    return name in _LATER


class Browser:
    """A page's window.

    Args:
        url: the page's address.
        assigned: names that the page's own scripts give to window at some time: before that, they are undefined.
    """

    def __init__(self, url: str, assigned: frozenset[str]) -> None:
        self.assigned = assigned
        self.elements: list[Obj] = []
        self.written: list[str] = []
        self.window = Obj("window", is_open=True)
        self.document = Obj("document", is_open=True)
        self._fill(url)

    def _fill(self, url: str) -> None:
        parts = urlsplit(url)
        location = Obj("location", is_open=True)
        location.props = {
            "protocol": f"{parts.scheme}:",
            "host": parts.netloc,
            "hostname": parts.hostname or "",
            "href": url,
            "origin": f"{parts.scheme}://{parts.netloc}",
            "pathname": parts.path or "/",
        }
        head = Obj("node", is_open=True)
        self.document.props = {"location": location, "head": head, "documentElement": head}
        self.window.props = {
            **dict.fromkeys(SELVES, self.window),
            "document": self.document,
            "location": location,
            "navigator": Obj("navigator", is_open=True),
            "undefined": UNDEFINED,
        }

    def global_value(self, name: str) -> Any:
        """Return a global variable."""
        if name in self.window.props:
            return self.window.props[name]
        return UNDEFINED if name in self.assigned else UNKNOWN

    def created(self, tag: Any, frames: tuple[int, ...], *, sure: bool) -> Any:
        """Return a new element."""
        name = text_of(tag)
        element = Obj(f"element:{(name or '?').lower()}", is_open=True)
        element.frames, element.sure = frames, sure
        self.elements.append(element)
        return element

    def method(self, owner: Any, name: str) -> Native | None:
        """Return a function of the browser's; None for one that doesn't matter."""
        if not isinstance(owner, Obj):
            return None
        if owner.kind == "document" and name in ("createElement", "createElementNS"):
            at = 1 if name.endswith("NS") else 0
            return Native(lambda run, args: self.created(_at(args, at), run.frames, sure=run.sure))
        if owner.kind == "document" and name in ("write", "writeln"):
            return Native(lambda _run, args: self._write(args))
        if owner.kind.startswith("element:") and name == "setAttribute":
            return Native(lambda _run, args: _set(owner, args))
        return None

    def _write(self, args: list[Any]) -> Any:
        self.written.extend(text for one in args if (text := text_of(one)))
        return UNDEFINED


def _set(owner: Obj, args: list[Any]) -> Any:
    name = text_of(_at(args, 0))
    if name:
        owner.props["crossOrigin" if name.lower() == "crossorigin" else name.lower()] = _at(args, 1)
    return UNDEFINED


def _at(args: list[Any], place: int) -> Any:
    return args[place] if place < len(args) else UNDEFINED


def named(value: Any, name: str) -> None:
    """Remember under which global name the page keeps a function."""
    if isinstance(value, Function) and not value.name:
        value.name = name
