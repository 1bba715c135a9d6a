"""AWS for a walk that changes something: a call waits until what announces it is saved."""

from typing import Any

from wizard.engine.retry import EndingAws
from wizard.model.context import SetupState

LOOKS = ("get_", "list_", "head_", "describe_", "simulate_")
"""How the names of operations begin that change nothing."""


class WriteAhead:
    """Calls AWS; implements `wizard.model.ports.Aws`.

    An id that AWS is given is saved before the call, so that a walk that dies in between finds again what it made. A
    resource only records it; that the call waits for the disk is seen to here, for every call.

    Args:
        aws: makes the calls.
        state: what has to be saved before.
    """

    def __init__(self, aws: EndingAws, state: SetupState) -> None:
        self.region = aws.region
        self._aws = aws
        self._state = state

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call AWS; one that may change something waits until everything recorded so far is saved.

        Raises:
            wizard.aws.errors.AwsError: AWS refused, or nobody signed in again.
            wizard.storage.store.StoreError: it cannot be saved, so AWS was not called.
        """
        if not operation.startswith(LOOKS):
            await self._state.saved()
        return await self._aws(service, operation, **parameters)

    async def ends(self) -> float | None:
        """Return when the sign-in in use ends."""
        return await self._aws.ends()
