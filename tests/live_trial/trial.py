"""The trial itself: asks before each step, carries it out with the product, and leaves nothing behind."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import anyio
from msgspec import Struct

from tests.live_trial.blanking import Blank
from tests.live_trial.plan import QUESTIONS, STEPS, Step, cost_of, total
from tests.live_trial.recorder import Recorder
from wizard import __version__
from wizard.aws.client import AwsClient, FinishedCall
from wizard.aws.errors import DENIED, AwsError
from wizard.aws.transient import transient
from wizard.commands import event_loop
from wizard.commands.output import checklist_lines
from wizard.commands.output.plain_lines import Ink, Narrator, decision
from wizard.commands.practice import Player
from wizard.commands.session import Session
from wizard.engine.progress import Progress
from wizard.model.context import Context
from wizard.model.ports import Ports, Response
from wizard.model.results import Check, Job, Snapshot, Status, Update
from wizard.model.setup import Goal, Setup, SetupChoices
from wizard.model.threads import in_thread
from wizard.service import Service
from wizard.snowplow.tracker.served import ANSWER_LIMIT
from wizard.storage.setup_state import MemoryState

NAME = "trial"
"""The setup that the trial makes."""

PAUSES = (1, 2, 4, 8, 16, 30, 60)
"""Seconds before another attempt where AWS's refusal passes by itself."""

TOLERATED = frozenset({"logs:untag_resource"})
"""Calls of the trial's own that the printed policy does not allow. Beside those of IAM, of which it allows none: the
product makes them without counting on an answer."""

Act = Callable[[Progress, Update], Any]


class StopError(Exception):
    """The person wants no more: what was made is removed."""


class NobodyError(Exception):
    """The input has ended: nobody can be asked any more."""


class StepError(Exception):
    """A step did not come to its end; the text says why."""


class Verdict(StrEnum):
    """What came of an open point."""

    AS_BELIEVED = "as believed"
    OTHERWISE = "otherwise"
    OPEN = "not answered"


class Answer(Struct, frozen=True):
    """What the trial found about a row of `docs/limits.md`."""

    verdict: Verdict
    seen: str


