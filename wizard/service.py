"""The product for all front ends: setups, walks, credentials, and events, without screens or command line."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from dataclasses import replace as copy
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from wizard.adoption.adopt import FoundSetup, rebuild, refuse_adopted, search
from wizard.aws.client import AwsClient, Listener, Observer
from wizard.aws.identity import Identity
from wizard.aws.keys import KeySource
from wizard.aws.timeouts import LOOK, WALK, CallTimeouts
from wizard.choices.table import refuse_incoherent
from wizard.credentials.manager import CredentialManager, KnownIdentity
from wizard.credentials.source import CredentialSource
from wizard.engine import jobs, walks
from wizard.engine.progress import Progress
from wizard.engine.renewal import renewing
from wizard.engine.retry import RetryingAws
from wizard.engine.write_ahead import WriteAhead
from wizard.model.context import CHECK_LIMIT, DELETE_LOGS, ROW_LIMIT, UPGRADE, YES, Context
from wizard.model.ports import REAL_NETWORK, Network, Ports
from wizard.model.program_name import NAME
from wizard.model.results import Job, Status
from wizard.model.setup import RECIPE, Goal, Made, Setup, SetupChoices
from wizard.model.threads import to_the_end
from wizard.net.clock import SystemClock
from wizard.net.dns_client import DnsClient
from wizard.net.dns_operator import DnsOperator, dns_operator
from wizard.net.web_client import WebClient
from wizard.snowplow.browserproof.browser_pages import BrowserPages
from wizard.snowplow.events.event_store import EventStore
from wizard.snowplow.events.reader import EventReader
from wizard.storage.allowed_changes import choose, refuse_unchangeable
from wizard.storage.blobs import BlobFolder
from wizard.storage.cache import CACHE, delete_store, kept_events
from wizard.storage.setup_state import MemoryState, SavedState
from wizard.storage.store import Store, StoreError


class PracticeProvider(Protocol):
    """The DNS provider's web page of a practice world, for playing the user's part there. Its calls block."""

    def add_record(self, name: str, rdtype: str, value: str) -> object:
        """Add a record as the user would in a form; names are absolute."""
        ...

    def remove_record(self, name: str, rdtype: str) -> object:
        """Remove all records of that name and type."""
        ...


@dataclass(frozen=True)
class Environment:
    """Where the product runs: given once by the composition root.

    Attributes:
        home: snowpixel's data folder.
        cache: its cache folder; None is one in the data folder.
        source: credentials that win over the setup's own profile; an empty source means none were given.
        network: where to dial.
        pace: what every wait is multiplied by; 1 outside practice.
        zone: the practice world's DNS zone, None outside practice.
        provider: the practice world's DNS provider, None outside practice.
        news: what the user should know before anything else; mostly nothing.
        prefix: what a plain command begins with, to work here as the user types it.
        again: the command that brings the user back to the wizard; empty where it is `prefix` alone.
        observe: told of every AWS call, for benchmarks and tests.
        listen: told how every AWS call ended, for reports.
        row_limit: seconds that one item of a check may take.
        check_limit: seconds that a whole check may take.
    """

    home: Path
    cache: Path | None = None
    source: KeySource = field(default_factory=KeySource)
    network: Network = REAL_NETWORK
    pace: float = 1.0
    zone: str | None = None
    provider: PracticeProvider | None = None
    news: str = ""
    prefix: str = NAME
    again: str = ""
    observe: Observer | None = None
    listen: Listener | None = None
    row_limit: float = ROW_LIMIT
    check_limit: float = CHECK_LIMIT


@dataclass
class PreparedWalk:
    """A walk that is ready to run.

    Attributes:
        progress: where it shows itself; readable before, during and after `run`.
        state: what is known of the setup, from the moment it runs.
    """

    progress: Progress
    _hold: AbstractContextManager[MemoryState]
    _walk: Callable[[MemoryState], Any]
    _after: Callable[[MemoryState], None] | None = None
    state: MemoryState | None = None

    async def run(self) -> None:
        """Run the walk to its end.

        Raises:
            wizard.storage.store.LockedError: another process works on the setup.
            wizard.storage.store.StoreError: the setup cannot be saved.
        """
        try:
            async with _held(self._hold) as state:
                self.state = state
                await self._walk(state)
                if self._after:
                    await to_the_end(self._after, state)
        finally:
            if not self.progress.snapshot.finished:
                self.progress.finish()


@asynccontextmanager
async def _held(hold: AbstractContextManager[MemoryState]) -> AsyncIterator[MemoryState]:
    """Hold a setup; its files are read and written on other threads, to the end even where the walk is given up."""
    held: list[MemoryState] = []
    try:
        await to_the_end(lambda: held.append(hold.__enter__()))
        yield held[0]
    finally:
        if held:
            await to_the_end(hold.__exit__, None, None, None)


class Service:
    """The product.

    Args:
        environment: where it runs.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.store = Store(environment.home)
        self.credentials = CredentialManager(environment.home)

    def ports(
        self,
        choices: SetupChoices,
        patience: CallTimeouts = WALK,
        source: KeySource | None = None,
        dns: DnsClient | None = None,
    ) -> Ports:
        """Build the ports for a setup's choices; nothing is connected yet."""
        here = self.environment
        dns = dns or DnsClient(here.network)
        return Ports(
            aws=AwsClient(source or self.source(choices), choices.region, patience, here.observe, here.listen),
            dns=dns,
            web=WebClient(here.network, dns),
            clock=SystemClock(here.pace),
            blobs=BlobFolder(here.home),
            pages=BrowserPages(here.network),
        )

    def choose(self, name: str, **choices: Any) -> Setup:
        """Change choices of a saved setup (`wizard.storage.allowed_changes.choose`)."""
        return choose(self.store, name, refuse_incoherent, **choices)

    def source(self, choices: SetupChoices) -> KeySource:
        """Return the credentials to use: those given for this run, else the setup's profile, else boto3's search."""
        given = self.environment.source
        return given if given.keys or given.profile else KeySource(None, choices.profile, given.endpoint)

    async def found_in_account(
        self, choices: SetupChoices | None = None, source: KeySource | None = None
    ) -> tuple[FoundSetup, ...]:
        """Find all setups of the AWS account, also those without a file here; nothing is written.

        Args:
            choices: tells the profile and the region to ask from; by default none and ours.
            source: credentials for this search alone.

        Raises:
            wizard.aws.errors.AwsError: AWS refused, or could not be reached.
        """
        return await search(self.ports(choices or SetupChoices(), WALK, source).aws)

    def saved_as(self, found: FoundSetup) -> str | None:
        """Return the name under which a setup of the account is saved here, None if it is not."""
        saved = self.store.with_id(found.id)
        return saved.name if saved else None

    def adopt(self, found: FoundSetup, name: str | None = None, **choices: Any) -> Setup:
        """Save a setup of the account here, so that it can be continued. Nothing in AWS is changed.

        Args:
            found: what `found_in_account` showed.
            name: what to call it here, by default as its tags do; the tags keep their name.
            choices: answers to `found.unknown`, and anything the user wants otherwise from now on.

        Raises:
            wizard.storage.store.StoreError: it is saved here already, or the name is taken by another setup.
        """
        setup = rebuild(found, name, **choices)
        refuse_adopted(found, setup.name, self.saved_as(found), self.store.names())
        refuse_unchangeable(rebuild(found, name), setup.choices)
        self.store.add(setup)
        return setup

    def profiles(self, setup: Setup | None = None) -> tuple[CredentialSource, ...]:
        """List the places with credentials that this computer has; nothing is contacted. Blocking."""
        given = self.source(setup.choices) if setup else self.environment.source
        return self.credentials.found(given, setup)

    async def identity(self, choices: SetupChoices, source: KeySource | None = None) -> Identity:
        """Ask AWS who we are.

        Raises:
            wizard.aws.errors.AwsError: the credentials do not work.
        """
        return (await self.known(choices, source)).who

    async def known(
        self, choices: SetupChoices, source: KeySource | None = None, setup: Setup | None = None
    ) -> KnownIdentity:
        """Ask AWS who we are, and what to beware of.

        Args:
            choices: tell the profile and the region to ask from.
            source: credentials for this question alone.
            setup: the setup whose kept keys count where no others are given.

        Raises:
            wizard.aws.errors.AwsError: the credentials do not work.
        """
        aws = self.ports(choices, LOOK, source).aws
        self.credentials.prepare(aws, setup)
        return await self.credentials.known(aws, self.credentials.elsewhere(source or self.source(choices)))

    def one_look(self) -> DnsClient:
        """Return what walks ask the DNS through that look at the same moment: no question is put twice."""
        return DnsClient(self.environment.network, one_look=True)

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
        """Prepare a walk over a saved setup.

        Args:
            job: which walk.
            name: the setup.
            patience: seconds to wait in all; None is as long as it takes.
            answers: decision id to choice, given beforehand.
            source: credentials for this walk alone, for example typed keys.
            only: limit the walk to these stages or items; the account is always looked at where AWS is asked.
            dns: what `one_look` gave, for several walks that only look.

        Raises:
            wizard.storage.store.StoreError: there is no such setup, or its file cannot be used.
        """
        given = dict(answers or {})
        setup = self.store.load(name)
        if upgrade := job is Job.APPLY and given.get(UPGRADE) == YES:
            setup = replace(setup, recipe=RECIPE)
        looks_only = job in (Job.PLAN, Job.CHECK)
        asked = (dns or self.one_look()) if looks_only else None
        ports = self.ports(setup.choices, LOOK if job is Job.CHECK else WALK, source, asked)
        self.credentials.prepare(ports.aws, setup)
        ports = copy(ports, elsewhere=self.credentials.elsewhere(source or self.source(setup.choices)))
        rows = jobs.rows(Context(ports, MemoryState(setup), given), only)
        progress = walks.progress_for(job, rows, name, setup.accepted)

        async def walk(state: MemoryState) -> None:
            if job is Job.APPLY:
                state.update(removed=False, recipe=RECIPE if upgrade else state.setup.recipe)
            asks = None if looks_only else progress
            signed = renewing(self.credentials, ports.aws, state, ports.clock, progress=asks, patience=patience)
            aws = signed if looks_only else RetryingAws(signed, progress=progress, clock=ports.clock, patience=patience)
            context = self._context(copy(ports, aws=WriteAhead(aws, state)), state, given, job)
            await jobs.WALKS[job](context, progress, patience, only)

        hold: AbstractContextManager[MemoryState] = (
            nullcontext(MemoryState(setup)) if looks_only else self.store.writing(name, f"snowpixel {job} {name}")
        )
        return PreparedWalk(progress, hold, walk, self._after_removal(progress, given) if job is Job.REMOVE else None)

    def _context(self, ports: Ports, state: MemoryState, answers: Mapping[str, str], job: Job) -> Context:
        return Context(
            ports,
            state,
            answers,
            makes=job is Job.APPLY,
            retries=job is Job.REPAIR,
            row_limit=self.environment.row_limit,
            check_limit=self.environment.check_limit,
        )

    async def dns_operator(self, host: str) -> DnsOperator:
        """Look up who runs the DNS of a host name (`wizard.net.dns_operator.dns_operator`)."""
        return await dns_operator(DnsClient(self.environment.network), host)

    def event_reader(
        self,
        name: str,
        since: float,
        *,
        until: float | None = None,
        source: KeySource | None = None,
        full_address: bool = False,
        tests: bool = True,
    ) -> EventReader:
        """Prepare to read a setup's events out of its log bucket (`wizard.snowplow.events.reader.EventReader`).

        Raises:
            wizard.storage.store.StoreError: there is no such setup, its file cannot be used, or it has no log bucket
            (yet).
        """
        setup = self.store.load(name)
        _refuse_without_logs(setup)
        ports = self.ports(setup.choices, LOOK, source)
        self.credentials.prepare(ports.aws, setup)
        state = MemoryState(setup)
        aws = renewing(self.credentials, ports.aws, state, ports.clock, progress=None, patience=None)
        context = Context(copy(ports, aws=aws), state)
        made = setup.made
        store = EventStore(self._kept_events(name), made.log_bucket or "", made.account, whole=full_address)
        return EventReader(context, since, until=until, full_address=full_address, tests=tests, store=store)

    def _kept_events(self, name: str) -> Path:
        return kept_events(self.environment.cache or self.environment.home / CACHE, name)

    def _after_removal(self, progress: Progress, answers: Mapping[str, str]) -> Callable[[MemoryState], None]:
        def after(state: MemoryState) -> None:
            if progress.snapshot.status not in (Status.OK, Status.WARNING):
                return
            with suppress(OSError):  # what is left of it goes with what it was fetched from, by its age
                delete_store(self._kept_events(state.setup.name))
            if answers.get(DELETE_LOGS) == YES or state.setup.made.log_bucket is None:
                self.credentials.forget_if_possible(state.setup)
                if isinstance(state, SavedState):
                    state.drop()
                self.store.delete(state.setup.name)
                return
            kept = state.setup.made
            state.update(removed=True, waits={}, made=Made(account=kept.account, log_bucket=kept.log_bucket))

        return after


def _refuse_without_logs(setup: Setup) -> None:
    """Make sure that there is somewhere to read from.

    Raises:
        wizard.storage.store.StoreError: there is no log bucket (yet).
    """
    if setup.made.log_bucket is None:
        why = (
            "It is created with the rest: continue the setup first."
            if Goal.PIXEL in setup.choices.goals
            else "It has no pixel either: it only serves the JavaScript."
        )
        raise StoreError(f"'{setup.name}' has no log bucket, so there are no events to read. {why}")
