"""What commands cost: computing time, modules loaded, files flushed; and a hundred setups against one."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.bench.figures import Figure
from tests.product import Product, not_ok
from tests.storage.disk import flushes, watched
from wizard.practice import process
from wizard.practice.control_client import Control

RUNS = 3
MANY = 100

COMMANDS = ("list", "policy main", "snippet main", "explain drift", "plan main", "check main", "events main")

FLUSHED: tuple[tuple[str, dict[str, Any], int], ...] = (("with a domain", {}, 60), ("without", {"domain": None}, 40))
"""A fresh setup: its choices, and how many files and folders it may flush."""


def costs() -> Iterator[Figure]:
    """Measure a fresh setup in this process, and commands as a user runs them, in processes of their own."""
    for name, choices, most in FLUSHED:
        with _computer() as product:
            yield from _setting_up(product, name, choices, most)
    with _computer() as product:
        product.new()
        product.apply()
        home = product.service.store.home
        for command in COMMANDS:
            yield Figure(f"`snowpixel {command}`, CPU", _least(home, command), None, "s")
            yield Figure(f"modules that `{command}` loads", _modules(home, command), None, "")
        yield from _many(product)


@contextmanager
def _computer() -> Iterator[Product]:
    """Have a practice world without waits, and a computer whose commands reach it."""
    with tempfile.TemporaryDirectory(prefix="snowpixel-bench-") as folder:
        world = process.start(Path(folder), pace=0)
        try:
            product = Product(world, Control(world), Path(folder) / "home")
            product.control.calm()
            yield product
        finally:
            process.stop(Path(folder))


def _setting_up(product: Product, name: str, choices: dict[str, Any], most: int) -> Iterator[Figure]:
    product.new("warm", domain=None)
    product.check(name="warm")  # loads what is loaded once
    product.service.store.delete("warm")
    product.new(**choices)
    with pytest.MonkeyPatch.context() as patch, watched(patch) as seen:
        begun = time.process_time()
        wrong = not_ok(product.apply())
        spent = time.process_time() - begun
    if wrong:
        raise SystemExit(f"the setup did not end well: {wrong}")
    yield Figure(f"fresh setup {name}, CPU", spent, None, "s")
    yield Figure(f"fresh setup {name}, flushes (fsync)", len(flushes(seen)), most, "")


def _many(product: Product) -> Iterator[Figure]:
    home, setup = product.service.store.home, product.setup()
    one = _least(home, "check main")
    for number in range(1, MANY):
        product.service.store.save(replace(setup, name=f"copy{number}", original=setup.known_as))
    many = _cpu(home, "check")
    yield Figure(f"`snowpixel check` of {MANY} setups, CPU", many, None, "s")
    yield Figure(f"the same against `snowpixel check` of one, {one:.2f} s", many / one, 10, "times")


def _least(home: Path, command: str) -> float:
    return min(_cpu(home, command) for _ in range(RUNS))


def _cpu(home: Path, command: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *_line(home, command)], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _modules(home: Path, command: str) -> int:
    line = [sys.executable, "-X", "importtime", *_line(home, command)]
    ran = subprocess.run(line, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return ran.stderr.count("import time:") - 1


def _line(home: Path, command: str) -> list[str]:
    return ["-m", "wizard", "--practice", str(home.parent), *command.split()]
