"""One source of credentials: its kind and what is known of it, without contacting anybody."""

from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from wizard.model.results import Problem


class CredentialKind(StrEnum):
    """How credentials come about, in the words that a user sees."""

    ENVIRONMENT = "environment"
    KEYS = "access keys"
    SSO = "single sign-on"
    SIGN_IN = "sign-in"
    ROLE = "role"
    WEB = "web identity"
    PROGRAM = "program"
    CONTAINER = "container"
    MACHINE = "this machine"
    KEPT = "saved key"
    UNUSABLE = "not usable"


class CredentialSource(Struct, frozen=True):
    """One place with credentials."""

    name: str | None
    """The profile's name; None for what boto3 finds by itself, without a profile."""
    kind: str
    """One of `CredentialKind`."""
    place: str = ""
    """Where it comes from: a file, a variable."""
    detail: str = ""
    """What is known of it: a role, an account, a program."""
    region: str | None = None
    account: str | None = None
    """The account, where the place itself names it."""
    expires: float | None = None
    """When a new sign-in will be needed; None where that is not known or never."""
    long_lived: bool = False
    """Whether these are keys that stay valid until somebody deletes them."""
    mfa_serial: str | None = None
    """The MFA device whose code is needed before AWS is called."""
    problem: Problem | None = None
    """Why it cannot be used as it is."""
    wins: bool = False
    """Whether this is the one that is used unless the user says otherwise."""
    why: str = ""
    """For the one that wins: why."""


class Facts(Struct, frozen=True):
    """What a module says of one profile; the rest of `CredentialSource` is the same for all kinds."""

    kind: CredentialKind
    detail: str = ""
    account: str | None = None
    expires: float | None = None
    long_lived: bool = False
    mfa_serial: str | None = None
    problem: Problem | None = None


def shown(path: Path) -> str:
    """Return a path as a person writes it."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # not below it, or there is no home at all
        return str(path)
