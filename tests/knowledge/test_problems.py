"""The catalogue of problems and the code that raises them agree."""

import ast
from pathlib import Path
from string import Formatter

import pytest

from wizard.knowledge.problems import explain, known
from wizard.model.results import Problem

ROOT = Path(__file__).parent.parent.parent
BASE = {"report": 2, "stopped": 1, "Problem": 0, "StoppedError": 1}
"""Callables that take a problem id, and at which position."""


def raised() -> set[str]:
    """Find the problem ids named in the code."""
    texts: set[str] = set()
    for path in (ROOT / "wizard").rglob("*.py"):
        texts |= _strings_of(ast.parse(path.read_text(encoding="utf-8")))
    return texts & set(known())


def _strings_of(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _direct() -> set[str]:
    """Find ids given straight to what makes a problem: these must all be known."""
    found: set[str] = set()
    for path in (ROOT / "wizard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
            position = BASE.get(name)
            if isinstance(node, ast.Call) and position is not None and len(node.args) > position:
                argument = node.args[position]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def test_every_problem_that_the_code_names_is_explained() -> None:
    assert _direct() - set(known()) == set()


def test_every_explained_problem_is_named_by_the_code() -> None:
    assert set(known()) - raised() == set()


@pytest.mark.parametrize("name", known())
def test_an_explanation_has_a_title_a_meaning_and_something_to_do(name: str) -> None:
    explained = explain(Problem(name))
    assert explained.title
    assert not explained.title.endswith(".")
    assert explained.meaning
    assert all(explained.steps)
    assert explained.steps
    for text in (explained.title, explained.meaning, *explained.steps, explained.typical):
        assert not [gap for _, gap, _, _ in Formatter().parse(text) if gap is not None]
