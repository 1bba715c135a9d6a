"""The fault matrix: every AWS call of every job meets every kind of trouble; once that has ended, the job continues."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.matrices.bench import DONE, Bench, Outcome, settle, told
from tests.matrices.kills import SCENES, Scene, half_gone
from tests.matrices.watching import Call, Event, Watch
from wizard.aws.timeouts import WALK, CallTimeouts
from wizard.engine.renewal import AGAIN, STOP
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.practice.control_client import Control

Plant = Callable[[Control, str, str], None]
"""Makes trouble for a service's operation from now on."""

ALWAYS = 1_000_000
"""Times: longer than any walk."""

STALL = 0.8
"""Seconds that a stalled call waits: longer than `HASTY` waits for it."""

AT_ONCE = CallTimeouts(WALK.connect, WALK.read, attempts=1)
"""Where trouble persists, further tries of the client only take time."""

HASTY = CallTimeouts(WALK.connect, read=STALL / 2, attempts=1)
HASTY_AGAIN = CallTimeouts(WALK.connect, read=STALL / 2, attempts=WALK.attempts)
"""For the one operation that is stalled; all others keep their patience, so that a busy machine troubles nobody."""

USER = "User: arn:aws:iam::123456789012:user/practice-admin is not authorized to perform: {action} on resource: *"
POLICY = "arn:aws:organizations::210987654321:policy/o-a1b2c3/service_control_policy/p-d4e5f6"
DENIALS = {
    "denied": ("permission-missing", f"{USER} because no identity-based policy allows the {{action}} action"),
    "denied explicitly": ("denied-explicitly", f"{USER} with an explicit deny in an identity-based policy"),
    "denied by the organization": (
        "denied-by-organisation",
        f"{USER} with an explicit deny in a service control policy: {POLICY}",
    ),
}
"""Problem and text of IAM's refusals (IAM guide: troubleshoot access denied error messages)."""

JSON_SERVICES = ("acm", "logs")


@dataclass(frozen=True)
class Trouble:
    """One kind of trouble and what has to come of it.

    Attributes:
        name: its name in the table.
        plant: makes it.
        status: the verdict on the item that met it; ok: nobody notices.
        problem: the problem that the item names.
        patience: of the walk.
        hasty: of the troubled operation alone.
        lasting: whether all later calls meet it too.
        renewed: whether the user signs in again when asked; otherwise the question is declined.
    """

    name: str
    plant: Plant
    status: Status = Status.OK
    problem: str = ""
    patience: CallTimeouts = WALK
    hasty: CallTimeouts | None = None
    lasting: bool = False
    renewed: bool = False


def _refused(code: str, status: int, times: int) -> Plant:
    return lambda control, service, operation: control.fail(service, operation, code, status, times)


def _denied(message: str) -> Plant:
    def plant(control: Control, service: str, operation: str) -> None:
        code, status = ("AccessDeniedException", 400) if service in JSON_SERVICES else ("AccessDenied", 403)
        text = message.format(action=f"{service}:{operation}")
        control.fail(service, operation, code, status, ALWAYS, message=text)

    return plant


def _expired(control: Control, _service: str, _operation: str) -> None:
    for service in JSON_SERVICES:
        control.fail(service, "*", "ExpiredTokenException", 400, ALWAYS, message="The security token is expired")
    control.fail("*", "*", "ExpiredToken", 400, ALWAYS, message="The provided token has expired.")


def _twice(name: str, plant: Callable[[int], Plant], problem: str, hasty: bool = False) -> tuple[Trouble, Trouble]:
    """A trouble that passes before the client gives up, and the same one that stays."""
    return (
        Trouble(f"{name}, once", plant(1), hasty=HASTY_AGAIN if hasty else None),
        Trouble(name, plant(ALWAYS), Status.UNKNOWN, problem, AT_ONCE, HASTY if hasty else None),
    )


