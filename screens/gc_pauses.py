"""Keeps garbage collection from freezing the screen.

A full pass looks at every object, hundreds of thousands of them once AWS's descriptions of its services are loaded, and
a key pressed meanwhile waits for its end. What outlives a long pass stays, as a rule, for good; so it is told to skip
that from then on (`gc.freeze` in Python's documentation).
"""

import gc
import time

LONGEST = 0.01
"""Seconds that a pass may take; what is alive after a longer one is skipped from then on."""

OLDEST = 2
"""The generation whose pass is a full one."""


class GcWatch:
    """Times each full pass, and sets aside what outlived one that took too long."""

    def __init__(self) -> None:
        self._began = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """Hear that a pass begins or ends (`gc.callbacks`)."""
        if info["generation"] != OLDEST:
            return
        if phase == "start":
            self._began = time.perf_counter()
        elif time.perf_counter() - self._began > LONGEST:
            gc.freeze()


def keep_gc_short() -> None:
    """Begin; all that was loaded until now is set aside at once."""
    gc.freeze()
    gc.callbacks.append(GcWatch())
