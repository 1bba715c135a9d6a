"""Reads the scripts of a page with a JavaScript grammar and follows what they do with trackers. Pure."""

import re
import time
from bisect import bisect_left
from typing import Any

import tree_sitter_javascript
from msgspec import Struct
from tree_sitter import Language, Node, Parser, Tree

from wizard.snowplow.pagecheck.elements import HtmlPage, Script
from wizard.snowplow.pagecheck.html import read_text
from wizard.snowplow.pagecheck.js_browser import Browser
from wizard.snowplow.pagecheck.js_run import Call, Scope, ScriptRun
from wizard.snowplow.pagecheck.js_statements import Statements
from wizard.snowplow.pagecheck.js_values import UNKNOWN, Function, Obj
from wizard.snowplow.pagecheck.tag import Arm

_LANGUAGE = Language(tree_sitter_javascript.language())

_INTEREST = re.compile(
    rb"newTracker|trackPageView|track[A-Z]\w+['\"]|enableActivity|GlobalSnowplowNamespace|_snaq|createElement|"
    rb"document\.write|\bimport\s*\(|eventMethod\W{0,3}:"
)
_TRACKER = re.compile(rb"newTracker|_snaq")
_NOT_CODE = frozenset({"comment", "html_comment", "regex_pattern", "regex", "hash_bang_line"})
_PIECE = 65_536
_LONGEST = 4.0
"""Seconds that this computer may spend on parsing a page's scripts: 8 MB of JavaScript take 2, of noise 100."""

_UNINTERESTING = 300_000
"""Bytes above which a script without anything of interest isn't read at all."""


class Load(Struct, frozen=True):
    """A script that the page's code adds to the page.

    Attributes:
        source: its address as it is written; None where the text doesn't tell, or not fully.
        start: how the address begins, as far as it is known.
        attributes: `integrity`, `crossOrigin` and the like, as far as they are known.
        sure: whether every visitor's browser loads it.
        frames: the functions in which it is created.
        module: whether it is imported.
    """

    source: str | None
    start: str
    attributes: dict[str, Any]
    sure: bool
    frames: tuple[int, ...]
    module: bool = False


class ScriptReading(Struct, frozen=True):
    """What a page's own scripts do, as far as their text tells.

    Attributes:
        scripts: the scripts, with those that they write into the page.
        calls: what trackers get, in order.
        loads: scripts that are added.
        owned: each global function that a script of the page makes: its name, and in which functions.
        texts: texts in running code.
        cut: whether there is more of interest than was read.
        broken: scripts with a tracker in them that aren't JavaScript as the grammar knows it.
        unfollowed: scripts that name a tracker where the reading didn't come by.
    """

    scripts: tuple[Script, ...]
    calls: tuple[Call, ...]
    loads: tuple[Load, ...]
    owned: tuple[tuple[str, tuple[int, ...]], ...]
    texts: tuple[str, ...]
    cut: bool
    broken: tuple[int, ...]
    unfollowed: tuple[int, ...]


class _Parsed(Struct):
    script: Script
    number: int
    source: bytes
    root: Node | None
    marks: list[int]
    broken: bool = False

    def matters(self, start: int, end: int) -> bool:
        """Whether anything of interest stands between two places."""
        place = bisect_left(self.marks, start)
        return place < len(self.marks) and self.marks[place] < end


def reading(page: HtmlPage) -> ScriptReading:
    """Return what a page's scripts do."""
    until = time.thread_time() + _LONGEST
    # The short ones first: a tag is short, and shall not wait for what a bundler has made.
    order = sorted(range(len(page.scripts)), key=lambda number: len(page.scripts[number].text))
    by_number = {number: _parsed(page.scripts[number], number, until) for number in order}
    parsed = [by_number[number] for number in range(len(page.scripts))]
    first = _Reading(page, parsed, frozenset())
    first.whole()
    second = _Reading(page, parsed, frozenset(first.run.global_names))
    second.whole()
    return second.result()


def _parsed(script: Script, number: int, until: float) -> _Parsed:
    source = script.text.encode("utf-8", "replace")
    marks = [found.start() for found in _INTEREST.finditer(source)]
    if not source.strip() or script.is_data or (not marks and len(source) > _UNINTERESTING):
        return _Parsed(script, number, source, None, marks)
    tree = _tree(source, until)
    return _Parsed(script, number, source, tree and tree.root_node, marks, tree is None or tree.root_node.has_error)


