"""The document of `snowpixel check --json`. Its JSON Schema is published in docs/."""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from wizard.knowledge import problems
from wizard.knowledge.problems import Explained
from wizard.model.results import Acceptance, Check, Copyable, Problem, Status


class CheckRow(Struct, frozen=True, forbid_unknown_fields=True):
    """What one look at the world found."""

    stage: str
    """The row of the checklist that it belongs to."""
    id: str
    status: Status
    summary: str
    observed: str
    expected: str
    problem: Explained | None
    copy: tuple[Copyable, ...]
    """Values to take over by hand."""
    look_again: float | None
    """Seconds until another look can find something new."""
    evidence: dict[str, str]
    accepted: Acceptance | None
    """Set on a warning that the user accepted as it is: it counts for nothing."""
    was: Status | UnsetType | None = UNSET
    """Only with --changes and --quiet: the verdict before; null where there was none."""


class SetupRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One setup's checklist."""

    name: str
    status: Status
    checks: tuple[CheckRow, ...]


class CheckData(Struct, frozen=True, forbid_unknown_fields=True):
    """The setups that were looked at, in the order asked for."""

    setups: tuple[SetupRow, ...]


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """An error in words."""

    message: str


class CheckDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """The document of `snowpixel check --json`; with --watch there is one on each line."""

    schema: Literal[1]
    command: Literal["check"]
    status: Literal["ok", "waiting", "warning", "failed", "unknown", "skipped", "error", "interrupted"]
    data: CheckData | None
    """Null when there was nothing to look at: see `errors`."""
    errors: tuple[Message, ...]


def row(found: Check, was: Status | UnsetType | None = UNSET, *, setup: str) -> CheckRow:
    """Return one check of a setup for a document, its problem already in words."""
    return CheckRow(
        found.stage,
        found.id,
        found.status,
        found.summary,
        found.observed,
        found.expected,
        explained(found.problem, setup),
        found.copy,
        found.look_again,
        found.evidence,
        found.accepted,
        was,
    )


def explained(problem: Problem | None, setup: str) -> Explained | None:
    """Return a problem in words; one that the catalogue lacks stands for itself."""
    if problem is None:
        return None
    try:
        return problems.explain(problem, setup)
    except KeyError:
        return Explained(problem.id, problem.id, "", ())


def schema() -> bytes:
    """Return the JSON Schema of the document, as it is published."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(CheckDocument)), indent=2) + b"\n"
