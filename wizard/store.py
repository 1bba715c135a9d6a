"""Saved set-ups on disk: one JSON file each, owner-only, written atomically, with one writer at a time."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout
from msgspec.structs import asdict, replace

from wizard.setups import NAME, SCHEMA, Choices, Setup, new_id


class StoreError(Exception):
    """A saved set-up cannot be used. The message says what happened, why and what to do."""


class UnknownSetupError(StoreError):
    """There is no set-up of that name."""


class LockedError(StoreError):
    """Another snowpixel works on the set-up."""


class _Header(msgspec.Struct):
    """The part of a file that every version has."""

    schema: int


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
        """Return the names of all saved set-ups, sorted."""
        found = self.folder.glob("*.json") if self.folder.is_dir() else ()
        return tuple(sorted(path.stem for path in found if NAME.fullmatch(path.stem)))

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
            raise StoreError(f"Cannot read {path}: {error.strerror}. Check who owns the file.") from error
        return self._decode(data, path)

    def _decode(self, data: bytes, path: Path) -> Setup:
        previous = path.with_suffix(".previous")
        try:
            version = msgspec.json.decode(data, type=_Header).schema
            if version > SCHEMA:
                raise StoreError(
                    f"{path} was written by a newer snowpixel (file version {version}, this one knows {SCHEMA}). "
                    "Update snowpixel, then try again."
                )
            return msgspec.json.decode(data, type=Setup)
        except msgspec.DecodeError as error:
            way_out = (
                f"The copy before it is {previous}: copy it over the damaged file"
                if previous.exists()
                else ("There is no earlier copy: move the file away and create the set-up again")
            )
            raise StoreError(f"{path} is damaged ({error}). {way_out}, then try again.") from None

    def create(self, name: str, choices: Choices) -> Setup:
        """Save a new set-up.

        Raises:
            StoreError: the name is taken or not allowed, or the folder cannot be written.
        """
        if self.path(name).exists():
            raise StoreError(f"A set-up called '{name}' exists already. Choose another name, or continue that one.")
        setup = Setup(name=name, id=new_id(), created=time.time(), choices=choices)
        self.save(setup)
        return setup

    def save(self, setup: Setup) -> None:
        """Write a set-up so that a crash at any moment leaves the old or the new file whole.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        path = self.path(setup.name)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists():
                _replace(path.with_suffix(".previous"), path.read_bytes())
            _replace(path, msgspec.json.format(msgspec.json.encode(setup), indent=2))
        except OSError as error:
            raise StoreError(
                f"Cannot save the set-up in {path}: {error.strerror}. Nothing was changed by the step that wanted to "
                "save. Make room or fix the folder's permissions, then try again."
            ) from error

    def delete(self, name: str) -> None:
        """Forget a set-up's file, its previous copy and its lock file."""
        path = self.path(name)
        for file in (path, path.with_suffix(".previous"), path.with_suffix(".holder"), path.with_suffix(".lock")):
            file.unlink(missing_ok=True)

    @contextmanager
    def writing(self, name: str, what: str) -> Iterator["SavedLedger"]:
        """Hold a set-up for writing, as `what` (for the message that others get).

        Raises:
            LockedError: another process holds it.
            StoreError: see `load`.
        """
        setup = self.load(name)
        holder = self.path(name).with_suffix(".holder")
        lock = FileLock(self.path(name).with_suffix(".lock"), timeout=0)
        try:
            with lock:
                holder.write_text(f"{what}, process {os.getpid()}", encoding="utf-8")
                try:
                    yield SavedLedger(self, self.load(setup.name))
                finally:
                    holder.unlink(missing_ok=True)
        except Timeout:
            who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
            raise LockedError(
                f"The set-up '{name}' is being worked on ({who}). Wait for it, or run `snowpixel check {name}`, "
                "which only looks."
            ) from None

    def reading(self, name: str) -> "Ledger":
        """Open a set-up for looking only: what a walk records stays in memory.

        Raises:
            StoreError: see `load`.
        """
        return Ledger(self.load(name))


def _replace(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, flush it to the disk, and put it in place of `path`."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself must survive a power cut
    finally:
        os.close(folder)


class Ledger:
    """A set-up held in memory; implements `wizard.scope.Ledger`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    @property
    def setup(self) -> Setup:
        """The newest state."""
        return self._setup

    def update(self, **fields: Any) -> None:
        """Set fields of the set-up itself and save, if anything differs."""
        changed = replace(self._setup, **fields)
        if changed != self._setup:
            self._save(changed)
            self._setup = changed

    def record(self, **made: Any) -> None:
        """Set fields of `Made` and save, if anything differs."""
        self.update(made=replace(self._setup.made, **made))

    def choose(self, **choices: Any) -> None:
        """Set fields of `Choices` and save, if anything differs."""
        self.update(choices=replace(self._setup.choices, **choices))

    def waiting_since(self, item: str, now: float) -> float:
        """Return when the wait of `item` began, saving `now` if it begins now."""
        if item not in self._setup.waits:
            self.update(waits={**self._setup.waits, item: now})
        return self._setup.waits[item]

    def stands(self, item: str, *, now: bool) -> None:
        """Note that a resource is as wanted now, or that we took it away."""
        stood = set(self._setup.stood)
        self.update(stood=tuple(sorted(stood | {item} if now else stood - {item})))

    def waited(self, item: str) -> None:
        """Forget the wait of `item`: it is over."""
        if item in self._setup.waits:
            self.update(waits={name: since for name, since in self._setup.waits.items() if name != item})

    def forget_made(self) -> None:
        """Drop all names and ids except the account: everything was removed."""
        fresh = asdict(type(self._setup.made)()) | {"account": self._setup.made.account}
        self.record(**fresh)

    def _save(self, setup: Setup) -> None:
        """Keep it; in memory there is nothing to do."""


class SavedLedger(Ledger):
    """A ledger whose every change is on the disk before the method returns."""

    def __init__(self, store: Store, setup: Setup) -> None:
        super().__init__(setup)
        self._store = store

    def _save(self, setup: Setup) -> None:
        self._store.save(setup)
