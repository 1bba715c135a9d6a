"""Looks on while files are written: which are flushed, by which thread, and when each takes its place."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

FLUSH, PLACE = "flush", "place"


@dataclass(frozen=True)
class Operation:
    """One thing that was done to the disk.

    Attributes:
        what: `flush` or `place`.
        path: the file or folder that was flushed; the file that took the place of another.
        target: the place that was taken.
        thread: who did it.
    """

    what: str
    path: Path
    target: Path | None = None
    thread: int = field(default_factory=threading.get_ident)


_looking_on: list[list[Operation]] = []


def _hear(event: str, about: tuple[Any, ...]) -> None:
    if event == "os.rename":
        for seen in _looking_on:
            seen.append(Operation(PLACE, Path(os.fsdecode(about[0])), Path(os.fsdecode(about[1]))))


sys.addaudithook(_hear)  # for good: Python cannot take one back


@contextmanager
def watched(patch: pytest.MonkeyPatch) -> Iterator[list[Operation]]:
    """Yield what is done to the disk from now on. Flushes are noted and then really made."""
    seen: list[Operation] = []
    flush = os.fsync

    def noted(descriptor: int) -> None:
        seen.append(Operation(FLUSH, Path(f"/proc/self/fd/{descriptor}").readlink()))
        flush(descriptor)

    with patch.context() as until:
        until.setattr(os, "fsync", noted)
        _looking_on.append(seen)
        try:
            yield seen
        finally:
            _looking_on.remove(seen)


def flushes(seen: list[Operation]) -> list[Operation]:
    """Return the flushes alone."""
    return [one for one in seen if one.what == FLUSH]


def unsafe(seen: list[Operation], folder: Path) -> list[Operation]:
    """Return the files of a folder that took their place unflushed, or whose folder was not flushed thereafter."""
    placed = [(at, one) for at, one in enumerate(seen) if one.what == PLACE]
    ours = [(at, one) for at, one in placed if one.path.parent == folder and one.path.name.startswith(".")]

    def flushed(path: Path, span: list[Operation], thread: int) -> bool:
        return any(one.path == path and one.thread == thread for one in flushes(span))

    return [
        one
        for at, one in ours
        if not flushed(one.path, seen[:at], one.thread) or not flushed(folder, seen[at:], one.thread)
    ]
