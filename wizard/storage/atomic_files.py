"""Atomic writes of owner-only files, and plain words for what keeps a file from being written."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def put(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, flush it to the disk, and put it in place of `path`.

    Only its owner can read it. A crash at any moment leaves the old or the new file whole.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
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


def stamp(path: str | Path) -> str:
    """Return what changes whenever a file is written anew or another takes its place."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a path that a library names is text
    except OSError as error:
        return str(error.errno)
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def ours(path: Path, begins: str) -> bool:
    """Whether nothing is at `path`, or a file of ours from earlier, which `begins` like this: only that is replaced.

    A folder or a file that may not be read is not ours.
    """
    first = begins.encode()
    try:
        with path.open("rb") as file:
            return file.read(len(first)) == first
    except FileNotFoundError:
        return not path.is_symlink()
    except OSError:
        return not path.exists()  # a folder on the way is a file: writing will say so


def left_alone(path: Path, what: str) -> str:
    """Say that a file was not touched, since it is not `what` we write there."""
    way_out = "Choose another name, or move it away."
    return f"{path} is there already and does not hold {what}, so it was left alone. {way_out}"


def not_written(error: OSError, path: Path) -> str:
    """Say that a file of the user's choice could not be written, why, and what to do."""
    return f"{path} cannot be written: {reason(error, path)}. Choose another place."


def reason(error: OSError, path: Path) -> str:
    """Say in plain words what keeps a file from being read or written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "there is no room left on the disk, or no more is allowed to you"
    if error.errno == errno.EROFS:
        return "the disk is read-only"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return "a folder on the way there is a file"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"you may not, for {_hindrance(Path(error.filename or path))}"
    return str(error.strerror or error)


def _hindrance(path: Path) -> str:
    """Say what is wrong with the nearest thing on a path that can be looked at."""
    for each in (path, *path.parents):
        with suppress(OSError):
            owner, me = each.stat().st_uid, os.geteuid()
            if owner == me:
                return f"{each} is set to read-only (chmod u+rw changes that)"
            return (
                f"{each} belongs to the user with the number {owner}, you are {me} (sudo may have been used once, then "
                "chown gives it back to you)"
            )
    return "its folder cannot be looked into"
