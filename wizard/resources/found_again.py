"""How a setup whose file is lost is found again in its account: what each kind of resource there tells about it.

Each kind has a function that lists what there is of every setup, known by its tags or by the setup's id in its name;
`wizard.stages.FOUND_AGAIN` has them all. Nothing is written.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
from msgspec import Struct
from msgspec.structs import replace

from wizard.aws.errors import AwsError
from wizard.model.ports import Aws

OWN_NAME = re.compile(r"snowpixel-(?P<id>[0-9a-f]{8})")
"""Name of what has no tags in listings: an origin access control, a delivery source, and a delivery destination."""


@dataclass(frozen=True)
class AccountSearch:
    """A search through one account.

    Attributes:
        aws: the port to AWS.
        account: its twelve digits.
        tagged: the tags of what AWS's own search for tags knows, by ARN. It may lag, or be forbidden.
    """

    aws: Aws
    account: str
    tagged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class ShownSetup(Struct, frozen=True, kw_only=True):
    """What the account shows of one setup."""

    names: tuple[str, ...] = ()
    """The setup's name as each thing tells it, most trustworthy first."""
    choices: dict[str, Any] = {}
    """Fields of `SetupChoices`."""
    made: dict[str, Any] = {}
    """Fields of `Made`."""
    hostnames: tuple[str, ...] = ()
    """Those on its distribution."""
    created: float | None = None
    """When it was begun, in seconds since the epoch; None where nothing tells."""

    def joined(self, more: "ShownSetup") -> "ShownSetup":
        """Return both together; where they differ, the later one is right."""
        return replace(
            self,
            names=(*self.names, *more.names),
            choices={**self.choices, **more.choices},
            made={**self.made, **more.made},
            hostnames=(*self.hostnames, *more.hostnames),
            created=self.created if more.created is None else more.created,
        )


@dataclass(frozen=True)
class Trace:
    """What one kind of resource shows of one setup.

    Attributes:
        id: the setup's id.
        shows: what it shows by itself.
        closer: a closer look, where that alone doesn't tell: takes what the kinds before it showed, and returns what is
            known with it.
    """

    id: str
    shows: ShownSetup = field(default_factory=ShownSetup)
    closer: Callable[[ShownSetup], Awaitable[ShownSetup]] | None = None

    async def after(self, seen: ShownSetup) -> ShownSetup:
        """Return what is known with it, given what the kinds before it showed.

        Raises:
            wizard.aws.errors.AwsError: AWS refused a closer look.
        """
        return await self.closer(seen) if self.closer else seen.joined(self.shows)


Finder = Callable[[AccountSearch], Awaitable[Sequence[Trace]]]
"""Lists what there is of one kind, of every setup. Raises `wizard.aws.errors.AwsError` where AWS refuses."""


T = TypeVar("T")


async def together(jobs: Sequence[Callable[[], Awaitable[None]]], at_once: int) -> None:
    """Run jobs, so many at a time; the first refusal ends them all and comes out as it is.

    Raises:
        AwsError: AWS refused one.
    """
    limiter = anyio.CapacityLimiter(at_once)
    refused: list[AwsError] = []

    async def one(job: Callable[[], Awaitable[None]], scope: anyio.CancelScope) -> None:
        async with limiter:
            try:
                await job()
            except AwsError as error:
                refused.append(error)
                scope.cancel()

    async with anyio.create_task_group() as group:
        for job in jobs:
            group.start_soon(one, job, group.cancel_scope)
    if refused:
        raise refused[0]


def by_setup(found: Sequence[tuple[str, T]]) -> dict[str, list[T]]:
    """Sort what was found by the setup's id that it carries."""
    sorted_out: dict[str, list[T]] = {}
    for identifier, one in found:
        sorted_out.setdefault(identifier, []).append(one)
    return sorted_out