def _tree(source: bytes, until: float) -> Tree | None:
    """Parse a script; None where it is so far from JavaScript that it takes too long to make sense of it."""
    try:
        return Parser(_LANGUAGE).parse(
            lambda place, _point: source[place : place + _PIECE],
            progress_callback=lambda _place, _wrong: time.thread_time() > until,
        )
    except ValueError:  # what the parser raises where it was told to stop
        return None


class _Reading:
    """One pass over all scripts.

    Args:
        page: the page.
        parsed: its scripts.
        assigned: global names that its scripts assign.
    """

    def __init__(self, page: HtmlPage, parsed: list[_Parsed], assigned: frozenset[str]) -> None:
        self.page = page
        self.parsed = list(parsed)
        self.run = ScriptRun(Browser(page.url, assigned))
        self.top = Scope(None)

    def whole(self) -> None:
        """Run all scripts as a browser would, one after another."""
        order = sorted(
            self.parsed, key=lambda one: (not one.script.runs, one.script.is_module, "onload" in one.script.attributes)
        )
        for one in order:
            self._guarded(one)
            self._written()
        self._waiting()
        self._unreached()

    def _guarded(self, one: _Parsed) -> None:
        if one.root is None or one.broken:
            return
        self.run.script = one.number
        scope = Scope(self.top, is_function=True) if one.script.is_module else self.top
        try:
            Statements(self.run, one.source, one.matters).program(one.root, scope)
        except RecursionError:
            self.run.cut = True
        self.run.path, self.run.frames, self.run.depth = (), (), 0

    def _written(self) -> None:
        """Read the scripts that a script has written into the page."""
        texts, self.run.browser.written = self.run.browser.written, []
        if texts and len(self.parsed) < len(self.page.scripts) + 50:
            for script in read_text(self.page.url, "".join(texts)).scripts:
                one = _parsed(script, len(self.parsed), time.thread_time() + _LONGEST)
                self.parsed.append(one)
                self._guarded(one)

    def _waiting(self) -> None:
        """Run functions that something calls later."""
        while self.run.waiting:
            function, _, by_itself, script = self.run.waiting.pop(0)
            self._called(function, script, sure=by_itself)

    def _unreached(self) -> None:
        """Read functions that nothing on the page calls: scripts from elsewhere may."""
        self.run.unreached = True
        for function in self.run.functions:
            if not function.called:
                function.called = True
                self._called(function, self.run.script, sure=True)

    def _called(self, function: Function, script: int, *, sure: bool) -> None:
        run = self.run
        run.script = script
        run.path = () if sure else (Arm(run.number(), 0, 0),)
        try:
            function.home.entered(function, [UNKNOWN] * 4, UNKNOWN)
        except RecursionError:
            run.cut = True
        run.path, run.frames, run.depth = (), (), 0

    def result(self) -> ScriptReading:
        """Return what was found."""
        run = self.run
        with_calls = {call.script for call in run.calls}
        named = [one for one in self.parsed if (one.root is not None or one.broken) and _names_tracker(one)]
        return ScriptReading(
            scripts=tuple(one.script for one in self.parsed),
            calls=tuple(run.calls),
            loads=tuple(_load(element) for element in run.browser.elements if _is_script(element)),
            owned=tuple(run.owned),
            texts=tuple(dict.fromkeys(text for text, _ in run.texts)),
            cut=run.cut or run.left <= 0 or any(one.broken and one.root is None for one in named),
            broken=tuple(one.number for one in named if one.broken and one.root is not None),
            unfollowed=tuple(one.number for one in named if not one.broken and one.number not in with_calls),
        )


def _names_tracker(one: _Parsed) -> bool:
    """Whether a script names a tracker anywhere but in comments and regular expressions."""
    for found in _TRACKER.finditer(one.source):
        if one.root is None:
            return True
        node = one.root.descendant_for_byte_range(found.start(), found.end())
        if node is not None and node.type not in _NOT_CODE:
            return True
    return False


def _is_script(element: Obj) -> bool:
    return element.kind in ("element:script", "element:?") and "src" in element.props


def _load(element: Obj) -> Load:
    source = element.props["src"]
    text = source if isinstance(source, str) else None
    start = text or str(getattr(source, "start", ""))
    attributes = {name: value for name, value in element.props.items() if name != "src"}
    return Load(text, start, attributes, element.sure, element.frames, bool(attributes.get("module")))
