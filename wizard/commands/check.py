"""`check`: the checklist, once or again and again."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import anyio
import click
from msgspec import Struct

from wizard import checklist, envelope
from wizard.commands import loop, options, walking
from wizard.commands.identity import keep_typed, second_factor
from wizard.commands.lastcheck import LastCheck, changed
from wizard.commands.options import Command
from wizard.commands.session import Session, pass_session
from wizard.exits import ExitCode, gravest, of_error, of_statuses
from wizard.plain import Ink
from wizard.results import Check, Job, Snapshot, Status, worst
from wizard.scope import PROVE, YES
from wizard.service import Service
from wizard.stages import known
from wizard.store import StoreError

SHORTEST = 1.0
"""Seconds between looks that `--watch` allows: AWS counts calls."""


class Wish(Struct, frozen=True):
    """How the user wants the checklist."""

    only: tuple[str, ...] = ()
    changes: bool = False
    strict: bool = False


class Found(Struct, frozen=True):
    """What a check of one set-up came to, or why there is nothing."""

    name: str
    snapshot: Snapshot | None = None
    news: tuple[tuple[Check, Status | None], ...] = ()
    first: bool = False
    """Whether no earlier results are kept."""
    error: StoreError | None = None

    @property
    def status(self) -> Status:
        """The verdict on the rows."""
        return self.snapshot.status if self.snapshot else Status.UNKNOWN

    def code(self, *, strict: bool) -> ExitCode:
        """The exit code that this set-up alone would give."""
        return of_error(self.error) if self.error else of_statuses(self.statuses, strict=strict)

    @property
    def statuses(self) -> list[Status]:
        """The verdicts on the rows."""
        return walking.verdicts(self.snapshot) if self.snapshot else []


@click.command("check", cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--watch", type=click.FloatRange(min=SHORTEST), metavar="SECONDS", help="Look again and again.")
@click.option("--only", multiple=True, metavar="STAGE", help="Only this row; may be given several times.")
@click.option("--changes", is_flag=True, help="Only what is different since the last run.")
@click.option("--prove", is_flag=True, help="Send a new test event and find it again.")
@options.strict
@pass_session
def check(
    session: Session,
    names: Sequence[str],
    *,
    watch: float | None,
    only: tuple[str, ...],
    changes: bool,
    prove: bool,
    strict: bool,
) -> ExitCode:
    """Look at everything, change nothing. Without a name all saved set-ups are looked at."""
    session.again = " ".join(["check", *names])
    wish = Wish(_rows(only), changes, strict)
    service = session.service()
    chosen = tuple(names) or service.store.names()
    if not chosen:
        raise click.UsageError(f"There is no saved set-up yet. Make one: {session.line('new NAME')}, or the wizard.")
    for name in chosen:
        second_factor(session, service, name)
    proved = _prove(session, service, chosen) if prove else ExitCode.WELL
    while True:
        found = loop.run(lambda: _all(service, chosen, wish), lambda: walking.farewell(session))
        if len(found) == 1 and found[0].error:
            raise found[0].error
        _tell(session, found, wish, watched=watch is not None)
        _keep(session, service, found)
        if watch is None:
            return gravest([proved, *(one.code(strict=strict) for one in found)])
        loop.run(lambda: anyio.sleep(watch), lambda: walking.farewell(session))


def _keep(session: Session, service: Service, found: Sequence[Found]) -> None:
    for one in found:
        if one.snapshot:
            keep_typed(session, service, one.name, one.snapshot)
    session.keep_keys = False  # once is enough, however often --watch looks


def _rows(only: tuple[str, ...]) -> tuple[str, ...]:
    """Make sure that the rows exist.

    Raises:
        click.UsageError: one does not.
    """
    unknown = [one for one in only if one not in known()]
    if unknown:
        raise click.UsageError(f"There is no row '{unknown[0]}'. Rows: {', '.join(known())}.")
    return only


async def _all(service: Service, names: Sequence[str], wish: Wish) -> list[Found]:
    """Look at several set-ups at once; one that cannot be read does not keep the others from being looked at."""
    found: dict[str, Found] = {}

    async def one(name: str) -> None:
        found[name] = await _one(service, name, wish)

    async with anyio.create_task_group() as group:
        for name in dict.fromkeys(names):
            group.start_soon(one, name)
    return [found[name] for name in dict.fromkeys(names)]


async def _one(service: Service, name: str, wish: Wish) -> Found:
    try:
        snapshot = await walking.look(service, name, wish.only)
        last = LastCheck(service.store, name)
    except StoreError as error:
        return Found(name, error=error)
    before = last.load()
    last.save(snapshot.checks)
    return Found(name, snapshot, tuple(changed(before, snapshot.checks)), first=not before)


def _tell(session: Session, found: Sequence[Found], wish: Wish, *, watched: bool) -> None:
    if watched and not session.json:
        session.say(f"-- {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    lines = [line for one in found for line in _lines(session, one, wish)]
    status = worst(one.status for one in found)
    errors = [str(one.error) for one in found if one.error]
    session.result(lines, str(status), {"setups": [_data(one, wish) for one in found]}, errors)


def _lines(session: Session, found: Found, wish: Wish) -> list[str]:
    if found.snapshot is None:
        return []
    if not wish.changes or found.first:
        first = ["No earlier check is kept, so this is all of it."] if wish.changes else []
        return [*first, *walking.ending(session, found.snapshot)[1:]]
    ink = Ink.of(sys.stdout)
    if not found.news:
        return [f"{found.name}: nothing is different since the last check."]
    told = [(f"{ink.badge(one.status)}  {one.summary}", was or "not looked at") for one, was in found.news]
    trouble = checklist.troubles([one for one, _ in found.news], found.name)
    return [f"{found.name}: {len(told)} different", *(f"{text}   (was: {was})" for text, was in told), *trouble]


def _data(found: Found, wish: Wish) -> dict[str, Any]:
    shown = found.snapshot.checks if found.snapshot else ()
    was = {one.id: str(status) if status else None for one, status in found.news}
    checks = [envelope.check(one) for one in shown if not wish.changes or one.id in was]
    if wish.changes:
        checks = [{**one, "was": was[one["id"]]} for one in checks]
    return {"name": found.name, "status": str(found.status), "checks": checks}


def _prove(session: Session, service: Service, names: Sequence[str]) -> ExitCode:
    """Send a new test event for each set-up and wait until it is found."""
    codes = []
    for name in names:
        if service.store.load(name).made.distribution_domain is None:
            session.note(f"{name}: there is no distribution yet that could take a test event.")
            codes.append(ExitCode.UNFINISHED)
            continue
        sent = walking.run(session, service, Job.APPLY, name, answers={PROVE: YES}, only=("first-event",))
        codes.append(of_statuses(walking.verdicts(sent)))
    return gravest(codes)
