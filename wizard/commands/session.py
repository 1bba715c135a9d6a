"""The session of one run: common options, the product behind them, and output."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from wizard.model.program_name import program_name

if TYPE_CHECKING:
    from wizard.service import Service


ASCII = str.maketrans({"✓": "+", "…": ".", "✗": "x", "→": ">", "↻": "~"})
"""Stand-ins where the stream cannot carry the signs themselves."""


_STEERING = re.compile(r"\x1b(?!\[(?:0|3[0-7]|9[0-7])m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
"""What could steer a terminal: all but line ends, tabs, and the colors of a state; none leaves, whoever wrote it."""


NARROWEST = 40
"""Columns that every terminal has."""
WHOLE = frozenset({"snippet", "policy"})
"""Commands whose output is to be copied as it is."""


def terminal() -> bool:
    """Whether a person sits at a terminal that can show more than lines."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """Return how wide the terminal is that stdout leads to; 0 for a pipe or a file."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def dumb() -> bool:
    """Whether a person sits at a terminal that can only show line after line."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") == "dumb"


@dataclass
class Session:
    """One run of the program.

    Attributes:
        command: the words of the command, for the envelope.
        setup: the setup that it is about; "" where it names none.
        again: the command with which an interrupted run goes on.
        home: snowpixel's data folder; None is the platform's.
        profile: the AWS profile for this run.
        nameserver: the resolver to ask instead of the public ones.
        practice: folder of the practice world to use.
        json: whether stdout takes one document only.
        verbose: how much more to say: 0 nothing, 1 each call to AWS and each check, 2 how each call ended, too.
        keys_stdin: whether typed keys come in through stdin.
        keep_keys: whether typed keys go into the operating system's key store.
        mfa: whether to ask for an MFA code first.
        start_wizard: starts the screens; given by the composition root.
        find_command: loads a command by its name; given by the composition root.
    """

    start_wizard: Callable[["Service"], int] = field(repr=False, default=lambda _service: 2)
    find_command: Callable[[click.Context, str], click.Command | None] = field(
        repr=False, default=lambda _context, _name: None
    )
    command: str = ""
    setup: str = ""
    again: str = ""
    home: Path | None = None
    profile: str | None = None
    nameserver: str | None = None
    practice: Path | None = None
    json: bool = False
    verbose: int = 0
    keys_stdin: bool = False
    keep_keys: bool = False
    mfa: bool = False

    # Where it runs.

    def service(self) -> "Service":
        """Put the product together for these options.

        Raises:
            click.UsageError: an option does not make sense.
        """
        from wizard.aws import credential_program  # noqa: PLC0415 - heavy, as what follows; not for `--help`
        from wizard.commands.environment import environment  # noqa: PLC0415
        from wizard.service import Service  # noqa: PLC0415

        credential_program.on_wait(lambda program: self.note(credential_program.WAITING.format(program=program)))
        return Service(environment(self))

    def line(self, command: str) -> str:
        """Return a command as the user has to type it in a shell, with the options that decide where it works.

        Args:
            command: the rest of it, quoted where a shell needs that.
        """
        where = []
        for flag, folder in (("practice", self.practice), ("home", self.home)):
            variable = os.environ.get(f"SNOWPIXEL_{flag.upper()}")
            if folder and (variable is None or Path(variable) != folder):
                where += [f"--{flag}", str(folder)]
        return " ".join((program_name(), *map(shlex.quote, where), command))

    # Where it speaks.

    def say(self, line: str = "", *, whole: bool = False) -> None:
        """Say how things go: on stdout, or on stderr where stdout belongs to the document.

        Args:
            line: the line.
            whole: whether it is never broken, since it is to be copied.
        """
        self._write(line, sys.stderr if self.json else sys.stdout, whole=whole)

    def note(self, line: str) -> None:
        """Say something beside the matter: always on stderr, without secrets."""
        from wizard.model.masking import masked  # noqa: PLC0415 - `--version` says nothing beside the matter

        self._write(masked(line), sys.stderr)

    def result(self, lines: Iterable[str], status: str, data: Any, errors: Iterable[str] = ()) -> None:
        """Say what came of it: the lines, or the one document."""
        if self.json:
            from wizard.documents import json_envelope  # noqa: PLC0415 - only where it is asked for
            from wizard.model.masking import masked  # noqa: PLC0415 - the same

            document = json_envelope.document(self.command, status, data, map(masked, errors))
            self._write(document, sys.stdout, whole=True)
            return
        for line in lines:
            self._write(line, sys.stdout, whole=self.command.partition(" ")[0] in WHOLE)
        for error in errors:
            self.note(error)

    def _write(self, line: str, stream: TextIO, *, whole: bool = False) -> None:
        line = _STEERING.sub("", line)
        if len(line) > NARROWEST and not whole and stream.isatty():
            from wizard.commands.output.line_breaks import fitting  # noqa: PLC0415 - for a person at a terminal alone

            line = fitting(line, stream)
        if "utf" not in (stream.encoding or "").lower():
            line = line.translate(ASCII)
        stream.write(f"{line}\n")
        stream.flush()

    @property
    def can_ask(self) -> bool:
        """Whether somebody can answer a question."""
        return not self.json and terminal()

    def confirm(self, question: str, *, yes: bool) -> None:
        """Make sure that the user wants it.

        Raises:
            click.UsageError: there is no terminal to ask, or the answer was no.
        """
        if yes:
            return
        if not self.can_ask:
            raise click.UsageError(f"This needs a confirmation, and there is no terminal: add --yes. ({question})")
        sys.stdout.write(f"{question} [y/N] ")
        sys.stdout.flush()
        answer = sys.stdin.readline()  # click's own question cannot tell Ctrl-C from the end of the input
        if answer.strip().lower() not in ("y", "yes"):
            raise click.UsageError("Nothing was changed." if answer else "There was no answer; nothing was changed.")


pass_session = click.make_pass_decorator(Session, ensure=True)
