"""Streams that are closed, full, or read by nobody: the right exit code, no traceback, and nothing stops halfway."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Any

import pytest

from tests import forking
from tests.commands.conftest import PATIENCE, ROOT, Cli, Ran
from tests.commands.terminal import Terminal
from wizard.commands.output.exit_codes import ExitCode

ALONE: tuple[tuple[str, ...], ...] = (
    (),
    ("--help",),
    ("--version",),
    ("check", "--help"),
    ("list",),
    ("list", "--json"),
    ("explain",),
    ("explain", "no-credentials"),
    ("explain", "no-such-problem"),
    ("policy",),
    ("policy", "main", "--json"),
    ("new", "main", "--no-domain"),
    ("new", "Not A Name", "--json"),
    ("set", "main", "--retention", "30"),
    ("set", "main"),
    ("plan", "nothere"),
    ("apply", "main"),
    ("repair", "nothere", "--json"),
    ("remove", "main"),
    ("credentials",),
    ("credentials", "--json"),
    ("events", "main"),
    ("snippet", "main"),
    ("browse", "main"),
    ("report", "nothere"),
    ("practice", "dns", "nowhere", "list"),
    ("forget", "main"),
    ("nothing", "like", "this"),
    ("--plain",),
)
"""Every command, as far as it goes with neither keys nor network; `main` is a saved setup."""

MADE: tuple[tuple[str, ...], ...] = (
    ("plan", "main"),
    ("apply", "main", "--yes"),
    ("apply", "main", "--yes", "--json"),
    ("check",),
    ("check", "--json"),
    ("check", "main", "--watch", "2"),
    ("repair", "main", "--yes"),
    ("events", "main"),
    ("events", "main", "--follow", "--every", "2"),
    ("snippet", "main"),
    ("report", "main"),
    ("list", "--account"),
    ("credentials", "main", "--ask", "-v"),
)
"""The same with a setup that is finished."""

ENDLESS = ("--watch", "--follow")


@contextmanager
def full() -> Iterator[IO[bytes]]:
    """Open a device that is always full."""
    with open("/dev/full", "wb") as stream:  # noqa: PTH123 - a device
        yield stream


@contextmanager
def unread() -> Iterator[IO[bytes]]:
    """Open a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", closefd=True) as stream:
        yield stream


STREAMS = {"full": full, "unread": unread}


def run(cli: Cli, arguments: tuple[str, ...], which: str, to: str) -> Ran:
    """Run a command with one of its streams led elsewhere; the other one is returned."""
    with STREAMS[to]() as stream:
        given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, which: stream}
        process = forking.start(
            cli.command(*arguments), stdin=subprocess.DEVNULL, cwd=cli.folder, env=cli.environment(), **given
        )
        out, err = process.communicate(timeout=PATIENCE)
    return Ran(process.returncode, (out or b"").decode(), (err or b"").decode())


