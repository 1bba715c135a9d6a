"""The catalogue of problems and the code that raises them agree."""

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest
from textual.content import Content

from screens.texts import plan_details, stage_details
from screens.texts.check_details import item_text
from wizard.commands.output.checklist_lines import troubles
from wizard.documents import json_envelope
from wizard.documents.plan import plan_of
from wizard.knowledge.problems import described, explain, known, needed
from wizard.model.results import Check, Item, Job, Phase, Problem, Snapshot, StageView, Status
from wizard.model.setup import Setup

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


@pytest.mark.parametrize("name", known())
def test_every_front_end_writes_the_setups_name_into_commands(name: str) -> None:
    """Only `explain`, which knows no setup, shows a placeholder for it."""
    check = Check("tls", "", Status.FAILED, "x", problem=Problem(name, dict.fromkeys(needed(name), "some")))
    item = Item("tls", "TLS", Phase.DONE, check=check)
    snapshot = Snapshot(Job.CHECK, "shop", stages=(StageView("https", "HTTPS", "why", (item,)),))
    shown = [
        *troubles([check], "shop"),
        item_text(item, setup="shop").plain,
        stage_details.stage_text(StageView("https", "HTTPS", "why", (item,)), 0.0, setup="shop").plain,
        (plan_details.matters_text(plan_of(Setup(name="shop", id="ab", created=0.0), snapshot)) or Content()).plain,
        json.dumps(json_envelope.check(check, "shop")),
    ]
    steps = described(name).steps
    for text in shown:
        assert not re.search(r"snowpixel [a-z]+ NAME\b", text), text
    wanted = {found[0] for step in steps for found in re.finditer(r"snowpixel [a-z]+(?= NAME)", step)}
    for command in wanted:
        assert f"{command} shop" in shown[-1]
        assert f"{command} shop" in "\n".join(shown[:-4])
