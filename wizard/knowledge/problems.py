"""Problem ids to texts: title, meaning, and steps from `assets/problems.toml`, with values filled in."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

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


def explain(problem: Problem) -> Explained:
    """Fill a problem's texts with its values.

    Raises:
        KeyError: the catalogue has no such problem.
    """
    return described(problem.id, problem.values)


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
