"""Results of a walk: statuses, checks, changes, decisions, and the snapshot that every front end shows.

All records are frozen. Times are seconds since the epoch (UTC), durations are seconds.
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct


class Status(StrEnum):
    """The verdict on one check, stage or walk, ordered in `WORST_FIRST`."""

    OK = "ok"
    WAITING = "waiting"
    """Nothing is wrong; somebody (the user, AWS, time) still has to act."""
    WARNING = "warning"
    FAILED = "failed"
    """Wrong, and stays so until someone acts. The only status that blocks dependants."""
    UNKNOWN = "unknown"
    """Could not be tested from here. Never shown like a failure."""
    SKIPPED = "skipped"
    """Can't be checked before something else is fixed."""

    @property
    def glyph(self) -> str:
        """The sign that stands before a line with this status, beside word and color."""
        return _GLYPHS[self]

    @property
    def word(self) -> str:
        """What every front end calls it; JSON has the value itself."""
        return _WORDS.get(self, self.value)


_GLYPHS = dict(zip(Status, "✓…!✗?–", strict=True))  # noqa: RUF001 - a dash is meant
_WORDS = {Status.OK: "OK", Status.UNKNOWN: "couldn't check"}

WORST_FIRST = (Status.FAILED, Status.UNKNOWN, Status.WAITING, Status.SKIPPED, Status.WARNING, Status.OK)


def worst(statuses: Iterable[Status]) -> Status:
    """Return the status that decides for a group; an empty group is ok."""
    found = set(statuses)
    return next((status for status in WORST_FIRST if status in found), Status.OK)


class Actor(StrEnum):
    """Who carries out a change."""

    US = "us"
    """snowpixel, by a call."""
    USER = "user"
    """The user, after being shown what to do; we observe the result."""
    AWS = "aws"
    """AWS, in its own time: a certificate issued, a distribution deployed, a log file written."""


class Action(StrEnum):
    """What kind of change it is."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


class Copyable(Struct, frozen=True):
    """A value that the user may want on the clipboard."""

    label: str
    value: str


class DnsRecord(Struct, frozen=True):
    """A record for the user's DNS: absolute names without the trailing dot.

    `host` is the part that most providers want in their form: the name without the zone. It equals `name` while the
    zone is not known.
    """

    name: str
    type: str
    value: str
    host: str
    purpose: str


RAISED = "snowpixel.problem"
"""Name of the audit event (PEP 578) that tells the tests the id and the values of every problem recognized."""


class Problem(Struct, frozen=True):
    """A recognized problem: its id in `assets/problems.toml`, and the values to fill into its texts."""

    id: str
    values: dict[str, str] = {}

    def __post_init__(self) -> None:
        sys.audit(RAISED, self.id, self.values)


class Difference(Struct, frozen=True):
    """One property that is not as wanted; both sides as short plain text."""

    property: str
    found: str
    wanted: str


class Change(Struct, frozen=True):
    """One step between the world as it is and as it is wanted."""

    resource: str
    action: Action
    actor: Actor
    summary: str
    differences: tuple[Difference, ...] = ()
    record: DnsRecord | None = None
    """The DNS record that the user is asked to add or remove."""
    typical: float = 0.0
    """For a change by AWS or the user: how long it usually takes, in seconds."""
    every: float = 5.0
    """For a change by AWS or the user: how often to look at first, in seconds; more seldom the longer it lasts."""
    steady: bool = False
    """Whether to go on looking as often as at first: nobody else is asked."""


class Wait(Struct, frozen=True):
    """Waiting is data too: for what, since when, how long it usually takes and when we look next."""

    subject: str
    actor: Actor
    since: float
    typical: float
    look_at: float


class DecisionOption(Struct, frozen=True):
    """One answer to a decision, with what follows from it."""

    id: str
    label: str
    consequence: str


class Decision(Struct, frozen=True):
    """A branch that needs a word from the user. `default` is harmless; `flag` answers it on the command line."""

    id: str
    question: str
    choices: tuple[DecisionOption, ...]
    default: str
    flag: str
    typed: str = ""
    """What may be typed as the answer instead of a choice, such as `MFA code`; empty: nothing."""


Time = Annotated[float, Meta(ge=0, le=32_503_680_000)]
"""Seconds since the epoch, up to the year 3000: what lies outside was not written by any snowpixel, and is no date."""


class Acceptance(Struct, frozen=True, forbid_unknown_fields=True):
    """The user's word that a warning is on purpose. It counts as long as the same thing is observed."""

    problem: str
    """Id of the problem, empty where there was none."""
    observed: str
    reason: str
    at: Time

    @property
    def told(self) -> str:
        """Say when it was accepted and why."""
        return f"accepted on {datetime.fromtimestamp(self.at, UTC):%Y-%m-%d}: {self.reason}"


