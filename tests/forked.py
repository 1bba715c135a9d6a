"""The template of `tests.forking`: imports the program, then forks a run of it for each order on a socket.

It runs no thread and no event loop, so that each fork starts clean. What Python sets up from its environment at its
start is the same in template and run, since there is a template for each such environment.
"""

import fcntl
import gc
import json
import logging
import os
import pkgutil
import runpy
import signal
import socket
import struct
import sys
import tempfile
import termios
import threading
import time
import traceback
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, NoReturn, TextIO

NUMBER = struct.Struct("!i")
"""How lengths and process IDs are written on the socket."""
READY = b"ready"

COLD = ("wizard.__main__", "wizard.practice")
"""What is not imported beforehand: the program, which runs when imported, and the practice world's server."""

_kept: list[Any] = []
"""Streams that were replaced: closing them would close the run's own."""


def warm() -> None:
    """Import everything that a command may need."""
    import wizard  # noqa: PLC0415 - after the interpreter's start was told apart from the program's

    for module in pkgutil.walk_packages(wizard.__path__, "wizard."):
        if not module.name.startswith(COLD):
            import_module(module.name)
    for name in ("process", "control"):
        with suppress(ImportError):  # without the practice extra
            import_module(f"wizard.practice.{name}")


def serve(orders: socket.socket) -> None:
    """Fork until the other end is gone."""
    while True:
        head, streams, _, _ = socket.recv_fds(orders, NUMBER.size, 3)
        if not head:
            return
        body = b""
        while len(body) < NUMBER.unpack(head)[0]:
            body += orders.recv(NUMBER.unpack(head)[0] - len(body))
        pid = _fork_for_grandparent(json.loads(body), streams)
        for stream in streams:
            os.close(stream)
        orders.sendall(NUMBER.pack(pid))


def _fork_for_grandparent(order: dict[str, Any], streams: list[int]) -> int:
    """Fork a run whose parent ends at once, so that the tests, which adopt orphans meanwhile, become its parent."""
    told, tell = os.pipe()
    between = os.fork()
    if between == 0:
        try:
            child = os.fork()
            if child == 0:
                _become(order, streams)
            os.write(tell, NUMBER.pack(child))
        finally:
            os._exit(0)
    os.close(tell)
    os.waitpid(between, 0)
    pid: int = NUMBER.unpack(os.read(told, NUMBER.size))[0]
    os.close(told)
    return pid


def _become(order: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the program, as if it had just been started."""
    try:
        if order["session"]:
            os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        if order["in_control"]:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["variables"])
        time.tzset()
        tempfile.tempdir = None
        _streams()
        sys.path[0] = order["folder"]
        sys.argv[1:] = order["arguments"]
        runpy.run_module("wizard", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        sys.stdout.flush()
        os._exit(ended.code if isinstance(ended.code, int) else bool(ended.code))
    except BaseException:  # noqa: BLE001 - as the interpreter's own last word
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _streams() -> None:
    """Open the three streams anew on what they are connected to now, as the interpreter does at its start.

    What the old ones found out about theirs (buffering, whether one can seek) they keep for good.
    """
    old = (sys.stdin, sys.stdout, sys.stderr)
    _kept.extend(old)
    for number, (name, like) in enumerate(zip(("stdin", "stdout", "stderr"), old, strict=True)):
        stream = _stream(number, like)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    for handler in logging.getLogger().handlers:  # what `sitecustomize` has set up
        if isinstance(handler, logging.StreamHandler) and handler.stream is old[2]:
            handler.setStream(sys.stderr)


def _stream(number: int, like: TextIO) -> IO[Any]:
    mode, buffering = ("r" if number == 0 else "w"), (1 if number == 2 else -1)
    return open(number, mode, buffering, encoding=like.encoding, errors=like.errors, closefd=False)


def main() -> None:
    """Import, say so, and serve."""
    orders = socket.socket(fileno=int(sys.argv.pop(1)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, and for the runs that they start
    warm()
    assert threading.active_count() == 1, threading.enumerate()
    keyring = sys.modules.get("keyring.core")
    assert keyring is None or keyring._keyring_backend is None, "the key store was chosen before there was a run"
    gc.collect()
    gc.freeze()
    orders.sendall(READY)
    serve(orders)


if __name__ == "__main__":
    main()
