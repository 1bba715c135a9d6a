"""The bench that the matrices are played on."""

import os
import time
from collections.abc import Iterator

import pytest

from tests.matrices.bench import Bench
from wizard.practice.worldfile import WorldFile


@pytest.fixture(autouse=True)
def _in_time() -> None:
    """Begin no cell after the moment that the gate names: it ends in time, and says what it left out."""
    if time.time() > float(os.environ.get("SNOWPIXEL_STOP_AT", "inf")):
        pytest.skip("out of the gate's time: `make matrices` runs every cell")


@pytest.fixture(scope="module")
def bench(running: WorldFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(running, tmp_path_factory.mktemp("computers"))
    yield bench
    bench.close()
