"""The page of problems is whole, and every problem of the catalogue is named by a test that expects it."""

import ast
from pathlib import Path

import pytest

from tests.docs.problems_page import CHAPTERS, rows
from wizard.problems import known

TESTS = Path(__file__).resolve().parents[1]
HERE = Path(__file__).parent

COLLECTED = {"A": 19, "B": 9, "C": 22, "N": 22, "F": 21, "L": 8, "P": 6, "T": 10, "S": 23}
"""First letter to how many rows were collected: none may get lost."""

UNTESTED = frozenset(
    {
        "browser-certificate",
        "browser-jammed",
        "browser-none",
        "browser-not-started",
        "browser-refused",
        "cannot-save",
        "event-not-sent",
        "files-kept",
        "login-ending",
        "not-made",
        "pixel-unusable",
        "split-horizon",
        "tracker-unreached",
        "tracker-unusable",
        "tracker-url-missing",
    }
)
"""Problems that no test names yet. It may only get shorter."""


def test_no_row_is_missing_and_none_is_left_open() -> None:
    found = rows()
    assert list(COLLECTED) == list(CHAPTERS)
    assert set(found) == {f"{letter}{number}" for letter, most in COLLECTED.items() for number in range(1, most + 1)}
    for key, row in found.items():
        assert len({"problems", "how", "out"} & set(row)) == 1, key
        assert set(row) <= {"is", "problems", "how", "out"}, key
        assert all(row.values()), key


def test_at_least_a_hundred_rows_are_answered() -> None:
    assert sum("out" not in row for row in rows().values()) >= 100


@pytest.mark.parametrize("key", rows())
def test_a_row_names_problems_that_exist(key: str) -> None:
    assert set(rows()[key].get("problems", ())) <= set(known())


def named_by_tests() -> set[str]:
    """Return every text that stands by itself in a test."""
    return {
        node.value
        for path in TESTS.rglob("*.py")
        if HERE not in path.parents
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_problem_is_named_by_a_test() -> None:
    assert set(known()) - named_by_tests() <= UNTESTED
