"""The system clock; in practice, waits shrink by its pace."""

import time

import anyio


class SystemClock:
    """Wall-clock time; implements `wizard.model.ports.Clock`.

    Args:
        pace: what every wait is multiplied by; 1 in the real world.
    """

    SHORTEST = 0.005
    """Seconds that even a wait at pace 0 takes, so that a loop of looks leaves room for others."""

    def __init__(self, pace: float = 1.0) -> None:
        self.pace = pace

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` times the pace."""
        await anyio.sleep(max(seconds * self.pace, self.SHORTEST))
