"""The store of setups: one JSON file each, owner-only, written atomically, with one writer at a time."""

import os
import shlex
import tempfile
import time
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from wizard.model.setup import NAME, SCHEMA, Setup, SetupChoices, new_id
from wizard.model.terminal_text import printable
from wizard.storage import locks, migrations
from wizard.storage.atomic_files import OddFileError, followed, own_folder, put, read, reason
from wizard.storage.setup_state import MemoryState, SavedState

ROOM = ".room"
"""Suffix of the file that proves that there is room."""

PREVIOUS = ".previous"
"""Suffix of the good copy before the newest."""

RESERVE = 64 * 1024
"""Bytes that must fit on the disk before a walk may begin: many times what it will save."""


class StoreError(Exception):
    """A saved setup cannot be used. The message says what happened, why and what to do."""


class UnknownSetupError(StoreError):
    """There is no setup of that name."""


class LockedError(StoreError):
    """Another snowpixel works on the setup.

    Attributes:
        owner: who, as far as that is known.
    """

    def __init__(self, message: str, owner: locks.LockOwner | None = None) -> None:
        super().__init__(message)
        self.owner = owner


def free_name(taken: Collection[str]) -> str:
    """Return a name for a new setup that none has yet: main, then main-2, and so on."""
    return next(name for number in count(1) if (name := "main" if number == 1 else f"main-{number}") not in taken)


class Store:
    """The folder of saved setups.

    Args:
        home: snowpixel's data folder; made, owner-only, when first written to.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "setups"

    def path(self, name: str) -> Path:
        """Return where a setup is saved.

        Raises:
            StoreError: the name is not one a setup can have.
        """
        if not NAME.fullmatch(name):
            raise StoreError(
                f"'{name}' can't be a setup name. Use a lowercase letter, then up to 19 lowercase letters, digits, "
                f"or hyphens."
            )
        return self.folder / f"{name}.json"

    def names(self) -> tuple[str, ...]:
        """Return the names of all saved setups, sorted.

        Raises:
            StoreError: the folder cannot be read.
        """
        try:
            found = [Path(each.name) for each in os.scandir(self.folder)]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise StoreError(f"Can't read {self.folder}: {reason(error, self.folder)}.") from error
        return tuple(sorted(path.stem for path in found if path.suffix == ".json" and NAME.fullmatch(path.stem)))

    def with_id(self, identifier: str) -> Setup | None:
        """Return the saved setup of that id, None if there is none; files that cannot be read are passed over."""
        for name in self.names():
            with suppress(StoreError):
                setup = self.load(name)
                if setup.id == identifier:
                    return setup
        return None

    def load(self, name: str) -> Setup:
        """Read one setup.

        Raises:
            UnknownSetupError: there is none.
            StoreError: the file cannot be read, is damaged, or comes from a newer snowpixel.
        """
        path = self.path(name)
        try:
            data = read(path)
        except OddFileError as error:
            raise _damaged(path, str(error.strerror), odd=True) from None
        except FileNotFoundError:
            if path.is_symlink():
                raise _damaged(path, "it is a link to a file that doesn't exist", odd=True) from None
            known = ", ".join(self.names()) or "none yet"
            raise UnknownSetupError(f"There is no setup called '{name}'. Saved setups: {known}.") from None
        except OSError as error:
            raise StoreError(f"Can't read {path}: {reason(error, path)}.") from error
        try:
            return _decode(data, name)
        except migrations.NewerError as error:
            raise StoreError(
                f"{path} was written by a newer snowpixel (file version {error.version}, this one supports {SCHEMA}). "
                "Update snowpixel, then try again."
            ) from None
        except _DamagedError as error:
            raise _damaged(path, str(error)) from None

    def create(self, name: str, choices: SetupChoices) -> Setup:
        """Save a new setup.

        Raises:
            StoreError: the name is taken or not allowed, or the folder cannot be written.
        """
        setup = Setup(name=name, id=new_id(), created=time.time(), choices=choices)
        self.add(setup)
        return setup

    def add(self, setup: Setup) -> None:
        """Save a setup that is not saved yet.

        Raises:
            StoreError: the name is taken or not allowed, or the folder cannot be written.
        """
        if setup.name in self.names():
            raise StoreError(
                f"There is already a setup called '{setup.name}'. Choose another name, or continue that one."
            )
        self.save(setup)

    def save(self, setup: Setup, *, keep: bool = True) -> None:
        """Write a setup so that a crash at any moment leaves the old or the new file whole.

        Args:
            setup: what to write.
            keep: whether the file that is there now becomes the previous copy, if it is good; it does in any case where
                there is no previous copy yet, so that the first walk has something to go back to, too.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        path = self.path(setup.name)
        with self._writes_to(path):
            own_folder(self.folder)
            if keep or not path.with_suffix(PREVIOUS).exists():
                _keep(path)
            put(followed(path), msgspec.json.format(msgspec.json.encode(setup), indent=2))

    def keep(self, name: str) -> None:
        """Make the file as it is now the previous copy, if it is good.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        path = self.path(name)
        with self._writes_to(path):
            _keep(path)

    @contextmanager
    def _writes_to(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"Can't save the setup in {path}: {reason(error, path)}. The step that tried to save changed "
                f"nothing. Fix that, or choose another folder with --home, then try again."
            ) from error

    def delete(self, name: str) -> None:
        """Forget a setup's file, its previous copy and its lock file.

        Raises:
            StoreError: something there cannot be deleted.
        """
        path = self.path(name)
        try:
            for file in (path.with_suffix(PREVIOUS), path):  # in this order, so that no copy is ever left alone
                file.unlink(missing_ok=True)
            locks.forget(path)
        except OSError as error:
            raise StoreError(
                f"Can't delete {error.filename or path}: {reason(error, path)}. Delete it by hand."
            ) from error

    @contextmanager
    def writing(self, name: str, what: str) -> Iterator[SavedState]:
        """Hold a setup for writing, as `what` (for the message that others get).

        That it can be saved is proved before anything else happens: what is made in AWS must not be forgotten. At the
        end everything that was recorded is on the disk. Enter and leave it on any thread.

        Raises:
            LockedError: another process holds it.
            StoreError: see `load` and `save`.
        """
        path = self.path(name)
        self.load(name)
        with ExitStack() as stack:
            with self._writes_to(path):
                self._hold(stack, path, what)
                _sweep(path)
                _prove_room(path)
            state = self._state(self.load(name))
            try:
                yield state
            finally:
                state.close()

    def _state(self, setup: Setup) -> SavedState:
        return SavedState(self, setup)

    def _hold(self, stack: ExitStack, path: Path, what: str) -> None:
        try:
            stack.enter_context(locks.hold(path, locks.LockOwner(what, os.getpid(), time.time())))
        except locks.HeldError as error:
            raise _locked(path.stem, error.owner) from None
        except locks.NoLocksError:
            raise StoreError(
                f"The file system of {path.parent} can't lock files, so two snowpixels could overwrite each other's "
                f"changes. Move the folder to a local disk and set it with --home."
            ) from None

    def reading(self, name: str) -> MemoryState:
        """Open a setup for looking only: what a walk records stays in memory.

        Raises:
            StoreError: see `load`.
        """
        return MemoryState(self.load(name))


def _locked(name: str, owner: locks.LockOwner | None) -> LockedError:
    who = "by another snowpixel"
    if owner:
        since = datetime.fromtimestamp(owner.since).astimezone()
        who = f"by `{printable(owner.what)}` (process {owner.pid}, since {since:%Y-%m-%d %H:%M:%S})"
    return LockedError(
        f"The setup '{name}' is in use {who}. Wait until it has finished, or run `snowpixel check {name}`, which "
        f"changes nothing.",
        owner,
    )


class _DamagedError(Exception):
    """What a file holds is no setup of that name; the text says why, as it may be shown."""


def _decode(data: bytes, name: str) -> Setup:
    """Read the file of a setup, of today's or an earlier version. Whoever wrote it may have been anybody."""
    try:
        built = migrations.upgrade(msgspec.json.decode(data, type=dict[str, Any]))
        setup = msgspec.convert(built, Setup)
    except RecursionError:
        raise _DamagedError("it is nested too deeply") from None
    except (ValueError, TypeError, migrations.UnknownVersionError) as error:  # msgspec's errors are ValueErrors
        raise _DamagedError(printable(str(error))) from None
    if setup.name != name:
        raise _DamagedError(
            f"it describes a setup called '{printable(setup.name)}'; a copy of a setup's file isn't a second setup"
        )
    accepted: dict[str, Any] = built.get("accepted", {})
    shown = {item: {**one, "observed": ""} for item, one in accepted.items()}  # what was observed is only compared
    if _controls({**built, "accepted": shown}):
        raise _DamagedError("it contains control characters, which could control a terminal")
    return setup


