"""Questions of one look, each put once: a healthy check asks a hundred of DNS servers, and thirty of them differ."""

import time
from collections.abc import Awaitable, Callable, Hashable

import anyio

from wizard.net.dns_query import Said
from wizard.net.dns_zones import KEEP


class AskedOnce:
    """What servers said during one look.

    Who asks what is being asked waits for that answer. Silence is shared with those who wait for it, and not kept: a
    later question may be heard. An answer counts as long as a zone that was found: a check of many setups may last
    longer.

    Args:
        now: a clock that never goes back, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._said: dict[Hashable, tuple[float, Said]] = {}
        self._asking: dict[Hashable, _Asking] = {}

    async def __call__(self, question: Hashable, ask: Callable[[], Awaitable[Said]]) -> Said:
        """Return what was said, or ask.

        Args:
            question: whom, what, and how.
            ask: puts the question.
        """
        while True:
            until, said = self._said.get(question, (0.0, None))
            if said and until > self._now():
                return said
            asking = self._asking.get(question)
            if asking is None:
                return await self._ask(question, ask)
            await asking.ended.wait()
            if asking.said:  # else the one who asked was cancelled, and the next one asks
                return asking.said

    async def _ask(self, question: Hashable, ask: Callable[[], Awaitable[Said]]) -> Said:
        asking = self._asking[question] = _Asking()
        try:
            asking.said = said = await ask()
        finally:
            del self._asking[question]
            asking.ended.set()
        if said.seen:
            self._said[question] = (self._now() + KEEP, said)
        return said


class _Asking:
    """A question that is on its way."""

    def __init__(self) -> None:
        self.ended = anyio.Event()
        self.said: Said | None = None
