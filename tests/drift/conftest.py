"""Setups that stand, for tests that change something behind the product's back."""

from collections.abc import Callable
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
def standing(bench: "Bench") -> Callable[[str], "Behind"]:
    """Give a setup that is green, of the kind that is asked for."""
    return bench.standing
