"""Renewal of AWS sign-ins during a walk: it pauses, the user signs in again, and it continues."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.keys import KeySource
from wizard.aws.services.sts import Caller, caller
from wizard.credentials.manager import CredentialManager
from wizard.credentials.sign_in import second_factor
from wizard.engine.progress import Progress, at_work
from wizard.model.context import SetupState
from wizard.model.ports import Aws, Clock
from wizard.model.results import Decision, DecisionOption
from wizard.model.validators import InvalidChoice

AGAIN, STOP = "again", "stop"
RENEW, CODE = "renew-login", "mfa-code"
IDENTITY, EXPIRES = "identity", "expires"
"""The item that shows a question which no other item is behind."""

POLL = 3600.0
"""Seconds between looks at an unanswered question; an answer ends the wait at once."""


class RenewingAws:
    """Calls AWS; implements `wizard.model.ports.Aws`. All calls belong to the event loop that runs the walk.

    Args:
        client: how AWS is called.
        progress: where the question is put; None: nobody can be asked, as in a check.
        clock: for the time that may be waited.
        account: the account that the setup is known to be in.
        sign_in: signs in with an MFA code.
        ends: returns when the sign-in in use ends.
        deadline: when waiting ends; None is as long as it takes.
    """

    def __init__(
        self,
        client: Aws,
        *,
        progress: Progress | None,
        clock: Clock,
        account: Callable[[], str | None],
        sign_in: Callable[[str], Awaitable[None]],
        ends: Callable[[Aws], Awaitable[float | None]],
        deadline: float | None = None,
    ) -> None:
        self.region = client.region
        self._client = client
        self._progress = progress
        self._clock = clock
        self._account = account
        self._sign_in = sign_in
        self._ends = ends
        self._deadline = deadline
        self._asking = anyio.Lock()
        self._parked: set[str] = set()
        self._renewed = 0
        self._asked = 0
        self._stopped = False

    async def ends(self) -> float | None:
        """Return when the sign-in in use ends."""
        return await self._ends(self._client)

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call AWS; when the sign-in has expired, wait for a new one and call again: a refused call had no effect.

        Raises:
            AwsError: AWS refused, or nobody signed in again.
        """
        while True:
            before = self._renewed
            try:
                return await self._client(service, operation, **parameters)
            except AwsError as error:
                ended = await second_factor(self._client, error) or error
                if ended.kind is not ErrorKind.EXPIRED or not await self._signed_in_since(before, ended):
                    raise ended from None

    async def _signed_in_since(self, before: int, error: AwsError) -> bool:
        """Wait until somebody signed in after renewal number `before`; False if nobody will."""
        progress, item = self._progress, at_work.get() or IDENTITY
        if progress is None or self._stopped:
            return False
        self._parked.add(item)
        self._show(progress, self._decision(error.problem.id))
        async with self._asking:
            while self._renewed == before and not self._stopped:
                error = await self._ask(progress, error)
            self._parked.discard(item)
            progress.change(item, decision=None, activity="")
        return not self._stopped

    def _show(self, progress: Progress, decision: Decision) -> None:
        for item in self._parked:
            progress.change(item, decision=decision, activity=decision.question)

    async def _ask(self, progress: Progress, error: AwsError) -> AwsError:
        """Ask once; return what is still in the way."""
        decision = self._decision(error.problem.id)
        self._show(progress, decision)
        while (answer := progress.answered(decision.id)) is None:
            if self._deadline is not None and self._clock.now() >= self._deadline:
                self._stopped = True
                return error
            await progress.pause(self._clock, POLL)
        self._asked += 1
        if answer == STOP:
            self._stopped = True
            return error
        return await self._try(answer, error)

    async def _try(self, answer: str, error: AwsError) -> AwsError:
        """Look with fresh sessions whether the sign-in is good now, and of the same account."""
        try:
            if answer != AGAIN:
                await self._sign_in(answer)
            if isinstance(self._client, AwsClient):
                self._client.renew()
            found = await caller(self._client)
        except AwsError as still:
            return still
        except InvalidChoice:
            return error
        if (known := self._account()) not in (None, found.account):
            return _other_account(error, str(known), found)
        self._renewed += 1
        await self._note_end()
        return error

    async def _note_end(self) -> None:
        """Let those who watch know how long the new sign-in lasts."""
        if self._progress:
            ends = await self.ends()
            self._progress.note(IDENTITY, EXPIRES, None if ends is None else f"{ends:.0f}")

    def _decision(self, problem: str) -> Decision:
        kind = CODE if problem in ("mfa-needed", "mfa-wrong") else RENEW
        number = f"-{self._asked + 1}" if self._asked else ""
        return _question(kind, problem, number, again=self._asked > 0)


def _other_account(error: AwsError, wanted: str, found: Caller) -> AwsError:
    values = {**error.problem.values, "wanted": wanted, "found": found.account, "arn": found.arn}
    problem = type(error.problem)("wrong-account", values)
    return AwsError(ErrorKind.EXPIRED, error.code, str(error), error.operation, problem)


QUESTIONS = {
    "mfa-needed": "AWS requires an MFA code. Nothing is lost; snowpixel waits for it.",
    "mfa-wrong": "AWS didn't accept this MFA code. Wait for the next one; each works only once.",
    "kept-keys-unreadable": "Your saved keys can't be read: the key store may be locked. snowpixel waits until they "
    "can.",
    "wrong-account": "That sign-in belongs to another AWS account than this setup. It wasn't used.",
}
EXPIRED = "Your AWS sign-in has expired. Nothing is lost; snowpixel waits until you sign in again."
STILL = (
    "AWS says that the sign-in has still expired. If you just signed in, sign out of the sign-in page in the browser "
    "first, then sign in again."
)


def _question(kind: str, problem: str, number: str, *, again: bool) -> Decision:
    usual = STILL if again else EXPIRED
    done = "I have signed in again" if kind == RENEW else "I have signed in elsewhere"
    return Decision(
        f"{kind}{number}",
        QUESTIONS.get(problem, usual),
        (
            DecisionOption(AGAIN, done, "snowpixel continues where it stopped."),
            DecisionOption(
                STOP,
                "Stop here",
                "Everything created so far is kept and saved. Run the same command again to continue.",
            ),
        ),
        STOP,
        "a new sign-in (`aws sso login` or `aws login`), then the same command again",
        typed="MFA code" if kind == CODE else "",
    )


def renewing(
    credentials: CredentialManager,
    aws: Aws,
    state: SetupState,
    clock: Clock,
    *,
    progress: Progress | None,
    patience: float | None,
) -> RenewingAws:
    """Wrap the client of a walk, so that a sign-in that ends is a pause and not the end.

    Args:
        credentials: what signs in again, and knows when a sign-in ends.
        aws: the client.
        state: the setup.
        clock: for the time that may be waited.
        progress: where the question is put; None where nobody can be asked.
        patience: seconds that the walk may wait in all.
    """
    given = aws.source if isinstance(aws, AwsClient) else KeySource()

    async def sign_in(digits: str) -> None:
        await credentials.signs.with_code(given, state.setup, aws.region, digits)

    async def ends(client: Aws) -> float | None:
        return await credentials.ends(client, given)

    return RenewingAws(
        aws,
        progress=progress,
        clock=clock,
        account=lambda: state.setup.made.account,
        sign_in=sign_in,
        ends=ends,
        deadline=None if patience is None else clock.now() + patience,
    )
