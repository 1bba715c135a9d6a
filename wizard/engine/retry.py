"""AWS for a walk that outlives an outage: a call that may succeed later is made again, with growing pauses."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import anyio

from wizard.aws.errors import AwsError, translate
from wizard.aws.transient import RETRIES, Transient, transient
from wizard.engine.progress import Progress, at_work
from wizard.engine.renewal import IDENTITY
from wizard.model.ports import Clock
from wizard.model.results import Actor, Wait

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds from a failure to the next attempt: doubled each time, up to the longest."""

BRIEF = 300.0
"""Seconds after which what should pass within minutes did not (Terraform gives most of these one to five minutes)."""

AT_LEAST = 15.0
"""The same for a walk that may not wait: AWS is busy for seconds, mostly, and nothing else would go on either. So long
any call may take, too."""

NO_REPLY = "ReadTimeoutError"
"""botocore's name for a call that got no answer in time; what it did is as unknown as then."""


def brief_limit(patience: float | None) -> float:
    """Return the seconds that what should pass within minutes has, in a walk that may wait so many in all."""
    return BRIEF if patience is None else min(BRIEF, max(AT_LEAST, patience))


class EndingAws(Protocol):
    """Calls AWS, and knows when the sign-in ends."""

    region: str

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call an operation and return the reply."""
        ...

    async def ends(self) -> float | None:
        """Return when the sign-in in use ends."""
        ...


class RetryingAws:
    """Calls AWS; implements `wizard.model.ports.Aws`. All calls belong to the event loop that runs the walk.

    A lost network, a laptop that sleeps or an AWS that throttles only pauses a walk that has reached AWS before; one
    that never did ends at once, so that nobody waits for a mistyped proxy.

    Args:
        aws: makes the calls.
        progress: where a pause is shown.
        clock: for the pauses.
        patience: seconds that the walk may wait in all, for a call that hangs too; None is as long as it takes.
        least: seconds that a call may take in any case.
        chance: draws a number from 0 to 1, so that many clients do not come back at the same moment.
    """

    def __init__(
        self,
        aws: EndingAws,
        *,
        progress: Progress,
        clock: Clock,
        patience: float | None,
        least: float = AT_LEAST,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.region = aws.region
        self._aws = aws
        self._progress = progress
        self._clock = clock
        self._patience = patience
        self._least = least
        self._ends: float | None = None
        """When the walk has waited long enough, by the event loop's clock; known from the first call on."""
        self._chance = chance
        self._reached = False

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call AWS, again and again where that may help.

        Raises:
            AwsError: AWS refused, or what should have passed did not in time.
        """
        since, waited, pause = self._clock.now(), 0.0, FIRST_PAUSE
        while True:
            try:
                reply = await self._in_time(service, operation, parameters)
            except AwsError as error:
                why = transient(error)
                self._reached = self._reached or error.answered
                if why is None or self._given_up(why, waited):
                    raise
                await self._wait(why, since, pause)
                waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE)
            else:
                self._reached = True
                if waited:
                    self._progress.change(_item(), wait=None, activity="")
                return reply

    async def _in_time(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Call AWS once, and give up on the call when the walk has waited as long as it may.

        Raises:
            AwsError: AWS refused, or did not answer in time.
        """
        if self._patience is None:
            return await self._aws(service, operation, **parameters)
        now = anyio.current_time()
        self._ends = now + self._patience if self._ends is None else self._ends
        limit = max(self._least, self._ends - now)
        with anyio.move_on_after(limit):
            return await self._aws(service, operation, **parameters)
        name = f"{service}:{''.join(part.capitalize() for part in operation.split('_'))}"
        raise translate(NO_REPLY, f"no response within {limit:.0f} seconds", name)

    async def ends(self) -> float | None:
        """Return when the sign-in in use ends."""
        return await self._aws.ends()

    def _given_up(self, why: Transient, waited: float) -> bool:
        """Whether another attempt would come too late. What counts is the pauses' own length, whatever the clock's."""
        if RETRIES[why].brief:
            return waited >= brief_limit(self._patience)
        if self._ends is not None and anyio.current_time() >= self._ends:
            return True
        return not self._reached or (self._patience is not None and waited >= self._patience)

    async def _wait(self, why: Transient, since: float, pause: float) -> None:
        pause *= 0.5 + self._chance() / 2
        words = RETRIES[why].words.format(since=f"{datetime.fromtimestamp(since).astimezone():%H:%M}")
        look_at = self._clock.now() + pause * self._clock.pace
        self._progress.change(_item(), wait=Wait(words, Actor.AWS, since, 0.0, look_at), activity=words)
        await self._progress.pause(self._clock, pause)


def _item() -> str:
    """Return the item on whose behalf the running task calls."""
    return at_work.get() or IDENTITY
