"""`policy` and `explain`: texts to read or paste."""

import json
from typing import Any

import click
import msgspec

from wizard.aws.policy import Purpose, unmade
from wizard.aws.policy import policy as build_policy
from wizard.commands.data_folder import home_of
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode
from wizard.commands.session import Session, pass_session
from wizard.knowledge import problems
from wizard.storage.store import Store


@click.command("policy", cls=Command)
@click.argument("name", required=False, metavar="[NAME]")
@click.option(
    "--for",
    "purpose",
    type=click.Choice([each.value for each in Purpose]),
    help="What the key is for: create, repair, and remove everything (default); check and repair settings; check; "
    "read events.",
)
@click.option("--check-only", is_flag=True, help="The same as --for check.")
@pass_session
def policy(session: Session, name: str | None, *, purpose: str | None, check_only: bool) -> ExitCode:
    """Print the least IAM policy that does the work; with a name, limited to that setup."""
    if check_only and purpose not in (None, Purpose.CHECK):
        raise click.UsageError(f"--check-only is --for check, so you can't combine it with --for {purpose}.")
    wanted = Purpose.CHECK if check_only else Purpose(purpose or Purpose.SETUP)
    setup = Store(home_of(session)).load(name) if name else None
    if setup is None and wanted is Purpose.RUNNING:
        raise click.UsageError(
            "This policy names exactly what was created, so it needs a setup name: "
            f"{session.line(f'policy NAME --for {wanted}')}"
        )
    missing = unmade(setup) if setup and wanted is not Purpose.SETUP else ()
    if missing:
        session.note(
            f"Not created yet, so not in this policy: {', '.join(missing)}. Print it again when the setup is finished."
        )
    document: dict[str, Any] = build_policy(setup, wanted)
    session.result([json.dumps(document, indent=2)], "ok", {"for": wanted, "policy": document})
    return ExitCode.WELL


@click.command("explain", cls=Command)
@click.argument("problem", required=False, metavar="[PROBLEM]")
@pass_session
def explain(session: Session, problem: str | None) -> ExitCode:
    """Say what a problem means and what to do; without an id, list the ids."""
    if problem is None:
        titles = {one: problems.described(one).title for one in problems.known()}
        widest = max(map(len, titles))
        lines = [f"{one:<{widest}}  {title}" for one, title in titles.items()]
        session.result(lines, "ok", {"problems": [{"id": one, "title": title} for one, title in titles.items()]})
        return ExitCode.WELL
    if problem not in problems.known():
        raise click.UsageError(f"There is no problem '{problem}'. All IDs: {session.line('explain')}")
    told = problems.described(problem)
    lines = [told.title, "", told.meaning, "", "What to do:"]
    lines += [f"  {number}. {step}" for number, step in enumerate(told.steps, 1)]
    lines += [f"Usually takes {told.typical}."] if told.typical else []
    lines += [f"More: {told.link}"] if told.link else []
    session.result(lines, "ok", msgspec.to_builtins(told))
    return ExitCode.WELL
