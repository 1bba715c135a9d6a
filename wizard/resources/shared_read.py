"""One read of an AWS object for all resources that own properties of it."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

from wizard.model.ports import Clock

T = TypeVar("T")

FRESH = 5.0
"""Seconds that a reply may serve the other resources on the same object."""


class SharedRead(Generic[T]):
    """Hands one reply to each of its readers at most once, so that a poll always looks anew.

    Args:
        read: the call.
        clock: tells how old a reply is.
    """

    def __init__(self, read: Callable[[], Awaitable[T]], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._reply: T | None = None
        self._at = 0.0
        self._served: set[str] = set()
        self._lock: anyio.Lock | None = None

    async def get(self, reader: str) -> T:
        """Return a reply that `reader` has not seen yet and that is fresh.

        Raises:
            wizard.aws.errors.AwsError: the call was refused.
        """
        self._lock = self._lock or anyio.Lock()  # made inside the event loop that uses it
        async with self._lock:
            if self._reply is None or reader in self._served or self._clock.now() - self._at > FRESH:
                self._reply, self._served = await self._read(), set()
                self._at = self._clock.now()
            self._served.add(reader)
            return self._reply

    def replace(self, reply: T) -> None:
        """Take the reply of a write, which says what AWS now holds."""
        self._reply, self._at, self._served = reply, self._clock.now(), set()

    def forget(self) -> None:
        """The object changed: the next reader looks anew."""
        self._reply = None
