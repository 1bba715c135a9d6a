"""`new`, `set`, `list`, and `forget`: the saved setups.

What only some of them need is loaded when they run: `list` must be there at once.
"""

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from wizard.choices.table import refuse_incoherent, suggested
from wizard.commands import choice_flags, options
from wizard.commands.data_folder import cache_of, home_of
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode
from wizard.commands.session import Session, pass_session
from wizard.model.idn import both
from wizard.model.setup import Goal, SetupChoices
from wizard.model.terminal_text import printable
from wizard.model.validators import setup_name
from wizard.storage.allowed_changes import choose
from wizard.storage.store import Store, StoreError, UnknownSetupError

if TYPE_CHECKING:
    from wizard.adoption.adopt import FoundSetup
    from wizard.service import Service


@click.command("new", cls=Command)
@options.name
@choice_flags.flags
@click.option("--adopt", metavar="ID", help="Take over a setup in your account that `list --account` shows.")
@pass_session
def new(session: Session, /, name: str, adopt: str | None, **given: Any) -> ExitCode:
    """Save a setup from flags, without questions. Nothing is made yet."""
    wanted = choice_flags.changes(session.profile, **given)
    name = setup_name(name)
    if adopt:
        return _adopt(session, name, adopt, wanted)
    choices = replace(suggested(), **wanted)
    refuse_incoherent(choices)
    setup = Store(home_of(session)).create(name, choices)
    lines = [
        f"Saved the setup '{setup.name}'. Nothing has been created yet.",
        *_promises(setup.choices),
        f"Next: {session.line(f'plan {setup.name}')}, then {session.line(f'apply {setup.name}')}",
    ]
    warnings = _warned(session, setup.name, setup.choices.domain)
    data = {"setup": setup.name, "choices": choice_flags.shown(setup.choices), "warnings": warnings}
    session.result(lines, "ok", data)
    return ExitCode.WELL


def _warned(session: Session, name: str, domain: str | None) -> list[dict[str, Any]]:
    """Say what is the matter with the hostname of a setup that is saved already, and return it for the document."""
    if domain is None:
        return []
    from wizard.commands import name_look  # noqa: PLC0415 - loads DNS, which nothing else of saving needs

    return name_look.warned(session, domain, name)


def _promises(choices: SetupChoices) -> Iterator[str]:
    """Yield what the setup will be, a line for each of its goals."""
    address = both(choices.domain) if choices.domain else "a CloudFront domain name (add your own whenever you like)"
    if Goal.PIXEL in choices.goals:
        yield f"The pixel at {address}, buckets in {choices.region}, logs kept {choices.retention_days} days."
    if Goal.JS_BUCKET in choices.goals:
        yield f"The tracker ({choices.tracker}) from the bucket, at {address}."
    if Goal.JS_SERVER in choices.goals:
        yield f"The tracker ({choices.tracker}) from your own web server, at {choices.tracker_url}."


def _adopt(session: Session, name: str, identifier: str, wanted: dict[str, Any]) -> ExitCode:
    """Save a setup that the account holds; nothing in AWS is changed."""
    service = session.service()
    session.again = shlex.join(["new", name, "--adopt", identifier])
    found = next((one for one in in_account(session, service) if one.id == identifier), None)
    if found is None:
        raise click.UsageError(f"Your account has no setup with the ID {identifier}. See: snowpixel list --account")
    setup = service.adopt(found, name, **wanted)
    guessed = [field for field in found.unknown if field not in wanted]
    lines = [f"Took over '{found.name}' ({found.id}) as '{name}'. Nothing in AWS was changed."]
    if guessed:
        lines += [f"AWS doesn't show these choices, so they have their defaults: {', '.join(guessed)}."]
    lines += [f"Next: {session.line(f'check {name}')}"]
    data = {"setup": name, "choices": choice_flags.shown(setup.choices), "unknown": guessed}
    session.result(lines, "ok", data)
    return ExitCode.WELL


def in_account(session: Session, service: "Service") -> tuple["FoundSetup", ...]:
    """Return the setups that the AWS account holds."""
    from wizard.commands import event_loop  # noqa: PLC0415 - only here AWS is asked
    from wizard.commands.run_walk import farewell  # noqa: PLC0415

    chosen = SetupChoices(profile=session.profile)
    return event_loop.run(lambda: service.found_in_account(chosen), lambda: farewell(session))


@click.command("set", cls=Command)
@options.name_or_only
@choice_flags.flags
@pass_session
def set_(session: Session, /, name: str, **given: Any) -> ExitCode:
    """Change choices of a saved setup. What follows from them shows `plan`, and does `apply`."""
    wanted = choice_flags.changes(session.profile, **given)
    if not wanted:
        raise click.UsageError(f"There is nothing to change. See: {session.line('set --help')}")
    store = Store(home_of(session))  # saving contacts nobody, so no world is needed
    before = store.load(name).choices
    after = choose(store, name, refuse_incoherent, **wanted).choices
    different = choice_flags.fields_different(before, after)
    lines = list(choice_flags.different(before, after))
    following = f"Saved. See what changes: {session.line(f'plan {name}')}, then {session.line(f'apply {name}')}"
    changed = {field: {"from": was, "to": now} for field, (was, now) in different.items()}
    warnings = _warned(session, name, after.domain if "domain" in different else None)
    data = {"setup": name, "changed": changed, "choices": choice_flags.shown(after), "warnings": warnings}
    session.result([*lines, following] if lines else ["Nothing changed: that was already set."], "ok", data)
    return ExitCode.WELL


