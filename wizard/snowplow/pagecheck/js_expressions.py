"""Expressions of JavaScript: their values, as far as the page's text tells them. Pure."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from tree_sitter import Node

from wizard.snowplow.pagecheck.js_run import DEEPEST, Scope, ScriptRun
from wizard.snowplow.pagecheck.js_values import (
    UNDEFINED,
    UNKNOWN,
    Function,
    Obj,
    added,
    choices,
    joined,
    text_of,
    truth,
)

FUNCTIONS = frozenset(
    {"function_expression", "arrow_function", "function_declaration", "generator_function",
     "generator_function_declaration", "method_definition"}
)  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_LARGE = 20_000
"""Bytes of code without anything of interest that are passed over."""


class Expressions:
    """Evaluates expressions of one script.

    Args:
        run: what the whole page's reading remembers.
        source: the script, in UTF-8.
        matters: whether anything of interest stands between two places of the script.
    """

    def __init__(self, run: ScriptRun, source: bytes, matters: Callable[[int, int], bool]) -> None:
        self.run = run
        self.source = source
        self.matters = matters
        self.this: Any = run.browser.window
        self.arguments: Any = UNKNOWN
        self.renamed: dict[str, str] = {}

    # What comes from the other halves of the interpreter.

    def call(self, node: Node, scope: Scope) -> Any:
        """Evaluate a call."""
        raise NotImplementedError

    def assign(self, target: Node, value: Any, scope: Scope) -> None:
        """Assign to a variable, a property, or a pattern."""
        raise NotImplementedError

    def value(self, node: Node | None, scope: Scope) -> Any:
        """Return an expression's value, reading everything in it."""
        run = self.run
        if node is None or run.left <= 0 or run.depth >= DEEPEST:
            run.cut = run.cut or (node is not None and self.matters(node.start_byte, node.end_byte))
            return UNKNOWN
        if node.end_byte - node.start_byte > _LARGE and not self.matters(node.start_byte, node.end_byte):
            return UNKNOWN
        run.left -= 1
        run.depth += 1
        try:
            handle = self._KINDS.get(node.type)
            return handle(self, node, scope) if handle else self._all_parts(node, scope)
        finally:
            run.depth -= 1

    def text(self, node: Node | None) -> str:
        """Return a node's source text."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""

    def _all_parts(self, node: Node, scope: Scope) -> Any:
        for child in node.named_children:
            self.value(child, scope)
        return UNKNOWN

    def _inner(self, node: Node, scope: Scope) -> Any:
        value: Any = UNDEFINED
        for child in node.named_children:
            if child.type != "comment":
                value = self.value(child, scope)
        return value

    def _string(self, node: Node, _scope: Scope) -> str:
        text = "".join(self._pieces(node))
        if len(text) < 2000:  # noqa: PLR2004 - longer ones are no addresses
            self.run.texts.append((text, self.run.script))
        return text

    def _pieces(self, node: Node) -> Iterator[str]:
        for child in node.named_children:
            text = self.text(child)
            yield _unescaped(text) if child.type == "escape_sequence" else text

    def _template(self, node: Node, scope: Scope) -> Any:
        total: Any = ""
        for child in node.named_children:
            if child.type == "template_substitution":
                total = added(total, self._inner(child, scope))
            else:
                total = added(total, "".join(self._pieces_of(child)))
        if isinstance(total, str):
            self.run.texts.append((total, self.run.script))
        return total

    def _pieces_of(self, node: Node) -> Iterator[str]:
        text = self.text(node)
        yield _unescaped(text) if node.type == "escape_sequence" else text

    def _number(self, node: Node, _scope: Scope) -> Any:
        text = self.text(node).replace("_", "").lower().rstrip("n")
        with contextlib.suppress(ValueError, OverflowError):
            number = int(text, 0) if text[:2] in ("0x", "0o", "0b") else float(text)
            return int(number) if number == int(number) else number
        return UNKNOWN

    def _identifier(self, node: Node, scope: Scope) -> Any:
        name = self.text(node)
        if name == "arguments" and self.arguments is not UNKNOWN:
            return self.arguments
        return self.looked_up(name, scope)

    def looked_up(self, name: str, scope: Scope) -> Any:
        """Return a variable's value."""
        holder = scope.holding(name)
        return holder.names[name] if holder else self.run.browser.global_value(name)

    def _this(self, _node: Node, _scope: Scope) -> Any:
        return self.this

    def _object(self, node: Node, scope: Scope) -> Obj:
        made = Obj()
        for child in node.named_children:
            if child.type == "pair":
                self._pair(made, child, scope)
            elif child.type == "spread_element":
                self._spread(made, self._inner(child, scope))
            elif child.type == "shorthand_property_identifier":
                made.props[self.text(child)] = self._identifier(child, scope)
            elif child.type == "method_definition":
                made.props[self.text(child.child_by_field_name("name"))] = self._function(child, scope)
        return made

    def _pair(self, made: Obj, node: Node, scope: Scope) -> None:
        key = self.key(node.child_by_field_name("key"), scope)
        value = self.value(node.child_by_field_name("value"), scope)
        if key is None:
            made.open = True
            made.props = dict.fromkeys(made.props, UNKNOWN)
        else:
            made.props[key] = value

    def _spread(self, made: Obj, source: Any) -> None:
        if isinstance(source, Obj):
            made.open = made.open or source.open
            made.props.update(source.props)
        elif truth(source) is not False:
            made.open = True
            made.props = dict.fromkeys(made.props, UNKNOWN)

    def key(self, node: Node | None, scope: Scope) -> str | None:
        """Return the name that a property's key stands for; None where it isn't known."""
        if node is None:
            return None
        if node.type in ("string", "number"):
            return text_of(self.value(node, scope))
        if node.type == "computed_property_name":
            return text_of(self._inner(node, scope))
        return self.text(node)

    def _array(self, node: Node, scope: Scope) -> Obj:
        made = Obj("array")
        values = self.values(node, scope)
        made.open = any(value is UNKNOWN and spread for value, spread in values)
        made.props = {str(place): value for place, (value, _) in enumerate(values)}
        return made

    def values(self, node: Node | None, scope: Scope) -> list[tuple[Any, bool]]:
        """Return the values of a list, and whether each is an unknown number of values (a spread)."""
        found: list[tuple[Any, bool]] = []
        for child in node.named_children if node else ():
            if child.type == "spread_element":
                source = self._inner(child, scope)
                whole = isinstance(source, Obj) and source.kind == "array" and not source.open
                found.extend(((one, False) for one in source.props.values()) if whole else [(UNKNOWN, True)])
            elif child.type != "comment":
                found.append((self.value(child, scope), False))
        return found

    def _function(self, node: Node, scope: Scope) -> Function:
        function = Function(node, scope, self.this if node.type == "arrow_function" else self.run.browser.window)
        function.home = self
        if self.matters(node.start_byte, node.end_byte):
            self.run.functions.append(function)
        return function

    def _member(self, node: Node, scope: Scope) -> Any:
        owner = self.value(node.child_by_field_name("object"), scope)
        name = self.member_name(node, scope)
        return self.property_of(owner, name)

    def member_name(self, node: Node, scope: Scope) -> str | None:
        """Return the name of the property that is accessed; None where it isn't known."""
        if node.type == "member_expression":
            return self.text(node.child_by_field_name("property"))
        return text_of(self.value(node.child_by_field_name("index"), scope))

    def property_of(self, owner: Any, name: str | None) -> Any:
        """Return a property's value."""
        values = [self._property(one, name) for one in choices(owner)]
        total = values[0]
        for value in values[1:]:
            total = joined(total, value)
        return total

    def _property(self, owner: Any, name: str | None) -> Any:
        if name is None or not isinstance(owner, Obj):
            return len(owner) if isinstance(owner, str) and name == "length" else UNKNOWN
        if owner is self.run.browser.window:
            return self.run.browser.global_value(name)
        if owner.kind == "array" and name == "length":
            return UNKNOWN if owner.open else len(owner.props)
        native = self.run.browser.method(owner, name)
        return native or owner.get(name)

    def _assignment(self, node: Node, scope: Scope) -> Any:
        target = node.child_by_field_name("left")
        value = self.value(node.child_by_field_name("right"), scope)
        if target is not None:
            self.assign(target, value, scope)
        return value

    def _augmented(self, node: Node, scope: Scope) -> Any:
        target, sign = node.child_by_field_name("left"), self.text(node.child_by_field_name("operator"))
        before = self.value(target, scope)
        if sign in ("||=", "&&=", "??="):
            value = self._either(sign[:2], before, node.child_by_field_name("right"), scope)
        else:
            right = self.value(node.child_by_field_name("right"), scope)
            value = added(before, right) if sign == "+=" else UNKNOWN
        if target is not None:
            self.assign(target, value, scope)
        return value

    def _update(self, node: Node, scope: Scope) -> Any:
        target = node.child_by_field_name("argument")
        if target is not None:
            self.assign(target, UNKNOWN, scope)
        return UNKNOWN

    def _binary(self, node: Node, scope: Scope) -> Any:
        sign = self.text(node.child_by_field_name("operator"))
        left = self.value(node.child_by_field_name("left"), scope)
        if sign in ("||", "&&", "??"):
            return self._either(sign, left, node.child_by_field_name("right"), scope)
        right = self.value(node.child_by_field_name("right"), scope)
        if sign == "+":
            return added(left, right)
        same = _same(left, right)
        if sign in ("==", "===") or same is None:
            return same if sign in ("==", "===") and same is not None else UNKNOWN
        return not same if sign in ("!=", "!==") else UNKNOWN

    def _either(self, sign: str, left: Any, right: Node | None, scope: Scope) -> Any:
        """Evaluate what comes after `||`, `&&` or `??`, if it does."""
        holds = truth(left)
        if sign == "??":
            holds = None if left is UNKNOWN or len(choices(left)) > 1 else left is not None and left is not UNDEFINED
        if holds is not None:
            return self.value(right, scope) if holds == (sign == "&&") else left
        (other,) = self.run.fork([lambda: self.value(right, scope)], whole=False)
        return joined(left, other)

    def _unary(self, node: Node, scope: Scope) -> Any:
        sign = self.text(node.child_by_field_name("operator"))
        value = self.value(node.child_by_field_name("argument"), scope)
        if sign == "!":
            holds = truth(value)
            return UNKNOWN if holds is None else not holds
        if sign == "void":
            return UNDEFINED
        if sign == "-" and isinstance(value, int | float):
            return -value
        return _type(value) if sign == "typeof" else UNKNOWN

    def _ternary(self, node: Node, scope: Scope) -> Any:
        holds = truth(self.value(node.child_by_field_name("condition"), scope))
        arms = [node.child_by_field_name(name) for name in ("consequence", "alternative")]
        if holds is not None:
            return self.value(arms[0 if holds else 1], scope)
        first, second = self.run.fork([partial(self.value, arm, scope) for arm in arms], whole=True)
        return joined(first, second)

    _KINDS: ClassVar[dict[str, Callable[[Any, Node, Scope], Any]]] = {
        "string": _string,
        "template_string": _template,
        "number": _number,
        "true": lambda *_: True,
        "false": lambda *_: False,
        "null": lambda *_: None,
        "undefined": lambda *_: UNDEFINED,
        "regex": lambda *_: Obj("regex", is_open=True),
        "comment": lambda *_: UNDEFINED,
        "identifier": _identifier,
        "this": _this,
        "object": _object,
        "array": _array,
        "member_expression": _member,
        "subscript_expression": _member,
        "assignment_expression": _assignment,
        "augmented_assignment_expression": _augmented,
        "update_expression": _update,
        "binary_expression": _binary,
        "unary_expression": _unary,
        "ternary_expression": _ternary,
        "parenthesized_expression": _inner,
        "sequence_expression": _inner,
        "await_expression": _inner,
        "call_expression": lambda self, node, scope: self.call(node, scope),
        "new_expression": lambda self, node, scope: self.call(node, scope),
        **dict.fromkeys(FUNCTIONS, _function),
    }


def _unescaped(text: str) -> str:
    body = text[1:]
    with contextlib.suppress(ValueError, OverflowError):
        if body[:1] == "u":
            return chr(int(body[1:].strip("{}"), 16))
        if body[:1] == "x":
            return chr(int(body[1:], 16))
    return _ESCAPES.get(body, body)


def _same(left: Any, right: Any) -> bool | None:
    """Return whether two values are equal; None where it isn't known."""
    plain = (str, int, float, bool, type(None))
    if (left is UNDEFINED or left is None) and (right is UNDEFINED or right is None):
        return True
    if isinstance(left, plain) and isinstance(right, plain):
        return bool(left == right)
    return None


def _type(value: Any) -> Any:
    kinds = ((bool, "boolean"), (str, "string"), (int, "number"), (float, "number"), (Function, "function"))
    if value is UNDEFINED:
        return "undefined"
    if value is None or (isinstance(value, Obj) and not isinstance(value, Function)):
        return "object"
    return next((name for kind, name in kinds if isinstance(value, kind)), UNKNOWN)
