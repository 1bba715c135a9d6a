"""AWS for a walk that outlives an outage: what is called again, for how long, and what is said meanwhile."""

from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from tests.engine.parts import Look, Row, context
from wizard.aws.errors import UNREADABLE, AwsError, translate
from wizard.aws.transient import RETRIES, Transient, transient
from wizard.engine import walks
from wizard.engine.progress import Progress, at_work
from wizard.engine.retry import AT_LEAST, BRIEF, FIRST_PAUSE, LONGEST_PAUSE, RetryingAws
from wizard.model.results import Job
from wizard.net.clock import SystemClock

CASES = {
    Transient.UNREACHABLE: ("EndpointConnectionError", "", 0),
    Transient.NOT_AWS: (UNREADABLE, "answered with a web page", 0),
    Transient.SERVER_FAULT: ("InternalError", "We encountered an internal error.", 500),
    Transient.THROTTLED: ("Throttling", "Rate exceeded", 400),
    Transient.BUSY: ("OperationAborted", "A conflicting conditional operation is currently in progress", 409),
}

FINAL = (
    ("AccessDenied", "no", 403),
    ("ExpiredToken", "over", 400),
    ("NoSuchBucket", "The specified bucket does not exist", 404),
    ("ResourceNotFoundException", "Delivery source with name [x] does not exist", 400),
    ("ConflictException", "This ResourceId has already been used in another Delivery Source in this account", 400),
    ("ConflictException", "Tags can only be provided when a resource is being created, not updated.", 400),
    ("PreconditionFailed", "The request failed because it didn't meet the preconditions", 412),
    ("SSLError", "SSL validation failed", 0),
    ("LimitExceededException", "no more", 400),
)

SAME_CLASS = (
    ("ConnectTimeoutError", "", 0, Transient.UNREACHABLE),
    ("ReadTimeoutError", "", 0, Transient.UNREACHABLE),
    ("ConnectionClosedError", "", 0, Transient.UNREACHABLE),
    ("ProxyConnectionError", "", 0, Transient.UNREACHABLE),
    ("503", "", 503, Transient.SERVER_FAULT),
    ("SlowDown", "", 503, Transient.THROTTLED),
    ("PriorRequestNotComplete", "", 400, Transient.THROTTLED),
    (
        "ConflictException",
        "Requested resource is currently being updated. Please try again later.",
        400,
        Transient.BUSY,
    ),
    ("ResourceNotFoundException", "Cannot access provided service.", 400, Transient.BUSY),
    ("TooManyInvalidationsInProgress", "", 400, Transient.BUSY),
)


class Scripted:
    """AWS that answers with what it is given, one after the other, and then for good with the last."""

    region = "nowhere"

    def __init__(self, *answers: AwsError | None) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, _service: str, _operation: str, /, **_parameters: Any) -> dict[str, Any]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        if answer is not None:
            raise answer
        return {"asked": self.asked}

    async def ends(self) -> float | None:
        return 7.0


def error_of(why: Transient) -> AwsError:
    code, message, status = CASES[why]
    return translate(code, message, "s3:PutBucketPolicy", status)


def shown() -> Progress:
    rows: object = (Row(Look(context(), "one", lambda probe: probe.ok("fine"))),)
    return walks.progress_for(Job.APPLY, rows, "test")  # type: ignore[arg-type]


