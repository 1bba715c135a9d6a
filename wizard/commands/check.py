"""`check`: the checklist, once or repeatedly."""

import shlex
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import anyio
import click
import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from wizard.commands import event_loop, options, run_walk
from wizard.commands.credential_steps import keep_typed, second_factor
from wizard.commands.options import Command
from wizard.commands.output import checklist_lines
from wizard.commands.output.exit_codes import ExitCode, gravest, of_error, of_statuses
from wizard.commands.output.plain_lines import Ink
from wizard.commands.session import Session, pass_session
from wizard.commands.streams import left
from wizard.documents import json_check
from wizard.documents.json_check import CheckData, SetupRow
from wizard.model import acceptance
from wizard.model.context import PROVE, YES
from wizard.model.results import Check, Job, Snapshot, Status, worst
from wizard.net.dns_client import DnsClient
from wizard.service import Service
from wizard.stages import known
from wizard.storage import accepted_warnings
from wizard.storage.last_check import LastCheck, changed
from wizard.storage.store import StoreError

SHORTEST = 1.0
"""Seconds between looks that `--watch` allows: AWS counts calls."""


AT_ONCE = 4
"""Setups that are looked at at the same time: with more, each would run out of its own time on a small computer."""


class Wish(Struct, frozen=True):
    """How the user wants the checklist."""

    only: tuple[str, ...] = ()
    changes: bool = False
    strict: bool = False
    quiet: bool = False


class CheckedSetup(Struct, frozen=True):
    """What a check of one setup came to, or why there is nothing."""

    name: str
    snapshot: Snapshot | None = None
    news: tuple[tuple[Check, Status | None], ...] = ()
    first: bool = False
    """Whether no earlier results are kept."""
    error: StoreError | None = None

    @property
    def silent(self) -> bool:
        """Whether a quiet run has nothing to say of it."""
        return not (self.error or self.first or self.news)

    @property
    def status(self) -> Status:
        """The verdict on the rows."""
        return self.snapshot.status if self.snapshot else Status.UNKNOWN

    def code(self, *, strict: bool) -> ExitCode:
        """The exit code that this setup alone would give."""
        return of_error(self.error) if self.error else of_statuses(self.statuses, strict=strict)

    @property
    def statuses(self) -> list[Status]:
        """The verdicts on the rows."""
        return run_walk.verdicts(self.snapshot) if self.snapshot else []


