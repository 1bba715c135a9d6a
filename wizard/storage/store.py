"""The store of setups: one JSON file each, owner-only, written atomically, with one writer at a time."""

import os
import shlex
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from wizard.model.setup import NAME, SCHEMA, Setup, SetupChoices, new_id
from wizard.storage import locks, migrations
from wizard.storage.atomic_files import put, reason
from wizard.storage.setup_state import MemoryState, SavedState

ROOM = ".room"
"""Suffix of the file that proves that there is room."""

PREVIOUS = ".previous"
"""Suffix of the good copy before the newest."""

RESERVE = 64 * 1024
"""Bytes that must fit on the disk before a walk may begin: many times what it will save."""


class StoreError(Exception):
    """A saved set-up cannot be used. The message says what happened, why and what to do."""


class UnknownSetupError(StoreError):
    """There is no set-up of that name."""


class LockedError(StoreError):
    """Another snowpixel works on the set-up.

    Attributes:
        owner: who, as far as that is known.
    """

    def __init__(self, message: str, owner: locks.LockOwner | None = None) -> None:
        super().__init__(message)
        self.owner = owner


class Store:
    """The folder of saved set-ups.

    Args:
        home: snowpixel's data folder; made, owner-only, when first written to.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "setups"

    def path(self, name: str) -> Path:
        """Return where a set-up is saved.

        Raises:
            StoreError: the name is not one a set-up can have.
        """
        if not NAME.fullmatch(name):
            raise StoreError(
                f"'{name}' cannot be a set-up's name. Use a lower-case letter, then up to 19 lower-case letters, "
                "digits or hyphens."
            )
        return self.folder / f"{name}.json"

    def names(self) -> tuple[str, ...]:
        """Return the names of all saved set-ups, sorted.

        Raises:
            StoreError: the folder cannot be read.
        """
        try:
            found = [Path(each.name) for each in os.scandir(self.folder)]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise StoreError(f"Cannot read {self.folder}: {reason(error, self.folder)}.") from error
        return tuple(sorted(path.stem for path in found if path.suffix == ".json" and NAME.fullmatch(path.stem)))

    def with_id(self, identifier: str) -> Setup | None:
        """Return the saved set-up of that id, None if there is none; files that cannot be read are passed over."""
        for name in self.names():
            with suppress(StoreError):
                setup = self.load(name)
                if setup.id == identifier:
                    return setup
        return None

    def load(self, name: str) -> Setup:
        """Read one set-up.

        Raises:
            UnknownSetupError: there is none.
            StoreError: the file cannot be read, is damaged, or comes from a newer snowpixel.
        """
        path = self.path(name)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            known = ", ".join(self.names()) or "none yet"
            raise UnknownSetupError(f"There is no set-up called '{name}'. Saved set-ups: {known}.") from None
        except OSError as error:
            raise StoreError(f"Cannot read {path}: {reason(error, path)}.") from error
        try:
            return _decode(data)
        except migrations.NewerError as error:
            raise StoreError(
                f"{path} was written by a newer snowpixel (file version {error.version}, this one knows {SCHEMA}). "
                "Update snowpixel, then try again."
            ) from None
        except (msgspec.DecodeError, migrations.UnknownVersionError) as error:
            raise StoreError(f"{path} is damaged or was changed by hand ({error}). {_way_out(path)}") from None

    def create(self, name: str, choices: SetupChoices) -> Setup:
        """Save a new set-up.

        Raises:
            StoreError: the name is taken or not allowed, or the folder cannot be written.
        """
        setup = Setup(name=name, id=new_id(), created=time.time(), choices=choices)
        self.add(setup)
        return setup

    def add(self, setup: Setup) -> None:
        """Save a set-up that is not saved yet.

        Raises:
            StoreError: the name is taken or not allowed, or the folder cannot be written.
        """
        if setup.name in self.names():
            raise StoreError(
                f"A set-up called '{setup.name}' exists already. Choose another name, or continue that one."
            )
        self.save(setup)

    def save(self, setup: Setup, *, keep: bool = True) -> None:
        """Write a set-up so that a crash at any moment leaves the old or the new file whole.

        Args:
            setup: what to write.
            keep: whether the file that is there now becomes the previous copy, if it is good; it does in any case where
                there is no previous copy yet, so that the first walk has something to go back to, too.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        path = self.path(setup.name)
        with self._writes_to(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if keep or not path.with_suffix(PREVIOUS).exists():
                _keep(path)
            put(path, msgspec.json.format(msgspec.json.encode(setup), indent=2))

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
                f"Cannot save the set-up in {path}: {reason(error, path)}. Nothing was changed by the step that "
                "wanted to save. Put that right, or choose another folder with --home, then try again."
            ) from error

    def delete(self, name: str) -> None:
        """Forget a set-up's file, its previous copy and its lock file."""
        path = self.path(name)
        for file in (path.with_suffix(PREVIOUS), path):  # in this order, so that no copy is ever left alone
            file.unlink(missing_ok=True)
        locks.forget(path)

    @contextmanager
    def writing(self, name: str, what: str) -> Iterator[SavedState]:
        """Hold a set-up for writing, as `what` (for the message that others get).

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
                f"The file system of {path.parent} cannot lock files, so two snowpixels could overwrite each other's "
                "work. Move the folder to a disk of this computer and name it with --home."
            ) from None

    def reading(self, name: str) -> MemoryState:
        """Open a set-up for looking only: what a walk records stays in memory.

        Raises:
            StoreError: see `load`.
        """
        return MemoryState(self.load(name))


def _locked(name: str, owner: locks.LockOwner | None) -> LockedError:
    who = "by another snowpixel"
    if owner:
        since = datetime.fromtimestamp(owner.since).astimezone()
        who = f"by `{owner.what}` (process {owner.pid}, since {since:%Y-%m-%d %H:%M:%S})"
    return LockedError(
        f"The set-up '{name}' is being worked on {who}. Wait for it, or run `snowpixel check {name}`, which only "
        "looks.",
        owner,
    )


def _decode(data: bytes) -> Setup:
    """Read a file of today's or an earlier version."""
    built = migrations.upgrade(msgspec.json.decode(data, type=dict[str, Any]))
    return msgspec.convert(built, Setup)


def _usable(data: bytes) -> bool:
    """Say whether a file would load: only such a one is worth keeping as the previous copy."""
    try:
        _decode(data)
    except (msgspec.DecodeError, migrations.NewerError, migrations.UnknownVersionError):
        return False
    return True


def _keep(path: Path) -> None:
    if path.exists() and _usable(data := path.read_bytes()):
        put(path.with_suffix(PREVIOUS), data)


def _way_out(path: Path) -> str:
    previous = path.with_suffix(PREVIOUS)
    with suppress(OSError):
        if _usable(previous.read_bytes()):
            command = f"cp {shlex.quote(str(previous))} {shlex.quote(str(path))}"
            return f"The good copy before it is there. Put it back, then try again: {command}"
    return (
        "There is no earlier copy. Move the file away; what was made in AWS is found again with "
        "`snowpixel list --account`."
    )


def _sweep(path: Path) -> None:
    """Delete half-written files that a killed process left behind; the caller holds the lock, so nobody writes them."""
    for suffix in (path.suffix, PREVIOUS, ROOM):
        for file in path.parent.glob(f".{path.stem}{suffix}.*"):
            file.unlink(missing_ok=True)


def _prove_room(path: Path) -> None:
    """Write as much as a walk will ever save, and take it away again."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}{ROOM}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(RESERVE))
            file.flush()
            os.fsync(file.fileno())
    finally:
        Path(temporary).unlink(missing_ok=True)
