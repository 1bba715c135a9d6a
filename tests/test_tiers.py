"""The tiers of the suite: what counts as quick, what holds it to that, and what an interrupted run says."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.course import in_memory

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
CONFTEST = """
import pytest, subprocess
from tests.course import Course
from tests.kinds import Kinds
def pytest_configure(config):
    config.pluginmanager.register(Kinds(config, ("conftest", "test_suite")), "kinds")
    config.pluginmanager.register(Course(config), "course")
@pytest.fixture
def running(): return 1
@pytest.fixture
def program(): return lambda: subprocess.run(["true"])
"""
SUITE = """
import importlib, pytest, subprocess
class Helper:
    def deep(self): return Deeper().run()
class Deeper:
    def run(self): return subprocess.run(["true"])
TABLE = {"one": Helper}
async def screens(app): app.run_test()
def test_quick(): pass
def test_world(running): pass
def test_itself(): subprocess.run(["true"])
def test_fixture(program): pass
def test_helper(): Helper()
def test_table(): TABLE["one"]
@pytest.mark.parametrize("kind", [Helper])
def test_parameter(kind): pass
def test_screens(): screens
@pytest.mark.process
def test_said(): pass
def test_hidden(): importlib.import_module("sub" + "process").run(["true"])
"""
HELD = """
import pathlib, time
def test_first(): pass
def test_second():
    pathlib.Path("reached").touch()
    while True:
        try: time.sleep(600)
        except KeyboardInterrupt: pass
def test_third(): pass
"""
"""A test that does not even end for Ctrl-C."""


def prepared(folder: Path, suite: str, *arguments: str) -> "subprocess.Popen[str]":
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_suite.py").write_text(suite)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "xdist", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_what_is_quick_follows_from_the_code_and_is_held(tmp_path: Path) -> None:
    said, _ = prepared(tmp_path, SUITE, "-m", "quick", "-v").communicate(timeout=PATIENCE)
    assert set(re.findall(r"::(\w+) [PF]", said)) == {"test_quick", "test_hidden"}, said
    assert "1 failed, 1 passed, 8 deselected" in said
    assert "needs @pytest.mark.process: subprocess.Popen" in said


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "workers"])
def test_an_interrupted_run_says_in_a_line_what_was_not_run(tmp_path: Path, workers: tuple[str, ...]) -> None:
    held = HELD if workers else HELD.replace("pass\ndef test_third", "raise\ndef test_third")
    run = prepared(tmp_path, held, *workers)
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "reached").exists():
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, said
    (line,) = [line for line in said.splitlines() if line.startswith("Interrupted")]
    assert re.fullmatch(r"Interrupted: [12] of 3 tests were not run\.", line), said


def test_files_are_kept_in_memory_only_where_there_is_room_for_them() -> None:
    assert not in_memory(Path("/nowhere"))
    assert not in_memory(Path("/proc"))


def test_how_long_each_tier_takes_is_said_alike() -> None:
    makefile, page = (ROOT.joinpath(name).read_text(encoding="utf-8") for name in ("Makefile", "CONTRIBUTING.md"))
    told = re.findall(r"^(test[a-z-]*|bounds):.*\n\t@echo \".*usually ([^;]*); Ctrl-C", makefile, re.MULTILINE)
    assert {name for name, _ in told} == {"test", "test-quick", "test-all", "test-plain", "bounds"}
    for name, usually in told:
        assert re.search(rf"^\| `make {name}` \|.*\| {re.escape(usually)} \|$", page, re.MULTILINE), (name, usually)
