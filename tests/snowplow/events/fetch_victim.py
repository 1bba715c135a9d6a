"""A computer that loses power while it fetches events: `python -m tests.snowplow.events.fetch_victim WORLD HOME SINCE`.

Each number on stdin is a file operation within `HOME` (opening counts where it may create or change) or a call to AWS:
a forked child looks at the events and kills itself by SIGKILL just before that one. DuckDB writes the tables by itself,
so that each is written whole or not at all here; a table without its manifest counts for nothing either way.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio

from tests.product import Product
from tests.snowplow.events.kept_bucket import read
from wizard.practice import worldfile
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.events import event_base  # noqa: F401 - loads the engine before the fork
from wizard.snowplow.events import reader as event_reader

FEW_PIECES = 2
"""Pieces of a day that this computer leaves as they are: what happens to more of them needs no dozen to be seen."""

CHANGES = frozenset(("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree"))
"""What Python's audit calls a change of a folder."""


class Cut(list[tuple[str, str]]):
    """Ends this process just before one operation; stands where a product lists its calls.

    Args:
        home: the folder whose operations count.
        at: the number of the operation, from 1 on.
    """

    def __init__(self, home: Path, at: int) -> None:
        super().__init__()
        self._home, self._left = str(home), at
        sys.addaudithook(self._hear)

    def _hear(self, event: str, about: tuple[Any, ...]) -> None:
        writes = event in CHANGES or (event == "open" and bool(about[2] & (os.O_WRONLY | os.O_RDWR)))
        if writes and str(about[0]).startswith(self._home):
            self._count()

    def append(self, call: tuple[str, str], /) -> None:
        """Count a call."""
        super().append(call)
        self._count()

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def look(world: WorldFile, home: Path, since: float, at: int) -> None:
    """Look at the events of the setup `main`, and die before an operation."""
    product = Product(world, Control(world), home)
    product.calls = Cut(home, at)
    reader = product.service.event_reader("main", since)
    anyio.run(read, reader)
    reader.base.close()


def serve(world: WorldFile, home: Path, since: float) -> None:
    """Carry out orders until stdin ends; answer each with the status that the child ended with."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                look(world, home, since, int(line))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


@contextmanager
def victim(world: WorldFile, product: Product, since: float) -> Iterator["Victim"]:
    """Have such a computer beside a product, with its home; the other end of `serve`."""
    home = product.service.environment.home
    directory = home.parent / "victim"
    worldfile.write(directory, world)
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(directory), str(home), str(since)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        yield Victim(process)


class Victim:
    """Looks at the events, and dies while it does."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def dies_at(self, operation: int) -> bool:
        """Let it look; False when it reached its end alive."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{operation}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer in (str(-signal.SIGKILL), "0"), f"the victim ended with {answer or 'its parent'}"
        return answer != "0"


if __name__ == "__main__":
    known = worldfile.read(Path(sys.argv[1]))
    assert known is not None
    event_reader.MOST_PIECES = FEW_PIECES
    serve(known, Path(sys.argv[2]), float(sys.argv[3]))
