"""`plan`, `apply`, `repair`, and `remove`."""

import shlex

import click

from wizard.choices.cleaners import certificate as cleaned
from wizard.commands import options, plan_lines, run_walk
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.session import Session, pass_session
from wizard.documents.plan import Plan, plan_of
from wizard.model.context import DELETE_LOGS, DISTRIBUTION_EDITED, DOMAIN_LOST, UPGRADE, YES
from wizard.model.results import Job, Snapshot, Status
from wizard.service import Service
from wizard.storage import schedules
from wizard.storage.last_check import LastCheck
from wizard.wording.setup_status import begun

CERTIFICATE = "certificate"
"""Id of the decision that `--certificate` answers."""

_edited = click.option(
    f"--{DISTRIBUTION_EDITED}",
    type=click.Choice(["leave", "ours"]),
    help="Answers whose setting wins if somebody edits the distribution at the same time.",
)
_upgrade = click.option("--upgrade", is_flag=True, help="Also apply settings that a newer snowpixel does differently.")
_certificate = click.option("--certificate", metavar="ARN|new", help="Answers whether to use an existing certificate.")


@click.command("plan", cls=Command)
@options.name_or_only
@options.strict
@pass_session
def plan(session: Session, name: str, *, strict: bool) -> ExitCode:
    """Show what apply would do, what it costs, and what permissions it needs; writes nothing."""
    session.again = shlex.join(["plan", name])
    service = session.service()
    snapshot = run_walk.run(session, service, Job.PLAN, name)
    planned = plan_of(service.store.load(name), snapshot)
    session.result(plan_lines.lines(session, planned), str(planned.status), plan_lines.data(planned))
    return plan_lines.code(planned, strict=strict)


@click.command("apply", cls=Command)
@options.name_or_only
@options.yes
@options.wait
@_certificate
@_edited
@_upgrade
@options.strict
@pass_session
def apply(
    session: Session,
    name: str,
    *,
    yes: bool,
    wait: float | None,
    certificate: str | None,
    distribution_edited: str | None,
    upgrade: bool,
    strict: bool,
) -> ExitCode:
    """Carry the plan out. What exists is found and kept, so it may be interrupted and run again at any time."""
    service = _ready(session, "apply", name)
    if not yes and session.can_ask:
        planned = _shown(session, service, name)
        if planned.status is Status.FAILED:
            return plan_lines.code(planned, strict=strict)
    session.confirm(f"This creates or completes the setup '{name}' in your AWS account. Continue?", yes=yes)
    answers = {**_answers(certificate, distribution_edited), **({UPGRADE: YES} if upgrade else {})}
    snapshot = run_walk.run(session, service, Job.APPLY, name, patience=wait, answers=answers)
    return _end(session, snapshot, strict=strict)


@click.command("repair", cls=Command)
@options.name_or_only
@options.yes
@options.wait
@_certificate
@_edited
@options.strict
@pass_session
def repair(
    session: Session,
    name: str,
    *,
    yes: bool,
    wait: float | None,
    certificate: str | None,
    distribution_edited: str | None,
    strict: bool,
) -> int:
    """Fix what check found, and nothing else."""
    service = _ready(session, "repair", name)
    _refuse_nothing(session, service, name)
    session.confirm(f"This fixes what is wrong with '{name}' in your AWS account. Continue?", yes=yes)
    answers = _answers(certificate, distribution_edited)
    snapshot = run_walk.run(session, service, Job.REPAIR, name, patience=wait, answers=answers)
    return _end(session, snapshot, strict=strict)


@click.command("remove", cls=Command)
@options.name
@options.yes
@options.wait
@click.option("--delete-logs", is_flag=True, help="Delete the logs too: all your events. Without it, they are kept.")
@click.option(
    "--domain-lost", is_flag=True, help="Continue even if snowpixel can't confirm that the pixel's DNS record is gone."
)
@pass_session
def remove(session: Session, name: str, *, yes: bool, wait: float | None, delete_logs: bool, domain_lost: bool) -> int:
    """Take it all down, in the right order; the logs stay unless --delete-logs."""
    service = _ready(session, "remove", name, *(("--delete-logs",) if delete_logs else ()))
    what = "ALL its logs, permanently" if delete_logs else "none of its logs"
    session.confirm(f"This deletes the setup '{name}' from your AWS account, and {what}. Continue?", yes=yes)
    answers = {**({DELETE_LOGS: YES} if delete_logs else {}), **({DOMAIN_LOST: YES} if domain_lost else {})}
    identifier = service.store.load(name).id
    snapshot = run_walk.run(session, service, Job.REMOVE, name, patience=wait, answers=answers)
    kept = name in service.store.names()
    if snapshot.status in (Status.OK, Status.WARNING):
        for line in schedules.drop(name, identifier):
            session.note(line)
    if not kept:
        LastCheck(service.store, name).forget()
    elif snapshot.status in (Status.OK, Status.WARNING):
        session.note(f"The logs are kept. To delete them too: {session.line(f'remove {name} --delete-logs')}")
    return _end(session, snapshot, strict=False)


def _shown(session: Session, service: Service, name: str) -> Plan:
    """Show what the user is asked to agree to, with its price."""
    planned = plan_of(service.store.load(name), run_walk.run(session, service, Job.PLAN, name))
    for line in (*plan_lines.lines(session, planned, asking=True), ""):
        session.say(line)
    return planned


def _ready(session: Session, command: str, name: str, *more: str) -> Service:
    """Put the product together and make sure, before any question, that there is such a setup."""
    session.again = shlex.join([command, name, *more])
    service = session.service()
    service.store.load(name)
    return service


def _refuse_nothing(session: Session, service: Service, name: str) -> None:
    """Refuse to repair what was never created: that would be an apply without its plan.

    Raises:
        click.UsageError: nothing was created for this setup.
    """
    if not begun(service.store.load(name)):
        raise click.UsageError(
            f"Nothing has been created for '{name}' yet, so there is nothing to repair. "
            f"Create it with: {session.line(f'apply {name}')}"
        )


def _answers(certificate: str | None, edited: str | None) -> dict[str, str]:
    return {
        **({CERTIFICATE: cleaned(certificate)} if certificate else {}),
        **({DISTRIBUTION_EDITED: edited} if edited else {}),
    }


def _end(session: Session, snapshot: Snapshot, *, strict: bool) -> ExitCode:
    from wizard.documents import json_envelope  # noqa: PLC0415 - beside the road in plain mode

    lines = run_walk.ending(session, snapshot)
    session.result(lines, str(snapshot.status), json_envelope.walk(snapshot))
    return of_statuses(run_walk.verdicts(snapshot), strict=strict)
