"""AWS as it answered once: recorded replies, served on loopback and read by the real client."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from tests.aws.impostor import Answer, Impostor
from tests.recorded import FOLDER, Recording, recording
from wizard.aws.client import AwsClient
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.timeouts import CallTimeouts

ONCE = CallTimeouts(connect=5, read=30, attempts=1)
REGION = "eu-central-1"


def client(server: Impostor) -> AwsClient:
    """Return the real client, pointed at a server of the tests."""
    keys = Keys("AKIAIOSFODNN7EXAMPLE", Secret("x" * 40))
    return AwsClient(KeySource(keys, endpoint=server.url), REGION, ONCE)


def answer(one: Recording) -> Answer:
    """Return a recorded reply as the server gives it."""
    return Answer(one.body, one.status, dict(one.headers))


@dataclass
class Playback:
    """Answers each operation with its recording; implements `wizard.model.ports.Aws`.

    Attributes:
        server: what serves the replies.
        replies: operation to the name of its recording.
        folder: where the recordings are.
    """

    server: Impostor
    replies: Mapping[str, str]
    folder: Path = FOLDER
    region: str = REGION

    def __post_init__(self) -> None:
        self._client = client(self.server)
        self._one = anyio.Lock()

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        one = recording(self.replies[operation], self.folder)
        assert (one.service, one.operation) == (service, operation)
        async with self._one:  # the server gives one answer at a time
            self.server.answer = answer(one)
            return await self._client(service, operation, **parameters)