@click.command("list", cls=Command)
@click.option("--account", is_flag=True, help="Also list those in the AWS account that aren't saved here.")
@pass_session
def list_(session: Session, *, account: bool) -> ExitCode:
    """List the saved setups with their domain and state."""
    session.again = "list --account" if account else "list"
    rows, errors = _saved(Store(home_of(session)))
    if account:
        rows += _only_there(session)
    lines = [f"{row['name']:<20}  {row['domain'] or '(no domain)':<32}  {row['state']}" for row in rows]
    session.result(lines or [options.nothing_saved(session)], "error" if errors else "ok", {"setups": rows}, errors)
    return ExitCode.USAGE if errors else ExitCode.WELL


def _only_there(session: Session) -> list[dict[str, Any]]:
    """Describe the setups of the account that are not saved here, with the command that takes one over."""
    service = session.service()
    return [
        {
            "name": printable(one.name),
            "domain": one.choices.domain,
            "region": one.region,
            "id": one.id,
            "state": f"in account {one.account}, not saved here: {session.line(_adopting(one))}",
        }
        for one in in_account(session, service)
        if service.saved_as(one) is None
    ]


def _adopting(one: "FoundSetup") -> str:
    """Return the command that takes a setup over. Whoever may tag in the account wrote its id."""
    return f"new NAME --adopt {shlex.quote(printable(one.id))}"


def _saved(store: Store) -> tuple[list[dict[str, Any]], list[str]]:
    from wizard.wording.setup_status import setup_status  # noqa: PLC0415 - only `list` says it

    rows: list[dict[str, Any]] = []
    errors: list[str] = []
    for name in store.names():
        try:
            setup = store.load(name)
        except StoreError as error:
            rows.append({"name": name, "domain": None, "region": None, "state": "unreadable"})
            errors.append(str(error))
        else:
            chosen = setup.choices
            rows.append(
                {"name": name, "domain": chosen.domain, "region": chosen.region, "state": setup_status(setup).words}
            )
    return rows, errors


@click.command("forget", cls=Command)
@options.name
@options.yes
@click.option("--keys-only", is_flag=True, help="Delete only the keys in this computer's key store.")
@pass_session
def forget(session: Session, name: str, *, yes: bool, keys_only: bool) -> ExitCode:
    """Drop the saved setup, its kept keys and events from this computer. AWS is not touched: what was made stays."""
    from wizard.commands.credential_steps import drop_keys, forget_keys  # noqa: PLC0415 - the key store is needed here alone
    from wizard.storage.cache import delete_store, kept_events  # noqa: PLC0415
    from wizard.storage.last_check import LastCheck  # noqa: PLC0415
    from wizard.storage.schedules import drop  # noqa: PLC0415

    store = Store(home_of(session))
    if keys_only:
        return forget_keys(session, store.home, store.load(name))
    stays, scheduled = _stays(store, name), _identifier(store, name)
    session.confirm(f"Forget '{name}' on this computer? Everything created in AWS stays there.", yes=yes)
    drop_keys(session, store, name)
    try:
        with store.writing(name, f"snowpixel forget {name}"):
            store.delete(name)
    except UnknownSetupError:
        raise
    except StoreError as error:
        if type(error) is not StoreError:
            raise
        store.delete(name)  # a damaged file can hold nobody's lock
    LastCheck(store, name).forget()
    try:
        delete_store(kept_events(cache_of(session), name))
    except OSError as error:
        session.note(f"Some events that were kept can't be deleted: {error}. Delete them by hand.")
    lines = [f"Forgot '{name}'.", *(drop(name, scheduled) if scheduled else ())]
    if stays:
        lines += [
            "Still in AWS, and yours to delete there:",
            *(f"  {label}: {value}" for label, value in stays.items()),
        ]
    session.result(lines, "ok", {"setup": name, "stays": stays})
    return ExitCode.WELL


def _identifier(store: Store, name: str) -> str:
    """Return the id by which a schedule would be this setup's; empty where the file is damaged."""
    try:
        return store.load(name).id
    except StoreError:
        return ""


def _stays(store: Store, name: str) -> dict[str, str]:
    """Return what the file knows to be in AWS, and the user's to delete."""
    from wizard.wording.aws_names import aws_names  # noqa: PLC0415 - only `forget` names them
    from wizard.wording.setup_status import begun  # noqa: PLC0415 - the same

    try:
        setup = store.load(name)
    except UnknownSetupError:
        raise
    except StoreError:
        return {"unknown": "the file is damaged; look for the tag snowpixel:setup in the AWS console"}
    made = setup.made
    others = made.certificate if made.certificate_borrowed else None
    found = {one.label: one.value for one in aws_names(made) if one.value != others}
    return found if begun(setup) else {}
