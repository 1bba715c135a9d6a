"""AWS client: one operation in, a reply or an `AwsError` out, without blocking the event loop."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.exceptions import translated
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.pool import SHARED, Held
from wizard.aws.reply_limits import file_of
from wizard.aws.service_regions import GLOBAL_REGION, IN_CHOSEN_REGION
from wizard.aws.sessions import compare_clock, ends
from wizard.aws.timeouts import WALK, CallTimeouts
from wizard.aws.typed import operation_name
from wizard.model.threads import in_thread

Observer = Callable[[str, str], None]
"""Told service and operation of each call before it is made."""


class FinishedCall(Struct, frozen=True):
    """One finished call to AWS."""

    service: str
    operation: str
    """As boto3 spells it."""
    code: str
    """`ok`, or AWS's error code, or the name of botocore's exception."""


Listener = Callable[[FinishedCall], None]
"""Told of each call once it has ended."""

Resolve = Callable[[KeySource], KeySource]
"""Turns the chosen source into what signs: asks the key store, or takes what an MFA code brought. May block."""


Explain = Callable[[KeySource, AwsError], AwsError]
"""Looks on this computer for the cause of an error, given what was signed with. May block."""


@dataclass
class AwsClient:
    """Calls AWS; implements `wizard.model.ports.Aws`.

    Attributes:
        source: the credentials.
        region: the setup's region.
        patience: time limits.
        observe: told of each call, for benchmarks and tests.
        listen: told how each call ended, for reports.
        resolve: looks, before the first call, for what really signs.
        explain: looks for the cause of an error.
        clock: this computer's time, compared with AWS's before the first signed call; None: it is not compared.
        code: an MFA code, for a source that requires one.
    """

    source: KeySource
    region: str
    patience: CallTimeouts = WALK
    observe: Observer | None = None
    listen: Listener | None = field(default=None, repr=False)
    resolve: Resolve | None = field(default=None, repr=False)
    explain: Explain | None = field(default=None, repr=False)
    clock: Callable[[], float] | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    _held: Held | None = field(default=None, repr=False)
    """What signs, from the first call on."""
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """It is looked for by one thread."""

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call `operation` (snake case) of `service` and return the reply without its metadata.

        Raises:
            wizard.aws.errors.AwsError: AWS refused or could not be reached.
        """
        if self.observe:
            self.observe(service, operation)
        try:
            reply: dict[str, Any] = await in_thread(self._call, service, operation, parameters)
        except AwsError as error:
            self._tell(service, operation, error.code)
            if self._held and error.kind in (ErrorKind.DENIED, ErrorKind.EXPIRED):
                SHARED.give_up(self._held)  # other walks look anew for what signs
            if self.explain:
                raise await in_thread(self.explain, self._held.source if self._held else self.source, error) from None
            raise
        self._tell(service, operation, "ok")
        return reply

    def _tell(self, service: str, operation: str, code: str) -> None:
        if self.listen:
            self.listen(FinishedCall(service, operation, code))

    def renew(self) -> None:
        """Forget the session: the next call signs with whatever is signed in then."""
        with self._making:
            if self._held:
                SHARED.give_up(self._held)
            self._held = None

    @property
    def access_key_id(self) -> str | None:
        """The id of the key that signs, once something was signed."""
        held = self._held.session.get_credentials() if self._held else None
        return str(held.access_key) if held else None

    async def ends(self) -> float | None:
        """Return when the keys in hand end; None where that is not known or they are renewed by themselves."""
        return ends(self._held.session, self._held.source) if self._held else None

    async def temporary(self) -> Keys:
        """Sign in and return the keys of some hours that this brings.

        Raises:
            wizard.aws.errors.AwsError: AWS refused, or these are no keys of some hours.
        """
        return await in_thread(self._temporary)

    def _temporary(self) -> Keys:
        with translated("sts:AssumeRole"), self._making:
            held = self._signed_in().session.get_credentials()
            shown = held.get_frozen_credentials()
        expiry = getattr(held, "_expiry_time", None)
        token = Secret(shown.token) if shown.token else None
        return Keys(shown.access_key, Secret(shown.secret_key), token, expiry.timestamp() if expiry else None)

    def _call(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        name = operation_name(service, operation)
        with translated(name):
            call = getattr(self._client(service), operation)
            reply = _whole(lambda: call(**parameters), self.patience.attempts)
        reply.pop("ResponseMetadata", None)
        return reply

    def _client(self, service: str) -> Any:
        with self._making:
            held = self._signed_in()
        region = self.region if service in IN_CHOSEN_REGION else GLOBAL_REGION
        return held.client(service, region, self.source.endpoint, self.patience)

    def _signed_in(self) -> Held:
        """Return the session, looked for when it is first needed, once the clock was found to be right."""
        if self._held is None:
            held = SHARED.get(self.resolve(self.source) if self.resolve else self.source, self.code)
            if self.clock:
                compare_clock(held.session, self.region, self.source.endpoint, self.clock)
            self._held = held
        return self._held


def _whole(call: Callable[[], dict[str, Any]], attempts: int) -> dict[str, Any]:
    """Return a reply with its body; botocore itself tries again only what breaks before the body begins.

    Args:
        call: makes the call; only calls that look have a body in their reply.
        attempts: how often it is made at most.
    """
    from botocore.exceptions import HTTPClientError, IncompleteReadError  # noqa: PLC0415 - loads slowly

    while True:
        reply = call()
        if "Body" not in reply:
            return reply
        attempts -= 1
        try:
            return reply | {"Body": file_of(reply["Body"])}
        except (HTTPClientError, IncompleteReadError):
            if attempts < 1:
                raise
