"""The choices of a setup as questions, one line each."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from wizard.choices.table import CHOICES, Choice, refuse_incoherent, suggested
from wizard.commands import event_loop, run_walk
from wizard.commands.plain.prompt import BackError, Prompter
from wizard.commands.session import Session
from wizard.model import validators
from wizard.model.fields import QUESTIONS
from wizard.model.ports import DnsUnreachableError
from wizard.model.setup import Setup, SetupChoices
from wizard.model.terminal_text import printable
from wizard.service import Service
from wizard.snowplow.tracker.tracker_file import TrackerError
from wizard.storage.store import StoreError, free_name
from wizard.wording.setup_status import begun

NO_DOMAIN = "none"


LIST = tuple(choice for choice in CHOICES if not choice.rare and choice.id != "profile")
"""What is asked; the account's profile is a question of its own."""


def _reading(asked: Choice) -> Callable[[str], Any]:
    """Return how an answer is read; for the hostname there is a word for having none."""
    if asked.id != "domain":
        return asked.read
    return lambda text: None if text.strip().lower() == NO_DOMAIN else asked.read(text)


class ChoiceQuestions:
    """Asks for the choices of a new setup, or of one that is there.

    Args:
        session: where to speak.
        service: the product.
        asker: who asks.
    """

    def __init__(self, session: Session, service: Service, asker: Prompter) -> None:
        self._session = session
        self._service = service
        self._asker = asker

    def run(self, name: str | None) -> str:
        """Ask, save, and return the setup's name.

        Raises:
            wizard.commands.plain.prompt.BackError: the user went back before the first question.
        """
        saved = self._service.store.load(name) if name else None
        choices = saved.choices if saved else suggested(self._service.environment.zone)
        while True:
            choices = self._choices(choices, saved)
            try:
                return self._save(saved, choices)
            except (StoreError, TrackerError) as error:
                self._session.say(f"  {error}")
            except BackError:
                continue

    def _choices(self, choices: SetupChoices, saved: Setup | None) -> SetupChoices:
        at = 0
        made = bool(saved and begun(saved))
        while at < len(LIST):
            asked = LIST[at]
            if asked.applies(choices) and not (made and asked.id == "region"):
                try:
                    choices = replace(choices, **{asked.field: self._one(asked, choices, saved)})
                except BackError:
                    at = self._before(at, choices, made=made)
                    continue
            at += 1
        return choices

    def _before(self, at: int, choices: SetupChoices, *, made: bool) -> int:
        """Return the question before this one.

        Raises:
            BackError: there is none.
        """
        for earlier in range(at - 1, -1, -1):
            if LIST[earlier].applies(choices) and not (made and LIST[earlier].id == "region"):
                return earlier
        raise BackError

    def _one(self, asked: Choice, choices: SetupChoices, saved: Setup | None) -> Any:
        question, default = asked.question, asked.shown(choices)
        label, why = question.label, question.why
        if asked.id == "domain":
            label = f"{label} (or {NO_DOMAIN}: {QUESTIONS['nodomain'].label.lower()})"
            why = f"{why} {NO_DOMAIN}: {QUESTIONS['nodomain'].why}"
            default = default or (NO_DOMAIN if saved else "")
        while True:
            answer = self._asker.ask(label, _reading(asked), default=default, why=why)
            if asked.id != "domain" or answer is None or self._can_be_at(answer):
                return answer

    def _can_be_at(self, host: str) -> bool:
        """Say who runs the name's DNS; False where a CNAME cannot stand there. Without a network nothing is known."""
        try:
            found = event_loop.run(lambda: self._service.dns_operator(host), lambda: run_walk.farewell(self._session))
        except DnsUnreachableError:
            return True
        self._session.say(f"  {printable(found.trouble or found.told)}")
        return not found.trouble

    def _save(self, saved: Setup | None, choices: SetupChoices) -> str:
        refuse_incoherent(choices)
        if saved:
            fields = {asked.field: getattr(choices, asked.field) for asked in LIST}
            return self._service.choose(saved.name, **fields).name
        question, free = QUESTIONS["name"], free_name(self._service.store.names())

        def unused(text: str) -> str:
            return validators.new_setup_name(text, self._service.store.names())

        name = self._asker.ask(question.label, unused, default=free, why=question.why)
        return self._service.store.create(name, choices).name
