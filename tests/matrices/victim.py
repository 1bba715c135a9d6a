"""A computer with snowpixel on it that loses power at a chosen moment: `python -m tests.matrices.victim WORLD`.

Orders come in on stdin, one JSON object a line. Each is carried out by a forked child that kills itself by SIGKILL;
forking a process that has everything loaded takes milliseconds where starting one takes seconds. The parent runs no
thread and no event loop, so a child starts clean.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from tests.matrices.watching import Call, Clients, Event, Watch, WatchedService
from tests.product import Product
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.timeouts import WALK
from wizard.model.results import Job
from wizard.model.setup import SetupChoices
from wizard.practice import worldfile
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

SERVICES = ("s3", "acm", "cloudfront", "logs", "sts", "route53")

NAME = "main"
"""The setup's name in every matrix."""

LONGEST = 120.0
"""Seconds that a walk may wait in all: only one that hangs waits so long, however busy the machine is."""


class Moment(StrEnum):
    """When, seen from an event, the process dies."""

    BEFORE = "before"
    BETWEEN = "between"
    """When all is ready for the state file to change: the new one is written beside it, and if this is the end the
    previous copy is made; before a deletion, that copy is gone."""
    AFTER = "after"


class Order(msgspec.Struct, frozen=True):
    """What a child shall do: run a job, and die at one event."""

    home: str
    job: Job
    answers: dict[str, str]
    event: str
    moment: Moment


FILE_OPERATIONS: Mapping[str, Callable[..., str]] = {
    "os.rename": lambda _, target, *__: str(target),
    "os.remove": lambda path, *_: str(path),
}
"""What Python's audit calls a change of a folder, to the file that is another one, or none, afterwards."""

STATE_FILE, PREVIOUS_COPY = f"/setups/{NAME}.json", f"/setups/{NAME}.previous"


def changes_file(what: str, about: tuple[Any, ...], *, copies_only: bool) -> bool:
    """Whether one of Python's audit events is the change of the file at which a save is in between.

    Args:
        what: the event.
        about: its arguments.
        copies_only: whether there is only the previous copy to be made.
    """
    target = FILE_OPERATIONS.get(what)
    return bool(target and target(*about).endswith(PREVIOUS_COPY if copies_only else STATE_FILE))


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Killer(Watch):
    """Kills the process at one event."""

    event: str = ""
    moment: Moment = Moment.BEFORE
    _within: bool = False
    """Whether the change of a file at which to die is going on."""

    def __post_init__(self) -> None:
        sys.addaudithook(self._hear)

    def _hear(self, what: str, about: tuple[Any, ...]) -> None:
        if self._within and changes_file(what, about, copies_only=self.copies_only):
            die()

    async def call(self, event: Event, make: Call) -> dict[str, Any]:
        """Make a call, and die before or after it if it is the one."""
        if event.name != self.event:
            return await make()
        if self.moment is Moment.BEFORE:
            die()
        try:
            return await make()
        finally:
            die()

    @contextmanager
    def saving(self, event: Event) -> Iterator[None]:
        """Die before, within or after the save if it is the one."""
        mine = event.name == self.event
        if mine and self.moment is Moment.BEFORE:
            die()
        if mine and self.moment is Moment.BETWEEN:
            self._within = True
        yield
        if mine:
            die()


def live(world: WorldFile, clients: Clients, order: Order) -> None:
    """Do what a user would have done until the power went."""
    product = Product(world, Control(world), Path(order.home))
    product.service = WatchedService(product, clients, Killer(event=order.event, moment=order.moment))
    if NAME not in product.service.store.names():
        product.new(NAME)
    product.run(order.job, NAME, answers=order.answers, patience=LONGEST)


def serve(directory: Path) -> None:
    """Carry out orders until stdin ends; answer each with the number of the signal that ended the child."""
    world = worldfile.read(directory)
    assert world is not None, f"no practice world in {directory}"
    clients = Clients()
    source = KeySource(Keys(world.access_key_id, Secret(world.secret_access_key)), endpoint=world.aws_endpoint)
    client = clients.get(source, SetupChoices().region, WALK)
    for service in SERVICES:
        client._client(service)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live_and_leave(world, clients, msgspec.json.decode(line, type=Order))
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), flush=True)  # noqa: T201


def _live_and_leave(world: WorldFile, clients: Clients, order: Order) -> None:
    code = 1
    try:
        live(world, clients, order)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


class Victims:
    """The other end: hands out orders.

    Args:
        directory: the practice world's folder.
    """

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.matrices.victim", str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def die_at(self, order: Order) -> bool:
        """Let a child run until it dies; False when it reached its end alive.

        Raises:
            RuntimeError: the child went wrong in another way.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(order).decode() + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if answer not in (str(int(signal.SIGKILL)), "0"):
            raise RuntimeError(f"the victim ended with {answer or 'its parent'}")
        return answer != "0"

    def close(self) -> None:
        """End the parent; there is no child between orders."""
        with suppress(OSError):
            self._process.communicate(timeout=10)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
