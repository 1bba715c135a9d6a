"""The end of this process: what has to be done before it, however it comes."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

INTERRUPTED = 130
"""The exit code after any of `endings`: what shells give for Ctrl-C."""

_last: list[Callable[[], None]] = []


def before_leaving(act: Callable[[], None]) -> None:
    """Have `act` called before the process ends through `leave`."""
    if act not in _last:
        _last.append(act)


def endings() -> tuple[signal.Signals, ...]:
    """Return the signals that tell this process to end: Ctrl-C, `kill` and `timeout`, and a terminal that was closed.

    What whoever started it wants ignored stays so: `nohup` ignores the closing of the terminal.
    """
    others = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
    return (signal.SIGINT, *(one for one in others if one and signal.getsignal(one) is not signal.SIG_IGN))


def end_like_ctrl_c() -> None:
    """Let every ending of this process be what Ctrl-C is, so that it takes along the programs it has started."""
    for ending in endings()[1:]:
        signal.signal(ending, signal.default_int_handler)


def leave(code: int) -> NoReturn:
    """End the process at once: no thread is waited for, as a call that hangs must not hold the terminal."""
    for act in _last:
        with suppress(Exception):
            act()
    os._exit(code)
