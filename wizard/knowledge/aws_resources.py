"""What each kind of AWS resource declares: its saved names, ARNs, and permissions, from `assets/resources/`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec.toml
from msgspec import Struct, field

from wizard.model.setup import Made


class SavedName(Struct, frozen=True, forbid_unknown_fields=True):
    """A field of `wizard.model.setup.Made` that names something in AWS."""

    label: str
    """What it is called where a setup's names are listed."""
    borrowed: str = ""
    """Its label where it was there before, and is only used; empty where it never is."""
    wanted: str = ""
    """How a sentence names it while it isn't created yet; empty where it comes with another one."""
    needs: str = ""
    """What has to be wanted for it, as in `Permission`."""
    item: str = ""
    """Id of the item that creates it, where it stands in AWS by itself; empty where it doesn't."""
    named_by_aws: bool = False
    """Whether AWS makes its id up."""


class Permission(Struct, frozen=True, forbid_unknown_fields=True):
    """Actions that some keys need on a resource; `assets/policy.toml` says more."""

    sid: str
    """The statement that it becomes a part of."""
    on: tuple[str, ...]
    """Names of ARNs, or `*`."""
    actions: tuple[str, ...]
    """As IAM writes them, `service:Action`."""
    keys: tuple[str, ...] = field(name="for", default=("setup",))
    """Which keys have it: values of `wizard.aws.policy.Purpose`."""
    needs: str = ""
    """What has to be wanted for it; empty: always."""
    conditions: tuple[str, ...] = field(name="if", default=())
    """Names of conditions."""


Conditions = Mapping[str, Mapping[str, Mapping[str, str | list[str]]]]
"""Name to operator to condition key to values."""


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `assets/resources/`."""

    saved: dict[str, SavedName] = {}
    arns: dict[str, str] = {}
    conditions: Conditions = {}
    statement: tuple[Permission, ...] = ()
    operations: dict[str, str] = {}
    """Operation to the action that AWS checks for it, where their names differ."""


@cache
def declarations() -> Mapping[str, Declaration]:
    """Return what the kinds of resources declare, by the name of the kind, in the order of their names.

    Raises:
        msgspec.ValidationError: a file was edited wrongly; the text names the place.
    """
    found = sorted(files("assets").joinpath("resources").iterdir(), key=lambda file: file.name)
    read = {file.name.removesuffix(".toml"): file.read_bytes() for file in found if file.name.endswith(".toml")}
    return {name: msgspec.toml.decode(text, type=Declaration) for name, text in read.items()}


@cache
def saved_names() -> Mapping[str, SavedName]:
    """Return the fields of `Made` that name something in AWS, in its order."""
    found = {name: saved for one in declarations().values() for name, saved in one.saved.items()}
    return {name: found[name] for name in Made.__struct_fields__ if name in found}


@cache
def permissions() -> tuple[Permission, ...]:
    """Return all permissions, those of one resource in the order of its file."""
    return tuple(entry for one in declarations().values() for entry in one.statement)


@cache
def arns() -> Mapping[str, str]:
    """Return the ARNs with their placeholders, by name."""
    return {name: arn for one in declarations().values() for name, arn in one.arns.items()}


@cache
def operations() -> Mapping[str, str]:
    """Return the operations whose action has another name, with that."""
    return {name: action for one in declarations().values() for name, action in one.operations.items()}


class _Common(Struct, frozen=True, forbid_unknown_fields=True):
    conditions: Conditions


@cache
def conditions() -> Conditions:
    """Return the conditions: those that all resources share, and their own."""
    common = msgspec.toml.decode(files("assets").joinpath("policy.toml").read_bytes(), type=_Common)
    own = {name: found for one in declarations().values() for name, found in one.conditions.items()}
    return {**common.conditions, **own}