class Paced(SystemClock):
    """A clock that notes how long it was asked to sleep, and never does."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await super().sleep(seconds)


def call(aws: Scripted, patience: float | None, *, reached: bool, progress: Progress, clock: Paced) -> dict[str, Any]:
    """Make one call through the wrapper, after one that succeeded where AWS was reached before."""
    wrapped = RetryingAws(aws, progress=progress, clock=clock, patience=patience, chance=lambda: 1.0)

    async def run() -> dict[str, Any]:
        at_work.set("one")
        if reached:
            await wrapped("sts", "get_caller_identity")
        return await wrapped("s3", "put_bucket_policy")

    return anyio.run(run)


@pytest.mark.parametrize("why", Transient)
def test_what_passes_is_asked_for_again_with_growing_pauses(why: Transient) -> None:
    aws, progress, clock = Scripted(None, *[error_of(why)] * 8, None), shown(), Paced()
    assert call(aws, None, reached=True, progress=progress, clock=clock) == {"asked": 10}
    assert clock.slept == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (clock.slept[0], clock.slept[-1]) == (FIRST_PAUSE, LONGEST_PAUSE)


@pytest.mark.parametrize("why", Transient)
def test_a_pause_is_shown_while_it_lasts(why: Transient) -> None:
    progress, clock, seen = shown(), Paced(), []

    class Watching(Scripted):
        async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
            seen.append(progress.snapshot.items[0].wait)
            return await super().__call__(service, operation, **parameters)

    call(Watching(None, error_of(why), None), None, reached=True, progress=progress, clock=clock)
    first, second, third = seen
    assert (first, second) == (None, None)
    assert third is not None
    assert third.subject.startswith(RETRIES[why].words.partition("{")[0])
    assert progress.snapshot.items[0].wait is None


@pytest.mark.parametrize(("code", "message", "status"), FINAL)
def test_what_is_final_is_not_asked_for_again(code: str, message: str, status: int) -> None:
    error = translate(code, message, "logs:PutDeliverySource", status)
    assert transient(error) is None
    aws = Scripted(None, error, None)
    with pytest.raises(AwsError):
        call(aws, None, reached=True, progress=shown(), clock=Paced())
    assert aws.asked == 2


@pytest.mark.parametrize(("code", "message", "status", "why"), SAME_CLASS)
def test_each_known_answer_has_its_class(code: str, message: str, status: int, why: Transient) -> None:
    assert transient(translate(code, message, "logs:PutDeliverySource", status)) is why


@pytest.mark.parametrize("why", [why for why in Transient if not RETRIES[why].brief])
def test_a_walk_that_never_reached_aws_ends_at_once(why: Transient) -> None:
    if why in (Transient.SERVER_FAULT, Transient.THROTTLED):
        return  # AWS was reached: it answered
    aws = Scripted(error_of(why))
    with pytest.raises(AwsError):
        call(aws, None, reached=False, progress=shown(), clock=Paced())
    assert aws.asked == 1


@pytest.mark.parametrize(("patience", "pauses"), [(0.0, []), (1.0, [1]), (20.0, [1, 2, 4, 8, 16])])
def test_an_outage_lasts_as_long_as_the_walk_may_wait(patience: float, pauses: list[float]) -> None:
    clock = Paced()
    with pytest.raises(AwsError):
        call(Scripted(None, error_of(Transient.UNREACHABLE)), patience, reached=True, progress=shown(), clock=clock)
    assert clock.slept == pauses


def sums(limit: float) -> Iterator[float]:
    """Yield the pauses of a call until their sum reaches a limit."""
    total, pause = 0.0, FIRST_PAUSE
    while total < limit:
        yield pause
        total, pause = total + pause, min(2 * pause, LONGEST_PAUSE)


@pytest.mark.parametrize(("patience", "limit"), [(None, BRIEF), (0.0, AT_LEAST), (60.0, 60.0), (9999.0, BRIEF)])
def test_what_is_brief_is_given_up_after_minutes(patience: float | None, limit: float) -> None:
    clock = Paced()
    with pytest.raises(AwsError):
        call(Scripted(None, error_of(Transient.BUSY)), patience, reached=True, progress=shown(), clock=clock)
    assert clock.slept == list(sums(limit))


def test_the_end_of_the_sign_in_is_known_through_it() -> None:
    wrapped = RetryingAws(Scripted(None), progress=shown(), clock=Paced(), patience=None)
    assert anyio.run(wrapped.ends) == 7.0


class Hanging(Scripted):
    """AWS that takes its time with every call but the first few."""

    def __init__(self, answered: int) -> None:
        super().__init__(None)
        self._left = answered

    async def __call__(self, _service: str, _operation: str, /, **_parameters: Any) -> dict[str, Any]:
        self.asked += 1
        if self.asked > self._left:
            await anyio.sleep_forever()
        return {}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("answered", [0, 1, 5])
@pytest.mark.parametrize("patience", [0.0, 0.05, 0.3])
@pytest.mark.anyio
async def test_a_call_that_hangs_is_waited_for_no_longer_than_the_walk_may(answered: int, patience: float) -> None:
    aws = Hanging(answered)
    wrapped = RetryingAws(aws, progress=shown(), clock=SystemClock(), patience=patience, least=0.1)
    for _ in range(answered):
        await wrapped("s3", "head_bucket")
    with anyio.fail_after(60), pytest.raises(AwsError) as caught:
        await wrapped("s3", "put_bucket_policy")
    assert transient(caught.value) is Transient.UNREACHABLE
    assert not caught.value.answered
    assert caught.value.operation == "s3:PutBucketPolicy"
    assert aws.asked <= answered + 2, "it was called again although the time was over"


@pytest.mark.anyio
async def test_a_walk_without_a_limit_waits_for_a_call_that_hangs() -> None:
    wrapped = RetryingAws(Hanging(0), progress=shown(), clock=SystemClock(), patience=None, least=0.01)
    with anyio.move_on_after(0.2) as scope:
        await wrapped("s3", "head_bucket")
    assert scope.cancelled_caught