def closed(cli: Cli, arguments: tuple[str, ...], closing: str) -> Ran:
    """Run a command with streams that its shell has closed."""
    line = ["sh", "-c", f'exec "$@" {closing}', "sh", *cli.command(*arguments)]
    ran = subprocess.run(
        line,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=cli.folder,
        env=cli.environment(),
        timeout=PATIENCE,
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def usual(cli: Cli, arguments: tuple[str, ...]) -> int:
    """Return the exit code with streams as they should be, of a home that is each time the same."""
    (cli.home / "setups" / "main.json").unlink(missing_ok=True)
    if arguments[:1] != ("new",):
        cli("new", "main", "--no-domain")
    return cli(*arguments).code


def fresh(cli: Cli, arguments: tuple[str, ...]) -> None:
    (cli.home / "setups" / "main.json").unlink(missing_ok=True)
    if arguments[:1] != ("new",):
        cli("new", "main", "--no-domain")


def sound(ran: Ran) -> None:
    said = ran.out + ran.err
    assert "Traceback" not in said, said
    assert "Exception ignored" not in said, said
    assert "Internal error in snowpixel (" not in said, said


def named(arguments: tuple[str, ...]) -> str:
    return " ".join(arguments) or "nothing"


@pytest.mark.parametrize("arguments", ALONE, ids=named)
def test_every_command_survives_its_streams(alone: Cli, arguments: tuple[str, ...]) -> None:
    code = usual(alone, arguments)
    speaks = bool(alone(*arguments).out) if arguments[:1] != ("new",) else True
    for which in ("stdout", "stderr"):
        for to in STREAMS:
            fresh(alone, arguments)
            ran = run(alone, arguments, which, to)
            sound(ran)
            lost = which == "stdout" and to == "full" and speaks and code == ExitCode.WELL
            assert ran.code == (ExitCode.UNFINISHED if lost else code), (which, to, ran)
            assert ("couldn't be written" in ran.err) is (which == "stdout" and to == "full" and speaks)


@pytest.mark.parametrize("arguments", ALONE, ids=named)
def test_every_command_survives_closed_streams(alone: Cli, arguments: tuple[str, ...]) -> None:
    code = usual(alone, arguments)
    for closing in (">&-", "2>&-"):
        fresh(alone, arguments)
        ran = closed(alone, arguments, closing)
        sound(ran)
        assert ran.code == code, (closing, ran)


@pytest.mark.parametrize("arguments", MADE, ids=named)
def test_a_finished_setup_is_worked_on_whoever_listens(made: Cli, arguments: tuple[str, ...]) -> None:
    endless = bool(set(arguments) & set(ENDLESS))
    code = 0 if endless else made(*arguments).code
    for which, to in (("stdout", "full"), ("stdout", "unread"), ("stderr", "full"), ("stderr", "unread")):
        if endless and (which, to) != ("stdout", "unread"):
            continue
        ran = run(made, arguments, which, to)
        sound(ran)
        lost = (which, to) == ("stdout", "full") and code == ExitCode.WELL
        assert ran.code == (ExitCode.UNFINISHED if lost else code), (which, to, ran)
    if not endless:
        for closing in (">&-", "2>&-"):
            ran = closed(made, arguments, closing)
            sound(ran)
            assert ran.code == code, (closing, ran)


@pytest.mark.parametrize("to", ["nowhere", "full", "closed"])
def test_the_wizard_is_drawn_wherever_stderr_leads(alone: Cli, terminals: list[Terminal], to: str) -> None:
    with ExitStack() as stack:
        if to == "closed":
            alone = Closing(alone.folder)
        number = stack.enter_context(full()).fileno() if to == "full" else subprocess.DEVNULL
        terminals.append(terminal := Terminal(alone, stderr=number))
        terminal.until("about 20 minutes")
        terminal.press(b"\x03")
        assert terminal.end() == 0


class Closing(Cli):
    """Starts the program with stderr closed."""

    def command(self, *arguments: str) -> list[str]:
        return ["sh", "-c", 'exec "$@" 2>&-', "sh", *super().command(*arguments)]


def test_no_file_takes_the_place_of_a_closed_stream(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    before = (alone.home / "setups" / "main.json").read_bytes()
    for closing in (">&-", "2>&-", ">&- 2>&- <&-"):
        assert closed(alone, ("set", "main", "--retention", "31"), closing).code == 0
        assert alone.saved("main")["choices"]["retention_days"] == 31
        assert closed(alone, ("set", "main", "--retention", "90"), closing).code == 0
        assert (alone.home / "setups" / "main.json").read_bytes() == before


def test_apply_ends_what_it_began_though_nobody_listens(cli: Cli) -> None:
    cli("new", "main", "--no-domain")
    ran = run(cli, ("apply", "main", "--yes"), "stdout", "full")
    assert ran.code == ExitCode.UNFINISHED
    assert cli.saved("main")["made"]["proof"]


def test_all_of_a_long_text_gets_through_a_slow_pipe(alone: Cli) -> None:
    """A pipe that another program has set to not wait is waited for."""
    whole = alone("explain").out
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with os.fdopen(writing, "wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", "import os; os.write(1, b'x' * 65536)"], stdout=stream, stderr=subprocess.DEVNULL
        )
        assert process.wait(PATIENCE) == 0
        ran = forking.start(alone.command("explain"), stdout=stream, cwd=alone.folder, env=alone.environment())
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    assert ran.wait(PATIENCE) == 0
    assert said[65536:].decode() == whole


COUNTING = """
import signal, sys
from wizard.commands import streams
streams.prepare()
telling = False

def interrupt(*_):
    if telling:
        raise KeyboardInterrupt

signal.signal(signal.SIGINT, interrupt)
for number in range(400):
    try:
        telling = True
        sys.stdout.write(f"{number}\\n")
        sys.stdin.readline()
        telling = False
    except KeyboardInterrupt:
        telling = False
"""


def test_ctrl_c_right_after_a_line_has_arrived_does_not_say_it_again() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", COUNTING], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(int(line))
        process.send_signal(signal.SIGINT)
        with suppress(BrokenPipeError):  # it has just told the last one
            process.stdin.write("\n")
            process.stdin.flush()
    process.stdout.close()
    with suppress(BrokenPipeError):
        process.stdin.close()
    process.wait()
    assert len(said) > 200, "what was interrupted before it was written is not told at all"
    assert said == sorted(set(said))
