"""`practice`: snowpixel against an emulated AWS, DNS, and CloudFront on this computer."""

import asyncio
import contextlib
import dataclasses
import importlib.util
import os
import shlex
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import click
from msgspec.structs import replace

from wizard.choices.table import suggested
from wizard.commands import run_walk
from wizard.commands.data_folder import home_of
from wizard.commands.environment import in_world, running
from wizard.commands.options import Group, note_words
from wizard.commands.output import checklist_lines, map_lines
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.session import Session, pass_session, terminal
from wizard.documents import json_envelope
from wizard.engine.progress import Progress
from wizard.model.program_name import program_name
from wizard.model.results import Action, Actor, Change, Job, Update
from wizard.model.setup import Made
from wizard.model.terminal_text import printable
from wizard.model.threads import in_thread
from wizard.practice import process
from wizard.practice.control_client import Control, ControlError
from wizard.practice.timing import DEFAULT_PACE
from wizard.practice.worldfile import WorldFile, WorldOrigin
from wizard.service import Service
from wizard.storage.atomic_files import own_folder
from wizard.storage.last_check import LastCheck
from wizard.storage.store import StoreError
from wizard.wording import setup_status

NAME = "practice"
"""The setup that the plain practice makes."""
STARTED_BY = "SNOWPIXEL_STARTED_BY"
"""Environment variable with what the user typed, where that was something else, such as `make practice`."""
EXTRA = ("ministack", "trustme")
"""What the practice extra brings; the plain install does without."""


@click.group("practice", cls=Group, invoke_without_command=True)
@click.option("--plain", is_flag=True, help="Without screens: the whole setup line by line.")
@click.option("--fresh", is_flag=True, help="Delete the earlier practice, and start with an empty account.")
@click.option("--pace", type=click.FloatRange(min=0), metavar="P", help="Real seconds for one AWS second [0.05].")
@click.pass_context
def practice(context: click.Context, *, plain: bool, fresh: bool, pace: float | None) -> int | None:
    """Practice it all with an emulated AWS on this computer: no account, no cost."""
    if context.invoked_subcommand:
        return None
    note_words(context)
    session = context.ensure_object(Session)
    session.again = "practice"
    _need_extra()
    again = printable(os.environ.get(STARTED_BY, "")) or session.line(session.again)
    given = session.practice is not None
    directory = (session.practice or home_of(session) / "practice").expanduser().absolute()
    if not given:  # somebody keeps another one running on purpose
        process.renew(directory)
    world, begun = _world(directory, DEFAULT_PACE if pace is None else pace)
    home = home_of(session) if given and session.home else directory / "home"
    session.practice, session.home = directory, session.home if given else None
    if fresh:
        Control(world).reset()
    service = Service(dataclasses.replace(in_world(session, world, home), again=again))
    gone = _forget_what_is_gone(service) if begun or fresh else ()
    if gone and not fresh:
        service = Service(dataclasses.replace(service.environment, news=_reset(world.origin, gone)))
    if terminal() and not plain and not session.json:
        return session.start_wizard(service)
    return _road(session, service, directory)


def _need_extra() -> None:
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise click.UsageError(
            f"Practice needs more packages than the plain install ({', '.join(missing)} missing). "
            "Install it with pipx: pipx install --force 'snowpixel[practice]'. With uv: uv tool install --force "
            "'snowpixel[practice]'. Or in the environment that snowpixel is in: pip install 'snowpixel[practice]'."
        )


def _world(directory: Path, pace: float) -> tuple[WorldFile, bool]:
    """Return the world of a folder, and whether it was begun just now, with nothing in it."""
    found = process.find(directory)
    if found:
        return found, False
    world = process.start(directory, pace=pace, linger=process.LINGER)
    return world, world.origin is not WorldOrigin.RESTORED


def _forget_what_is_gone(service: Service) -> tuple[str, ...]:
    """Keep the choices of the setups, but not what was made: it ended with the world that it was made in.

    Returns:
        The names of those for which anything was made.
    """
    store = service.store
    gone = []
    for name in store.names():
        with contextlib.suppress(StoreError), store.writing(name, "snowpixel practice") as state:
            if setup_status.begun(state.setup):
                gone.append(name)
            fresh = replace(state.setup, made=Made(), waits={}, stood=(), removed=False)
            state.update(made=fresh.made, waits=fresh.waits, stood=fresh.stood, removed=fresh.removed)
    return tuple(gone)


def _reset(origin: WorldOrigin, gone: Sequence[str]) -> str:
    """Say that the world of the last time is lost, why, and what went with it."""
    words = tomllib.loads(files("assets").joinpath("practice.toml").read_text("utf-8"))
    return str(words["reset"]).format(because=words["because"][origin], names=", ".join(gone))


