"""The bench that the matrices are played on."""

from collections.abc import Iterator

import pytest

from tests.matrices.bench import Bench, set_up
from wizard.practice.worldfile import WorldFile


@pytest.fixture(scope="module")
def bench(running: WorldFile) -> Iterator[Bench]:
    with set_up(running) as bench:
        yield bench
