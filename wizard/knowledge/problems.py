"""Problem ids to texts: title, meaning, and steps from `assets/problems.toml`, with values filled in."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from wizard.model.results import Problem


class Explained(Struct, frozen=True):
    """A problem in plain words."""

    id: str
    title: str
    meaning: str
    steps: tuple[str, ...]
    """What to do, in order."""
    typical: str = ""
    """How long the fix usually takes, in words."""
    link: str = ""


ADDED = frozenset({"on", "candidates", "policy", "region"})
"""Values that are part of a sentence or a whole one, with a blank before it, or nothing: without them it reads well."""


_OF_A_SETUP = re.compile(r"(snowpixel [a-z]+) NAME\b")
"""A command whose first word is the name of a setup."""

_FIELD = re.compile(r"{(\w+)}")


class _Gaps(dict[str, str]):
    """Shows a value that was not given as a plain placeholder."""

    def __missing__(self, key: str) -> str:
        return "" if key in ADDED else key.upper().replace("_", " ")


@cache
def _catalogue() -> Mapping[str, dict[str, Any]]:
    return tomllib.loads(files("assets").joinpath("problems.toml").read_text(encoding="utf-8"))


def known() -> tuple[str, ...]:
    """Return the ids of all problems, sorted."""
    return tuple(sorted(_catalogue()))


def needed(problem: str) -> frozenset[str]:
    """Return the values without which a problem's texts have a gap.

    Raises:
        KeyError: the catalogue has no such problem.
    """
    entry = _catalogue()[problem]
    texts = (entry["title"], entry["meaning"], *entry["steps"], entry.get("typical", ""), entry.get("link", ""))
    return frozenset(_FIELD.findall("\n".join(texts))) - ADDED


def explain(problem: Problem, setup: str = "") -> Explained:
    """Fill a problem's texts with its values.

    Args:
        problem: the problem.
        setup: the setup that has it, where that is known: commands are then shown as they are to be typed.

    Raises:
        KeyError: the catalogue has no such problem.
    """
    told = described(problem.id, problem.values)
    return msgspec.structs.replace(told, steps=tuple(for_setup(setup, step) for step in told.steps)) if setup else told


def for_setup(setup: str, text: str) -> str:
    """Return a text with the commands in it as they are to be typed for a setup."""
    return _OF_A_SETUP.sub(lambda found: f"{found[1]} {setup}", text)


def described(problem: str, values: Mapping[str, str] | None = None) -> Explained:
    """Return the texts of the problem with this id, with placeholders for the values that are not given.

    Raises:
        KeyError: the catalogue has no such problem.
    """
    entry = _catalogue()[problem]
    gaps = _Gaps(values or {})
    return Explained(
        id=problem,
        title=entry["title"].format_map(gaps),
        meaning=entry["meaning"].format_map(gaps).strip(),
        steps=tuple(step.format_map(gaps) for step in entry["steps"]),
        typical=entry.get("typical", "").format_map(gaps),
        link=entry.get("link", ""),
    )
