"""Lock files: one writer at a time across processes, released by the operating system when a process ends.

Beside the lock lies a note that says who holds it. The note is only for the message to others: after a SIGKILL it stays
behind while the lock is free, so it is believed only while its process lives.
"""

import errno
import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from wizard.model.results import Time
from wizard.storage.atomic_files import read

if TYPE_CHECKING:
    from filelock import FileLock

LOCK, NOTE = ".lock", ".holder"
"""Suffixes of the two files."""

NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP})
"""What a file system without locks answers, some network file systems among them."""


class LockOwner(Struct, frozen=True):
    """Who holds a lock."""

    what: str
    """The command, as the user would type it."""
    pid: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    since: Time


class HeldError(Exception):
    """Another process holds the lock.

    Attributes:
        owner: who, as far as that is known.
    """

    def __init__(self, owner: LockOwner | None) -> None:
        super().__init__("held by another process")
        self.owner = owner


class NoLocksError(Exception):
    """The file system cannot lock."""


@contextmanager
def hold(path: Path, owner: LockOwner) -> Iterator[None]:
    """Hold the lock of a file as `owner`.

    Args:
        path: the file; the lock lies beside it.
        owner: what others are told.

    Raises:
        HeldError: another process holds it.
        NoLocksError: there are no locks here.
        OSError: the folder cannot be written.
    """
    note = path.with_suffix(NOTE)
    lock = _acquired(path)
    try:
        _write(note, owner)
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _acquired(path: Path) -> "FileLock":
    from filelock import FileLock, SoftFileLock, Timeout  # noqa: PLC0415 - loads asyncio, and many commands lock nothing

    lock = FileLock(path.with_suffix(LOCK), timeout=0, thread_local=False)  # who lets go may be another thread
    try:
        lock.acquire()
    except Timeout:
        raise HeldError(owner_of(path)) from None
    except NotImplementedError:
        raise NoLocksError from None
    except Warning:  # announced before falling back to a mere marker file, where warnings are errors
        raise NoLocksError from None
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise NoLocksError from None
        raise
    if isinstance(lock, SoftFileLock):  # a marker file would outlive a killed process and block for good
        lock.release()
        raise NoLocksError
    return lock


def owner_of(path: Path) -> LockOwner | None:
    """Return who holds the lock of a file, None where the note is missing, damaged or left behind."""
    try:
        owner = msgspec.json.decode(read(path.with_suffix(NOTE)), type=LockOwner)
    except (OSError, ValueError, RecursionError):
        return None
    return owner if _alive(owner.pid) else None


def _alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # asking would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's process
    return True


def _write(note: Path, owner: LockOwner) -> None:
    """Put the note in place at once, so that nobody reads half of it; only the lock's holder does."""
    temporary = note.with_suffix(f"{NOTE}-{owner.pid}")
    _drop_half_notes(note)
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        temporary.write_bytes(msgspec.json.encode(owner))
        temporary.replace(note)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _drop_half_notes(note: Path) -> None:
    """Delete what holders left that were killed while they wrote theirs."""
    for half in note.parent.glob(f"{glob.escape(note.name)}-*"):
        half.unlink(missing_ok=True)


def forget(path: Path) -> None:
    """Drop the lock's files."""
    _drop_half_notes(path.with_suffix(NOTE))
    for suffix in (NOTE, LOCK):
        path.with_suffix(suffix).unlink(missing_ok=True)
