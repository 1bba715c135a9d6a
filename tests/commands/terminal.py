"""The program in a terminal of its own (a pty), typed at and read as a person does."""

import os
import pty
import select
import termios
import time

from tests import forking
from tests.commands.conftest import PATIENCE, Cli


class Terminal:
    """The program in a terminal of its own, typed at and read by a person."""

    def __init__(self, cli: Cli, *arguments: str, stderr: int | None = None, **environment: str) -> None:
        self.ours, theirs = pty.openpty()
        self.process = forking.start(
            cli.command(*arguments),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs if stderr is None else stderr,
            cwd=cli.folder,
            env=cli.environment(**environment),
            in_control=True,
        )
        os.close(theirs)
        self.said = ""

    def read(self, seconds: float) -> bool:
        """Take in what was said; False once the program has closed the terminal."""
        if not select.select([self.ours], [], [], seconds)[0]:
            return True
        try:
            found = os.read(self.ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.said += found.decode()
        return bool(found)

    def until(self, words: str) -> str:
        """Wait until something was said, and return all that was said up to now; the next wait begins after it."""
        end = time.monotonic() + PATIENCE
        while words not in self.said:
            assert time.monotonic() < end, f"never said {words!r}:\n{self.said}"
            assert self.read(0.2) or words in self.said, f"it ended before {words!r}:\n{self.said}"
        before, _, self.said = self.said.partition(words)
        return before + words

    def answer(self, question: str, line: str) -> str:
        """Wait for a question and type the answer."""
        asked = self.until(question)
        os.write(self.ours, f"{line}\n".encode())
        return asked

    def answer_hidden(self, question: str, line: str) -> str:
        """Wait for a question whose answer is not shown and type it: what comes before the echo is off is dropped."""
        asked = self.until(question)
        end = time.monotonic() + PATIENCE
        while termios.tcgetattr(self.ours)[3] & termios.ECHO:
            assert time.monotonic() < end, "the terminal still shows what is typed"
        os.write(self.ours, f"{line}\n".encode())
        return asked

    def press(self, key: bytes) -> None:
        os.write(self.ours, key)

    def end(self) -> int:
        """Read on to the end and return the exit code."""
        end = time.monotonic() + PATIENCE
        while self.read(0.2):
            assert time.monotonic() < end, f"it does not end:\n{self.said}"
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.ours)


def opened(terminals: list[Terminal], cli: Cli, *arguments: str, **environment: str) -> Terminal:
    """Open a terminal, so wide that no line is broken unless the test says how wide it is."""
    terminals.append(Terminal(cli, *arguments, stderr=None, **{"COLUMNS": "1000", **environment}))
    return terminals[-1]
