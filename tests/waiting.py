"""Waits for what another process or thread is about to do."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds after which it will not happen any more, on the slowest machine."""


def until(holds: Callable[[], object], what: str = "what was waited for") -> None:
    """Wait until something holds; fail if it never does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)
