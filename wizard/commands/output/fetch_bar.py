"""Progress of a long fetch of log files: a bar with rate and time left at a terminal, a line now and then elsewhere."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import Self

from wizard.snowplow.events.bars import BAR, bar
from wizard.snowplow.events.reader import FetchProgress

LONG = {True: 1.0, False: 10.0}
"""Seconds after which a fetch is long, and says how far it is: at a terminal, and elsewhere. Elsewhere, it says so
again after as many."""


class FetchBar:
    """Says how far a fetch is, on stderr; a context manager, because it takes its bar away at the end.

    Args:
        note: says a line, where there is no terminal.
        clock: tells seconds.
    """

    def __init__(self, note: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._note, self._clock = note, clock
        self._at_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._begun = self._said = clock()
        self._drawn = False

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Take the bar away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, progress: FetchProgress) -> None:
        """Say how far it is, if it takes long."""
        now = self._clock()
        if progress.files_done >= progress.files or now - self._said < LONG[self._at_terminal]:
            return
        told = how_far(progress, now - self._begun)
        if not self._at_terminal:
            self._said = now
            self._note(told)
            return
        drawn = (
            f"{bar(progress.size_done, progress.size):<{BAR}} " if "utf" in (sys.stderr.encoding or "").lower() else ""
        )
        sys.stderr.write(f"\r\x1b[K{(drawn + told)[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()
        self._drawn = True


def how_far(progress: FetchProgress, seconds: float) -> str:
    """Say how far a fetch is after so many seconds."""
    rate = progress.size_done / seconds if seconds else 0.0
    remaining = (progress.size - progress.size_done) / rate if rate else 0.0
    return (
        f"{progress.files_done:,} of {progress.files:,} log files, {rate / 1e6:.1f} MB/s, "
        f"about {max(1, round(remaining)):,} s left"
    )