EVENT = "event."
"""Prefix of the evidence that is a decoded event."""


class Check(Struct, frozen=True):
    """What one look at the world found."""

    id: str
    stage: str
    status: Status
    summary: str
    observed: str = ""
    expected: str = ""
    problem: Problem | None = None
    copy: tuple[Copyable, ...] = ()
    look_again: float | None = None
    """Seconds until another look can find something new."""
    evidence: dict[str, str] = {}
    """Facts that other checks are weighed against (see `wizard.engine.verdicts`), and that `--json` shows."""
    accepted: Acceptance | None = None
    """Set on a warning that the user accepted as it is."""

    @property
    def counts_as(self) -> Status:
        """The verdict as far as stages and exit codes are concerned: an accepted warning is as good as ok."""
        return Status.OK if self.accepted else self.status

    @property
    def event(self) -> dict[str, str]:
        """The decoded event that the check found, label to text; empty for all other checks."""
        return {key.removeprefix(EVENT): text for key, text in self.evidence.items() if key.startswith(EVENT)}


class Phase(StrEnum):
    """How far a walk is with one item."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class Item(Struct, frozen=True):
    """A resource or probe as a walk sees it at this moment."""

    id: str
    stage: str
    title: str
    phase: Phase = Phase.QUEUED
    activity: str = ""
    """What is being done right now, in plain words."""
    changes: tuple[Change, ...] = ()
    """Differences found and not yet carried out."""
    wait: Wait | None = None
    decision: Decision | None = None
    check: Check | None = None


class StageView(Struct, frozen=True):
    """A row of the checklist with its items."""

    id: str
    title: str
    why: str
    items: tuple[Item, ...] = ()

    @property
    def status(self) -> Status | None:
        """The verdict from the items that have one; None while nothing is known."""
        checks = [item.check.counts_as for item in self.items if item.check]
        if any(item.wait or item.decision for item in self.items):
            checks.append(Status.WAITING)
        return worst(checks) if checks else None

    @property
    def running(self) -> bool:
        """Whether anything in this stage is under way."""
        return any(item.phase is Phase.RUNNING for item in self.items)

    @property
    def done(self) -> bool:
        """Whether the walk is through with this stage."""
        return all(item.phase is Phase.DONE for item in self.items)


class Job(StrEnum):
    """The walks."""

    PLAN = "plan"
    APPLY = "apply"
    CHECK = "check"
    REPAIR = "repair"
    REMOVE = "remove"


class Snapshot(Struct, frozen=True):
    """Everything that a front end shows of a walk."""

    job: Job
    setup: str
    stages: tuple[StageView, ...]
    done: tuple[Change, ...] = ()
    """Changes carried out by us, oldest first."""
    finished: bool = False

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in the order a user sees them."""
        return tuple(item for stage in self.stages for item in stage.items)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All results so far, in the order of the stages."""
        return tuple(item.check for item in self.items if item.check)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The differences found and still open."""
        return tuple(change for item in self.items for change in item.changes)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The questions that wait for an answer."""
        return tuple(item.decision for item in self.items if item.decision)

    @property
    def records(self) -> tuple[DnsRecord, ...]:
        """The DNS records that the user is asked for, in the order to act on them."""
        return tuple(change.record for change in self.changes if change.record and change.actor is Actor.USER)

    @property
    def status(self) -> Status:
        """The verdict on the whole walk so far."""
        return worst(status for stage in self.stages if (status := stage.status))


class Update(Struct, frozen=True):
    """A snapshot with its number; numbers only grow, so a reader that joins late misses nothing."""

    sequence: int
    snapshot: Snapshot


def repairable(snapshot: Snapshot) -> tuple[Change, ...]:
    """Return what a check found that a repair would change, by us or by the user."""
    return tuple(change for change in snapshot.changes if change.actor is not Actor.AWS)
