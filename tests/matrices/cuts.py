"""Power cuts that nobody has to walk to: what the world and the disk are like at each, remembered in one walk.

A process that is killed leaves two things behind: what AWS has, and what the disk has. Both are kept here at the
moments at which one would be killed, so that a cell can begin there; walking to the boundary again in a process of its
own takes as long as all that comes after it. A restored state is no kill, so some cells still kill a real process
(`by_force`), and `make matrices` kills one for each.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree, rmtree
from threading import RLock
from typing import Any, Self
from zlib import crc32

from tests.matrices.bench import Bench
from tests.matrices.victim import Moment, changes_file
from tests.matrices.watching import Call, Event, Watch

ONE_IN = 10
"""One cell of so many kills a process."""


def by_force(cell: str) -> bool:
    """Whether a process is killed for this cell, wherever its moments are remembered."""
    return crc32(f"by force: {cell}".encode()) % ONE_IN == 0


_open: list["Cuts"] = []


def _hear(what: str, about: tuple[Any, ...]) -> None:
    for cuts in _open:
        cuts.hear(what, about)


sys.addaudithook(_hear)  # for good: Python cannot take one back


@dataclass
class Cuts(Watch):
    """Watches a walk, and remembers what a power cut would leave behind.

    Attributes:
        bench: where the walk is.
        wanted: which moments of which events are remembered.
    """

    bench: Bench | None = None
    wanted: Callable[[Event, Moment], bool] = lambda *_: True
    _kept: dict[tuple[str, Moment], str] = field(default_factory=dict)
    _saving: list[Event] = field(default_factory=list)
    """What is being saved at this moment."""
    _disk: Any = field(default_factory=RLock)
    """Held while files change, so that no copy has one from before a change beside one from after it."""

    def __enter__(self) -> Self:
        """Hear of changes of files from now on."""
        _open.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Hear no more; what is remembered stays."""
        _open.remove(self)

    def __contains__(self, moment: tuple[str, Moment]) -> bool:
        """Whether a moment of an event is remembered."""
        return moment in self._kept

    def begin(self, event: str, moment: Moment) -> None:
        """Have the world and a new computer as they were at a moment."""
        bench, name = self.bench, self._kept[event, moment]
        assert bench is not None
        bench.control.recall(name)
        rmtree(bench.home)
        copytree(self._files(name), bench.home)

    async def call(self, event: Event, make: Call) -> dict[str, Any]:
        """Make a call, and remember what is before and after it."""
        self._keep(event, Moment.BEFORE)
        try:
            return await make()
        finally:
            self._keep(event, Moment.AFTER)

    @contextmanager
    def saving(self, event: Event) -> Iterator[None]:
        """Surround a save, and remember what is before, within and after it."""
        with self._disk:
            self._keep(event, Moment.BEFORE)
            self._saving.append(event)
            try:
                yield
            finally:
                self._saving.remove(event)
            self._keep(event, Moment.AFTER)

    def hear(self, what: str, about: tuple[Any, ...]) -> None:
        """Be told by Python that a file is about to be changed."""
        if self._saving and changes_file(what, about, copies_only=self.copies_only):
            for event in tuple(self._saving):
                self._keep(event, Moment.BETWEEN)

    def _keep(self, event: Event, moment: Moment) -> None:
        key = (event.name, moment)
        if not event.writes or key in self._kept or not self.wanted(event, moment):
            return
        assert self.bench is not None
        name = f"cut {len(self._kept)}"  # used again by the next walk, so that the world does not grow
        self._kept[key] = name
        with self._disk:
            self.bench.control.remember(name)
            rmtree(self._files(name), ignore_errors=True)
            copytree(self.bench.home, self._files(name))

    def _files(self, name: str) -> Path:
        assert self.bench is not None
        return self.bench.scratch / name
