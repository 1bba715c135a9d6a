"""`report`: the support report, for the user to read first."""

from pathlib import Path

import click
import msgspec

from wizard.commands import event_loop, options, run_walk
from wizard.commands.credential_steps import second_factor
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode
from wizard.commands.session import Session, pass_session
from wizard.documents import support_report
from wizard.storage.atomic_files import left_alone, not_written, ours


@click.command("report", cls=Command)
@options.name_or_only
@click.option("--mask", is_flag=True, help="Replace account IDs, people, domains, and addresses with placeholders.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to a file.")
@pass_session
def report(session: Session, name: str, *, mask: bool, out: Path | None) -> ExitCode:
    """Check a setup once and put together what a helper needs. It is sent to nobody: read it, then send it."""
    service = session.service()
    second_factor(session, service, name)
    material = event_loop.run(lambda: support_report.gather(service, name), lambda: run_walk.farewell(session))
    found = support_report.build(material, masked=mask)
    data = {"report": msgspec.to_builtins(found), "file": str(out) if out else None}
    if out is None:
        session.result(support_report.lines(found), "ok", data)
        return ExitCode.WELL
    _write(out, found)
    session.result([f"The report is in {out}. Read it before you send it."], "ok", data)
    return ExitCode.WELL


def _write(path: Path, made: support_report.SupportReport) -> None:
    """Write the file.

    Raises:
        click.UsageError: there is a file that is no report on this setup, or it cannot be written.
    """
    if not ours(path, support_report.begins(made), support_report.began_earlier(made)):
        raise click.UsageError(left_alone(path, f"a report on {made.setup}"))
    try:
        support_report.write(path, made)
    except OSError as error:
        raise click.UsageError(not_written(error, path)) from error
