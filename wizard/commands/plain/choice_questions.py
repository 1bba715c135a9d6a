"""The choices of a setup as questions, one line each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from wizard.commands import choice_flags, event_loop, run_walk
from wizard.commands.plain.prompt import BackError, Prompter
from wizard.commands.session import Session
from wizard.model import validators
from wizard.model.fields import QUESTIONS, events
from wizard.model.ports import DnsUnreachableError
from wizard.model.setup import Goal, Made, Setup, SetupChoices
from wizard.model.terminal_text import printable
from wizard.model.validators import InvalidChoice
from wizard.service import Service
from wizard.snowplow.tracker.tracker_file import TrackerError
from wizard.snowplow.tracker.wishes import refuse_incoherent
from wizard.storage.store import StoreError

NO_DOMAIN = "none"
JS = frozenset({Goal.JS_BUCKET, Goal.JS_SERVER})


@dataclass(frozen=True)
class Asked:
    """One question of the list.

    Attributes:
        id: its name among the questions.
        field: the choice that it sets.
        default: what Enter gives.
        clean: makes the choice of an answer.
    """

    id: str
    field: str
    default: Callable[[SetupChoices], str]
    clean: Callable[[str], Any]
    wanted: Callable[[SetupChoices], bool] = lambda _: True


def _flag(name: str, field: str) -> Callable[[str], Any]:
    """Return how the flag of the same choice cleans its value."""
    return lambda text: choice_flags.changes(None, no_domain=False, **{name: text})[field]


def _host(text: str) -> str | None:
    return None if text.strip().lower() == NO_DOMAIN else validators.host_name(text)


def _at_edge(choices: SetupChoices) -> bool:
    return bool({Goal.PIXEL, Goal.JS_BUCKET} & set(choices.goals))


LIST: Sequence[Asked] = (
    Asked("goal", "goals", lambda now: ",".join(now.goals), _flag("goal", "goals")),
    Asked("domain", "domain", lambda now: now.domain or "", _host, _at_edge),
    Asked("region", "region", lambda now: now.region, _flag("region", "region"), _at_edge),
    Asked("pixel", "pixel", lambda now: now.pixel, _flag("pixel", "pixel"), lambda now: Goal.PIXEL in now.goals),
    Asked("retention", "retention_days", lambda now: str(now.retention_days), _flag("retention", "retention_days")),
    Asked("events", "events_per_month", lambda now: f"{now.events_per_month:,}", lambda text: int(events(text))),
    Asked(
        "tracker", "tracker", lambda now: now.tracker, _flag("tracker", "tracker"), lambda n: bool(JS & set(n.goals))
    ),
    Asked(
        "tracker_url",
        "tracker_url",
        lambda now: now.tracker_url or "",
        _flag("tracker_url", "tracker_url"),
        lambda now: Goal.JS_SERVER in now.goals,
    ),
)


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
        choices = saved.choices if saved else self._fresh()
        while True:
            choices = self._choices(choices, saved)
            try:
                return self._save(saved, choices)
            except (StoreError, TrackerError) as error:
                self._session.say(f"  {error}")
            except BackError:
                continue

    def _fresh(self) -> SetupChoices:
        zone = self._service.environment.zone
        suggested = validators.suggest(zone) if zone else ()
        return SetupChoices(domain=suggested[0] if suggested else None)

    def _choices(self, choices: SetupChoices, saved: Setup | None) -> SetupChoices:
        at = 0
        made = bool(saved and saved.made != Made(account=saved.made.account))
        while at < len(LIST):
            asked = LIST[at]
            if asked.wanted(choices) and not (made and asked.id == "region"):
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
            if LIST[earlier].wanted(choices) and not (made and LIST[earlier].id == "region"):
                return earlier
        raise BackError

    def _one(self, asked: Asked, choices: SetupChoices, saved: Setup | None) -> Any:
        question, default = QUESTIONS[asked.id], asked.default(choices)
        label, why = question.label, question.why
        if asked.id == "domain":
            label = f"{label} (or {NO_DOMAIN}: {QUESTIONS['nodomain'].label.lower()})"
            why = f"{why} {NO_DOMAIN}: {QUESTIONS['nodomain'].why}"
            default = default or (NO_DOMAIN if saved else "")
        while True:
            answer = self._asker.ask(label, asked.clean, default=default, why=why)
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
        question, taken = QUESTIONS["name"], self._service.store.names()
        free = next(name for name in ("main", *(f"main-{number}" for number in range(2, 999))) if name not in taken)

        def unused(text: str) -> str:
            name = validators.setup_name(text)
            if name in self._service.store.names():
                raise InvalidChoice(f"There is already a setup called {name}. Choose another name.")
            return name

        name = self._asker.ask(question.label, unused, default=free, why=question.why)
        return self._service.store.create(name, choices).name
