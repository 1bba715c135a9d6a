"""The road itself: how many calls to AWS, and how many seconds."""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Figure
from tests.product import Product, not_ok
from wizard.model.results import Job
from wizard.practice import process
from wizard.practice.control_client import Control

POLLS = frozenset({("acm", "describe_certificate"), ("cloudfront", "get_distribution"), ("s3", "list_objects_v2")})
"""Operations that waits repeat; one of each is a look, the others are polls."""

ROADS = 5


@contextmanager
def a_product() -> Iterator[Product]:
    with tempfile.TemporaryDirectory(prefix="snowpixel-bench-") as folder:
        world = process.start(Path(folder) / "world", pace=0)
        try:
            yield Product(world, Control(world), Path(folder) / "home")
        finally:
            process.stop(Path(folder) / "world")


def _without_polls(calls: list[tuple[str, str]]) -> int:
    counted = Counter(calls)
    return sum(1 if call in POLLS else times for call, times in counted.items())


def _listed(title: str, calls: list[tuple[str, str]]) -> tuple[str, ...]:
    lines = [f"  {service}:{operation} x{times}" for (service, operation), times in sorted(Counter(calls).items())]
    return ("", f"{title}:", *lines)


def calls() -> Iterator[Figure]:
    """Count the calls to AWS of a fresh setup, and of looks that change nothing."""
    with a_product() as product:
        product.control.calm()  # what passes by itself is asked again
        product.new()
        product.apply()
        fresh = list(product.calls)
        yield Figure(
            "fresh setup with domain, beside polls", _without_polls(fresh), 50, "calls", _listed("fresh setup", fresh)
        )
        for job in (Job.CHECK, Job.PLAN):
            product.clear()
            product.run(job, adds_records=False)
            seen = list(product.calls)
            yield Figure(f"no-change {job}", len(seen), 30, "calls", _listed(str(job), seen))
            yield Figure(f"no-change {job}, each facet read once", len(seen) - len(set(seen)) - SAME_CALL, 0, "repeats")
            yield Figure(f"no-change {job}, writes", len(product.writes()), 0, "calls")
    with a_product() as product:
        product.control.calm()
        product.control.add_zone_in_route53()
        product.new()
        product.apply(adds_records=False)
        yield Figure("the same with Route 53, beside polls", _without_polls(product.calls), None, "calls")
        product.clear()
        product.check()
        yield Figure("no-change check with Route 53", len(product.calls), 32, "calls")


SAME_CALL = 11
"""Calls that are the same operation on another thing: seven facets of the second bucket (its files are one), two more
pixel files, and the tags of two more log objects."""


def road() -> Iterator[Figure]:
    """Measure one road as the tests walk it: reset, setup, check; waits shrunk to nothing."""
    with a_product() as product:
        product.new()
        product.apply()  # the first one loads the emulator's services
        took = min(_one_road(product) for _ in range(ROADS))
        yield Figure("one road: reset, apply, check, no waits", took, 2, "s")


def _one_road(product: Product) -> float:
    begun = time.monotonic()
    product.control.reset()
    product.control.calm()
    product.service.store.delete("main")
    product.new()
    wrong = not_ok(product.apply()) + not_ok(product.check())
    if wrong:
        raise SystemExit(f"the road did not end well: {wrong}")
    return time.monotonic() - begun


def practice_road() -> Iterator[Figure]:
    """Measure `snowpixel practice` without a terminal, as a new user runs it after installation."""
    with tempfile.TemporaryDirectory(prefix="snowpixel-bench-") as home:
        begun = time.monotonic()
        command = [sys.executable, "-m", "wizard", "--home", home, "practice"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        took = time.monotonic() - begun
        process.stop(Path(home) / "practice")
    if done.returncode:
        raise SystemExit(f"practice ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    yield Figure("practice without a terminal, wall time", took, 60, "s")
