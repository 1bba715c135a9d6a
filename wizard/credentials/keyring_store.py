"""Access keys in the operating system's keyring: one item a setup, trusted only after a round trip.

A store can look fine and lose everything (`keyring.backends.null`), be locked, or refuse long values. So something of
the same length is written, read and deleted first, and the item itself is read back. Session tokens are never kept.
Which setups have an item is noted beside the saved setups, without any secret: so nobody's store is asked in vain.
"""

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.keys import Keys, Secret
from wizard.model.results import Problem
from wizard.model.setup import Setup
from wizard.storage.atomic_files import own_folder

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "snowpixel"
"""What the items are called in the store."""

NAMES = {
    "keyring.backends.macOS": "the macOS Keychain",
    "keyring.backends.Windows": "the Windows Credential Manager",
    **dict.fromkeys(
        ("keyring.backends.SecretService", "keyring.backends.libsecret"), "this desktop's key store (Secret Service)"
    ),
    "keyring.backends.kwallet": "KDE Wallet",
    "keyring.backends.chainer": "the key stores of this computer",
}
"""Modules of keyring to what their users call them."""

THIS_RUN = "The keys are used for this run only. Next time, you are asked again."


class CannotKeepError(Exception):
    """The store cannot be used; the text says why, and what happens instead."""


def place() -> str:
    """Return the plain name of the store that would be used. Blocking."""
    return _name(_backend())


def keep(home: Path, setup: Setup, keys: Keys) -> str:
    """Keep keys and return where they are now. Blocking: the system may ask the user to unlock the store.

    Raises:
        CannotKeepError: they could not be kept; nothing of them is left behind.
    """
    if keys.session_token:
        raise CannotKeepError(f"Keys with a session token expire within hours, so they aren't saved. {THIS_RUN}")
    backend = _backend()
    item = json.dumps({"id": keys.access_key_id, "secret": keys.secret_access_key.reveal()})
    _refuse_open_files(backend)
    _round_trip(backend, f"{_account(setup)}-trial", secrets.token_urlsafe(len(item))[: len(item)], stays=False)
    own_folder(_note(home, setup).parent)
    _note(home, setup).touch(mode=0o600)  # before the item: it must never be in the store unnoted
    try:
        _round_trip(backend, _account(setup), item, stays=True)
    except CannotKeepError:
        _note(home, setup).unlink(missing_ok=True)
        raise
    return f"{_name(backend)}, as “{SERVICE}”, {_account(setup)}"


def is_kept(home: Path, setup: Setup) -> bool:
    """Whether keys were kept for a setup; the store itself is not asked."""
    return _note(home, setup).is_file()


def kept(home: Path, setup: Setup) -> Keys | None:
    """Return the kept keys of a setup, None if none were kept. Blocking.

    Raises:
        AwsError: they were kept and cannot be read now.
    """
    if not is_kept(home, setup):
        return None
    try:
        item = _said(_backend(), lambda backend: backend.get_password(SERVICE, _account(setup)))
        found = json.loads(item or "")
        return Keys(str(found["id"]), Secret(str(found["secret"])))
    except CannotKeepError as error:
        raise _unreadable(str(error)) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unreadable("They are no longer in the key store, or somebody changed them there.") from None


def forget(home: Path, setup: Setup) -> bool:
    """Delete the kept keys of a setup; False if there were none. Blocking.

    Raises:
        CannotKeepError: the store cannot be used, so they may still be in it.
    """
    if not is_kept(home, setup):
        return False
    from keyring.errors import PasswordDeleteError  # noqa: PLC0415

    def delete(backend: "KeyringBackend") -> None:
        with suppress(PasswordDeleteError):  # somebody deleted it already
            backend.delete_password(SERVICE, _account(setup))

    _said(_backend(), delete)
    if _said(_backend(), lambda backend: backend.get_password(SERVICE, _account(setup))) is not None:
        raise CannotKeepError(f"{_name(_backend())} didn't delete the item “{SERVICE}”, {_account(setup)}.")
    _note(home, setup).unlink(missing_ok=True)
    return True


def _account(setup: Setup) -> str:
    return f"{setup.name}-{setup.id}"


def _note(home: Path, setup: Setup) -> Path:
    return home / "kept" / _account(setup)


def _unreadable(reason: str) -> AwsError:
    problem = Problem("kept-keys-unreadable", {"reason": reason})
    return AwsError(ErrorKind.EXPIRED, "KeptKeysUnreadable", reason, "sts:GetCallerIdentity", problem)


def _backend() -> "KeyringBackend":
    import keyring  # noqa: PLC0415 - loads slowly, and looks for back ends
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        return keyring.get_keyring()
    except (KeyringError, ImportError, AttributeError, TypeError, ValueError, OSError) as error:
        # A bad PYTHON_KEYRING_BACKEND: keyring lets through whatever importing it raises.
        raise CannotKeepError(f"The key store can't be opened ({type(error).__name__}). {THIS_RUN}") from None


def _name(backend: "KeyringBackend") -> str:
    known = next((NAMES[base.__module__] for base in type(backend).__mro__ if base.__module__ in NAMES), None)
    return known or f"the key store {type(backend).__module__}.{type(backend).__name__}"


def _refuse_open_files(backend: "KeyringBackend") -> None:
    """Refuse stores of `keyrings.alt` that write secrets into a file which anybody's program can read."""
    if "plaintext" in type(backend).__name__.lower():
        raise CannotKeepError(f"{_name(backend).capitalize()} would write the keys unencrypted. {THIS_RUN}")


def _round_trip(backend: "KeyringBackend", account: str, value: str, *, stays: bool) -> None:
    """Write a value, read it back, and delete it again unless it stays (and came back as it was)."""
    same = False
    try:
        _said(backend, lambda store: store.set_password(SERVICE, account, value))
        same = _said(backend, lambda store: store.get_password(SERVICE, account)) == value
    finally:
        if not (stays and same):
            with suppress(Exception):
                backend.delete_password(SERVICE, account)
    if not same:
        raise CannotKeepError(f"{_name(backend).capitalize()} doesn't save what is stored in it. {THIS_RUN}")


def _said(backend: "KeyringBackend", act: Callable[["KeyringBackend"], T]) -> T:
    """Ask the store for something; whatever it raises becomes a sentence, without what was stored."""
    try:
        return act(backend)
    except Exception as error:  # noqa: BLE001 - back ends raise errors of D-Bus, Windows and macOS as they come
        raise CannotKeepError(f"{_why(error, _name(backend))} {THIS_RUN}") from None


def _why(error: Exception, name: str) -> str:
    from keyring.errors import InitError, KeyringLocked, NoKeyringError  # noqa: PLC0415

    known: tuple[tuple[Any, str], ...] = (
        (NoKeyringError, "This computer has no usable key store."),
        (KeyringLocked, f"{name.capitalize()} is locked, and wasn't unlocked."),
        (InitError, f"{name.capitalize()} couldn't be opened: it is locked, or nobody is there to unlock it."),
    )
    words = next((text for kind, text in known if isinstance(error, kind)), None)
    return words or f"{name.capitalize()} refused ({type(error).__name__})."
