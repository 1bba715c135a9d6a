"""The checklist in lines: rows, problems with their steps, and a summary."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from wizard.commands.output import plain_lines
from wizard.commands.output.plain_lines import Ink
from wizard.knowledge import problems
from wizard.model.results import Check, Job, Snapshot, StageView, Status
from wizard.model.setup import Setup
from wizard.model.terminal_text import printable


def rows(stages: Iterable[StageView], ink: Ink, *, verbose: bool = False) -> Iterator[str]:
    """Yield a line for each row, and under it one for each single check that is not ok (`verbose`: for each)."""
    for stage in stages:
        checks = [item.check for item in stage.items if item.check]
        if stage.status is None:
            yield f"  {stage.title}: not checked"
            continue
        single = len(stage.items) == 1 and bool(checks)
        told = f": {_told(checks[0])}" if single else _count(checks)
        yield f"{ink.badge(stage.status)}  {stage.title}{told}"
        if not single:
            yield from _single(checks, ink, verbose=verbose)


def _single(checks: Sequence[Check], ink: Ink, *, verbose: bool) -> Iterator[str]:
    """Yield the single checks that matter; those that wait for the same thing stand on one line."""
    alike = Counter((check.status, check.summary) for check in checks)
    told: set[tuple[Status, str]] = set()
    for check in checks:
        key = (check.status, check.summary)
        if key in told or (check.status is Status.OK and not verbose):
            continue
        told.add(key)
        times = f" ({alike[key]} checks)" if alike[key] > 1 else ""
        yield f"    {ink.badge(check.counts_as)}  {_told(check)}{times}"


def _told(check: Check) -> str:
    """Return a check's summary, with the reason where the user accepted the warning."""
    said = printable(check.summary)
    return f"{said} ({printable(check.accepted.told)})" if check.accepted else said


def _count(checks: Sequence[Check]) -> str:
    well = sum(check.status in (Status.OK, Status.WARNING) for check in checks)
    return f": {well} of {len(checks)} OK"


def troubles(checks: Iterable[Check], setup: str) -> Iterator[str]:
    """Yield each problem in words: what it means, where it was seen, what to do. The same problem is told once."""
    seen: dict[problems.Explained, list[Check]] = {}
    for check in checks:
        if check.problem and check.counts_as is not Status.OK:
            seen.setdefault(_explained(check, setup), []).append(check)
    for number, (problem, where) in enumerate(seen.items(), 1):
        yield ""
        yield f"{number}. {printable(problem.title)}"
        yield f"   {printable(problem.meaning)}"
        yield from _observed(where)
        yield from (f"   - {printable(step)}" for step in problem.steps)
        if problem.typical:
            yield f"   Usually takes {printable(problem.typical)}."
        if problem.link:
            yield f"   More: {printable(problem.link)}"


def _observed(where: Sequence[Check]) -> Iterator[str]:
    if len(where) > 1:
        yield f"   Seen {len(where)} times: {', '.join(check.id for check in where)}"
        return
    if where[0].observed:
        yield f"   Found: {printable(where[0].observed)}"
    if where[0].expected:
        yield f"   Expected: {printable(where[0].expected)}"


def _explained(check: Check, setup: str) -> problems.Explained:
    assert check.problem is not None  # noqa: S101 - the caller looked
    try:
        return problems.explain(check.problem, setup)
    except KeyError:
        return problems.Explained(check.problem.id, check.problem.id, check.summary, ())


def open_matters(snapshot: Snapshot, practice: Path | None = None) -> Iterator[str]:
    """Yield what still waits for the user: records to add or remove, and questions."""
    wanted = [change for change in snapshot.changes if change.record and change.record in snapshot.records]
    for change in wanted:
        if change.record:
            yield from plain_lines.ask_for(change.action, change.record, practice)
    for asked in snapshot.decisions:
        yield from plain_lines.decision(asked)


def summary(snapshot: Snapshot) -> str:
    """Sum a walk up in one line."""
    found = [stage.status for stage in snapshot.stages if stage.status]
    counted = [(status, found.count(status)) for status in Status if status in found]
    said = ", ".join(f"{number} {status.word}" for status, number in counted) or "nothing to check"
    return f"{snapshot.setup}: {len(found)} {'row' if len(found) == 1 else 'rows'}, {said}."


def advice(snapshot: Snapshot) -> str:
    """Return the command that comes next, without the program's name; empty when there is none."""
    name, status = snapshot.setup, snapshot.status
    if snapshot.job is Job.REMOVE:
        return "" if status in (Status.OK, Status.WARNING) else f"remove {name}"
    if status in (Status.OK, Status.WARNING):
        return f"snippet {name}" if snapshot.job is not Job.PLAN else f"apply {name}"
    if snapshot.job is not Job.CHECK:
        return f"apply {name}"
    broken = any(check.problem and check.problem.id in ("gone", "drift") for check in snapshot.checks)
    if broken:
        return f"repair {name}"
    return f"check {name}" if status is Status.UNKNOWN else f"apply {name}"


def proof(setup: Setup) -> Iterator[str]:
    """Yield the decoded test event, as it was read back from the log bucket."""
    found = setup.made.proof
    if found is None:
        return
    at = f"{datetime.fromtimestamp(found.found_at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield f"The test event, read back from your log bucket at {at}:"
    widest = max((len(label) for label in found.event), default=0)
    for label, text in found.event.items():
        yield f"    {printable(label):<{widest}}  {printable(text)}"
    yield f"    {'log file':<{widest}}  {printable(found.log_key)}"