@dataclass
class Trial:
    """One run of the trial.

    Attributes:
        session: where it speaks, and which account it works in.
        folder: where recordings, answers, and the setup's file go.
        read: returns the next line that the person types; empty where the input has ended.
        tracker: where the tracker's file is from.
        region: where the buckets go; None is snowpixel's default.
    """

    session: Session
    folder: Path
    read: Callable[[], str] = sys.stdin.readline
    tracker: str = SetupChoices().tracker
    region: str | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    blank: Blank = field(default_factory=Blank)
    denied: set[str] = field(default_factory=set)
    denied_at_first: set[str] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)
    key_at_first: str | None = None
    only_the_policy: bool = False

    def __post_init__(self) -> None:
        service = self.session.service()
        here = replace(service.environment, listen=self._heard)
        self.service = Service(here)
        self.where = "the practice AWS, which proves nothing about the real one" if here.zone else "a real account"
        self.replies = _unused(self.folder / "replies")
        self.findings = self.folder / f"{self.replies.name.replace('replies', 'answers')}.md"
        self.recorder = Recorder(f"live trial in {self.where}, {time.strftime('%Y-%m-%d')}")

    def _heard(self, call: FinishedCall) -> None:
        name = f"{call.service}:{call.operation}"
        tolerated = call.service == "iam" or name in TOLERATED or self.recorder.off
        if call.code in DENIED and not tolerated:
            self.denied.add(name)
        elif call.code == "ok" and name in self.denied:  # IAM sees new tags late
            self.denied.discard(name)
            self.denied_at_first.add(name)

    # The person.

    def say(self, line: str = "") -> None:
        """Say a line."""
        self.session.say(line)

    def ask(self, question: str) -> str:
        """Put a question and return what was typed.

        Raises:
            NobodyError: the input has ended.
        """
        sys.stdout.write(f"{question} ")
        sys.stdout.flush()
        line = self.read()
        if not line:
            self.say()
            raise NobodyError
        if not sys.stdin.isatty():
            self.say(line.strip())
        return line.strip()

    def sure(self, question: str) -> bool:
        """Ask yes or no; Enter is no."""
        return self.ask(f"{question} [y/N]").lower() in ("y", "yes")

    def wants(self, step: Step, number: int) -> bool:
        """Show a step and ask whether to do it.

        Raises:
            StopError: no, and nothing that follows.
        """
        points = [point for point, question in QUESTIONS.items() if question.step is step.id]
        self.say()
        self.say(f"Step {number} of {len(STEPS)}: {step.title}")
        self.say(f"  {step.does}")
        self.say(f"  It costs {cost_of(step)} and takes {step.takes}.")
        for point in points:
            self.say(f"  Answers: {point}")
        others = "[y]es, [s]kip, or [n]o: stop, and remove everything" if step.optional else "[y]es, or [n]o: stop"
        while True:
            word = self.ask(f"Do this step? {others}:").lower()
            if word in ("y", "yes"):
                return True
            if step.optional and word in ("s", "skip"):
                return False
            if word in ("n", "no"):
                raise StopError

    # The product.

    @property
    def setup(self) -> Setup:
        """The setup as it is saved now."""
        return self.service.store.load(NAME)

    @property
    def exists(self) -> bool:
        """Whether the setup is saved."""
        return NAME in self.service.store.names()

    def begin(self) -> None:
        """Save the setup, unless an earlier run of the trial left one, which is continued."""
        if not self.exists:
            choices = SetupChoices(
                goals=(Goal.PIXEL,),
                region=self.region or SetupChoices().region,
                certificate="new",
                tracker=self.tracker,
                profile=self.session.profile,
                events_per_month=0,
                retention_days=1,
            )
            self.service.store.create(NAME, choices)
        self.learn()

    def learn(self) -> None:
        """Take all ids of the setup into what is blanked."""
        if self.exists:
            self.blank.know_setup(self.setup)

    def run(self, work: Callable[[], Any]) -> Any:
        """Run something asynchronous to its end, unless Ctrl-C comes."""
        return event_loop.run(work, self.say_what_is_left)

    def ports(self) -> Ports:
        """Return the product's ports, signed in as the setup is."""
        ports = self.service.ports(self.setup.choices)
        assert isinstance(ports.aws, AwsClient)
        self.service.credentials.prepare(ports.aws, self.setup)
        return ports

    def context(self) -> Context:
        """Return a context in which the setup can be looked at."""
        return Context(self.ports(), MemoryState(self.setup))

    def aws(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call AWS once, as a person in the console would."""
        reply: dict[str, Any] = self.run(lambda: self._patiently(service, operation, parameters))
        return reply

    async def _patiently(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Call AWS, again where its refusal passes by itself."""
        ports, pauses = self.ports(), iter(PAUSES)
        while True:
            try:
                return await ports.aws(service, operation, **parameters)
            except AwsError as error:
                pause = next(pauses, None)
                if transient(error) is None or pause is None:
                    raise
                await ports.clock.sleep(pause)

    def get(self, url: str, headers: dict[str, str]) -> Response:
        """Fetch an address, as a browser would."""
        web = self.ports().web
        answer: Response = self.run(lambda: web.get(url, headers=headers, limit=ANSWER_LIMIT))
        return answer

    def choose(self, **choices: Any) -> None:
        """Change choices, as `snowpixel set` does."""
        self.service.choose(NAME, **choices)
        self.learn()

    def walk(self, job: Job, *, act: Act | None = None, may_fail: bool = False, **options: Any) -> Snapshot:
        """Carry out a walk, told line by line.

        Raises:
            StepError: it ended with something that is wrong.
            NobodyError: a question came up that nobody answers.
        """
        running = self.service.start(job, NAME, **options)
        for name, choice in (options.get("answers") or {}).items():
            running.progress.answer(name, choice)
        self.run(lambda: self._along(running, act))
        self.learn()
        snapshot = running.progress.snapshot
        for line in checklist_lines.troubles(snapshot.checks, NAME):
            self.say(line)
        wrong = [check.summary for check in snapshot.checks if check.counts_as is Status.FAILED]
        if wrong and not may_fail:
            raise StepError("; ".join(wrong))
        return snapshot

    async def _along(self, running: Any, act: Act | None) -> None:
        player = Player(self.session, self.service) if self.service.environment.provider else None
        narrator = Narrator(Ink.of(sys.stdout), None, asked=True)
        looks: list[Act] = [look for look in (player, act) if look]
        stopped: list[NobodyError] = []
        asked: set[str] = set()

        async def tell(scope: anyio.CancelScope) -> None:
            async for update in running.progress.updates():
                for line in narrator.tell(update.snapshot):
                    self.say(line)
                for look in looks:
                    await look(running.progress, update)
                for one in update.snapshot.decisions:
                    if one.id not in asked:
                        asked.add(one.id)
                        try:
                            running.progress.answer(one.id, await in_thread(self._decide, one))
                        except NobodyError as stop:
                            stopped.append(stop)
                            scope.cancel()

        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as scope:
                group.start_soon(tell, scope)
                await running.run()
        if stopped:
            raise stopped[0]

    def _decide(self, asked: Any) -> str:
        for line in decision(asked):
            self.say(line)
        return self.ask(f"Your answer ({', '.join(one.id for one in asked.choices) or asked.typed}):")

    # What comes of it.

    def answered(self, point: str, verdict: Verdict, seen: str) -> None:
        """Note what a point has come to."""
        assert point in QUESTIONS, point
        self.answers[point] = Answer(verdict, seen)
        self.say(f"  {point}: {verdict}. {seen}")

    def as_believed(self, point: str, seen: str, *, fine: bool) -> None:
        """Note whether a point is as it was believed to be."""
        self.answered(point, Verdict.AS_BELIEVED if fine else Verdict.OTHERWISE, seen)

    def open(self, point: str, why: str) -> None:
        """Note that a point stays open."""
        self.answered(point, Verdict.OPEN, why)

    def write(self) -> None:
        """Write recordings and answers, as far as they have come."""
        self.learn()
        self.recorder.write(self.replies, self.blank)
        rows = [
            f"| {point} | {question.step} | {self._of(point).verdict} | {self._of(point).seen} |"
            for point, question in QUESTIONS.items()
        ]
        head = "| point | step | answer | what was seen |\n|---|---|---|---|\n"
        world = f"Found in {self.where}, by snowpixel {__version__}."
        text = self.blank(f"# What the live trial found\n\n{world}\n\n{head}" + "\n".join(rows) + "\n")
        self.findings.write_text(text, encoding="utf-8")

    def _of(self, point: str) -> Answer:
        step = QUESTIONS[point].step
        how = "was skipped" if step in self.skipped else "did not come to its end"
        return self.answers.get(point) or Answer(Verdict.OPEN, f"the step `{step}` {how}")

    def left(self) -> list[str]:
        """Name everything of the trial that may still be there, as its file knows it."""
        return list(_left(self.setup)) if self.exists else []

    @property
    def removal(self) -> str:
        """The command that removes what is left."""
        self.session.home = self.service.environment.home
        return self.session.line(f"remove {NAME} --delete-logs")

    def say_what_is_left(self) -> None:
        """Say exactly what is left, and which command removes it."""
        left = self.left()
        self.say()
        if not left:
            self.say("Nothing of the trial is left in your AWS account.")
            return
        self.say("Still in your AWS account:")
        for one in left:
            self.say(f"  {one}")
        self.say(f"Remove it with: {self.removal}")

    def introduce(self) -> None:
        """Say what is about to happen."""
        self.say("The live trial creates a setup in your AWS account, looks at what AWS really does, and removes it.")
        self.say(f"It has {len(STEPS)} steps, asks before each, and costs at most {total()} cents in all.")
        self.say(f"AWS's replies go into {self.replies}, with every id blanked. Nothing is sent to anybody.")
        if self.exists:
            self.say("An earlier trial was interrupted: it is continued.")


def _unused(folder: Path) -> Path:
    """Return a folder that holds nothing yet: an earlier run of the trial keeps what it wrote."""
    names = (folder, *(folder.with_name(f"{folder.name}-{number}") for number in range(2, 1000)))
    return next(each for each in names if not each.exists())


def check_of(snapshot: Snapshot, item: str) -> Check | None:
    """Return what a walk found about one item."""
    return next((check for check in snapshot.checks if check.id == item), None)


def _left(setup: Setup) -> Iterator[str]:
    """Yield what a setup has in AWS, and records that the user added."""
    made, name = setup.made, f"snowpixel-{setup.id}"
    there = {*setup.made_at, *setup.stood}
    named = (
        ("bucket", made.content_bucket),
        ("bucket with the access logs", made.log_bucket),
        ("CloudFront distribution", made.distribution),
        ("origin access control", made.origin_access_control),
        ("certificate in us-east-1", None if made.certificate_borrowed else made.certificate),
        ("log delivery in us-east-1", made.delivery),
        ("log source in us-east-1", name if "delivery-source" in there else None),
        ("log destination in us-east-1", name if "delivery-destination" in there else None),
        *(("replaced certificate in us-east-1", arn) for arn in made.certificates_former),
        *(("earlier distribution", one) for one in made.distributions_former),
        ("DNS record", setup.choices.domain if "pixel-record" in made.records_seen else None),
        ("DNS record", made.validation_name if "certificate-record" in made.records_seen else None),
    )
    yield from (f"{kind}: {value}" for kind, value in named if value)
    if made.caller_reference and not made.distribution:
        yield f"possibly a CloudFront distribution with the caller reference {made.caller_reference}"
