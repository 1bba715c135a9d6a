"""A practice world for each test process, back at its start before every test; and the product pointed at it."""

import os
import signal
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
import pytest
from hypothesis import settings

from tests import modelcheck
from tests.course import Course, workers
from tests.kinds import Kinds
from tests.provoked import Provoked
from tests.support import REQUIRE_ALL
from wizard.knowledge.problems import known, needed
from wizard.model import masking

if TYPE_CHECKING:
    from tests.finished import Finished
    from tests.product import Product
    from wizard.practice.control_client import Control
    from wizard.practice.worldfile import WorldFile

settings.register_profile("any machine", deadline=None)  # no test depends on speed
settings.load_profile("any machine")

INSTALLED = find_spec("ministack") is not None
"""Whether the practice extra is there; the unit tests also run on the plain install."""

IN_PRACTICE = ["practice/*", "scenarios/test_test_event.py", "screens/test_continue.py"]
"""Tests that look inside the practice world, and cannot even be loaded without the extra."""

collect_ignore_glob = [] if INSTALLED or REQUIRE_ALL else IN_PRACTICE

PRACTICE_FIXTURES = {"running", "control", "world", "product"}
"""A test that uses one of these needs the practice extra."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--provoked", action="store_true", help="list the problems that the chosen tests provoke")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Start more workers than there are cores: xdist asks before plugins of our own are registered."""
    return workers(config)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "practice: needs the practice extra")
    config.pluginmanager.register(Provoked(config, known(), ("wizard", "screens"), needed), "provoked")
    config.pluginmanager.register(Kinds(config), "kinds")
    config.pluginmanager.register(Course(config), "course")
    handle, os.environ[modelcheck.FILE] = tempfile.mkstemp(prefix="snowpixel-modelcheck-")
    os.close(handle)
    paths = [str(Path(__file__).with_name("everywhere")), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(filter(None, paths)))
    botocore.register_initializer(modelcheck.watch)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Started in the background of a script, the tests ignore Ctrl-C, and so would every program that they start.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    path = os.environ.pop(modelcheck.FILE, "")
    if path:
        Path(path).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def own_secrets() -> Iterator[None]:
    """Forget after each test the secrets that it held, which a process of the product masks as long as it lives."""
    before = set(masking._held)
    yield
    masking._held.intersection_update(before)


@pytest.fixture(autouse=True)
def as_the_model_says() -> Iterator[None]:
    """Fail a test that sent AWS something that the model does not allow."""
    yield
    path = Path(os.environ[modelcheck.FILE])
    if path.stat().st_size:
        told = path.read_text(encoding="utf-8")
        path.write_text("", encoding="utf-8")
        pytest.fail(f"AWS calls that botocore's model does not allow:\n{told}", pytrace=False)


LONG = ("tests/matrices/test_faults.py", "tests/matrices/test_kills.py")
"""Hundreds of whole roads each: `make matrices` runs them; elsewhere only a path that names them does."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a practice world, skip it where the extra is not installed, and leave the long matrices out."""
    if not any("matrices" in argument for argument in config.args):
        left_out = [item for item in items if item.nodeid.startswith(LONG)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if PRACTICE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("practice")
            if not INSTALLED and not REQUIRE_ALL:
                item.add_marker(pytest.mark.skip(reason="needs the practice extra: pip install 'snowpixel[practice]'"))


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator["WorldFile"]:
    from wizard.practice import process  # noqa: PLC0415 - only with the practice extra

    directory = tmp_path_factory.mktemp("world")
    yield process.start(directory, pace=0)
    process.stop(directory)


@pytest.fixture
def control(running: "WorldFile") -> "Control":
    from wizard.practice.control_client import Control  # noqa: PLC0415

    control = Control(running)
    control.reset()
    control.set_pace(0)
    return control


@pytest.fixture
def calm(control: "Control") -> None:
    """A world in which nothing passes by itself, for tests that count calls or look at one rule alone."""
    control.calm()


@pytest.fixture
def world(running: "WorldFile", control: "Control") -> "WorldFile":
    control.touch()
    return running


@pytest.fixture(scope="session")
def finished(running: "WorldFile", tmp_path_factory: pytest.TempPathFactory) -> "Finished":
    from tests.finished import Finished  # noqa: PLC0415
    from wizard.practice.control_client import Control  # noqa: PLC0415

    return Finished(Control(running), tmp_path_factory.mktemp("finished"))


@pytest.fixture
def product(
    request: pytest.FixtureRequest, world: "WorldFile", control: "Control", finished: "Finished", tmp_path: Path
) -> "Product":
    from tests.product import Product  # noqa: PLC0415

    calm = "calm" in request.fixturenames
    return Product(world, control, tmp_path / "home", finished=finished, calm=calm)
