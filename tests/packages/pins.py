"""Pins of packages, from what pyproject.toml allows and from what pip has installed."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]

HEADER = "# The versions that the tests run with. Plain names: no addresses of package indexes.\n"

_LOWEST = (">=", "==", "~=")
"""Operators that name the oldest release that is allowed."""


def project() -> dict[str, Any]:
    """Return what pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(told: dict[str, Any], extras: Iterable[str] = ()) -> list[Requirement]:
    """Return the direct dependencies: what builds the product, the product's own, and those of extras.

    Args:
        told: what pyproject.toml says.
        extras: their names.
    """
    own, more = told["project"]["dependencies"], told["project"]["optional-dependencies"]
    lines = [*told["build-system"]["requires"], *own, *(line for extra in extras for line in more[extra])]
    return [Requirement(line) for line in lines]


def lowest(requirement: Requirement) -> str:
    """Return the oldest version that is allowed.

    Raises:
        ValueError: none is named.
    """
    named = [one.version for one in requirement.specifier if one.operator in _LOWEST]
    if len(named) != 1:
        raise ValueError(f"{requirement} in pyproject.toml names no oldest version")
    return named[0]


def oldest(told: dict[str, Any], extras: Iterable[str] = ()) -> str:
    """Return constraints with which pip installs each direct dependency at its lower bound.

    pip itself takes the newest of everything. What comes with a dependency stays that: its author says what it needs.
    A bound that no release has is refused by pip, so a bound is always a version that somebody can have.

    Args:
        told: what pyproject.toml says.
        extras: the extras whose dependencies count.
    """
    pins: dict[str, str] = {canonicalize_name(one.name): lowest(one) for one in requirements(told, extras)}
    return _lines(pins)


def constraints(freeze: str, ours: str) -> str:
    """Return the content of constraints.txt, the same for the same packages.

    Args:
        freeze: what `pip freeze` says of an environment.
        ours: the name of the product, which is not pinned.

    Raises:
        ValueError: something was not installed by name and version.
    """
    pins = {}
    for line in filter(None, map(str.strip, freeze.splitlines())):
        requirement = Requirement(line)
        if canonicalize_name(requirement.name) == canonicalize_name(ours):
            continue
        if requirement.url:
            raise ValueError(f"{requirement.name} was not installed from a package index")
        pins[requirement.name] = lowest(requirement)
    return HEADER + _lines(pins)


def _lines(pins: dict[str, str]) -> str:
    return "".join(f"{name}=={version}\n" for name, version in sorted(pins.items(), key=lambda pin: pin[0].lower()))
