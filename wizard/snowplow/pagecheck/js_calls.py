"""Calls and assignments of JavaScript: functions of the page are followed, calls of a tracker are noted. Pure."""

import json
import re
from typing import Any

from tree_sitter import Node

from wizard.snowplow.pagecheck.js_browser import SELVES, comes_by_itself
from wizard.snowplow.pagecheck.js_expressions import Expressions
from wizard.snowplow.pagecheck.js_run import Call, Scope
from wizard.snowplow.pagecheck.js_values import (
    UNDEFINED,
    UNKNOWN,
    Function,
    Native,
    Obj,
    Partial,
    added,
    choices,
    joined,
    text_of,
)
from wizard.snowplow.pagecheck.tag import Arm

COMMAND = re.compile(r"(newTracker|track[A-Z]\w*|enableActivityTracking\w*)(?::(.*))?", re.DOTALL)
"""What a tracker's queue is told: a command, and for which trackers."""

_WITHIN = 3
"""How many times a function may be within itself."""

_OLD = frozenset({"setCollectorUrl", "setCollectorCf", "setAccount", "trackPageView"})
"""What the queue of version 1, `_snaq`, is told."""


class Calls(Expressions):
    """Evaluates calls and assignments of one script."""

    def body(self, node: Node, scope: Scope) -> Any:
        """Read a function's body, and return its value."""
        raise NotImplementedError

    def call(self, node: Node, scope: Scope) -> Any:
        """Evaluate a call, or `new`."""
        target = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        while target is not None and target.type == "parenthesized_expression" and target.named_child_count == 1:
            target = target.named_children[0]
        if target is None:
            return UNKNOWN
        given = node.child_by_field_name("arguments")
        if target.type in ("member_expression", "subscript_expression"):
            return self._method(target, given, scope)
        called = self.value(target, scope)
        name = self.text(target) if target.type == "identifier" else ""
        args = self._args(given, scope)
        if target.type == "import":
            return self._imported(args)
        if node.type == "new_expression":
            return self._new(name, called, args)
        return self._run(called, args, name, UNDEFINED, direct=self.renamed.get(name, name))

    def _args(self, node: Node | None, scope: Scope) -> list[Any]:
        if node is not None and node.type == "template_string":
            return [self.value(node, scope)]
        return [value for value, _ in self.values(node, scope)]

    def _imported(self, args: list[Any]) -> Any:
        script = self.run.browser.created("script", self.run.frames, sure=self.run.sure)
        script.props["src"] = args[0] if args else UNKNOWN
        script.props["module"] = True
        return UNKNOWN

    def _new(self, name: str, called: Any, args: list[Any]) -> Any:
        if name == "Image":
            return Obj("image", is_open=True)
        self._hand_on(args, "then" if name == "Promise" else name)
        if not isinstance(called, Function):
            return UNKNOWN
        made = Obj(is_open=True)
        given = self._run(called, args, "", made, direct="")
        return given if isinstance(given, Obj) else made  # as `new` does with what a constructor returns

    def _method(self, target: Node, given: Node | None, scope: Scope) -> Any:
        owner = self.value(target.child_by_field_name("object"), scope)
        name = self.member_name(target, scope) or ""
        args = self._args(given, scope)
        if name in ("call", "apply") and not (isinstance(owner, Obj) and owner.kind == "object"):
            rest = _spread(args[1:2]) if name == "apply" else args[1:]
            return self._run(owner, rest, self._queue_named(target), args[0] if args else UNDEFINED, direct="")
        if name == "push" and self._queue_named(target) == "_snaq":
            self._old_queue(args)
        plain = self._of_value(owner, name, args)
        if plain is not None:
            return plain
        queue = name if owner is self.run.browser.window else ""
        return self._run(self.property_of(owner, name), args, queue, owner, direct=name)

    def _queue_named(self, target: Node) -> str:
        """Return the name of the variable whose method is called."""
        text = self.text(target.child_by_field_name("object"))
        head, _, tail = text.rpartition(".")
        return tail if not head or head in SELVES else ""

    def _run(self, called: Any, args: list[Any], queue: str, this: Any, *, direct: str) -> Any:
        """Run a function: note what a tracker gets, follow the page's own, hand functions on to all others."""
        values = [self._one(one, args, queue, this, direct) for one in choices(called)]
        total = values[0]
        for value in values[1:]:
            total = joined(total, value)
        return total

    def _one(self, called: Any, args: list[Any], queue: str, this: Any, direct: str) -> Any:
        if isinstance(called, Native):
            return called.run(self.run, args)
        if self._noted(called, args, queue, direct):
            return UNDEFINED
        if isinstance(called, Function):
            called.called = True
            return called.home.entered(called, args, this)
        event = text_of(args[0]) if args and isinstance(args[0], str) else ""
        self._hand_on(args, event if direct in ("addEventListener", "on", "once") else direct)
        return UNKNOWN

    def _hand_on(self, args: list[Any], name: str | None) -> None:
        by_itself = comes_by_itself(name or "") or name in ("$", "jQuery")
        for arg in args:
            self.run.hand_on(arg, name or "", by_itself=by_itself)

    def _noted(self, called: Any, args: list[Any], queue: str, direct: str) -> bool:
        """Note a call that a tracker gets; whether it is one."""
        command = COMMAND.fullmatch(args[0]) if args and isinstance(args[0], str) else None
        if command and (isinstance(called, Function) or called is UNKNOWN or called is UNDEFINED):
            if isinstance(called, Function):
                called.called = True
                queue = called.name or queue
            self._note(command[1], queue or direct, args[1:])
            return True
        created = _created(args)
        if created:
            self._note("newTracker", "", created)
            return True
        own = COMMAND.fullmatch(direct)
        if own and (direct == "newTracker" or not isinstance(called, Function)):
            self._note(direct, "", args)
            return True
        return False

    def _note(self, command: str, queue: str, args: list[Any]) -> None:
        run = self.run
        run.calls.append(Call(command, queue, tuple(args), run.path, run.script, run.unreached))

    def _old_queue(self, args: list[Any]) -> None:
        for arg in args:
            given = [*arg.props.values()] if isinstance(arg, Obj) and arg.kind == "array" else []
            if given and given[0] in _OLD:
                self._note(f"_snaq {given[0]}", "_snaq", given[1:])

    def entered(self, function: Function, args: list[Any], this: Any) -> Any:
        """Run a function of this script."""
        node, run = function.node, self.run
        if run.frames.count(node.id) >= _WITHIN or not self.matters(node.start_byte, node.end_byte):
            return UNKNOWN if run.frames.count(node.id) else self._short(function, args, this)
        return self._inside(function, args, this)

    def _short(self, function: Function, args: list[Any], this: Any) -> Any:
        """Run a function in which nothing of interest stands, for its value, if it isn't long."""
        node = function.node
        return self._inside(function, args, this) if node.end_byte - node.start_byte < 5000 else UNKNOWN  # noqa: PLR2004 - bytes

    def _inside(self, function: Function, args: list[Any], this: Any) -> Any:
        run, node = self.run, function.node
        before = (self.this, self.arguments, run.frames, run.path)
        scope = Scope(function.scope, is_function=True)
        if node.type != "arrow_function":
            self.this = this
            self.arguments = Obj("array", {str(place): arg for place, arg in enumerate(args)})
        else:
            self.this = function.this
        run.frames = (*run.frames, node.id)
        try:
            self._bound(node, args, scope)
            inside = node.child_by_field_name("body")
            return self.body(inside, scope) if inside is not None else UNKNOWN
        finally:
            self.this, self.arguments, run.frames, run.path = before

    def _bound(self, node: Node, args: list[Any], scope: Scope) -> None:
        name = node.child_by_field_name("name")
        if name is not None and node.type == "function_expression":
            scope.names[self.text(name)] = UNKNOWN
        one = node.child_by_field_name("parameter")
        given = node.child_by_field_name("parameters")
        targets = (
            [one]
            if one is not None
            else [each for each in given.named_children if each.type != "comment"]
            if given
            else []
        )
        for place, target in enumerate(targets):
            if target.type == "rest_pattern":
                rest = {str(at): arg for at, arg in enumerate(args[place:])}
                self.declare(target.named_children[0], Obj("array", rest), scope)
            else:
                self.declare(target, args[place] if place < len(args) else UNDEFINED, scope)

    def declare(self, target: Node, value: Any, scope: Scope) -> None:
        """Give a value to a variable of this scope, or to those of a pattern."""
        if target.type in ("identifier", "shorthand_property_identifier_pattern"):
            self.run.write(scope.names, self.text(target), value)
        else:
            self._pattern(target, value, scope, self.declare)

    def assign(self, target: Node, value: Any, scope: Scope) -> None:
        """Assign to a variable, a property, or a pattern."""
        if target.type in ("identifier", "shorthand_property_identifier_pattern"):
            name = self.text(target)
            holder = scope.holding(name)
            if holder:
                self.run.write(holder.names, name, value)
            else:
                self.run.set_global(name, value)
        elif target.type in ("member_expression", "subscript_expression"):
            owner = self.value(target.child_by_field_name("object"), scope)
            for one in choices(owner):
                self._set(one, self.member_name(target, scope), value)
        else:
            self._pattern(target, value, scope, self.assign)

    def _set(self, owner: Any, name: str | None, value: Any) -> None:
        if not isinstance(owner, Obj):
            self.run.hand_on(value, name or "", by_itself=comes_by_itself(name or ""))
        elif name is None:
            owner.open = True
            for known in owner.props:
                self.run.write(owner.props, known, UNKNOWN)
        elif owner is self.run.browser.window and not name.startswith("on"):
            self.run.set_global(name, value)
        else:
            self.run.write(owner.props, name, value)
            if owner.kind not in ("object", "array", "function"):
                self.run.hand_on(value, name, by_itself=comes_by_itself(name))

    def _pattern(self, target: Node, value: Any, scope: Scope, put: Any) -> None:
        if target.type == "assignment_pattern":
            left, right = target.child_by_field_name("left"), target.child_by_field_name("right")
            if value is UNDEFINED:
                value = self.value(right, scope)
            elif value is UNKNOWN or any(one is UNDEFINED for one in choices(value)):
                value = UNKNOWN
            if left is not None:
                put(left, value, scope)
        elif target.type in ("object_pattern", "object_assignment_pattern"):
            for child in target.named_children:
                self._part(child, value, scope, put)
        elif target.type == "array_pattern":
            for place, child in enumerate(each for each in target.named_children if each.type != "comment"):
                put(child, self.property_of(value, str(place)), scope)
        elif target.named_child_count:
            put(target.named_children[0], UNKNOWN, scope)

    def _part(self, child: Node, value: Any, scope: Scope, put: Any) -> None:
        """Take one part of an object apart."""
        if child.type == "pair_pattern":
            inner = child.child_by_field_name("value")
            if inner is not None:
                put(inner, self.property_of(value, self.key(child.child_by_field_name("key"), scope)), scope)
        elif child.type == "object_assignment_pattern":
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            found = self.property_of(value, self.text(left))
            if left is not None:
                put(left, self.value(right, scope) if found is UNDEFINED else found, scope)
        elif child.type == "rest_pattern":
            put(child.named_children[0], self.run.copied(value), scope)
        else:
            put(child, self.property_of(value, self.text(child)), scope)

    def _of_value(self, owner: Any, name: str, args: list[Any]) -> Any:
        """Return what a method of a text, an array, Object or JSON gives; None for all others."""
        if isinstance(owner, str | Partial) and name in ("toLowerCase", "toUpperCase", "trim", "concat", "toString"):
            return _text_method(owner, name, args)
        if isinstance(owner, Obj) and owner.kind == "array":
            return self._array_method(owner, name, args)
        if name == "assign" and args and isinstance(args[0], Obj):
            for source in args[1:]:
                self._spread(args[0], source)
            return args[0]
        if name == "parse" and len(args) == 1 and isinstance(args[0], str):
            return _parsed(args[0])
        return None

    def _array_method(self, owner: Obj, name: str, args: list[Any]) -> Any:
        if name == "push":
            for arg in args:
                self.run.write(owner.props, str(len(owner.props)), arg)
                if not isinstance(arg, Obj) or arg.kind != "array":
                    self._hand_on([arg], "push")
            return UNKNOWN
        if name == "join" and not owner.open:
            return _joined_texts(owner, args)
        if name in ("forEach", "map") and args and isinstance(args[0], Function) and not owner.open:
            for place, one in list(owner.props.items())[:50]:
                self._run(args[0], [one, int(place) if place.isdigit() else UNKNOWN], "", UNDEFINED, direct="")
            return UNKNOWN
        return None

    def uncertain(self) -> None:
        """Remember that what is read from here on may not run."""
        self.run.path = (*self.run.path, Arm(self.run.number(), 0, 0))


