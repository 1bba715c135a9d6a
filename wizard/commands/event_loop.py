"""Runs a command's work on an event loop that Ctrl-C ends at once."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

from wizard.commands.output.exit_codes import ExitCode
from wizard.model.leaving import endings, leave

T = TypeVar("T")

GRACE = 0.5
"""Seconds that the work gets to let go of its lock and its file; after that the process leaves as it is."""


def run(work: Callable[[], Coroutine[Any, Any, T]], farewell: Callable[[], None]) -> T:
    """Run `work` to its end.

    Args:
        work: what to do.
        farewell: says good-bye when the process has to leave without unwinding.

    Raises:
        KeyboardInterrupt: the user wants out.
    """
    interrupts = _Interrupts(farewell)

    async def known() -> T:
        interrupts.working(asyncio.get_running_loop(), asyncio.current_task())
        if interrupts.early:
            raise asyncio.CancelledError
        return await work()

    started = known()
    before = {ending: signal.signal(ending, interrupts) for ending in endings()}
    try:
        return asyncio.run(started)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        started.close()  # Ctrl-C may have come before the loop took it up
        for ending, handler in before.items():
            signal.signal(ending, handler)


class _Interrupts:
    """What Ctrl-C does, and every other way to tell a process to end: cancel the work, and leave if it goes on.

    What is saved is whole at any moment.
    """

    def __init__(self, farewell: Callable[[], None]) -> None:
        self._farewell = farewell
        self.early = False
        """Ctrl-C came while the loop was still being made, which must not be torn in the middle."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None

    def working(self, loop: asyncio.AbstractEventLoop, task: "asyncio.Task[Any] | None") -> None:
        self._loop, self._task = loop, task

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        for ending in endings():
            signal.signal(ending, lambda *_: self._leave())
        timer = threading.Timer(GRACE, self._leave)
        timer.daemon = True
        timer.start()
        if self._loop is None or self._task is None:
            self.early = True
            return
        with contextlib.suppress(RuntimeError):  # the work has just ended and closed its loop: the timer leaves
            self._loop.call_soon_threadsafe(self._task.cancel)

    def _leave(self) -> None:
        self._farewell()
        leave(ExitCode.INTERRUPTED)
