"""No sentence stands in the code twice: copies drift apart."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = 6
"""Words from which on a text is a sentence, and no label."""

SQL = ("SELECT", "CASE", "WITH")


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a module with their lines, `{}` in the place of each value; docstrings are none."""
    described = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described | parts:
            text = node.value
        else:
            continue
        if len(text.split()) >= WORDS and not text.lstrip().startswith(SQL):
            yield node.lineno, text


def test_no_sentence_stands_twice() -> None:
    places = defaultdict(list)
    for room in ("wizard", "screens"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for line, text in sentences(ast.parse(path.read_text(encoding="utf-8"))):
                places[text].append(f"{path.relative_to(ROOT)}:{line}")
    assert len(places) > 1000, "the sentences are no longer found"
    assert {text: where for text, where in places.items() if len(where) > 1} == {}
