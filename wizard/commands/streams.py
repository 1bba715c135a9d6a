"""Standard streams that never fail: closed ones, full disks, and readers that have left end no command halfway."""

import contextlib
import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NULL_DEVICE = os.devnull

_replaced: list[TextIO] = []
"""The streams before: they would close their descriptors when nobody holds them any more."""


class Outlet(io.RawIOBase):
    """The writing end of a standard stream. What cannot be written is dropped, and the first reason is remembered.

    What is being done in AWS must not stop halfway because nobody can hear about it.

    Args:
        number: the file descriptor.

    Attributes:
        error: why something could not be written; None as long as everything was.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._text = b""
        self._sent: list[int] = []
        """Bytes of `_text` that each call has written: Ctrl-C may come before anybody could be told of them."""
        self.error: OSError | None = None

    def writable(self) -> bool:
        """Say that this can be written to."""
        return True

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._number

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._number)

    def write(self, data: "ReadableBuffer") -> int:
        """Write what can be written; say that all of it was.

        Ctrl-C raises its exception between two steps of Python's, so also after the system has written and before the
        buffer above knows: it would hand over the same bytes again. `extend` and `map` note the number in one step,
        and what comes again is recognized by its bytes.
        """
        text = bytes(data)
        whole, done = len(text), sum(self._sent)
        if self._text[:done] != text[:done]:
            self._sent, done = [], 0
        self._text = text
        while done < whole and self.error is None:
            try:
                self._sent.extend(map(os.write, (self._number,), (text[done:],)))
            except BlockingIOError:  # another program that shares the terminal does not want to wait for it
                select.select([], [self._number], [])
            except OSError as error:
                self.error = error
            done = sum(self._sent)
        self._text, self._sent = b"", []
        return whole


def prepare() -> None:
    """Put streams in place that never fail, and that replace letters they lack.

    A stream that was closed (`>&-`) leads nowhere from now on: otherwise the next file that is opened would take its
    number, and what is said would be written into that file.
    """
    if os.name == "nt":  # a console there is written to by letters, not bytes
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        return
    closed = [_closed(number) for number in range(3)]
    if closed[0] or sys.stdin is None:
        sys.stdin = open(NULL_DEVICE, encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process
    sys.stdout, sys.stderr = _made(1, sys.stdout), _made(2, sys.stderr)


def _closed(number: int) -> bool:
    """Whether a descriptor is closed; it leads nowhere then."""
    try:
        os.fstat(number)
    except OSError:
        nowhere = os.open(NULL_DEVICE, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        return True
    return False


def _made(number: int, before: TextIO | None) -> TextIO:
    if before is not None and not isinstance(before, io.TextIOWrapper):
        return before
    if before is None:
        number = os.open(NULL_DEVICE, os.O_WRONLY)  # the number may be some other file's by now
    else:
        with contextlib.suppress(OSError, ValueError):
            before.flush()
        _replaced.append(before)
    encoding = before.encoding if before else "utf-8"
    buffer = io.BufferedWriter(Outlet(number))
    return io.TextIOWrapper(buffer, encoding=encoding, errors="replace", line_buffering=True)


def draw_on_terminal() -> None:
    """Have the screens drawn where the person sits: Textual draws on stderr, which may be closed or lead to a file."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        setattr(sys, "__stderr__", sys.__stdout__)  # noqa: B010 - final, says its type; Textual reads it from here


def failure(stream: TextIO) -> OSError | None:
    """Return why something said on a stream was lost; None where all was written, or went nowhere on purpose."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw.error if isinstance(raw, Outlet) else None


def left(stream: TextIO) -> bool:
    """Whether whoever read a stream has gone, as `head` does when it has seen enough."""
    error = failure(stream)
    return error is not None and error.errno == errno.EPIPE
