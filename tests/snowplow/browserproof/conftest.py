"""A real Chromium that knows the practice world, and a finished setup with pixel and tracker for it to visit."""

from collections.abc import Iterator

import pytest

from tests.product import DOMAIN, Product
from tests.snowplow.browserproof.visiting import BOTH, Chromium, Visitor, host_and_port
from tests.snowplow.browserproof.watched import Watched, watching
from tests.support import require
from tests.trackers import V4
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.browserproof.chromium import flags


@pytest.fixture
def made(product: Product) -> Product:
    """A finished setup that serves the pixel and the tracker."""
    product.stand(goals=BOTH, tracker=str(V4))
    return product


@pytest.fixture(scope="session")
def program() -> str:
    return require("chromium")


@pytest.fixture
def chromium(program: str, made: Product, world: WorldFile) -> Iterator[Chromium]:
    """Debian's Chromium, to which the pixel's name leads to the practice edge; it learns the certificates now."""
    del made
    known = flags((DOMAIN, "*.cloudfront.net"), host_and_port(world.http), host_and_port(world.https))
    browser = Chromium(program, known)
    yield browser
    browser.close()


@pytest.fixture
def visitor(chromium: Chromium) -> Visitor:
    """Somebody with a fresh browser profile."""
    return chromium.visitor()


@pytest.fixture(scope="session")
def watched(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A browser that looks at pages, one for all of them."""
    with watching(program, tmp_path_factory.mktemp("profile")) as world:
        yield world
