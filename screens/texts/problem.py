"""A problem in words: title, meaning, and steps."""

from textual.content import Content

from screens.texts.style import MUTED, lines, say
from wizard.knowledge.problems import explain
from wizard.model.results import Problem


def explained(problem: Problem, setup: str = "") -> Content:
    """Return title, meaning, steps and the usual time; an unknown problem still says its name.

    Args:
        problem: the problem.
        setup: the setup that has it, where that is known.
    """
    try:
        about = explain(problem, setup)
    except KeyError:
        return lines(say(f"✗ {problem.id}", "bold $text-error"), *(f"{k}: {v}" for k, v in problem.values.items()))
    steps = [say(f"  {number}. {step}") for number, step in enumerate(about.steps, 1)]
    typical = [say(f"Usually takes {about.typical}.", MUTED)] if about.typical else []
    return lines(say(about.title, "bold"), about.meaning, "", say("What to do", "bold"), *steps, *typical)
