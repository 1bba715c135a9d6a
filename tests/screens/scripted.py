"""A product whose walks follow a script: the real classes, without a world behind them."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import anyio

from wizard.aws.identity import Identity
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.timeouts import CallTimeouts
from wizard.credentials.manager import KnownIdentity
from wizard.credentials.source import CredentialSource
from wizard.engine.progress import Progress
from wizard.engine.walks import progress_for
from wizard.model.context import Context
from wizard.model.results import (
    Action,
    Actor,
    Change,
    Check,
    Copyable,
    Decision,
    DecisionOption,
    DnsRecord,
    Job,
    Phase,
    Problem,
    Status,
    Wait,
)
from wizard.model.setup import Setup, SetupChoices
from wizard.model.threads import to_the_end
from wizard.net.dns_client import DnsClient
from wizard.net.dns_operator import DnsOperator
from wizard.service import Environment, PreparedWalk, Service
from wizard.snowplow.events.reader import EventReader, FetchProgress
from wizard.stages import Stage, stages
from wizard.storage.setup_state import MemoryState

HOSTILE = "[red]Error[/] [/bucket] [@click=app.quit]x[/] \x1b[31mred \u202eevil"

Script = Callable[[Progress], Awaitable[None]]

RECORD = DnsRecord(
    "_abc.e.example.test", "CNAME", "_def.acm-validations.aws", "_abc.e", "proves that the name is yours"
)


class Played:
    """Plays the DNS provider of a practice world, and remembers what was entered."""

    def __init__(self) -> None:
        self.records: list[tuple[str, str, str]] = []

    def add_record(self, name: str, rdtype: str, value: str) -> None:
        self.records.append((name, rdtype, value))

    def remove_record(self, name: str, rdtype: str) -> None:
        self.records = [one for one in self.records if one[:2] != (name, rdtype)]


class Visits(EventReader):
    """Reads a log bucket that holds what the script says."""

    def __init__(self, real: EventReader, visits: bytes) -> None:
        super().__init__(real.context, real.since, tests=False)
        self.visits = visits

    async def fetched(self) -> AsyncIterator[FetchProgress]:
        visits, self.visits = self.visits, b""
        if visits:
            await to_the_end(self.base.add, [("visits", visits)])
        yield FetchProgress(1, 1, 1, 1)


class ScriptedService(Service):
    """The product with scripted walks.

    Args:
        home: its data folder.
        zone: the practice zone, None to play the real world.
        scripts: job to what it puts on the board.
        identity: what AWS says about us, or the error it raises.
    """

    def __init__(
        self,
        home: Path,
        *,
        zone: str | None = "example.test",
        scripts: Mapping[Job, Script] | None = None,
        identity: Identity | Exception | None = None,
    ) -> None:
        keys = Keys("AKIAPRACTICE00000000", Secret("s" * 40)) if zone else None
        self.provider = Played()
        super().__init__(
            Environment(home=home, source=KeySource(keys=keys), zone=zone, provider=self.provider if zone else None)
        )
        self.scripts = dict(scripts or {})
        self.who = identity or Identity("123456789012", "arn:aws:iam::123456789012:user/practice-admin", "practice")
        self.found: tuple[CredentialSource, ...] = ()
        self.looked_up: list[str] = []
        self.holds = ""
        """The zone that the script finds for every name; empty is the part after the first dot."""
        self.asked_with: list[KeySource | None] = []
        self.visits = b""
        """A log file: what is found in the log bucket."""
        self.looked_at: list[frozenset[str] | None] = []
        """The items that each walk was limited to."""

    def profiles(self, setup: Setup | None = None) -> tuple[CredentialSource, ...]:
        del setup  # the script decides
        return self.found

    async def dns_operator(self, host: str) -> DnsOperator:
        self.looked_up.append(host)
        return DnsOperator(
            host, self.holds or host.partition(".")[2], "Cloudflare", "cloudflare", "amy.ns.cloudflare.com"
        )

    async def known(
        self, choices: SetupChoices, source: KeySource | None = None, setup: Setup | None = None
    ) -> KnownIdentity:
        del choices, setup  # the script decides
        self.asked_with.append(source)
        if isinstance(self.who, Exception):
            raise self.who
        return KnownIdentity(self.who, (Problem("root-user"),) if self.who.root else ())

    def event_reader(self, name: str, since: float, **choices: Any) -> EventReader:
        return Visits(super().event_reader(name, since, **choices), self.visits)

    def start(
        self,
        job: Job,
        name: str,
        *,
        patience: float | None = None,
        answers: Mapping[str, str] | None = None,
        source: KeySource | None = None,
        only: Collection[str] | None = None,
        dns: DnsClient | None = None,
    ) -> PreparedWalk:
        del patience, answers, source, dns  # the script decides
        self.looked_at.append(frozenset(only) if only else None)
        setup = self.store.load(name)
        rows = stages(Context(self.ports(setup.choices, CallTimeouts(1, 1, 1)), MemoryState(setup)))
        if only:
            part = (Stage(row.id, tuple(node for node in row.nodes if node.id in only)) for row in rows)
            rows = tuple(row for row in part if row.nodes)
        progress = progress_for(job, rows, name, setup.accepted)

        async def walk(_state: MemoryState) -> None:
            await self.scripts.get(job, all_well)(progress)

        return PreparedWalk(progress, nullcontext(MemoryState(setup)), walk)


def end(progress: Progress, item: str, status: Status = Status.OK, summary: str = "as wanted", **more: object) -> None:
    """Put an item's verdict on the board."""
    stage = next(one.stage for one in progress.snapshot.items if one.id == item)
    check = Check(item, stage, status, summary, **more)  # type: ignore[arg-type]
    progress.change(item, phase=Phase.DONE, activity="", wait=None, decision=None, check=check)


