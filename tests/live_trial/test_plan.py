"""The plan of the live trial: nothing that is open is left out, and no cost is forgotten."""

import re
from collections import Counter

import pytest

from tests.docs.made import DOCS
from tests.live_trial import actions, outside
from tests.live_trial.actions import ACTIONS
from tests.live_trial.plan import QUESTIONS, STEPS, bill, cost_of, total

LIMITS = (DOCS / "limits.md").read_text(encoding="utf-8").partition("\n# What access logs")[0]
"""Without its last chapter, which no account would answer."""


def rows() -> list[str]:
    """Return the first column of every table there, without headings."""
    lines = [line for line in LIMITS.splitlines() if line.startswith("|")]
    heads = {number - 1 for number, line in enumerate(lines) if re.fullmatch(r"[|-]+", line)}
    return [
        line.split("|")[1].strip() for number, line in enumerate(lines) if number not in heads and "---" not in line
    ]


def test_every_open_point_has_its_step() -> None:
    assert len(rows()) == 16
    assert set(rows()) == set(QUESTIONS)
    assert {question.step for question in QUESTIONS.values()} <= {step.id for step in STEPS}


def test_every_step_does_something() -> None:
    assert [step.id for step in STEPS] == list(ACTIONS)
    assert len(STEPS) == 12


def test_every_open_point_is_spoken_of_by_a_step() -> None:
    named = {value for module in (actions, outside) for value in vars(module).values() if isinstance(value, str)}
    assert set(QUESTIONS) <= named


def test_every_cost_is_of_one_step() -> None:
    told = Counter(label for step in STEPS for label in step.costs or ())
    assert told == Counter(line.label for line in bill().lines)


def test_it_costs_cents() -> None:
    assert total() <= 12
    assert bill().total * 100 < total()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_a_step_says_what_it_costs(step: object) -> None:
    assert re.fullmatch(r"nothing|less than 1 cent|at most \d+ cents?", cost_of(step))  # type: ignore[arg-type]
