"""`schedule`: a check that runs by itself, by cron, systemd, or launchd."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from wizard.commands import options
from wizard.commands.data_folder import home_of
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode
from wizard.commands.session import Session, pass_session
from wizard.model.program_name import NAME
from wizard.storage.schedules import PROGRAMS, Schedule, ScheduleError, Scheduler, Text, scheduler, there
from wizard.storage.store import Store

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@click.command("schedule", cls=Command)
@options.name_or_only
@click.option("--by", type=click.Choice(list(PROGRAMS)), help="What runs it [what this computer has].")
@click.option("--at", default="7:17", metavar="HH:MM", help="When, in local time [7:17].")
@click.option("--hourly", is_flag=True, help="Every hour, at the minute of --at.")
@click.option(
    "--on-change", metavar="COMMAND", default="", help="Shell command that gets what changed on its standard input."
)
@click.option("--remove", "removing", is_flag=True, help="Delete the schedule again.")
@options.yes
@pass_session
def schedule(
    session: Session, name: str, *, by: str | None, at: str, hourly: bool, on_change: str, removing: bool, yes: bool
) -> ExitCode:
    """Check regularly: show the cron line, systemd timer, or launchd agent, then write it."""
    setup = Store(home_of(session)).load(name)
    hour, minute = _time(at)
    wanted = Schedule(name, setup.id, _check(session, name), None if hourly else hour, minute, _command(on_change))
    try:
        return _remove(session, wanted, by, yes=yes) if removing else _write(session, wanted, by, yes=yes)
    except ScheduleError as error:
        raise click.UsageError(str(error)) from error


def _write(session: Session, wanted: Schedule, by: str | None, *, yes: bool) -> ExitCode:
    found = by or next(iter(there(sys.platform)), None)
    if found is None:
        raise ScheduleError("This computer has no cron, systemd, or launchd. Name one that you will install: --by cron")
    by_it = scheduler(found)
    by_it.found(wanted)  # says before the question that something else stands there
    texts = by_it.texts(wanted)
    for line in _shown("This will be written:", texts):
        session.say(line, whole=True)
    session.confirm(f"Schedule the check of {wanted.setup} with {by_it.name}?", yes=yes)
    by_it.write(wanted)
    after = (f"Scheduled with {by_it.name}. {by_it.hint}", *_alone(session, wanted))
    session.result(after, "ok", _data(wanted, by_it, texts, removed=False))
    return ExitCode.WELL


def _alone(session: Session, wanted: Schedule) -> Iterator[str]:
    yield f"Its credentials must work without you: {session.line('credentials --guide')} says how, at its end."
    yield f"Delete it with: {session.line(f'schedule {shlex.quote(wanted.setup)} --remove')}"


def _remove(session: Session, wanted: Schedule, by: str | None, *, yes: bool) -> ExitCode:
    every = [scheduler(one) for one in ((by,) if by else there(sys.platform))]
    found = [(one, texts) for one in every if (texts := one.found(wanted))]
    if not found:
        data: dict[str, object] = {"setup": wanted.setup, "by": None, "texts": [], "removed": False}
        session.result([f"No check of {wanted.setup} is scheduled here."], "ok", data)
        return ExitCode.WELL
    for one, texts in found:
        for line in _shown(f"This will be deleted ({one.name}):", texts):
            session.say(line, whole=True)
    session.confirm(f"Delete the schedule of {wanted.setup}?", yes=yes)
    for one, _ in found:
        one.remove(wanted)
    last, texts = found[-1]
    session.result(["Deleted."], "ok", _data(wanted, last, texts, removed=True))
    return ExitCode.WELL


def _shown(title: str, texts: tuple[Text, ...]) -> Iterator[str]:
    yield title
    for text in texts:
        yield ""
        yield f"{text.where}:"
        yield from (f"  {line}".rstrip() for line in text.content.splitlines())
    yield ""


def _data(wanted: Schedule, by: Scheduler, texts: tuple[Text, ...], *, removed: bool) -> dict[str, object]:
    written = [{"where": text.where, "content": text.content} for text in texts]
    return {"setup": wanted.setup, "by": by.name, "texts": written, "removed": removed}


def _time(at: str) -> tuple[int, int]:
    told = _TIME.fullmatch(at)
    if told is None:
        raise click.UsageError(f"'{at}' isn't a time: give hours and minutes, such as --at 7:17.")
    return int(told[1]), int(told[2])


def _check(session: Session, name: str) -> tuple[str, ...]:
    """Return the check with full paths: schedulers have a short PATH, and another folder."""
    moved = session.home is None and session.practice is None and "XDG_DATA_HOME" in os.environ
    given = (("--home", home_of(session) if moved else session.home), ("--practice", session.practice))
    folders = [word for flag, path in given if path for word in (flag, str(path.expanduser().absolute()))]
    more = ["--profile", session.profile] if session.profile else []
    return (*_program(), *folders, *more, "check", name, "--quiet")


def _program() -> tuple[str, ...]:
    started = Path(sys.argv[0])
    if started.name == NAME and started.is_file():
        return (os.fspath(started.absolute()),)
    installed = shutil.which(NAME)
    return (os.fspath(Path(installed).absolute()),) if installed else (sys.executable, "-m", "wizard")


def _command(on_change: str) -> str:
    """Return the user's command with the full path of its program.

    Raises:
        click.UsageError: no such program is there, or it is more than one line.
    """
    if not on_change:
        return ""
    if not on_change.isprintable():
        raise click.UsageError("The command of --on-change must be one line.")
    word = on_change.split(maxsplit=1)[0]
    found = shutil.which(Path(word).expanduser())
    if found is None:
        raise click.UsageError(f"--on-change: there is no program '{word}' on this computer.")
    return shlex.quote(os.fspath(Path(found).absolute())) + on_change[len(word) :]
