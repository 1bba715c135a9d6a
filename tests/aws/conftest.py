"""A server in AWS's place, for whoever looks at its answers alone."""

import os
from collections.abc import Iterator

import pytest

from tests import modelcheck
from tests.aws.impostor import Impostor, impostor


@pytest.fixture
def requests_may_be_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked is made up, and only the answers matter."""
    monkeypatch.setenv(modelcheck.FILE, os.devnull)


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with impostor() as running:
        yield running
