"""The bench that the matrices are played on."""

from collections.abc import Iterator

import pytest

from tests.matrices.bench import Bench
from wizard.practice.worldfile import WorldFile


@pytest.fixture(scope="module")
def bench(running: WorldFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(running, tmp_path_factory.mktemp("computers"))
    yield bench
    bench.close()
