"""A forked run shows the same as one that is started the long way, and is a process of its own."""

import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from tests import forking

PATIENCE = 60.0
COMMANDS = {
    "the version": ("--version",),
    "a list of nothing": ("list",),
    "a document": ("list", "--json"),
    "a usage error": ("list", "--no-such-option"),
    "a setup that does not exist": ("check", "nobody"),
    "keys that are not there": ("plan", "main", "--keys-stdin"),
    "no terminal": (),
}


def environment(home: Path, **more: str) -> dict[str, str]:
    ours = {"PYTHONPATH": str(forking.ROOT), "HOME": str(home), "SNOWPIXEL_HOME": str(home / "data"), "TERM": "dumb"}
    return {
        **ours,
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "default",
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


def ended(home: Path, words: tuple[str, ...], *, fork: bool) -> tuple[int, str, str]:
    command = [*forking.PROGRAM, *words]
    ran = forking.run(
        command, env=environment(home), cwd=home, typed="", text=True, encoding="utf-8", timeout=PATIENCE, fork=fork
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_it_says_and_ends_as_the_long_way(tmp_path: Path, name: str) -> None:
    assert ended(tmp_path, COMMANDS[name], fork=True) == ended(tmp_path, COMMANDS[name], fork=False)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lends its orphans")
def test_it_is_a_child_of_the_tests_with_a_terminal_and_a_session_of_its_own(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = forking.start(
        [*forking.PROGRAM, "--plain"],
        env=environment(tmp_path),
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        in_control=True,
    )
    os.close(theirs)
    said = b""
    while b"]: " not in said:  # the first question
        said += os.read(ours, 4096)
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    assert (int(fields[1]), int(fields[3]), int(fields[5])) == (os.getpid(), process.pid, process.pid)
    os.write(ours, b"\x03")
    assert process.wait(PATIENCE) == 130
    os.close(ours)


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ((sys.executable, "-c", "pass"), {}),
        (forking.PROGRAM, {"PYTHONIOENCODING": "ascii"}),
        (forking.PROGRAM, {"LD_PRELOAD": "/nowhere.so"}),
        (forking.PROGRAM, {"PYTHONOPTIMIZE": "1"}),
    ],
)
def test_what_changes_how_the_interpreter_starts_is_started_the_long_way(
    tmp_path: Path, command: tuple[str, ...], more: dict[str, str]
) -> None:
    assert forking.real(command, environment(tmp_path, **more))


def test_a_run_that_waits_can_be_killed(tmp_path: Path) -> None:
    assert ended(tmp_path, ("new", "main", "--no-domain"), fork=True)[0] == 0
    told, tell = os.pipe()  # nobody writes, nobody closes: the run waits for its keys
    words = ("plan", "main", "--keys-stdin")
    process = forking.start([*forking.PROGRAM, *words], env=environment(tmp_path), cwd=tmp_path, stdin=told)
    process.kill()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    os.close(told)
    os.close(tell)
