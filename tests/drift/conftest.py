"""Set-ups that stand, for tests that change something behind the product's back."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite("tests.drift.proving")

if TYPE_CHECKING:
    from tests.drift.standing import Behind, Bench
    from wizard.practice.worldfile import WorldFile


@pytest.fixture(scope="session")
def bench(running: "WorldFile", tmp_path_factory: pytest.TempPathFactory) -> "Bench":
    from tests.drift.standing import Bench  # noqa: PLC0415 - only with the practice extra

    return Bench(running, tmp_path_factory.mktemp("standing"))


@pytest.fixture
def standing(bench: "Bench") -> Iterator[Callable[[str], "Behind"]]:
    """Give a set-up that is green; a test that fails does not give it back, so the next one gets a fresh one."""
    given: list[Behind] = []

    def give(kind: str = "domain") -> "Behind":
        given.append(bench.standing(kind))
        return given[-1]

    yield give
    for behind in given:
        if behind.green:
            bench.give_back(behind)
