"""The program as a process of its own, forked from a template that has imported everything already.

Starting Python and importing the program costs a third of a second of CPU time, forking a warmed process a hundredth.
A forked run is a real process: it has its own process ID, streams or terminal, signals, folder, and environment, and it
is a child of the tests, so that `subprocess.Popen` waits for it, signals it, and reads its exit code as ever.

What forking cannot show stays with processes that are started the long way: what is loaded and how fast
(`tests/commands/test_cli_without_aws.py`, `make bench`), what the system shows of arguments and variables, and whatever
changes how the interpreter itself starts. `real` decides; `SNOWPIXEL_TESTS_SPAWN=1` starts every process the long way.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests.forked import NUMBER, READY

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = (sys.executable, "-m", "wizard")
SUBREAPER = 36
"""`PR_SET_CHILD_SUBREAPER` of prctl(2): orphans below this process become its children."""

INTERPRETER = ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE")
"""Variables that Python reads at its start and that a template can be given: each set of them has its template."""

UNTOUCHED = ("PYTHON_KEYRING_BACKEND",)
"""Variables that look like Python's and are not."""

IN_CONTROL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal the one that Ctrl-C comes from, and in which hidden input is read; then becomes the program."""


class TemplateError(Exception):
    """The template could not be started, or ended."""


class Template:
    """A process that has imported the program and forks a run of it whenever it is asked to.

    Args:
        variables: the interpreter's variables that it starts with.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        self._log = TemporaryFile()  # noqa: SIM115 - lives as long as the process that writes to it
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd=ROOT,
            env=dict(variables),
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        if self._ours.recv(len(READY)) != READY:
            raise TemplateError(f"the template did not start: {self.said()}")
        if "Warning" in (said := self.said()):
            raise TemplateError(f"importing the program warns: {said}")

    def said(self) -> str:
        """Return what it wrote while it started."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def fork(self, order: Mapping[str, Any], streams: Sequence[int]) -> int:
        """Fork a run; return its process ID, which is a child of this process."""
        body = json.dumps(order).encode()
        with self._lock:
            _adopt(True)
            try:
                socket.send_fds(self._ours, [NUMBER.pack(len(body))], streams)
                self._ours.sendall(body)
                answer = self._ours.recv(NUMBER.size)
            finally:
                _adopt(False)
        if len(answer) != NUMBER.size:
            raise TemplateError(f"the template ended: {self.said()}")
        pid: int = NUMBER.unpack(answer)[0]
        return pid


def _adopt(orphans: bool) -> None:
    """Become the parent of what is orphaned below this process, or no longer."""
    if ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, int(orphans), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


_templates: dict[frozenset[tuple[str, str]], Template] = {}


def template(environment: Mapping[str, str]) -> Template:
    """Return the template for a run's environment, started when first needed; it ends with this process."""
    variables = {name: environment[name] for name in INTERPRETER if name in environment}
    key = frozenset(variables.items())
    if key not in _templates:
        _templates[key] = Template(variables)
    return _templates[key]


def real(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether this run has to start the long way."""
    ours = {*INTERPRETER, *UNTOUCHED}
    meddles = any(name.startswith(("PYTHON", "LD_", "LC_")) and name not in ours for name in environment)
    known = tuple(command[: len(PROGRAM)]) == PROGRAM and sys.platform == "linux"
    return not known or meddles or bool(os.environ.get("SNOWPIXEL_TESTS_SPAWN"))


class Forked(subprocess.Popen[Any]):
    """A run that is forked where `subprocess.Popen` starts one.

    Args:
        command: the program and its arguments.
        in_control: whether stdin is a terminal that becomes the run's controlling one.
        options: those of `subprocess.Popen`; `env` is needed.
    """

    def __init__(self, command: Sequence[str], *, in_control: bool = False, **options: Any) -> None:
        self._in_control = in_control
        super().__init__(command, **options)

    def _execute_child(
        self, args: Any, _exe: Any, _pre: Any, _close: Any, _pass: Any, cwd: Any, env: Any, *rest: Any
    ) -> None:
        """Do what `Popen` does here: start the child, take note of it, close its ends of the pipes."""
        pipes, new_session = rest[3:9], rest[14]
        sys.audit("subprocess.Popen", args[0], args, cwd, env)
        given = [theirs if theirs != -1 else number for number, theirs in enumerate((pipes[0], pipes[3], pipes[5]))]
        order = {
            "arguments": args[len(PROGRAM) :],
            "folder": str(cwd or Path.cwd()),
            "variables": dict(env),
            "session": new_session,
            "in_control": self._in_control,
        }
        self.pid = template(env).fork(order, given)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]  # Popen's own


def start(
    command: Sequence[str], *, env: Mapping[str, str], in_control: bool = False, fork: bool = True, **options: Any
) -> subprocess.Popen[Any]:
    """Start the program as `subprocess.Popen` would, forked where that shows the same.

    Args:
        command: `[sys.executable, "-m", "wizard", ...]`; anything else is started the long way.
        env: the whole environment of the run.
        in_control: whether stdin is a terminal that becomes the run's controlling one; it gets a session of its own.
        fork: False for a run in which something happens while the program is imported.
        options: those of `subprocess.Popen`.
    """
    if in_control:
        options["start_new_session"] = True
    if real(command, env) or not fork:
        command = [sys.executable, "-c", IN_CONTROL, *command] if in_control else command
        return subprocess.Popen(command, env=env, **options)
    return Forked(command, in_control=in_control, env=env, **options)


def run(
    command: Sequence[str], *, env: Mapping[str, str], typed: str | bytes | None = None, timeout: float, **options: Any
) -> subprocess.CompletedProcess[Any]:
    """Run the program to its end as `subprocess.run` would with `capture_output` and `check=False`.

    Args:
        command: as for `start`.
        env: the whole environment of the run.
        typed: what stdin holds; None for nothing.
        timeout: seconds until it is killed.
        options: those of `start`.

    Raises:
        subprocess.TimeoutExpired: it did not end; it was killed.
    """
    stdin = subprocess.DEVNULL if typed is None else subprocess.PIPE
    pipes: dict[str, Any] = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(command, env=env, **pipes, **options) as process:
        try:
            out, err = process.communicate(typed, timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(list(command), process.returncode, out, err)
