"""Exceptions that say that this computer has run out of something: memory, or files and connections open at a time."""

import errno

from wizard.model.tracebacks import with_causes

MEMORY = "memory"
OPEN_FILES = "files and connections that may be open at a time"

_BY_NUMBER = {
    errno.ENOMEM: MEMORY,
    errno.ENOBUFS: MEMORY,
    errno.EMFILE: OPEN_FILES,
    errno.ENFILE: OPEN_FILES,
}
"""The system's error numbers to what they are short of (errno(3))."""


def exhausted(error: BaseException) -> str | None:
    """Return what ran out, None where an exception says nothing of the kind. Its causes are looked at as well."""
    return next((what for one in with_causes(error) if (what := _short_of(one))), None)


def _short_of(error: BaseException) -> str | None:
    if isinstance(error, MemoryError):
        return MEMORY
    return _BY_NUMBER.get(error.errno or 0) if isinstance(error, OSError) else None


def refuse_exhausted(error: BaseException) -> None:
    """Pass on what is no failure of the other side, whatever a library has made of it.

    Raises:
        MemoryError: there was no memory for it.
        OSError: too many files are open.
    """
    for one in with_causes(error):
        if _short_of(one):
            raise one