def _controls(value: Any) -> bool:
    """Whether a text anywhere in plain data has control characters."""
    if isinstance(value, str):
        return any(unicodedata.category(each) == "Cc" for each in value)
    if isinstance(value, dict):
        return any(_controls(key) or _controls(one) for key, one in value.items())
    return isinstance(value, list) and any(map(_controls, value))


def _usable(data: bytes, name: str) -> bool:
    """Say whether a file would load: only such a one is worth keeping as the previous copy."""
    try:
        _decode(data, name)
    except (_DamagedError, migrations.NewerError):
        return False
    return True


def _keep(path: Path) -> None:
    if path.exists() and _usable(data := read(path), path.stem):
        put(path.with_suffix(PREVIOUS), data)


def _damaged(path: Path, why: str, *, odd: bool = False) -> StoreError:
    """Return the error for a file that cannot be a setup's.

    Args:
        path: the file.
        why: what is wrong with it.
        odd: whether it is no regular file, which nothing can be copied over.
    """
    return StoreError(f"{path} is damaged or was edited by hand ({why}). {_way_out(path, odd=odd)}")


def _way_out(path: Path, *, odd: bool) -> str:
    previous = path.with_suffix(PREVIOUS)
    with suppress(OSError):
        if _usable(read(previous), path.stem):
            old, new = shlex.quote(str(previous)), shlex.quote(str(path))
            command = f"{f'mv {new} {new}.damaged && ' if odd or path.is_symlink() else ''}cp {old} {new}"
            return f"There is a good earlier copy. Restore it, then try again: {command}"
    return "There is no earlier copy. Move the file away; `snowpixel list --account` finds what was created in AWS."


def _sweep(path: Path) -> None:
    """Delete half-written files that a killed process left behind; the caller holds the lock, so nobody writes them."""
    for suffix in (path.suffix, PREVIOUS, ROOM):
        for file in path.parent.glob(f".{path.stem}{suffix}.*"):
            file.unlink(missing_ok=True)


def _prove_room(path: Path) -> None:
    """Write as much as a walk will ever save, and take it away again."""
    handle, temporary = tempfile.mkstemp(dir=followed(path).parent, prefix=f".{path.stem}{ROOM}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(RESERVE))
            file.flush()
            os.fsync(file.fileno())
    finally:
        Path(temporary).unlink(missing_ok=True)
