"""Time limits and attempts of AWS calls, for walks and for checks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CallTimeouts:
    """How long a call may take: seconds to connect, seconds between bytes, and tries in all."""

    connect: float
    read: float
    attempts: int


WALK = CallTimeouts(connect=5, read=15, attempts=3)
"""For walks that change something."""

LOOK = CallTimeouts(connect=2, read=4, attempts=2)
"""For checks, which rather say "could not be tested" than make the user wait."""
