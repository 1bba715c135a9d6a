"""A problem in words, for a terminal: what it is, and what to do."""

from collections.abc import Iterator

from wizard.knowledge import problems
from wizard.model.results import Problem
from wizard.model.terminal_text import printable


def problem_lines(problem: Problem, setup: str) -> Iterator[str]:
    """Yield a problem and its steps.

    Args:
        problem: the problem.
        setup: the setup that has it; "" where it is nobody's in particular.
    """
    about = problems.explain(problem, setup)
    yield f"! {about.title}: {printable(about.meaning)}"
    yield from (f"  {number}. {printable(step)}" for number, step in enumerate(about.steps, 1))
