"""The end of this process: what has to be done before it, however it comes."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

_last: list[Callable[[], None]] = []


def before_leaving(act: Callable[[], None]) -> None:
    """Have `act` called before the process ends through `leave`."""
    if act not in _last:
        _last.append(act)


def leave(code: int) -> NoReturn:
    """End the process at once: no thread is waited for, as a call that hangs must not hold the terminal."""
    for act in _last:
        with suppress(Exception):
            act()
    os._exit(code)
