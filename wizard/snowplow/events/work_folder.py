"""Work folders of decoded events: owner-only, locked while their process lives, and swept once it has ended.

A process that is killed at once (SIGKILL, a power cut) leaves its folder behind, with what visitors sent in it. The
operating system has let go of its lock then, so that the next process can tell, and deletes it.
"""

import os
import shutil
import tempfile
import time
import weakref
from contextlib import ExitStack, suppress
from pathlib import Path

from wizard.model.leaving import before_leaving
from wizard.storage import locks

PREFIX = "snowpixel-events-"

BEGINNING = 3600.0
"""Seconds in which a lock without a folder may be of a process that is about to make it."""


class WorkFolder:
    """A folder of this process alone; without `delete`, it goes when nobody holds it anymore or the process ends.

    Args:
        parent: where to make it; the place for temporary files by default.

    Attributes:
        path: the folder.

    Raises:
        OSError: it can't be made.
    """

    def __init__(self, parent: Path | None = None) -> None:
        above = parent or Path(tempfile.gettempdir())
        sweep(above)
        self.path = above / f"{PREFIX}{os.urandom(6).hex()}"
        self._lock = ExitStack()
        with suppress(locks.NoLocksError):  # then nobody sweeps it either
            # Locked before it is there, so that nobody else takes it for one that was left behind.
            self._lock.enter_context(locks.hold(self.path, locks.LockOwner("events", os.getpid(), time.time())))
        self._delete = weakref.finalize(self, _end, self.path, self._lock)
        try:
            self.path.mkdir(mode=0o700)
            self.path.chmod(0o700)
        except OSError:
            self._delete()
            raise
        _open.add(self)

    def delete(self) -> None:
        """Delete it, whatever is still going on in it."""
        self._delete()


_open: "weakref.WeakSet[WorkFolder]" = weakref.WeakSet()


def _end(path: Path, lock: ExitStack) -> None:
    shutil.rmtree(path, ignore_errors=True)
    lock.close()
    with suppress(OSError):
        locks.forget(path)


def delete_all() -> None:
    """Delete all folders of this process: one that leaves at once ends no `with` of theirs."""
    for folder in list(_open):
        folder.delete()


before_leaving(delete_all)


def sweep(parent: Path) -> None:
    """Delete the folders there whose process has ended, as far as they are this user's."""
    for lock in parent.glob(f"{PREFIX}*{locks.LOCK}"):
        with suppress(OSError, locks.HeldError, locks.NoLocksError):
            path, found = lock.with_suffix(""), lock.lstat()
            beginning = not path.is_dir() and time.time() - found.st_mtime < BEGINNING
            if found.st_uid != os.geteuid() or beginning:
                continue
            with locks.hold(path, locks.LockOwner("events", os.getpid(), time.time())):
                shutil.rmtree(path, ignore_errors=True)
            locks.forget(path)
