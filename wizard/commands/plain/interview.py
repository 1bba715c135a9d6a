"""Plain mode (`snowpixel --plain`): the wizard as questions and lines, without screens."""

from collections.abc import Callable
from dataclasses import replace

import click

from wizard.aws.errors import AwsError
from wizard.aws.keys import KeySource
from wizard.commands import event_loop, plan_lines, run_walk
from wizard.commands.credentials import no_credentials, whose
from wizard.commands.output import checklist_lines, map_lines
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.output.problem_lines import problem_lines
from wizard.commands.plain.choice_questions import ChoiceQuestions
from wizard.commands.plain.decisions import DecisionPrompts
from wizard.commands.plain.prompt import WORDS, BackError, NoAnswerError, Prompter, QuitError, one_of
from wizard.commands.session import Session
from wizard.credentials import key_entry
from wizard.documents.plan import plan_of
from wizard.model import results
from wizard.model.results import Decision, Job, Snapshot, Status
from wizard.model.setup import needs_aws
from wizard.model.terminal_text import printable
from wizard.model.validators import InvalidChoice, profile
from wizard.service import Service
from wizard.storage.last_check import LastCheck
from wizard.storage.store import StoreError
from wizard.wording.setup_status import begun, setup_status

NEW = "new"
INTRO = "snowpixel, line by line: your own Snowplow pixel, in your own AWS account."
ACTIONS = ("continue", "check", "repair", "snippet", "events", "change", "remove")
WHAT_FOLLOWS = {
    "continue": "creates what is missing, then shows the checklist",
    "check": "checks everything, changes nothing",
    "repair": "checks everything, and fixes what is wrong once you say yes",
    "snippet": "prints the tag for your pages",
    "events": "shows the events that have arrived",
    "change": "changes your choices",
    "remove": "deletes it; the logs are kept",
}
CONSENT = (
    "If you say yes, snowpixel creates everything above in your AWS account, and nothing else. You can stop it at "
    "any time, and it continues where it stopped. To remove it again: snowpixel remove NAME."
)
REPAIRING = "snowpixel fixes exactly what is listed above in your AWS account, and nothing else."


def run(session: Session) -> ExitCode:
    """Ask, build, and end with the checklist.

    Returns:
        The checklist's exit code; well after `quit`, unfinished when the input ended before the work.
    """
    session.again = "--plain"
    try:
        return Interview(session).run()
    except QuitError:
        session.say(f"Nothing is lost. Continue with: {session.line('--plain')}")
        return ExitCode.WELL
    except NoAnswerError:
        session.note(
            f"The input ended before the last answer. Nothing is lost. Continue with: {session.line('--plain')}"
        )
        return ExitCode.UNFINISHED


