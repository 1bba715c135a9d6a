"""Credentials around a walk: an MFA code before it, typed keys stored after it."""

import sys
from pathlib import Path

import click

from wizard.commands import event_loop
from wizard.commands.output.exit_codes import ExitCode
from wizard.commands.session import Session, terminal
from wizard.credentials import keyring_store
from wizard.credentials.discovery import in_use
from wizard.credentials.keyring_store import CannotKeepError
from wizard.model.results import Snapshot, Status
from wizard.model.setup import Setup
from wizard.service import Service
from wizard.storage.store import Store, StoreError


def second_factor(session: Session, service: Service, name: str) -> None:
    """Ask for an MFA code, where one is needed and a person is there to type them.

    Args:
        session: the run.
        service: the product.
        name: the setup.

    Raises:
        click.UsageError: `--mfa` was given without a terminal.
        wizard.aws.errors.AwsError: AWS did not take the digits.
    """
    try:
        setup = service.store.load(name)
    except StoreError:
        return  # the walk itself will say so
    if not session.mfa and not (terminal() and _wanted(service, setup)):
        return
    if not sys.stdin.isatty():
        raise click.UsageError("--mfa asks for an MFA code, which needs a terminal.")
    digits = click.prompt("MFA code", err=True)

    async def sign_in() -> None:
        choices = setup.choices
        await service.credentials.signs.with_code(service.source(choices), setup, choices.region, digits)

    event_loop.run(sign_in, lambda: session.note("Interrupted. Nothing was changed."))


def _wanted(service: Service, setup: Setup) -> bool:
    if service.source(setup.choices).keys:
        return False
    used = in_use(service.profiles(setup))
    return used is not None and used.mfa_serial is not None


def keep_typed(session: Session, service: Service, name: str, snapshot: Snapshot) -> None:
    """Keep keys that were typed, once AWS has known them; say where they are now, or why they are not kept."""
    keys = service.environment.source.keys
    if not session.keep_keys or not keys or name not in service.store.names():
        return
    good = {check.status for check in snapshot.checks if check.id == "identity"}
    if not good or not good <= {Status.OK, Status.WARNING}:
        session.note("The keys weren't saved: AWS didn't accept them.")
        return
    try:
        where = service.credentials.keep(service.store.load(name), keys)
    except CannotKeepError as error:
        session.note(f"The keys weren't saved. {error}")
        return
    session.note(f"The keys are saved in {where}. To delete them: {session.line(f'forget {name} --keys-only')}")


def forget_keys(session: Session, home: Path, setup: Setup) -> ExitCode:
    """Drop only the kept keys of a setup."""
    try:
        dropped = keyring_store.forget(home, setup)
    except CannotKeepError as error:
        session.result((), "error", {"setup": setup.name, "keys": "kept"}, [f"The keys may still be saved. {error}"])
        return ExitCode.WRONG
    said = "Deleted the saved keys of" if dropped else "No keys are saved for"
    session.result([f"{said} '{setup.name}'."], "ok", {"setup": setup.name, "keys": "dropped" if dropped else "none"})
    return ExitCode.WELL


def drop_keys(session: Session, store: Store, name: str) -> None:
    """Drop the kept keys of a setup that is about to be forgotten; a store that cannot be used is said."""
    try:
        keyring_store.forget(store.home, store.load(name))
    except StoreError:
        return  # a damaged file does not say under which id they were kept
    except CannotKeepError as error:
        session.note(f"The keys saved for '{name}' may still be in the key store. {error}")