async def all_well(progress: Progress) -> None:
    """Find everything ok."""
    for item in progress.snapshot.items:
        if item.phase is not Phase.DONE:
            end(progress, item.id)
    progress.finish()


async def planned(progress: Progress) -> None:
    """Find nothing made yet."""
    for item in progress.snapshot.items:
        change = Change(item.id, Action.CREATE, Actor.US, f"Create: {item.title}")
        if item.id == "certificate-record":
            change = Change(item.id, Action.CREATE, Actor.USER, "Add: the certificate's record")
        progress.change(item.id, changes=() if item.id == "identity" else (change,))
        status = Status.OK if item.id == "identity" else Status.WAITING
        end(progress, item.id, status, f"{item.title}: not made yet")
    progress.finish()


def waits_for_user(progress: Progress, now: float | None = None) -> None:
    """Let the certificate's record wait for the user, and the distribution for AWS."""
    now = time.time() if now is None else now
    for item in ("identity", "content-bucket", "pixel-i", "log-bucket"):
        end(progress, item)
    change = Change("certificate-record", Action.CREATE, Actor.USER, "Add it at your DNS provider", record=RECORD)
    progress.change(
        "certificate-record",
        phase=Phase.RUNNING,
        changes=(change,),
        wait=Wait("Add it at your DNS provider", Actor.USER, now - 42, 300, now + 4),
    )
    progress.change(
        "serving",
        phase=Phase.RUNNING,
        wait=Wait("CloudFront carries the settings to all its places", Actor.AWS, now - 65, 240, now + 9),
    )
    progress.change("delivery", phase=Phase.RUNNING, activity="Switch on the delivery of log lines")


async def stays_waiting(progress: Progress) -> None:
    """Wait for the user until somebody looks, then see everything."""
    waits_for_user(progress)
    await waits_for_ever(progress)
    progress.change("certificate-record", changes=())
    await all_well(progress)


async def waits_for_ever(progress: Progress) -> None:
    """Wait until somebody looks."""
    await progress.pause(_Slow(), 3600)


class _Slow:
    pace = 1.0

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


async def mixed(progress: Progress) -> None:
    """Find one of everything."""
    problem = Problem("drift", {"resource": "the bucket's policy"})
    end(progress, "content-bucket.public-access", Status.FAILED, "Block Public Access: switched off", problem=problem,
        observed="BlockPublicAcls: off", expected="BlockPublicAcls: on")  # fmt: skip
    progress.change(
        "content-bucket.public-access",
        changes=(Change("content-bucket.public-access", Action.UPDATE, Actor.US, "Switch Block Public Access on"),),
    )
    end(progress, "first-event", Status.WAITING, "The test event was sent; no log file yet", look_again=60.0,
        copy=(Copyable("Request id", "abc123"),))  # fmt: skip
    end(progress, "tls", Status.UNKNOWN, HOSTILE, observed=HOSTILE, problem=Problem("slow", {}))
    await all_well(progress)


QUESTION = Decision(
    "borrow",
    "There is a certificate for this name already. Use it?",
    (
        DecisionOption("new", "Request a new one", "Needs one more DNS record"),
        DecisionOption("use", "Use it", f"Shared {HOSTILE}"),
    ),
    "new",
    "--certificate",
)


async def asks(progress: Progress) -> None:
    """Ask one question, and go on when it is answered."""
    progress.change("certificate", phase=Phase.RUNNING, decision=QUESTION, activity=QUESTION.question)
    while progress.answered("borrow") is None:
        await progress.pause(_Slow(), 3600)
    progress.change("certificate", decision=None)
    await all_well(progress)


def a_setup(service: Service, name: str = "main", **choices: object) -> Setup:
    """Save a setup."""
    return service.store.create(name, SetupChoices(**{"domain": "e.example.test", **choices}))  # type: ignore[arg-type]
