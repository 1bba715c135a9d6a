"""How quickly the wizard answers a key while AWS is slow, how it leaves, and how few keys it asks for."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot
from textual.screen import Screen

from screens.app import SnowpixelApp
from screens.gc_pauses import keep_gc_short
from screens.routes import Route
from screens.widgets.stage_list import StageList
from tests.bench.figures import Figure
from tests.bench.road import a_product
from tests.bench.terminal import Started
from tests.product import Product
from tests.screens.driving import focused, on_page, wait_for
from tests.screens.test_whole_road import walk_to_the_end
from wizard.model.results import Job
from wizard.practice import process
from wizard.practice.control_client import Control
from wizard.service import Service

SLOW = 2.0
"""Seconds that AWS takes for each call."""

KEYS = 60
ENOUGH = 20
"""Keys that have to be measured; on a slow computer the setup is through before all were pressed."""

EVERY = 0.05
"""Seconds between keys: a quick typist."""

BEAT = 0.005
"""Seconds between looks whether the event loop is free."""

HUNG = 600.0


class Timed(SnowpixelApp):
    """The wizard, which tells of each frame that it drew.

    Args:
        service: the product.
    """

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.drawn = asyncio.Event()

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)  # type: ignore[arg-type]  # private to Textual, passed through
        self.drawn.set()


@dataclass
class Stalls:
    """How long the event loop was not free, each time it was looked at, in seconds.

    Attributes:
        late: how much later than asked for it came back: all that a user feels, also what other programs take away.
        busy: what its own thread computed meanwhile: the wizard's own part in that.
    """

    late: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            began, computed = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT)
            self.late.append(time.perf_counter() - began - BEAT)
            self.busy.append(time.thread_time() - computed)


async def _press(app: Timed, key: str) -> float:
    """Return the seconds from a key that moves the highlight to the frame that shows it."""
    stages = app.screen.query_one(StageList)
    began, before = time.perf_counter(), stages.highlighted
    app.simulate_key(key)
    moved = False
    while not moved:
        app.drawn.clear()
        await app.drawn.wait()
        moved = stages.highlighted != before
    return time.perf_counter() - began


async def _keys(product: Product) -> tuple[list[float], Stalls]:
    """Press keys on the run page while a setup is built, and return how long each took, and the loop's stalls."""
    app, took, stalls = Timed(product.service), list[float](), Stalls()
    keep_gc_short()  # as `screens.app.run` does
    async with app.run_test(size=(80, 24)) as pilot:
        await _begin(app, pilot)
        watching = asyncio.create_task(stalls.watch())
        walk = app.walks["main"]
        for number in range(KEYS):
            if walk.over:
                break
            took.append(await _press(app, "down" if number % 2 == 0 else "up"))
            await asyncio.sleep(EVERY)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        walk.stop()
    if len(took) < ENOUGH:
        raise SystemExit(f"the setup was through after {len(took)} keys: AWS is not slow enough to measure")
    return took, stalls


async def _begin(app: Timed, pilot: Pilot[int]) -> None:
    await on_page(pilot, "HomePage")
    app.visit(Route.RUN, "main", job=Job.APPLY)
    await on_page(pilot, "RunPage")
    await wait_for(pilot, lambda: focused(app) == "stages" and "main" in app.walks)
    await pilot.press("home", "down")


def answering() -> Iterator[Figure]:
    """Measure the time from key to frame, and the longest time in which the event loop was not free."""
    with a_product() as product:
        product.new(domain=None)
        product.control.stall("*", "*", SLOW, times=1000)
        took, stalls = asyncio.run(_keys(product))
    ordered = sorted(took)
    while_slow = f"while AWS takes {SLOW:g} s a call"
    yield Figure(f"key to frame {while_slow}, median of {len(took)}", statistics.median(took) * 1000, None, "ms")
    yield Figure("the same, 99 of 100", ordered[int(len(ordered) * 0.99) - 1] * 1000, None, "ms")
    yield Figure("longest stall of the event loop then", max(stalls.late) * 1000, 50, "ms")
    yield Figure("the wizard's own part in the longest", max(stalls.busy) * 1000, 50, "ms")


def leaving() -> Iterator[Figure]:
    """Measure how long it takes to leave while AWS does not answer."""
    with tempfile.TemporaryDirectory(prefix="snowpixel-bench-") as folder:
        world = Path(folder) / "world"
        Control(process.start(world, pace=0)).stall("sts", "GetCallerIdentity", HUNG)
        command = (sys.executable, "-m", "wizard", "--practice", str(world))
        try:
            with Started(command, Path(folder)) as wizard:
                for words in (b"New setup", b"your AWS account"):
                    wizard.until(words)
                    wizard.type(b"\r")
                wizard.until(b"Asking AWS who this is")
                yield Figure("leaving while a call hangs", -wizard.type(b"q") + wizard.ended(), 0.5, "s")
        finally:
            process.stop(world)


def first_set_up() -> Iterator[Figure]:
    """Count the keys from the first page to an all-green checklist, with the practice world's domain and keys."""
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    with a_product() as product:
        yield Figure("keys of a first setup", asyncio.run(walk_to_the_end(SnowpixelApp(product.service))), 25, "keys")
