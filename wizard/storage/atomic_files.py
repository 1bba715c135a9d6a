"""Reads and atomic writes of owner-only files, and plain words for what keeps a file from being written."""

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o700
"""Mode of a folder that only its owner can use."""

LARGEST = 4 * 1024 * 1024
"""Bytes of the largest file that is read: a hundred times what any setup needs."""


class OddFileError(OSError):
    """What stands at a path is no regular file, or too large to be one of ours."""

    def __init__(self, why: str, path: Path) -> None:
        super().__init__(errno.EINVAL, why, str(path))


def read(path: Path, most: int = LARGEST) -> bytes:
    """Return the bytes of a regular file, without ever waiting for them as a named pipe would have it.

    Raises:
        OddFileError: it is no regular file, or longer than `most` bytes.
        OSError: it cannot be read.
    """
    _refuse_odd(path.stat(), path, most)  # before it is opened: opening a device may already do something
    at_once = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    with os.fdopen(os.open(path, at_once), "rb") as file:
        _refuse_odd(os.fstat(file.fileno()), path, most)
        data = file.read(most + 1)
    if len(data) > most:
        raise OddFileError(_too_large(most), path)
    return data


def _refuse_odd(found: os.stat_result, path: Path, most: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OddFileError("it isn't a regular file, but a folder, a pipe, or a device", path)
    if found.st_size > most:
        raise OddFileError(_too_large(most), path)


def _too_large(most: int) -> str:
    return f"it is larger than {most:,} bytes"


def own_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, for their owner only, whatever the umask.

    What is there already stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    missing = [folder]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        each.mkdir(mode=OWNER_ONLY, exist_ok=True)  # another snowpixel may have been faster
        each.chmod(OWNER_ONLY)


def followed(path: Path) -> Path:
    """Return the file that a symbolic link leads to, where it may be written; else the path itself.

    The link, the file, and both folders must belong to the user: then nobody else can have put the link there or
    exchange what it leads to. A link to another link is not followed.
    """
    if not path.is_symlink():
        return path
    try:
        target = path.parent / path.readlink()
        owners = {each.st_uid for each in (path.lstat(), path.parent.stat(), target.parent.stat())}
        if target.is_symlink() or not target.parent.is_dir():
            return path
        if target.exists():
            owners.add(target.stat().st_uid)
    except OSError:
        return path
    return target if owners == {os.geteuid()} else path


def put(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, flush it to the disk, and put it in place of `path`.

    Only its owner can read it, whatever the umask. A crash at any moment leaves the old or the new file whole.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made 0600, less the umask
    try:
        with os.fdopen(handle, "wb") as file:
            os.chmod(temporary, 0o600)  # noqa: PTH101 - a path that tempfile names is text
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


def ours(path: Path, *begins: str) -> bool:
    """Whether nothing is at `path`, or a file of ours from earlier, which `begins` in one of these ways.

    Only such a file is replaced.

    A folder or a file that may not be read is not ours.
    """
    firsts = [one.encode() for one in begins]
    try:
        with path.open("rb") as file:
            return file.read(max(map(len, firsts))).startswith(tuple(firsts))
    except FileNotFoundError:
        return not path.is_symlink()
    except OSError:
        return not path.exists()  # a folder on the way is a file: writing will say so


def left_alone(path: Path, what: str) -> str:
    """Say that a file was not touched, since it is not `what` we write there."""
    way_out = "Choose another name, or move it away."
    return f"{path} already exists and doesn't contain {what}, so it was left alone. {way_out}"


def not_written(error: OSError, path: Path) -> str:
    """Say that a file of the user's choice could not be written, why, and what to do."""
    return f"{path} can't be written: {reason(error, path)}. Choose another place."


def reason(error: OSError, path: Path) -> str:
    """Say in plain words what keeps a file from being read or written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full, or your quota is used up"
    if error.errno == errno.EROFS:
        return "the disk is read-only"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return "a folder in its path is a file"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"you don't have permission, because {_hindrance(Path(error.filename or path))}"
    return str(error.strerror or error)


def unreadable(path: Path, why: str) -> str:
    """Say that a file of the user's can't be read."""
    return f"The file {path} can't be read: {why}."


def _hindrance(path: Path) -> str:
    """Say what is wrong with the nearest thing on a path that can be looked at."""
    for each in (path, *path.parents):
        with suppress(OSError):
            owner, me = each.stat().st_uid, os.geteuid()
            if owner == me:
                return f"{each} is set to read-only (chmod u+rw changes that)"
            return (
                f"{each} belongs to user ID {owner}, and you are {me} (if sudo was used once, chown gives it back to "
                f"you)"
            )
    return "its folder can't be read"