def _road(session: Session, service: Service, directory: Path) -> ExitCode:
    """Go the whole road with default answers, playing the user's part at the DNS provider."""
    if NAME not in service.store.names():
        service.store.create(NAME, suggested(service.environment.zone))
    setup = service.store.load(NAME)
    if service.environment.news:
        session.say(service.environment.news)
        session.say()
    session.say(
        f"This sets up a tracking pixel at {setup.choices.domain}, in a practice AWS on this computer: private "
        f"bucket, pixel, tracker, access logs, certificate, CloudFront, and DNS record. Then it sends one test event "
        f"and reads it back."
    )
    session.say("It uses no AWS account and costs nothing. It takes well under a minute.")
    session.say()
    made = run_walk.run(session, service, Job.APPLY, NAME, act=Player(session, service))
    session.say()
    session.say("Now everything is checked once more, as `snowpixel check` does:")
    checked = run_walk.run(session, service, Job.CHECK, NAME)
    LastCheck(service.store, NAME).save(checked.checks)
    setup = service.store.load(NAME)
    lines = [
        "",
        *map_lines.found(setup, checked),
        "",
        *checklist_lines.proof(setup),
        *run_walk.ending(session, checked),
        *_after(directory),
    ]
    data = {"world": str(directory), "apply": json_envelope.walk(made), **json_envelope.walk(checked)}
    session.result(lines, str(checked.status), {**data, "event": setup.made.proof and setup.made.proof.event})
    return of_statuses([*run_walk.verdicts(made), *run_walk.verdicts(checked)])


def _after(directory: Path) -> Sequence[str]:
    where = f"{program_name()} {shlex.join(['--practice', str(directory)])}"
    name = program_name()
    return (
        "",
        f"Look around:   {where} list",
        f"Remove it:     {where} remove {NAME}   (it names the DNS records to remove: {name} practice dns --help)",
        f"Start over:    {name} practice --fresh",
        f"For real:      {name}",
    )


class Player:
    """Plays the user at the DNS provider of the practice world: adds what is asked for, removes what has to go."""

    def __init__(self, session: Session, service: Service) -> None:
        self._session = session
        self._provider = service.environment.provider
        self._acted: set[tuple[Action, object]] = set()

    async def __call__(self, progress: Progress, update: Update) -> None:
        """Act on one update of the walk."""
        for change in update.snapshot.changes:
            if change.record is None or change.actor is not Actor.USER or (change.action, change.record) in self._acted:
                continue
            self._acted.add((change.action, change.record))
            await self._act(change)
            progress.look_now()

    async def _act(self, change: Change) -> None:
        record, provider = change.record, self._provider
        if record is None or provider is None:
            return
        verb = "removes" if change.action is Action.DELETE else "adds"
        self._session.say(f"→ on your behalf, the practice {verb} {record.type} {record.name} at the DNS provider")
        if change.action is Action.DELETE:
            await in_thread(provider.remove_record, record.name, record.type)
        else:
            await in_thread(provider.add_record, record.name, record.type, record.value)


@practice.command("serve")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--pace", type=click.FloatRange(min=0), default=DEFAULT_PACE, metavar="P", help="Time scale [0.05].")
@pass_session
def serve(session: Session, directory: Path, *, pace: float) -> ExitCode:
    """Keep a practice world running here, until Ctrl-C. Its addresses and keys are in DIR/world.json."""
    _need_extra()
    from wizard.practice import emulator_environment, server  # noqa: PLC0415 - server code only where it is served

    directory = directory.expanduser().absolute()
    if process.find(directory):
        raise click.UsageError(str(process.running_already(directory)))
    own_folder(directory)
    where = f"{program_name()} {shlex.join(['--practice', str(directory)])}"
    session.note(f"Use it from another terminal: {where} COMMAND. Ctrl-C stops it.")
    emulator_environment.prepare(server.ACCOUNT, str(directory))
    asyncio.run(server.run(directory, pace=pace, linger=None, owned=False))
    return ExitCode.WELL


@practice.group("dns", cls=Group)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@pass_session
def dns(session: Session, directory: Path) -> None:
    """Play the DNS provider's web page of a practice world."""
    session.practice = directory


def _page(session: Session) -> Control:
    assert session.practice is not None  # noqa: S101 - the group took it
    return Control(running(session.practice))


@dns.command("add")
@click.argument("name")
@click.argument("type", metavar="TYPE")
@click.argument("value")
@pass_session
def add(session: Session, name: str, type: str, value: str) -> ExitCode:  # noqa: A002 - DNS's own word
    """Add a record, as in the provider's form."""
    page = _page(session)
    try:
        page.add_record(name, type.upper(), value)
    except ControlError as error:
        raise click.UsageError(str(error)) from error
    session.result([f"Added: {name} {type.upper()} {value}"], "ok", {"name": name, "type": type, "value": value})
    return ExitCode.WELL


@dns.command("remove")
@click.argument("name")
@click.argument("type", metavar="TYPE")
@pass_session
def remove(session: Session, name: str, type: str) -> ExitCode:  # noqa: A002
    """Remove all records of that name and type."""
    page = _page(session)
    try:
        removed = page.remove_record(name, type.upper())
    except ControlError as error:
        raise click.UsageError(str(error)) from error
    session.result([f"Removed {removed}: {name} {type.upper()}"], "ok", {"removed": removed})
    return ExitCode.WELL


@dns.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the records."""
    records = _page(session).records()
    lines = [f"{one['name']}  {one['ttl']}  {one['type']}  {one['value']}" for one in records]
    session.result(lines or ["There are no records."], "ok", {"records": records})
    return ExitCode.WELL
