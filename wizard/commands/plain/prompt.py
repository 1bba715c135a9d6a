"""Prompts: one question a line, for screen readers, plain terminals, and scripts."""

import getpass
import sys
from collections.abc import Callable
from typing import TypeVar

import click

from wizard.commands.session import Session
from wizard.model.validators import InvalidChoice
from wizard.snowplow.pixel_image import PixelError
from wizard.snowplow.tracker.tracker_file import TrackerError

T = TypeVar("T")


class BackError(Exception):
    """The user wants the question before this one."""


class QuitError(Exception):
    """The user wants out."""


class NoAnswerError(Exception):
    """The input has ended."""


WORDS = "At each question, Enter takes the value in brackets; why, back, and quit work everywhere."


class Prompter:
    """Puts questions and reads answers.

    Args:
        session: where to speak.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(
        self, label: str, clean: Callable[[str], T], *, default: str = "", why: str = "", hidden: bool = False
    ) -> T:
        """Ask until the answer can be used.

        Args:
            label: what is asked for.
            clean: makes a value of the answer, or says why it cannot be used.
            default: the answer that Enter gives; empty where one must be typed.
            why: what `why` says.
            hidden: whether the answer must not be seen.

        Raises:
            BackError: the user typed `back`.
            QuitError: the user typed `quit`.
            NoAnswerError: the input has ended.
        """
        while True:
            answer = self._line(f"{label}{f' [{default}]' if default else ''}: ", hidden=hidden) or default
            self._obey(answer.lower())
            if answer.lower() in ("why", "?"):
                self._session.say(f"  {why or 'There is no further explanation.'}")
            elif not answer:
                self._session.say("  An answer is needed.")
            else:
                try:
                    return clean(answer)
                except (InvalidChoice, PixelError, TrackerError, click.UsageError) as error:
                    self._session.say(f"  {error}")

    def sure(self, label: str, why: str) -> bool:
        """Ask yes or no; Enter is no."""
        return self.ask(f"{label} yes or no", yes_or_no, default="no", why=why)

    def _obey(self, word: str) -> None:
        if word == "back":
            raise BackError
        if word in ("quit", "exit"):
            raise QuitError

    def _line(self, prompt: str, *, hidden: bool) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        if hidden and sys.stdin.isatty():
            try:
                return getpass.getpass("").strip()
            except EOFError:
                raise NoAnswerError from None
        answer = sys.stdin.readline()
        if not answer:
            sys.stdout.write("\n")
            raise NoAnswerError
        if not sys.stdin.isatty():
            sys.stdout.write("\n" if hidden else f"{answer.strip()}\n")
        return answer.strip()


def yes_or_no(text: str) -> bool:
    """Read yes or no.

    Raises:
        InvalidChoice: it is neither.
    """
    word = text.strip().lower()
    if word in ("y", "yes"):
        return True
    if word in ("n", "no"):
        return False
    raise InvalidChoice("Please answer yes or no.")


def one_of(words: dict[str, T]) -> Callable[[str], T]:
    """Return a cleaner that takes one of some words, or its beginning where that is clear.

    Raises:
        InvalidChoice: it is none of them; raised by the cleaner.
    """

    def clean(text: str) -> T:
        typed = text.strip().lower()
        if typed in words:
            return words[typed]
        found = [word for word in words if word.startswith(typed)]
        if len(found) != 1:
            raise InvalidChoice(f"Please answer one of: {', '.join(words)}.")
        return words[found[0]]

    return clean