TROUBLES = (
    *_twice("throttled", lambda times: lambda control, *call: control.throttle(*call, times), "aws-throttled"),
    *_twice("500", lambda times: _refused("InternalError", 500, times), "aws-unavailable"),
    *_twice("503", lambda times: _refused("ServiceUnavailable", 503, times), "aws-unavailable"),
    *_twice(
        "connection reset",
        lambda times: lambda control, *call: control.reset_connection(*call, times),
        "aws-unreachable",
    ),
    *_twice(
        "time-out",
        lambda times: lambda control, *call: control.stall(*call, STALL, times),
        "aws-unreachable",
        hasty=True,
    ),
    Trouble("login expired, signed in again", _expired, patience=AT_ONCE, renewed=True),
    Trouble("login expired from here on", _expired, Status.UNKNOWN, "login-expired", AT_ONCE, lasting=True),
    *(Trouble(name, _denied(text), Status.FAILED, problem, AT_ONCE) for name, (problem, text) in DENIALS.items()),
)

NOBODY_NOTICES = {
    (Job.APPLY, "iam", "ListAccountAliases"): "the account's alias is only shown",
    (Job.CHECK, "iam", "ListAccountAliases"): "the same",
    (Job.REPAIR, "iam", "ListAccountAliases"): "the same",
    (Job.REMOVE, "iam", "ListAccountAliases"): "the same",
    (Job.APPLY, "iam", "SimulatePrincipalPolicy"): "who may not ask beforehand learns it from the calls themselves",
    (Job.REPAIR, "s3", "ListObjectsV2"): "the proof stands; only the time of the newest log file is not said",
    (Job.APPLY, "route53", "GetHostedZone"): "without a look into Route 53 the user adds the records",
    (Job.APPLY, "route53", "ListHostedZonesByName"): "without a look into Route 53 the user adds the records",
}
"""Calls without which a job ends as well, and why."""

NOT_SEEN_IS_NOT_WRONG = frozenset({("logs", "DescribeDeliveries")})
"""Calls whose denial nobody notices: a policy for checks alone does not grant them, and what is recorded counts."""

WITHOUT_WORDS = frozenset({"HeadObject"})
"""Operations whose refusals have no body (HTTP HEAD)."""

WORDLESS = {
    "aws-throttled": "aws-unavailable",
    "denied-explicitly": "permission-missing",
    "denied-by-organisation": "permission-missing",
}
"""Problem to what is left of it without words: only the HTTP status."""


def _drifted(bench: Bench) -> None:
    bench.green()
    half_gone(bench)


JOBS = (
    *(scene for scene in SCENES if scene.job is not Job.REPAIR),
    Scene("check", Job.CHECK, Bench.green),
    Scene("repair", Job.REPAIR, _drifted),
)


@dataclass(frozen=True)
class Cell:
    """One call that meets one trouble.

    Attributes:
        scene: the job.
        call: the event that is the first to meet it.
        later: whether calls of the same operation went well before.
        trouble: the trouble.
    """

    scene: Scene
    call: Event
    later: bool
    trouble: Trouble

    @property
    def service(self) -> str:
        """The service that makes it."""
        return self.call.service

    @property
    def operation(self) -> str:
        """The operation that meets it."""
        return self.call.operation

    @property
    def name(self) -> str:
        """Its name in reports."""
        called = self.call.name if self.later else f"{self.service}:{self.operation}"
        return f"{self.scene.name} / {called} / {self.trouble.name}"

    def meets(self, event: Event) -> bool:
        """Whether a call is the one. Which of an operation's calls comes first may differ from run to run."""
        if self.later:
            return event.name == self.call.name
        return (event.service, event.operation) == (self.service, self.operation)


LATER = (
    "500, once",
    "500",
    "connection reset",
    "login expired, signed in again",
    "login expired from here on",
    "denied",
)
"""Names of the troubles that later calls of an operation meet first: each way in which a walk goes on or does not.

The others differ in what AWS says and how that is named, which depends on the operation and not on what it is about:
the first call shows it. Nor are later calls stalled, for the hasty client would hurry those before them too.
"""

_calls: dict[str, tuple[tuple[Event, bool], ...]] = {}
"""Scene to its distinct calls, and whether they are later ones of their operation; recorded once in a process."""


PAIRS = [
    (scene, trouble) for scene in JOBS for trouble in TROUBLES if scene.job is not Job.CHECK or not trouble.renewed
]
"""Which jobs meet which troubles: a check asks nobody."""


