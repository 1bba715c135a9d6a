"""Each scenario plays in a world that shows things late in a way of its own, which follows from its name."""

import pytest

from wizard.practice.control_client import Control


@pytest.fixture
def control(control: Control, request: pytest.FixtureRequest) -> Control:
    control.settings(staleness_seed=request.node.name)
    return control
