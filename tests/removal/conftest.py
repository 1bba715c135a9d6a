"""The account as others see it, for tests that take a setup down."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drift.standing import Behind
    from tests.product import Product


@pytest.fixture
def behind(product: "Product") -> "Behind":
    from tests.drift.standing import Behind  # noqa: PLC0415 - only with the practice extra

    return Behind(product)