_WITHIN_NEW_TRACKER = 6
"""How many arguments the function takes that `newTracker` calls."""


def _created(args: list[Any]) -> list[Any]:
    """Return name, address, and settings of the tracker that a call creates; nothing for any other call.

    A bundler may have renamed `newTracker`, but not the settings. It may also have put the function in its place that
    `newTracker` itself calls (`addTracker` of `@snowplow/browser-tracker-core` 4): id, name, version, address, state,
    settings.
    """
    if len(args) == _WITHIN_NEW_TRACKER and str(args[2]).startswith("js-"):
        args = [args[1], args[3], args[5]]
    if len(args) != 3 or not all(isinstance(one, str) for one in args[:2]) or not isinstance(args[2], Obj):  # noqa: PLR2004
        return []
    return args if {"eventMethod", "appId"} <= args[2].props.keys() else []


def _spread(args: list[Any]) -> list[Any]:
    given = args[0] if args else UNDEFINED
    return (
        list(given.props.values()) if isinstance(given, Obj) and given.kind == "array" and not given.open else [UNKNOWN]
    )


def _text_method(owner: Any, name: str, args: list[Any]) -> Any:
    if name == "concat":
        total = owner
        for arg in args:
            total = added(total, arg)
        return total
    if isinstance(owner, Partial):
        return UNKNOWN
    return {"toLowerCase": owner.lower(), "toUpperCase": owner.upper(), "trim": owner.strip()}.get(name, owner)


def _joined_texts(owner: Obj, args: list[Any]) -> Any:
    between = text_of(args[0]) if args and args[0] is not UNDEFINED else ","
    total: Any = ""
    for place, one in enumerate(owner.props.values()):
        total = added(added(total, (between if between is not None else UNKNOWN) if place else ""), one)
    return total


def _parsed(text: str) -> Any:
    try:
        return _of_json(json.loads(text))
    except (ValueError, RecursionError):
        return UNKNOWN


def _of_json(value: Any) -> Any:
    if isinstance(value, dict):
        return Obj(props={name: _of_json(one) for name, one in value.items()})
    if isinstance(value, list):
        return Obj("array", {str(place): _of_json(one) for place, one in enumerate(value)})
    return value
