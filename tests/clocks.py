"""A product whose clock can be moved, or passes by itself, for what takes hours."""

import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import anyio

from wizard.model.ports import Ports
from wizard.net.clock import SystemClock
from wizard.net.dns_client import DnsClient
from wizard.service import Service

HOUR = 3600.0


class MovedClock(SystemClock):
    """Real time, moved ahead by as much as a test says."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead


class MovedService(Service):
    """The product with such a clock.

    Args:
        service: the product to take the surroundings of.
    """

    def __init__(self, service: Service) -> None:
        super().__init__(service.environment)
        self.clock = MovedClock()

    def ports(self, *arguments: Any, **named: Any) -> Ports:
        return replace(super().ports(*arguments, **named), clock=self.clock)


class VirtualClock(SystemClock):
    """Time that passes only while everybody sleeps: a day of waiting takes as long as its looks do."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self._now = time.time()
        self._sleepers: dict[object, tuple[float, anyio.Event]] = {}
        self.busy = 0
        """How many calls to the outside are under way."""

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        sleeper, woken = object(), anyio.Event()
        self._sleepers[sleeper] = self._now + seconds, woken
        try:
            await woken.wait()
        finally:
            del self._sleepers[sleeper]

    async def pass_while_idle(self) -> None:
        """Wake who sleeps the shortest whenever nobody else has anything to do; ends when it is cancelled."""
        idle = 0
        while True:
            await anyio.sleep(0 if idle else 0.0005)
            idle = 0 if self.busy or not self._sleepers or _threads() else idle + 1
            if idle > TURNS:
                due, woken = min(self._sleepers.values(), key=lambda each: each[0])
                self._now, idle = max(self._now, due), 0
                woken.set()


TURNS = 30
"""Turns of the event loop without a call to the outside after which everybody sleeps."""


def _threads() -> bool:
    """Whether a call or a save is under way on a thread of the product's (`wizard.model.threads`)."""
    return any(thread.name.startswith("snowpixel-") for thread in threading.enumerate())


class _Counted:
    """A port; how many calls to it are under way is counted."""

    def __init__(self, port: Any, clock: VirtualClock) -> None:
        self._port, self._clock = port, clock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._counted(found) if inspect.iscoroutinefunction(found) else found

    async def __call__(self, *arguments: Any, **named: Any) -> Any:
        return await self._counted(self._port)(*arguments, **named)

    def _counted(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*arguments: Any, **named: Any) -> Any:
            self._clock.busy += 1
            try:
                return await call(*arguments, **named)
            finally:
                self._clock.busy -= 1

        return counted


class VirtualService(Service):
    """The product with such a clock; delegations are remembered by it too.

    Args:
        service: the product to take the surroundings of.
    """

    def __init__(self, service: Service) -> None:
        super().__init__(service.environment)
        self.clock = VirtualClock()

    def ports(self, *arguments: Any, **named: Any) -> Ports:
        ports = super().ports(*arguments, **named)
        assert isinstance(ports.dns, DnsClient)
        ports.dns._zones.now = self.clock.now
        aws, dns, web = (_Counted(port, self.clock) for port in (ports.aws, ports.dns, ports.web))
        return replace(ports, aws=aws, dns=dns, web=web, clock=self.clock)
