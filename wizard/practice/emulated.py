"""What the rules, the edge, and the control server ask of the emulated AWS.

A protocol, because the emulator works on the world's state, and the state holds the emulator: one of the two has to
know the other by its shape alone.
"""

from typing import Any, Protocol

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply

Stores = dict[tuple[str, str], Any]
"""Service and name of a store to what is in it."""


class EmulatedAws(Protocol):
    """The emulator behind the rules."""

    def clear(self) -> None:
        """Empty every service; users and keys go back to those that were kept."""
        ...

    def copied(self) -> Stores:
        """Return a copy of everything that the services hold."""
        ...

    def put_back(self, copied: Stores) -> None:
        """Hold again what `copied` returned; it can be put back any number of times."""
        ...

    def assume_account(self) -> None:
        """Make the world's account the one that data-plane code of the emulator looks into, for this task."""
        ...

    async def ask(self, service: str, method: str, path: str) -> Reply:
        """Ask a service something on behalf of a rule, within the account of the call that the rule looks at."""
        ...

    async def pass_on(self, call: AuthorizedCall) -> Reply:
        """Hand a call to the emulator as it is, past the rules."""
        ...

    async def request(
        self, service: str, method: str, path: str, *, body: bytes = b"", region: str = "us-east-1", **headers: str
    ) -> Reply:
        """Make a call as the account's root, past rules and faults; header names are written with underscores."""
        ...

    async def target(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Make a call to a JSON service as the account's root and return the parsed reply."""
        ...
