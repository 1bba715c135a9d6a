"""The context of a walk: ports, saved state, and the user's answers, as every resource and probe gets them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio

from wizard.model.ports import Ports
from wizard.model.setup import Made, Setup, SetupChoices

DELETE_LOGS = "delete-logs"
"""Id of the answer `yes` that makes a removal take the logs too."""

DOMAIN_LOST = "domain-lost"
"""Id of the answer `yes`: the domain is no longer the user's, so a removal goes on without its record being gone."""

DISTRIBUTION_EDITED = "distribution-edited"
"""Id of the answer to: whose setting counts where somebody edits the distribution while we work?"""

PROVE = "prove"
"""Id of the answer `yes` that sends a new test event although one was found before."""

UPGRADE = "upgrade"
"""Id of the answer `yes` that applies today's recipe to a setup made with an earlier one."""

BROWSE = "browse"
"""Id of the answer `yes` that asks the user's browser for events."""

BROWSE_LIKE = "browse-like"
"""Id of the answer that names a page of the user's: the proof is made as that page sends, and under its policies."""

YES = "yes"

ROW_LIMIT = 10.0
"""Seconds that one item of a check may take."""

CHECK_LIMIT = 14.0
"""Seconds that a whole check may take, however many items wait for each other."""


class SetupState(Protocol):
    """The setup as it is saved. A change is seen at once, and durable once `saved` has returned."""

    @property
    def setup(self) -> Setup:
        """The newest state."""
        ...

    def record(self, **made: Any) -> None:
        """Set fields of `Made`, if anything differs."""
        ...

    def choose(self, **choices: Any) -> None:
        """Set fields of `SetupChoices`, if anything differs."""
        ...

    def waiting_since(self, item: str, now: float) -> float:
        """Return when the wait of `item` began: `now`, if it begins now."""
        ...

    def makes(self, item: str, now: float | None) -> None:
        """Note that a thing of its own is being made at `now`, which no look has shown; with None, that it was not.

        It is saved with whatever comes next.
        """
        ...

    def stands(self, item: str, *, now: bool) -> None:
        """Note that a resource is as wanted now, or that we took it away. It is saved with whatever comes next."""
        ...

    def waited(self, item: str) -> None:
        """Forget the wait of `item`: it has ended. It is saved with whatever comes next."""
        ...

    async def saved(self, *, riding: bool = False) -> None:
        """Return once what was recorded so far is durable; with `riding`, also what may wait for the next save.

        Raises:
            wizard.storage.store.StoreError: it cannot be saved.
        """
        ...


@dataclass(frozen=True)
class Context:
    """The context of one walk.

    Attributes:
        ports: to everything outside this process.
        state: the saved setup.
        answers: decision id to the choice the user made.
        row_limit: seconds that one item of a check may take.
        check_limit: seconds that a whole check may take.
        bucket_writes: bucket to what lets its settings be written one after the other; S3 refuses two at once.
        retries: whether the user says that the cause of a failure is gone: what was given up is tried once more.
        shared: what the items of the walk share, by name, such as one reading of an AWS object.
        makes: whether the walk is about to make something: then it is worth asking beforehand what will be refused.
    """

    ports: Ports
    state: SetupState
    answers: Mapping[str, str] = field(default_factory=dict)
    makes: bool = False
    retries: bool = False
    row_limit: float = ROW_LIMIT
    check_limit: float = CHECK_LIMIT
    bucket_writes: dict[str, anyio.Lock] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)

    @property
    def choices(self) -> SetupChoices:
        """The user's choices as they stand now."""
        return self.state.setup.choices

    @property
    def made(self) -> Made:
        """The names and ids as they stand now."""
        return self.state.setup.made
