"""Packages: bounds that can be installed, pins that follow from them, and the Pythons that were tried."""

import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packages.pins import HEADER, ROOT, constraints, lowest, oldest, project, requirements

PINNED = (ROOT / "constraints.txt").read_text(encoding="utf-8")
EXTRAS = tuple(project()["project"]["optional-dependencies"])


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("a>=1.2", "1.2"),
        ("a>=1.2,<2", "1.2"),
        ("a<2,>=1.2", "1.2"),
        ("a==1.2.3", "1.2.3"),
        ("a~=1.4", "1.4"),
        ("a[b]>=1", "1"),
        ("a", None),
        ("a<2", None),
        ("a>1", None),
        ("a!=1", None),
        ("a>=1,>=2", None),
    ],
)
def test_the_oldest_version_is_read_from_a_requirement(said: str, version: str | None) -> None:
    if version is not None:
        assert lowest(Requirement(said)) == version
        return
    with pytest.raises(ValueError, match="names no oldest version"):
        lowest(Requirement(said))


def made_up(**extras: list[str]) -> dict[str, Any]:
    return {
        "build-system": {"requires": ["builder>=3"]},
        "project": {"dependencies": ["Own_One>=1", "two[x]==2,<3"], "optional-dependencies": extras},
    }


def test_the_oldest_set_is_what_builds_it_its_own_and_the_named_extras() -> None:
    told = made_up(more=["third>=0.1"], other=["fourth"])
    assert oldest(told) == "builder==3\nown-one==1\ntwo==2\n"
    assert oldest(told, ["more"]) == "builder==3\nown-one==1\nthird==0.1\ntwo==2\n"
    with pytest.raises(ValueError, match="fourth"):
        oldest(told, ["other"])


def test_every_direct_dependency_names_its_oldest_version() -> None:
    """One that names none promises that any release will do, which nobody has tried."""
    for requirement in requirements(project(), EXTRAS):
        assert lowest(requirement), requirement


def test_a_package_has_one_lower_bound_wherever_it_is_named() -> None:
    found: dict[str, str] = {}
    for requirement in requirements(project(), EXTRAS):
        version = lowest(requirement)
        assert found.setdefault(canonicalize_name(requirement.name), version) == version


def test_constraints_are_written_alike_whatever_the_order() -> None:
    frozen = ["b==2", "C==3", "a_b==1", "snow_pixel @ file:///here", "", "d.e==1.0.post1"]
    expected = f"{HEADER}a_b==1\nb==2\nC==3\nd.e==1.0.post1\n"
    for seed in range(20):
        random.Random(seed).shuffle(frozen)
        assert constraints("\n".join(frozen), "snow-pixel") == expected


@pytest.mark.parametrize("said", ["a @ https://index.example/a.whl", "a @ file:///home/me/a", "a>=1,<2,!=1.5,>=1.1"])
def test_what_has_no_name_and_version_is_no_constraint(said: str) -> None:
    with pytest.raises(ValueError, match=r"^a"):
        constraints(said, "ours")


def test_the_saved_constraints_are_what_the_command_writes() -> None:
    assert constraints("\n".join(PINNED.splitlines()[1:]), project()["project"]["name"]) == PINNED


def test_the_saved_constraints_fit_the_bounds() -> None:
    pins = {canonicalize_name(one.name): lowest(one) for one in map(Requirement, PINNED.splitlines()[1:])}
    for requirement in requirements(project(), EXTRAS)[1:]:  # the first one builds, elsewhere
        version = pins.get(canonicalize_name(requirement.name))
        if requirement.name != "setuptools":  # `pip freeze` leaves it out
            assert version is not None, requirement
            assert version in requirement.specifier, requirement


def test_constraints_are_written_by_the_oldest_python_alone(tmp_path: Path) -> None:
    """Newer ones lack packages that older ones need."""
    file = tmp_path / "constraints.txt"
    command = [sys.executable, "-m", "tests.packages", "constraints", str(file)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    oldest_python = project()["project"]["requires-python"].removeprefix(">=")
    if "{}.{}".format(*sys.version_info) != oldest_python:
        assert (ran.returncode, file.exists()) == (1, False)
        assert f"make constraints PYTHON=python{oldest_python}" in ran.stderr
        return
    assert ran.returncode == 0, ran.stderr
    written = file.read_text(encoding="utf-8")
    assert written.startswith(HEADER)
    assert "://" not in written
    assert re.search(r"^boto3==[0-9.]+$", written, re.MULTILINE)


def test_the_pythons_that_were_tried_are_those_that_are_promised() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tried = dict(re.findall(r"^\| Python (3\.\d+) \| (.+) \|$", page, re.MULTILINE))
    classified = {one.rpartition(" ")[2] for one in project()["project"]["classifiers"] if ":: Python :: 3." in one}
    assert classified == {version for version, how in tried.items() if not how.startswith("not tried")}
    assert f">={min(classified, key=lambda one: int(one.partition('.')[2]))}" == project()["project"]["requires-python"]
