"""The page of problems is whole. That each problem is provoked by a test is held by `tests/provoked.py`."""

import pytest

from tests.docs.problems_page import CHAPTERS, rows
from wizard.knowledge.problems import known

COLLECTED = {"A": 30, "B": 11, "C": 27, "N": 34, "F": 26, "L": 8, "P": 6, "T": 12, "S": 30}
"""First letter to how many rows were collected: none may get lost."""


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