def cells(bench: Bench, scene: Scene, troubles: Iterable[Trouble] = TROUBLES) -> Iterator[Cell]:
    """Run the scene once undisturbed and name a cell for each distinct call and trouble."""
    if scene.name not in _calls:
        _begin(bench, scene)
        watch = Watch()
        bench.run(scene.job, watch, answers=scene.answers)
        _calls[scene.name] = tuple(one for one in _distinct(watch.events) if scene.own(one[0]))
    for call, later in _calls[scene.name]:
        for one in troubles:
            if (scene, one) in PAIRS and (not later or one.name in LATER):
                yield Cell(scene, call, later, one)


def _distinct(events: Iterable[Event]) -> Iterator[tuple[Event, bool]]:
    """Yield the first call of each operation, then what differs from it: those about another thing, and all writes.

    What is only read again is left out: it is asked as often as it takes, and the same each time.
    """
    operations: set[tuple[str, str]] = set()
    for event in events:
        operation = (event.service, event.operation)
        if not event.service:
            continue
        if operation not in operations:
            yield event, False
        elif event.writes or not event.again:
            yield event, True
        operations.add(operation)


def _begin(bench: Bench, scene: Scene) -> None:
    scene.prepare(bench)
    if scene.job is Job.APPLY:
        bench.begin()


@dataclass
class Trigger(Watch):
    """Makes the trouble when the call is about to be made: what came before was well."""

    cell: Cell | None = None
    control: Control | None = None
    reached: bool = False

    async def call(self, event: Event, make: Call) -> dict[str, Any]:
        """Make one AWS call, into trouble if it is the one."""
        assert self.cell is not None
        assert self.control is not None
        if not self.reached and self.cell.meets(event):
            self.reached = True
            self.cell.trouble.plant(self.control, event.service, event.operation)
        return await make()


def play(bench: Bench, cell: Cell) -> Outcome:
    """Play one cell to its end."""
    return settle(cell.name, lambda: _troubled(bench, cell))


def _troubled(bench: Bench, cell: Cell) -> list[str]:
    scene, trouble = cell.scene, cell.trouble
    _begin(bench, scene)
    trigger = Trigger(cell=cell, control=bench.control)

    def login() -> str:
        if trouble.renewed:
            bench.control.clear_faults()
        return AGAIN if trouble.renewed else STOP

    hasty = ((cell.service, cell.operation), trouble.hasty) if trouble.hasty else None
    last = bench.run(scene.job, trigger, answers=scene.answers, patience=trouble.patience, hasty=hasty, login=login)
    bench.control.clear_faults()
    while bench.control.stalled():
        time.sleep(0.02)  # until the last late request was carried out
    if not trigger.reached:
        return ["the call was not made"]
    return [*_unexpected(last, cell), *bench.resume(scene.job)]


def _unexpected(last: Snapshot, cell: Cell) -> list[str]:
    """Say in what the troubled walk differs from what the table expects."""
    bad = [check for check in last.checks if check.status in (Status.FAILED, Status.UNKNOWN)]
    harmless = _harmless(cell)
    if cell.trouble.status is Status.OK or (harmless and not cell.trouble.lasting):
        return [f"noticed: {told(check)}" for check in last.checks if check.status not in DONE]
    wanted = cell.trouble.problem
    if cell.operation in WITHOUT_WORDS:
        wanted = WORDLESS.get(wanted, wanted)
    wrong = [
        f"not {cell.trouble.status} [{wanted}]: {told(check)}"
        for check in bad
        if (check.status, _problem(check)) != (cell.trouble.status, wanted)
    ]
    named = {check.problem.values.get("operation") for check in bad if check.problem}
    if cell.trouble.lasting:  # the next call may be the one that is named
        return wrong if named else [*wrong, "nothing is said"]
    return wrong if f"{cell.service}:{cell.operation}" in named else [*wrong, f"the call is not named, but {named}"]


def _harmless(cell: Cell) -> bool:
    if cell.trouble.status is Status.FAILED and (cell.service, cell.operation) in NOT_SEEN_IS_NOT_WRONG:
        return True
    return (cell.scene.job, cell.service, cell.operation) in NOBODY_NOTICES


def _problem(check: Check) -> str:
    return check.problem.id if check.problem else ""
