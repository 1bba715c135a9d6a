"""`credentials`: which credentials this computer has, which are used and why, and how to get some."""

import shlex
import time
from collections.abc import Iterable, Iterator
from typing import Any

import click
import msgspec

from wizard.aws.errors import AwsError
from wizard.commands import event_loop
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode, of_error
from wizard.commands.output.problem_lines import problem_lines
from wizard.commands.session import Session, pass_session
from wizard.credentials import guide
from wizard.credentials.discovery import in_use
from wizard.credentials.manager import KnownIdentity
from wizard.credentials.source import CredentialSource
from wizard.model.setup import Setup, SetupChoices
from wizard.model.terminal_text import printable
from wizard.service import Service


@click.command("credentials", cls=Command)
@click.argument("name", required=False)
@click.option("--guide", "wants_guide", is_flag=True, help="Show how to get credentials, step by step.")
@click.option("--ask", is_flag=True, help="Ask AWS who the credentials in use belong to.")
@pass_session
def credentials(session: Session, name: str | None, *, wants_guide: bool, ask: bool) -> ExitCode:
    """List the AWS credentials of this computer: where they come from, which are used and why. Asks nobody."""
    session.again = shlex.join(["credentials", *([name] if name else [])])
    service = session.service()
    setup = service.store.load(name) if name else None
    found = service.profiles(setup)
    known, error = _asked(session, service, setup) if ask else (None, None)
    rows = list(_listed(found, service, setup))
    if ask:
        rows += ["", *(_unasked(found, error) or whose(known, error, name or ""))]
    nothing = not found and (error is None or error.problem.id == "no-credentials")
    rows += ["", *_guide()] if wants_guide or nothing else []
    data = {"found": found, "guide": guide.methods(), "known": known, "problem": error.problem if error else None}
    session.result(rows, "error" if error else "ok", _plain(data), [str(error)] if error else [])
    return of_error(error) if error else ExitCode.WELL


def _unasked(found: tuple[CredentialSource, ...], error: AwsError | None) -> tuple[str, ...]:
    """Point at the list where it says already why nothing could be signed."""
    used = in_use(found)
    told = error is not None and error.local and used is not None and used.problem == error.problem
    return ("AWS wasn't asked: fix the problem above first.",) if told else ()


def _plain(data: dict[str, Any]) -> Any:
    return msgspec.to_builtins(data)


def _asked(session: Session, service: Service, setup: Setup | None) -> tuple[KnownIdentity | None, AwsError | None]:
    choices = setup.choices if setup else SetupChoices()

    async def look() -> KnownIdentity:
        return await service.known(choices, setup=setup)

    try:
        return event_loop.run(look, lambda: session.note("Interrupted.")), None
    except AwsError as error:
        return None, error


def _listed(found: tuple[CredentialSource, ...], service: Service, setup: Setup | None) -> Iterator[str]:
    given = service.source(setup.choices) if setup else service.environment.source
    if given.keys:
        yield "* keys given for this run take priority over everything below"
    elif not found:
        yield guide.short().none
    for one in found:
        crown = "*" if one.wins and not given.keys else " "
        yield f"{crown} {printable(one.name or one.kind)}: {one.kind}, {printable(one.place)}"
        yield from (f"    {line}" for line in _details(one, setup.name if setup else ""))
    if found and not given.keys and in_use(found) is None:
        yield "None of them is used automatically: choose one with --profile NAME."


def _details(one: CredentialSource, setup: str) -> Iterator[str]:
    facts = (("", one.detail), ("account ", one.account), ("region ", one.region), ("MFA ", one.mfa_serial))
    told = [f"{label}{printable(value)}" for label, value in facts if value]
    if told:
        yield ", ".join(told)
    if one.expires is not None:
        left = one.expires - time.time()
        yield f"expires in {left / 60:.0f} min" if left > 0 else "has expired"
    if one.wins and one.why:
        yield f"used, because {one.why}"
    if one.problem:
        yield from problem_lines(one.problem, setup)


def whose(known: KnownIdentity | None, error: AwsError | None, setup: str) -> Iterator[str]:
    """Yield whose the credentials are, and what to beware of."""
    if known:
        who = known.who
        yield f"Signed in as {printable(who.arn)}, account {who.account}" + (f" ({who.alias})" if who.alias else "")
    for problem in (*((error.problem,) if error else ()), *(known.warnings if known else ())):
        yield from problem_lines(problem, setup)


def no_credentials() -> Iterator[str]:
    """Yield the way to the first credentials, with and without an account."""
    words = guide.short()
    yield words.without_account
    yield f"  {words.open_account}"
    yield words.with_account
    yield from (f"  {step}" for step in guide.first_steps())


def _guide() -> Iterator[str]:
    for one in guide.preparations():
        yield one.title
        yield from _steps(one.steps)
        yield f"  More: {one.link}"
        yield ""
    install = guide.cli_install()
    if install:
        yield f"Install the AWS CLI ({install.title})"
        yield from (f"  {command}" for command in install.commands)
        yield ""
    for number, way in enumerate(guide.methods()):
        yield f"{way.title}{'   (recommended)' if number == 0 else ''}"
        yield f"  {way.for_whom}"
        yield from _steps(way.steps)
        yield f"  Risk: {way.risk}"
        yield f"  More: {way.link}"
        yield ""
    yield guide.unattended()


def _steps(steps: Iterable[str]) -> Iterator[str]:
    yield from (f"  {number}. {step}" for number, step in enumerate(steps, 1))