class Interview:
    """One run of the plain wizard.

    Args:
        session: where to speak.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.service: Service = session.service()
        self.asker = Prompter(session)
        self.answers: dict[str, str] = {}

    def run(self) -> ExitCode:
        """Ask what to do, and do it."""
        self._tell(INTRO, WORDS, "")
        while True:
            try:
                name = self._which()
                return self._new(None) if name is None else self._with(name)
            except BackError:
                self.session.say("Back at the first question.")

    # Which setup, and what about it.

    def _which(self) -> str | None:
        names = self.service.store.names()
        if not names:
            self.session.say(
                "No setup is saved yet, so this creates a new one. Nothing is created in AWS before you say yes."
            )
            return None
        self.session.say("Setups on this computer:")
        for name in names:
            self.session.say(f"  {name}: {self._state(name)}")
        words: dict[str, str | None] = {**{name: name for name in names}, NEW: None}
        default = names[0]
        return self.asker.ask(f"Which one, or {NEW}", one_of(words), default=default, why="A setup is one pixel.")

    def _state(self, name: str) -> str:
        try:
            setup = self.service.store.load(name)
        except StoreError as error:
            return str(error)
        return f"{setup.choices.domain or 'no domain'}, {setup_status(setup).words}"

    def _with(self, name: str) -> ExitCode:
        setup = self.service.store.load(name)
        default = "check" if setup.made.proof and not setup.removed else "continue"
        self.session.say("What would you like to do?")
        for action in ACTIONS:
            self.session.say(f"  {action}: {WHAT_FOLLOWS[action]}")
        does: dict[str, Callable[[], ExitCode]] = {action: self._doing(action, name) for action in ACTIONS}
        return self.asker.ask("What", one_of(does), default=default, why="You can do each of them at any time.")()

    def _doing(self, action: str, name: str) -> Callable[[], ExitCode]:
        if action == "continue":
            return lambda: self._set_up(name)
        if action == "change":
            return lambda: self._new(name)
        if action == "repair":
            return lambda: self._repair(name)
        if action == "remove":
            return lambda: self._remove(name)
        return lambda: self._command(action, name)

    def _command(self, action: str, name: str, **given: object) -> ExitCode:
        context = click.get_current_context()
        command = self.session.find_command(context, action)
        assert command is not None  # noqa: S101 - the names stand above
        what = {"names": (name,)} if action == "check" else {"name": name}
        return ExitCode(context.invoke(command, **what, **given))

    def _repair(self, name: str) -> ExitCode:
        if not begun(self.service.store.load(name)):
            self.session.say("Nothing has been created for it yet, so there is nothing to repair: continue it instead.")
            return ExitCode.UNFINISHED
        self._sign_in(name)
        found = self._walk(Job.CHECK, name)
        changes = results.repairable(found)
        self._tell(*run_walk.ending(self.session, found))
        if not changes:
            verdicts = run_walk.verdicts(found)
            where = "In what could be checked" if Status.UNKNOWN in verdicts else "There"
            self.session.say(f"{where} is nothing that snowpixel can repair on its own.")
            return of_statuses(verdicts)
        self._tell("", "snowpixel would fix this:")
        self._tell(*(line for change in changes for line in plan_lines.change_lines(change)))
        if not self.asker.sure("Fix it?", REPAIRING):
            self.session.say("Nothing was changed.")
            return of_statuses(run_walk.verdicts(found))
        made = self._walk(Job.REPAIR, name)
        self._tell(*run_walk.ending(self.session, made))
        return of_statuses(run_walk.verdicts(made))

    def _tell(self, *lines: str) -> None:
        for line in lines:
            self.session.say(line)

    def _remove(self, name: str) -> ExitCode:
        def same(text: str) -> str:
            if text.strip() != name:
                raise InvalidChoice(f"To delete it, type its name: {name}. To keep it, type back.")
            return name

        why = (
            "Everything that snowpixel created is deleted; your logs are kept. You have to type the name so that "
            "this doesn't happen by accident."
        )
        self.asker.ask(f"This deletes '{name}'. Type its name to confirm", same, why=why)
        return self._command("remove", name, yes=True)

    # Setting one up.

    def _new(self, name: str | None) -> ExitCode:
        choosing = ChoiceQuestions(self.session, self.service, self.asker)
        while True:
            name = choosing.run(name)
            try:
                return self._set_up(name)
            except BackError:
                continue

    def _set_up(self, name: str) -> ExitCode:
        self._sign_in(name)
        plan = self._walk(Job.PLAN, name)
        described = plan_of(self.service.store.load(name), plan)
        self._tell(*plan_lines.lines(self.session, described, asking=True))
        if described.status is not Status.OK:
            return plan_lines.code(described, strict=False)
        if plan.changes and not self.asker.sure("Create everything?", CONSENT):
            self.session.say(f"Nothing was created. Continue whenever you like: {self.session.line('--plain')}")
            return ExitCode.UNFINISHED
        return self._build(name)

    def _build(self, name: str) -> ExitCode:
        self.session.say(
            "Setting up. Ctrl-C stops it at any time: nothing is lost, and the next run continues from there."
        )
        made = self._walk(Job.APPLY, name)
        self.session.say()
        self.session.say("Now everything is checked once more:")
        checked = self._walk(Job.CHECK, name)
        LastCheck(self.service.store, name).save(checked.checks)
        saved = self.service.store.load(name)
        self._tell(
            "",
            *map_lines.found(saved, checked),
            "",
            *checklist_lines.proof(saved),
            *run_walk.ending(self.session, checked),
        )
        return of_statuses([*run_walk.verdicts(made), *run_walk.verdicts(checked)])

    def _walk(self, job: Job, name: str) -> Snapshot:
        changing = job in (Job.APPLY, Job.REPAIR)
        act, prompts = None, DecisionPrompts(self._decide, self.answers) if changing else None
        if changing and self.service.environment.provider:
            from wizard.commands.practice import Player  # noqa: PLC0415 - only where there is a practice world

            act = Player(self.session, self.service)
        over = run_walk.run(self.session, self.service, job, name, answers=self.answers, act=act, prompts=prompts)
        if prompts and not prompts.open and over.decisions:
            raise NoAnswerError
        return over

    def _decide(self, asked: Decision) -> str:
        self.session.say(printable(asked.question))
        for one in asked.choices:
            self.session.say(f"  {one.id}: {printable(one.label)}. {printable(one.consequence)}")
        if asked.typed:
            return self.asker.ask(f"Answer, or {asked.typed}", str.strip, default=asked.default)
        return self.asker.ask("Answer", one_of({one.id: one.id for one in asked.choices}), default=asked.default)

    # Who we are at AWS.

    def _sign_in(self, name: str) -> None:
        setup = self.service.store.load(name)
        if needs_aws(setup.choices, setup.made):
            self._account(name)

    def _account(self, name: str) -> None:
        """Ask AWS who we are, until the user is content with the answer."""
        why = (
            "Everything is created in this account, and its owner pays for it. snowpixel credentials lists the "
            "credentials on this computer."
        )
        while True:
            setup = self.service.store.load(name)
            try:
                known = event_loop.run(
                    lambda: self.service.known(setup.choices, setup=setup),  # noqa: B023 - runs at once
                    lambda: run_walk.farewell(self.session),
                )
            except AwsError as error:
                self._refused(name, error)
                label, default = "Try again, keys to enter keys, or the name of an AWS profile", "again"
            else:
                self._tell(*whose(known, None, name))
                label, default = "Use this account? yes, keys to enter keys, or the name of another AWS profile", "yes"
            answer = self.asker.ask(label, profile, default=default, why=why)
            if answer == "yes" and default == "yes":
                return
            if answer == "keys":
                self._keys()
            elif answer not in ("again", "yes"):
                self.service.choose(name, profile=answer)

    def _refused(self, name: str, error: AwsError) -> None:
        self._tell(*problem_lines(error.problem, name))
        if error.problem.id == "no-credentials":
            self._tell(*no_credentials())
        self.session.say(f"  How to get credentials, step by step: {self.session.line('credentials --guide')}")

    def _keys(self) -> None:
        """Take typed keys for this run; they stay in memory."""
        identifier = self.asker.ask(
            "Access key ID", key_entry.key_id, why="It begins with AKIA, or with ASIA if it is temporary."
        )
        secret = self.asker.ask("Secret access key (not shown)", key_entry.secret, hidden=True, why="40 characters.")
        token = ""
        if key_entry.needs_token(identifier, ""):
            token = self.asker.ask(
                "Session token (not shown)", key_entry.token, hidden=True, why="Temporary keys need it."
            )
        here = self.service.environment
        source = KeySource(keys=key_entry.pair(identifier, secret, token), endpoint=here.source.endpoint)
        self.service = Service(replace(here, source=source))
