"""The plugin that holds every problem to a test: a small suite of its own, with and without workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

PRODUCT = """
from wizard.model.results import Problem
def broken(name, **values): return Problem(name, values)
"""
CONFTEST = """
from tests.provoked import Provoked
def pytest_addoption(parser): parser.addoption("--provoked", action="store_true")
def pytest_configure(config):
    needed = {"late-train": (), "lost-key": ("owner",)}
    config.pluginmanager.register(Provoked(config, tuple(needed), ("shop",), needed.__getitem__), "provoked")
"""
TRAIN = """
import pytest, shop
CASES = ("late-train",)
@pytest.mark.parametrize("case", CASES)
def test_train(case): assert shop.broken(case).id == case
"""
KEY = """
import shop
def helper(found): assert found.id == "lost-key"
def test_key(): helper(shop.broken("lost-" + "key", owner="me"))
"""
GAP = """
import shop
def test_key(): assert shop.broken("lost-" + "key").id == "lost-key"
"""
OWN = """
from wizard.model.results import Problem
def test_key(): assert Problem("lost-key").id == "lost-key"
"""
UNNAMED = """
import shop
def test_key(): assert shop.broken("lost-" + str("key"), owner="me")
"""
SKIPPED = """
import pytest
def test_key(): pytest.skip("no " + "lost-key")
def test_other(): assert "lost-key"
"""
MISSED = "NOT PROVOKED by any test that names it: lost-key"


def run(folder: Path, key: str, *arguments: str) -> tuple[int, str]:
    """Run a suite of two tests, the second as given; return the exit code and what was printed."""
    files = {"shop.py": PRODUCT, "conftest.py": CONFTEST, "suite/test_train.py": TRAIN, "suite/test_key.py": key}
    (folder / "suite").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = suite\npythonpath = .\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "xdist", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
@pytest.mark.parametrize("key", [OWN, UNNAMED], ids=["own", "unnamed"])
def test_a_whole_run_fails_where_the_product_did_not_raise_a_problem_in_a_test_that_names_it(
    tmp_path: Path, key: str, workers: tuple[str, ...]
) -> None:
    code, said = run(tmp_path, key, *workers)
    assert "2 passed" in said, said
    assert (code, MISSED in said) == (1, True), said
    assert "1 of 2 problems were raised" in said


def test_a_whole_run_is_well_where_it_raised_every_problem(tmp_path: Path) -> None:
    code, said = run(tmp_path, KEY, "-n", "2")
    assert (code, MISSED in said, "2 of 2 problems were raised" in said) == (0, False, True), said


@pytest.mark.parametrize("chosen", [("-k", "test"), ("suite/test_train.py",)], ids=["words", "path"])
def test_a_part_of_the_suite_is_not_judged(tmp_path: Path, chosen: tuple[str, ...]) -> None:
    code, said = run(tmp_path, OWN, *chosen)
    assert (code, "problems were raised" in said) == (0, False), said


def test_a_part_says_what_it_provoked_when_asked(tmp_path: Path) -> None:
    code, said = run(tmp_path, OWN, "--provoked", "suite")
    assert (code, "raised: late-train" in said, MISSED in said) == (0, True, True), said


def test_what_a_skipped_test_names_is_nobodys_fault(tmp_path: Path) -> None:
    code, said = run(tmp_path, SKIPPED.replace('"no " + ', ""))
    assert (code, MISSED in said) == (0, False), said


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_problem_without_a_value_that_its_texts_show_fails_its_test(tmp_path: Path, workers: tuple[str, ...]) -> None:
    code, said = run(tmp_path, GAP, *workers, "suite")
    assert (code, "1 failed, 1 passed" in said, "lost-key: {owner}" in said) == (1, True, True), said
