"""Runs a walk for a command and tells its progress line by line."""

import sys
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Protocol

import anyio

from wizard.commands import event_loop
from wizard.commands.credential_steps import keep_typed, second_factor
from wizard.commands.output import checklist_lines
from wizard.commands.output.plain_lines import Ink, Narrator
from wizard.commands.session import Session
from wizard.engine.progress import Progress
from wizard.model.results import Actor, Job, Phase, Snapshot, Status, Update
from wizard.net.dns_client import DnsClient
from wizard.service import PreparedWalk, Service
from wizard.storage.store import StoreError

OFTEN = 5.0
"""Seconds between two looks at how long what is waited for has taken."""
STUCK = 0.5
"""Seconds for which nothing but unanswered questions must be left before a walk is ended unfinished."""

LOOK = Callable[[Progress, Update], Awaitable[None]]


class Prompts(Protocol):
    """What puts a walk's questions to the user; plain mode has one, and carries out its walks here."""

    open: bool
    """Whether somebody is there who may answer."""

    async def __call__(self, progress: Progress, update: Update) -> None:
        """Put what is open now, and hand the answers to the walk."""
        ...


def run(
    session: Session,
    service: Service,
    job: Job,
    name: str,
    *,
    patience: float | None = None,
    answers: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    act: LOOK | None = None,
    prompts: Prompts | None = None,
) -> Snapshot:
    """Carry out a walk, telling it line by line, and return how it ended.

    Args:
        session: where to speak.
        service: the product.
        job: which walk.
        name: the setup.
        patience: seconds to wait in all; None is as long as it takes.
        answers: decision id to choice.
        only: stages or items to limit the walk to.
        act: told of each update; plays the user's part in practice.
        prompts: puts questions as they come up; without it they stay open.

    Raises:
        wizard.commands.plain.prompt.BackError, wizard.commands.plain.prompt.QuitError: the user's word at a question.
        wizard.storage.store.StoreError: the setup cannot be used, or another process works on it.
        KeyboardInterrupt: the user wants out.
    """
    quiet = job in (Job.PLAN, Job.CHECK)
    narrator = Narrator(Ink.of(sys.stderr if session.json else sys.stdout), session.practice, asked=bool(prompts))
    tell = _narrating(session, None if quiet else narrator, [look for look in (act, prompts) if look])
    second_factor(session, service, name)
    running = service.start(job, name, patience=patience, answers=answers, only=only)
    for decision, choice in (answers or {}).items():
        running.progress.answer(decision, choice)
    event_loop.run(
        lambda: _along(running, tell, None if quiet else _reminding(session, narrator), prompts),
        lambda: farewell(session),
    )
    keep_typed(session, service, name, running.progress.snapshot)
    return running.progress.snapshot


def what_holds_up(snapshot: Snapshot, told: set[tuple[str, str]]) -> Iterator[str]:
    """Yield in full, once, what is the matter where AWS is waited for: such a wait may have no end."""
    for item in snapshot.items:
        check = item.check if item.wait and item.wait.actor is Actor.AWS else None
        if check and check.problem and (key := (item.id, check.problem.id)) not in told:
            told.add(key)
            yield from checklist_lines.troubles([check], snapshot.setup)


TELL = Callable[[Progress], Coroutine[Any, Any, None]]


async def _along(running: PreparedWalk, tell: TELL, remind: TELL | None, prompts: Prompts | None) -> None:
    """Run a walk and its teller together; an error of either ends both and comes out as it is."""
    failures: list[Exception] = []
    async with anyio.create_task_group() as group:
        with anyio.CancelScope() as scope:
            watcher, reminder = anyio.CancelScope(), anyio.CancelScope()
            group.start_soon(_telling, tell, running.progress, scope, failures)
            if remind:
                group.start_soon(_until, reminder, remind, running.progress)
            group.start_soon(_end_when_stuck, running.progress, scope, watcher, prompts)
            try:
                await running.run()
            except StoreError as error:
                failures.append(error)
        watcher.cancel()
        reminder.cancel()
    if failures:
        raise failures[0]


def _narrating(session: Session, narrator: Narrator | None, looks: Sequence[LOOK]) -> TELL:
    """Return what tells each update of a walk, unless it is a quiet one, and then has it looked at."""
    held_up: set[tuple[str, str]] = set()

    async def tell(progress: Progress) -> None:
        async for update in progress.updates():
            if narrator:
                for line in (*narrator.tell(update.snapshot), *what_holds_up(update.snapshot, held_up)):
                    session.say(line)
            for look in looks:
                await look(progress, update)

    return tell


def _reminding(session: Session, narrator: Narrator) -> TELL:
    """Return what says now and then how long what is waited for has taken."""

    async def remind(progress: Progress) -> None:
        while True:
            await anyio.sleep(OFTEN)
            for line in narrator.remind(progress.snapshot, time.time()):
                session.say(line)

    return remind


async def _telling(tell: TELL, progress: Progress, walk: anyio.CancelScope, failures: list[Exception]) -> None:
    try:
        await tell(progress)
    except Exception as error:  # noqa: BLE001 - the caller raises it, outside the task group
        failures.append(error)
        walk.cancel()


async def _until(over: anyio.CancelScope, tell: TELL, progress: Progress) -> None:
    with over:
        await tell(progress)


async def _end_when_stuck(
    progress: Progress, walk: anyio.CancelScope, watcher: anyio.CancelScope, prompts: Prompts | None
) -> None:
    """End a walk in which only questions are left that nobody here can answer."""
    with watcher:
        while True:
            before = _only_questions(progress.snapshot)
            await anyio.sleep(STUCK)
            if before and _only_questions(progress.snapshot) and not (prompts and prompts.open):
                walk.cancel()
                return


def _only_questions(snapshot: Snapshot) -> bool:
    """Whether nothing goes on but with an answer, or with what the user does in their own time."""
    at_work = [item for item in snapshot.items if item.phase is Phase.RUNNING]
    theirs = [item for item in at_work if item.decision or (item.wait and item.wait.actor is Actor.USER)]
    return bool(snapshot.decisions) and len(theirs) == len(at_work)


async def look(service: Service, name: str, only: Collection[str] = (), dns: DnsClient | None = None) -> Snapshot:
    """Check a setup, or some rows of it; `dns` is shared by checks of the same moment."""
    running = service.start(Job.CHECK, name, only=only or None, dns=dns)
    await running.run()
    return running.progress.snapshot


def farewell(session: Session) -> None:
    """Say good-bye after Ctrl-C."""
    again = f" Continue with: {session.line(session.again)}" if session.again else ""
    message = (
        f"Interrupted. Nothing is lost: snowpixel has saved what it created, and the next run checks first.{again}"
    )
    session.note(f"\n{message}")
    if session.json:
        session.result((), "interrupted", None, [message])


def verdicts(snapshot: Snapshot) -> list[Status]:
    """Return the verdicts on the rows."""
    return [stage.status for stage in snapshot.stages if stage.status]


def ending(session: Session, snapshot: Snapshot) -> list[str]:
    """Return the lines with which a walk ends: checklist, problems, what waits for the user, summary, next command."""
    lines = ["", *checklist_lines.rows(snapshot.stages, Ink.of(sys.stdout), verbose=bool(session.verbose))]
    lines += checklist_lines.troubles(snapshot.checks, snapshot.setup)
    waiting = list(checklist_lines.open_matters(snapshot, session.practice))
    lines += ["", *waiting] if waiting else []
    following = checklist_lines.advice(snapshot)
    advice = f" Next: {session.line(following)}" if following else ""
    return [*lines, "", f"{checklist_lines.summary(snapshot)}{advice}"]
