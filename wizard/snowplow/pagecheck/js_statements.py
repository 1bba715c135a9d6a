"""Statements of JavaScript, in order: both arms of what isn't decided, each loop once. Pure."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from tree_sitter import Node

from wizard.snowplow.pagecheck.js_calls import Calls
from wizard.snowplow.pagecheck.js_expressions import FUNCTIONS
from wizard.snowplow.pagecheck.js_run import Scope, Stopped
from wizard.snowplow.pagecheck.js_values import UNDEFINED, UNKNOWN, Obj, joined, text_of, truth

_BLOCKS = frozenset({"statement_block", "program", "class_static_block"})
DEEPEST_STATEMENTS = 150
"""Statements and expressions within each other in which a statement is still read."""

_MOST_TURNS = 20
"""Turns of a loop over a list that is known."""


class Statements(Calls):
    """Runs one script."""

    def program(self, root: Node, scope: Scope) -> None:
        """Run a whole script."""
        self._hoisted(root, scope)
        self._listed(root.named_children, scope)

    def body(self, node: Node, scope: Scope) -> Any:
        """Read a function's body, and return its value."""
        if node.type != "statement_block":
            return self.value(node, scope)
        self._variables(node, scope)
        self._hoisted(node, scope)
        stopped = self._listed(node.named_children, scope)
        return stopped.value if stopped and stopped.kind == "return" else UNDEFINED if not stopped else UNKNOWN

    def _variables(self, node: Node, scope: Scope) -> None:
        """Declare a function's `var`s at its start, so that none is taken for a global one."""
        for child in node.named_children:
            if child.type == "variable_declaration":
                for one in child.named_children:
                    name = one.child_by_field_name("name")
                    if name is not None and name.type == "identifier":
                        scope.names.setdefault(self.text(name), UNDEFINED)
            elif child.type not in FUNCTIONS and child.type.endswith(("statement", "block", "clause")):
                self._variables(child, scope)

    def _hoisted(self, node: Node, scope: Scope) -> None:
        """Declare the functions of a block before anything in it runs."""
        for child in node.named_children:
            declared = child.named_children[-1] if child.type == "export_statement" and child.named_children else child
            name = declared.child_by_field_name("name")
            if declared.type in ("function_declaration", "generator_function_declaration") and name is not None:
                self._define(self.text(name), self._function(declared, scope), scope, is_var=True)

    def _define(self, name: str, value: Any, scope: Scope, *, is_var: bool) -> None:
        holder = scope
        while is_var and not holder.is_function and holder.parent is not None:
            holder = holder.parent
        if is_var and not holder.is_function and holder.parent is None:
            self.run.set_global(name, value)
        else:
            self.run.write(holder.names, name, value)

    def _listed(self, nodes: Iterable[Node], scope: Scope) -> Stopped | None:
        for node in nodes:
            stopped = self.statement(node, scope)
            if stopped:
                return stopped
        return None

    def statement(self, node: Node, scope: Scope) -> Stopped | None:
        """Run a statement; how it ended early, if it did."""
        handle = self._STATEMENTS.get(node.type)
        if handle is None:
            if node.type not in FUNCTIONS:
                self.value(node, scope)
            return None
        self.run.left -= 1
        self.run.depth += 1
        try:
            if self.run.left > 0 and self.run.depth < DEEPEST_STATEMENTS:
                return handle(self, node, scope)
            self.run.cut = self.run.cut or self.matters(node.start_byte, node.end_byte)
            return None
        finally:
            self.run.depth -= 1

    def _block(self, node: Node, scope: Scope) -> Stopped | None:
        inner = Scope(scope)
        self._hoisted(node, inner)
        return self._listed(node.named_children, inner)

    def _expression(self, node: Node, scope: Scope) -> None:
        for child in node.named_children:
            self.value(child, scope)

    def _declaration(self, node: Node, scope: Scope) -> None:
        is_var = node.type == "variable_declaration"
        for one in node.named_children:
            target = one.child_by_field_name("name")
            given = one.child_by_field_name("value")
            if target is None or (given is None and is_var):
                continue
            value = self.value(given, scope) if given is not None else UNDEFINED
            if target.type == "identifier":
                self._define(self.text(target), value, scope, is_var=is_var)
            else:
                self.declare(target, value, _function_of(scope) if is_var else scope)

    def _if(self, node: Node, scope: Scope) -> Stopped | None:
        holds = truth(self.value(node.child_by_field_name("condition"), scope))
        arms = [node.child_by_field_name(name) for name in ("consequence", "alternative")]
        if holds is not None:
            return self._arm(arms[0 if holds else 1], scope)
        return self._forked([partial(self._arm, arm, scope) for arm in arms], whole=True)

    def _arm(self, node: Node | None, scope: Scope) -> Stopped | None:
        if node is None:
            return None
        if node.type == "else_clause":
            return self._listed(node.named_children, scope)
        return self.statement(node, scope)

    def _forked(self, arms: list[Callable[[], Any]], *, whole: bool) -> Stopped | None:
        """Run arms of which one may end the function: what comes after it depends on the condition."""
        ends = self.run.fork(arms, whole=whole)
        stopped = [end for end in ends if isinstance(end, Stopped)]
        if whole and len(stopped) == len(ends):
            value = stopped[0].value
            for end in stopped[1:]:
                value = joined(value, end.value)
            return Stopped(stopped[0].kind, value)
        if any(end.kind in ("return", "throw") for end in stopped):
            self.uncertain()
        return None

    def _return(self, node: Node, scope: Scope) -> Stopped:
        value: Any = UNDEFINED
        for child in node.named_children:
            value = self.value(child, scope)
        return Stopped("throw" if node.type == "throw_statement" else "return", value)

    def _break(self, _node: Node, _scope: Scope) -> Stopped:
        return Stopped("break")

    def _loop(self, node: Node, scope: Scope) -> Stopped | None:
        inner = Scope(scope)
        first = node.child_by_field_name("initializer")
        if first is not None:
            self.statement(first, inner)
        self.value(node.child_by_field_name("condition"), inner)
        body = node.child_by_field_name("body")
        if node.type == "do_statement":
            stopped = self._arm(body, inner)
            return stopped if stopped and stopped.kind != "break" else None
        return self._forked([lambda: self._arm(body, inner)], whole=False)

    def _for_in(self, node: Node, scope: Scope) -> Stopped | None:
        target, body = node.child_by_field_name("left"), node.child_by_field_name("body")
        source = self.value(node.child_by_field_name("right"), scope)
        known = isinstance(source, Obj) and not source.open and len(source.props) <= _MOST_TURNS
        is_of = self.text(node.child_by_field_name("operator")) == "of"
        if known and target is not None and (not is_of or source.kind == "array"):
            for name, value in list(source.props.items()):
                stopped = self._turn(target, value if is_of else name, body, Scope(scope))
                if stopped:
                    return stopped if stopped.kind != "break" else None
            return None
        return self._forked([lambda: self._turn(target, UNKNOWN, body, Scope(scope))], whole=False)

    def _turn(self, target: Node | None, value: Any, body: Node | None, scope: Scope) -> Stopped | None:
        if target is not None:
            self.declare(target, value, scope)
        return self._arm(body, scope)

    def _try(self, node: Node, scope: Scope) -> Stopped | None:
        stopped = self._arm(node.child_by_field_name("body"), scope)
        handler = node.child_by_field_name("handler")
        if handler is not None:
            self._forked([lambda: self._arm(handler.child_by_field_name("body"), Scope(scope))], whole=False)
        finalizer = node.child_by_field_name("finalizer")
        after = self._arm(finalizer.child_by_field_name("body"), scope) if finalizer is not None else None
        return after or stopped

    def _switch(self, node: Node, scope: Scope) -> Stopped | None:
        value = self.value(node.child_by_field_name("value"), scope)
        body = node.child_by_field_name("body")
        parts = [case for case in (body.named_children if body else ()) if case.type != "comment"]
        cases = [case.children_by_field_name("body") for case in parts]
        chosen = self._chosen(value, parts, scope)
        if chosen is not None:
            return self._case([one for case in cases[chosen:] for one in case], scope)
        if not cases:
            return None
        whole = any(case.type == "switch_default" for case in parts)
        ends = self.run.fork([partial(self._case, case, scope) for case in cases], whole=whole)
        if any(isinstance(end, Stopped) for end in ends):
            self.uncertain()
        return None

    def _chosen(self, value: Any, parts: list[Node], scope: Scope) -> int | None:
        """Return the case at which a `switch` begins; None where the text doesn't tell."""
        if text_of(value) is None:
            return None
        default = len(parts)
        for place, case in enumerate(parts):
            if case.type == "switch_default":
                default = place
                continue
            other = self.value(case.child_by_field_name("value"), scope)
            if text_of(other) is None:
                return None
            if other == value:
                return place
        return default

    def _case(self, nodes: list[Node], scope: Scope) -> Stopped | None:
        stopped = self._listed(nodes, Scope(scope))
        return stopped if stopped and stopped.kind != "break" else None

    def _export(self, node: Node, scope: Scope) -> None:
        for child in node.named_children:
            self.statement(child, scope)

    def _labeled(self, node: Node, scope: Scope) -> Stopped | None:
        return self._arm(node.child_by_field_name("body"), scope)

    def _import(self, node: Node, scope: Scope) -> None:
        source = node.child_by_field_name("source")
        if source is not None:
            self._imported([self.value(source, scope)])
        for clause in node.named_children:
            if clause.type == "import_clause":
                self._unknown_names(clause, scope)

    def _unknown_names(self, node: Node, scope: Scope) -> None:
        for child in node.named_children:
            if child.type == "import_specifier":
                self._specifier(child, scope)
            elif child.type == "identifier":
                scope.names[self.text(child)] = UNKNOWN
            else:
                self._unknown_names(child, scope)

    def _specifier(self, node: Node, scope: Scope) -> None:
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        scope.names[self.text(alias if alias is not None else name)] = UNKNOWN
        if alias is not None:
            self.renamed[self.text(alias)] = self.text(name)

    _STATEMENTS: ClassVar[dict[str, Callable[[Any, Node, Scope], Stopped | None]]] = {
        **dict.fromkeys(_BLOCKS, _block),
        "expression_statement": _expression,
        "variable_declaration": _declaration,
        "lexical_declaration": _declaration,
        "if_statement": _if,
        "return_statement": _return,
        "throw_statement": _return,
        "break_statement": _break,
        "continue_statement": _break,
        "for_statement": _loop,
        "while_statement": _loop,
        "do_statement": _loop,
        "for_in_statement": _for_in,
        "try_statement": _try,
        "switch_statement": _switch,
        "export_statement": _export,
        "labeled_statement": _labeled,
        "import_statement": _import,
    }


def _function_of(scope: Scope) -> Scope:
    while not scope.is_function and scope.parent is not None:
        scope = scope.parent
    return scope