@click.command("check", cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--watch", type=click.FloatRange(min=SHORTEST), metavar="SECONDS", help="Check again and again.")
@click.option("--only", multiple=True, metavar="STAGE", help="Only this row; you can repeat it.")
@click.option("--changes", is_flag=True, help="Only what changed since the last run.")
@click.option("--prove", is_flag=True, help="Send a new test event and wait until it is found.")
@click.option("--quiet", is_flag=True, help="Print only what changed since the last run, if anything.")
@click.option("--accept", metavar="ID", help="Accept this warning: it no longer counts while it stays the same.")
@click.option("--reason", metavar="TEXT", help="With --accept: the reason, shown with the row from now on.")
@click.option("--withdraw", metavar="ID", help="Undo an --accept.")
@options.strict
@pass_session
def check(
    session: Session,
    /,
    names: Sequence[str],
    *,
    watch: float | None,
    only: tuple[str, ...],
    changes: bool,
    prove: bool,
    strict: bool,
    quiet: bool,
    **given: str | None,
) -> ExitCode:
    """Look at everything, change nothing. Without a name all saved setups are looked at."""
    session.again = shlex.join(["check", *names])
    wish = Wish(_rows(only), changes or quiet, strict, quiet)
    word = _word(names, watched=watch is not None, **given)
    service = session.service()
    chosen = tuple(dict.fromkeys(names)) or service.store.names()
    if not chosen:
        raise click.UsageError(options.nothing_saved(session))
    for name in chosen:
        second_factor(session, service, name)
    proved = _prove(session, service, chosen) if prove else ExitCode.WELL
    while True:
        several = len(chosen) > 1
        tell = _teller(session, wish, watched=watch is not None, several=several)
        look = partial(look_at_all, service, chosen, wish, tell if several else None)
        found = event_loop.run(look, lambda: run_walk.farewell(session))
        if not several:
            if found[0].error:
                raise found[0].error
            found = [_minded(service, found[0], word)] if word else found
            tell(found[0])
        _write_document(session, found, wish)
        _keep(session, service, found)
        if watch is None or left(sys.stdout):
            return gravest([proved, *(one.code(strict=strict) for one in found)])
        event_loop.run(lambda: anyio.sleep(watch), lambda: run_walk.farewell(session))


class Word(Struct, frozen=True):
    """What the user says about one warning."""

    item: str
    reason: str | None
    """None takes an earlier word back."""


def _word(
    names: Sequence[str], *, watched: bool, accept: str | None, reason: str | None, withdraw: str | None
) -> Word | None:
    """Make sense of --accept, --reason and --withdraw.

    Raises:
        click.UsageError: they do not go together.
    """
    if accept is None and withdraw is None and reason is None:
        return None
    if (accept is None) == (withdraw is None) or (accept is None) != (reason is None):
        raise click.UsageError("Use --accept ID with --reason TEXT, or --withdraw ID alone.")
    if len(names) != 1 or watched:
        raise click.UsageError("--accept and --withdraw are for one setup: name it, and don't use --watch.")
    return Word(accept or withdraw or "", accepted_warnings.reason(reason) if reason is not None else None)


def _minded(service: Service, found: CheckedSetup, word: Word) -> CheckedSetup:
    """Save the user's word on a warning that was just seen, and show the rows as they count now.

    Raises:
        click.UsageError: there is no such item.
        wizard.model.validators.InvalidChoice: it is no warning.
    """
    if found.snapshot is None:
        return found
    seen = {one.id: one for one in found.snapshot.checks}
    if word.reason is None:
        accepted = accepted_warnings.withdraw(service.store, found.name, word.item)
    elif word.item in seen:
        accepted = accepted_warnings.accept(service.store, found.name, seen[word.item], word.reason, time.time())
    else:
        warned = ", ".join(one.id for one in seen.values() if one.status is Status.WARNING) or "none"
        raise click.UsageError(f"No check has the ID '{word.item}'. Current warnings: {warned}.")
    return replace(found, snapshot=acceptance.remarked(found.snapshot, accepted))


def _keep(session: Session, service: Service, found: Sequence[CheckedSetup]) -> None:
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


Tell = Callable[[CheckedSetup], None]
"""Takes one setup that was looked at."""


async def look_at_all(
    service: Service, names: Sequence[str], wish: Wish, tell: Tell | None = None
) -> list[CheckedSetup]:
    """Look at several setups at once; one that cannot be read does not keep the others from being looked at.

    Args:
        service: the product.
        names: the setups.
        wish: how the user wants the checklist.
        tell: told of each in the order of the names, as soon as it and all before it are there.
    """
    names = tuple(dict.fromkeys(names))
    found: dict[str, CheckedSetup] = {}
    untold = deque(names)
    turn, dns = anyio.Semaphore(AT_ONCE), service.one_look()

    async def one(name: str) -> None:
        async with turn:
            found[name] = await _one(service, name, wish, dns)
        while untold and untold[0] in found:
            seen = found[untold.popleft()]
            if tell:
                tell(seen)

    async with anyio.create_task_group() as group:
        for name in names:
            group.start_soon(one, name)
    return [found[name] for name in names]


async def _one(service: Service, name: str, wish: Wish, dns: DnsClient) -> CheckedSetup:
    try:
        snapshot = await run_walk.look(service, name, wish.only, dns)
        last = LastCheck(service.store, name)
    except StoreError as error:
        return CheckedSetup(name, error=error)
    before = last.load()
    last.save(snapshot.checks)
    return CheckedSetup(name, snapshot, tuple(changed(before, snapshot.checks)), first=not before)


def _teller(session: Session, wish: Wish, *, watched: bool, several: bool) -> Tell:
    """Return what prints a setup for people when it is its turn; the document for programs comes as a whole."""
    dated = not watched

    def tell(one: CheckedSetup) -> None:
        nonlocal dated
        if session.json or (wish.quiet and one.silent):
            return
        if not dated:
            session.say(f"-- {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
            dated = True
        lines = _lines(session, one, wish)
        if several and len(lines) > 1:
            lines = [f"-- {one.name}", *lines, ""]
        for line in lines:
            session.say(line)
        if one.error:
            session.note(str(one.error))

    return tell


def _write_document(session: Session, found: Sequence[CheckedSetup], wish: Wish) -> None:
    if not session.json or (wish.quiet and all(one.silent for one in found)):
        return
    status = worst(one.status for one in found)
    errors = [str(one.error) for one in found if one.error]
    data = CheckData(tuple(_data(one, wish) for one in found))
    session.result((), str(status), msgspec.to_builtins(data), errors)


def _lines(session: Session, found: CheckedSetup, wish: Wish) -> list[str]:
    if found.snapshot is None:
        return []
    if not wish.changes or found.first:
        first = ["There is no earlier check to compare with, so this is everything."] if wish.changes else []
        return [*first, *run_walk.ending(session, found.snapshot)[1:]]
    ink = Ink.of(sys.stdout)
    if not found.news:
        return [] if wish.quiet else [f"{found.name}: nothing changed since the last check."]
    told = [(f"{ink.badge(one.counts_as)}  {one.summary}", was or "not checked") for one, was in found.news]
    trouble = checklist_lines.troubles([one for one, _ in found.news], found.name)
    return [f"{found.name}: {len(told)} changed", *(f"{text}   (was: {was})" for text, was in told), *trouble]


def _data(found: CheckedSetup, wish: Wish) -> SetupRow:
    shown = found.snapshot.checks if found.snapshot else ()
    was = {one.id: status for one, status in found.news}
    told = [one for one in shown if not wish.changes or one.id in was]
    rows = (json_check.row(one, was[one.id] if wish.changes else UNSET, setup=found.name) for one in told)
    return SetupRow(found.name, found.status, tuple(rows))


def _prove(session: Session, service: Service, names: Sequence[str]) -> ExitCode:
    """Send a new test event for each setup and wait until it is found."""
    codes = []
    for name in names:
        try:
            made = service.store.load(name).made
        except StoreError:
            continue  # the check itself will say so
        if made.distribution_domain is None:
            session.note(f"{name}: there is no distribution yet that could receive a test event.")
            codes.append(ExitCode.UNFINISHED)
            continue
        sent = run_walk.run(session, service, Job.APPLY, name, answers={PROVE: YES}, only=("first-event",))
        codes.append(of_statuses(run_walk.verdicts(sent)))
    return gravest(codes)
