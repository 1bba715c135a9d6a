"""`report`: what somebody who helps needs to see, for the user to read first."""

from pathlib import Path

import click
import msgspec

from wizard import report as reports
from wizard.commands import loop, options, walking
from wizard.commands.identity import second_factor
from wizard.commands.options import Command
from wizard.commands.session import Session, pass_session
from wizard.exits import ExitCode
from wizard.storage.atomic_files import left_alone, not_written, ours


@click.command("report", cls=Command)
@options.name
@click.option("--mask", is_flag=True, help="Replace account ids, people, domains and addresses by stand-ins.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to a file.")
@pass_session
def report(session: Session, name: str, *, mask: bool, out: Path | None) -> ExitCode:
    """Check a set-up once and put together what a helper needs. It is sent to nobody: read it, then send it."""
    service = session.service()
    second_factor(session, service, name)
    material = loop.run(lambda: reports.gather(service, name), lambda: walking.farewell(session))
    found = reports.build(material, masked=mask)
    data = {"report": msgspec.to_builtins(found), "file": str(out) if out else None}
    if out is None:
        session.result(reports.lines(found), "ok", data)
        return ExitCode.WELL
    _write(out, found)
    session.result([f"The report is in {out}. Read it before you send it."], "ok", data)
    return ExitCode.WELL


def _write(path: Path, made: reports.Report) -> None:
    """Write the file.

    Raises:
        click.UsageError: there is a file that is no report on this set-up, or it cannot be written.
    """
    if not ours(path, reports.begins(made)):
        raise click.UsageError(left_alone(path, f"a report on {made.setup}"))
    try:
        reports.write(path, made)
    except OSError as error:
        raise click.UsageError(not_written(error, path)) from error
