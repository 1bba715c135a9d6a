"""`report`: what somebody who helps needs to see, for the user to read first."""

import os
from pathlib import Path

import click
import msgspec

from wizard import report as reports
from wizard.commands import loop, options, walking
from wizard.commands.identity import second_factor
from wizard.commands.options import Command
from wizard.commands.session import Session, pass_session
from wizard.exits import ExitCode


@click.command("report", cls=Command)
@options.name
@click.option("--mask", is_flag=True, help="Replace account ids, people, domains and addresses by stand-ins.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to a file.")
@pass_session
def report(session: Session, name: str, *, mask: bool, out: Path | None) -> ExitCode:
    """Check a set-up once and put together what a helper needs. It is sent to nobody: read it, then send it."""
    service = session.service()
    second_factor(session, service, name)
    found = loop.run(lambda: reports.gather(service, name, masked=mask), lambda: walking.farewell(session))
    data = {"report": msgspec.to_builtins(found), "file": str(out) if out else None}
    if out is None:
        session.result(reports.lines(found), "ok", data)
        return ExitCode.WELL
    _write(out, reports.text(found))
    session.result([f"The report is in {out}. Read it before you send it."], "ok", data)
    return ExitCode.WELL


def _write(path: Path, text: str) -> None:
    """Write a file that only the user can read.

    Raises:
        click.UsageError: it cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}. Choose another file.") from error
