"""The test bench of the matrices: one practice world, setups in it, and the verdict on how a cell ended."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import anyio
import pytest

from tests.drift.standing import Behind
from tests.finished import Finished
from tests.inventory import Account, expected
from tests.matrices.victim import LONGEST, NAME, Victims
from tests.matrices.watching import Clients, Hasty, Watch, WatchedService
from tests.product import DOMAIN, Product, not_ok
from wizard.aws.timeouts import CallTimeouts
from wizard.engine.progress import Progress
from wizard.engine.renewal import RENEW, STOP
from wizard.model.context import DELETE_LOGS, YES
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.resources.buckets.pixel_objects import KEYS
from wizard.storage.store import UnknownSetupError

WITH_LOGS = {DELETE_LOGS: YES}
"""The answer with which a removal takes the logs too."""


@dataclass(frozen=True)
class Outcome:
    """How one cell ended.

    Attributes:
        cell: its name.
        wrong: what is not as it has to be; empty when all is right.
    """

    cell: str
    wrong: tuple[str, ...]


class Ground(StrEnum):
    """What a setup finds in the account."""

    PROVIDER = "nothing"
    """The domain's DNS is at a provider, where the user adds the records."""
    ROUTE53 = "the domain's hosted zone"
    BORROWED = "a certificate to borrow"


class Bench:
    """One practice world with one computer on it.

    Args:
        world: the running world.
        scratch: where the computers' data folders are made.
    """

    def __init__(self, world: WorldFile, scratch: Path) -> None:
        self.control = Control(world)
        self.account = Account(world)
        self._world = world
        self.scratch = scratch
        self._clients = Clients()
        self._victims: Victims | None = None
        self._green = False
        self._ground = Ground.PROVIDER
        self._choices: dict[str, Any] = {}
        self._given: dict[Ground, dict[str, Any]] = {}
        """Grounds that were prepared and are remembered, to the choices that follow from them."""
        self._finished = Finished(self.control, scratch)
        self.product = self._computer()

    @property
    def victims(self) -> Victims:
        """The computers that lose power; started when first needed."""
        if self._victims is None:
            self._victims = Victims(Path(self._world.ca_file).parent)
        return self._victims

    @property
    def home(self) -> Path:
        """The data folder in use."""
        return self.product.service.store.home

    @property
    def behind(self) -> Behind:
        """Somebody else at work in the account."""
        return Behind(self.product, self.account)

    def close(self) -> None:
        """End what was started."""
        if self._victims:
            self._victims.close()

    # Where a cell starts.

    def _computer(self) -> Product:
        product = Product(self._world, self.control, Path(mkdtemp(dir=self.scratch)))
        product.service = WatchedService(product, self._clients, Watch())
        return product

    def fresh(self, ground: Ground = Ground.PROVIDER) -> None:
        """Start over: an account with nothing of ours, a new computer."""
        self.control.set_pace(0)
        if ground in self._given:
            self.control.recall(_empty(ground))
        else:
            self.control.reset()
            self._given[ground] = self._prepare(ground)
            self.control.remember(_empty(ground))
        self._start(ground)

    def _start(self, ground: Ground) -> None:
        """Have a new computer on a prepared ground."""
        self._green, self._ground, self._choices = False, ground, self._given[ground]
        self.product = self._computer()

    def _prepare(self, ground: Ground) -> dict[str, Any]:
        """Have in the account what the ground names, and return the choices that follow from it."""
        if ground is Ground.ROUTE53:
            self.control.add_zone_in_route53()
        return {"certificate": self.behind.certificate(DOMAIN)} if ground is Ground.BORROWED else {}

    def new(self, ground: Ground = Ground.PROVIDER, **choices: Any) -> None:
        """Start over with a setup saved and nothing made; whoever loses its file will choose the same again."""
        self.fresh(ground)
        self._choices = self._choices | choices
        self.begin()

    def begin(self) -> None:
        """Save the setup, unless it is saved."""
        if NAME not in self.product.service.store.names():
            self.product.new(NAME, **self._choices)

    def green(self, ground: Ground = Ground.PROVIDER) -> None:
        """Have a finished setup: that of the cell before if it was left whole, else as it was when first finished."""
        if self._green and self._ground is ground and self._choices == self._given[ground]:
            return
        if ground in self._finished:
            self._start(ground)
            self._finished.go_back(ground, self.home)
            self._green = True
            return
        self.new(ground)
        wrong = self.finished(self.run(Job.APPLY))
        assert not wrong, wrong
        self._finished.keep(ground, self.home)

    # What a cell does.

    def run(
        self,
        job: Job,
        watch: Watch | None = None,
        *,
        patience: CallTimeouts | None = None,
        hasty: Hasty | None = None,
        answers: Mapping[str, str] | None = None,
        login: Callable[[], str] = lambda: STOP,
    ) -> Snapshot:
        """Run a walk under a watch; `login` says what the user does when the sign-in has expired."""
        self._green = False
        service = self.product.service = WatchedService(self.product, self._clients, watch or Watch(), patience, hasty)
        running = service.start(job, NAME, answers=answers or {}, patience=LONGEST)

        async def front(progress: Progress) -> None:
            async with anyio.create_task_group() as group:
                if job is not Job.CHECK:
                    group.start_soon(self.product.user, progress)
                group.start_soon(_sign_in, progress, login)

        anyio.run(self.product._run, running, front)
        return running.progress.snapshot

    def resume(self, job: Job) -> list[str]:
        """Go on after an interruption, and say what is wrong at the end."""
        if job is Job.REMOVE:
            return self.removed()
        self.begin()
        return self.finished(self.run(job))

    def forget(self) -> None:
        """Lose the computer's files, and have the setup found in the account; the user answers what it is for."""
        rmtree(self.home / "setups")
        self._green = False
        service = self.product.service
        found = anyio.run(service.found_in_account)
        assert len(found) <= 1, found
        for one in found:
            service.adopt(one, NAME, domain=DOMAIN, **self._choices)

    # How it has to end.

    def finished(self, last: Snapshot) -> list[str]:
        """Say what keeps this from being one whole setup: results, checklist, account, file."""
        wrong = [f"{last.job}: {told(check)}" for check in not_ok(last)]
        if last.job is not Job.CHECK:
            wrong += [f"check: {told(check)}" for check in not_ok(self.run(Job.CHECK))]
        setup = self.product.setup(NAME)
        has, wanted = self.account.inventory(), expected(setup)
        wrong += [
            f"{kind}: the account has {has[kind]}, not {wanted[kind]}" for kind in has if has[kind] != wanted[kind]
        ]
        if setup.made.content_bucket in has["buckets"]:
            files = self.account.files(setup.made.content_bucket)
            tracker = setup.made.tracker
            keys = (*KEYS, tracker.key) if tracker else KEYS
            wrong += [f"files: {files}"] if files != sorted(keys) else []
        wrong += [f"still waiting: {', '.join(setup.waits)}"] if setup.waits else []
        wrong += self._records(1)
        self._green = not wrong
        return wrong

    def removed(self) -> list[str]:
        """Remove to the end, and say what was left."""
        wrong: list[str] = []
        try:
            last = self.run(Job.REMOVE, answers=WITH_LOGS)
            wrong += [f"remove: {told(check)}" for check in last.checks if check.status not in DONE]
        except UnknownSetupError:
            pass  # the interrupted removal was through
        stays = {"certificates": [arn]} if (arn := self._choices.get("certificate")) else {}
        left = self.account.inventory()
        wrong += [f"{kind} left: {names}" for kind, names in left.items() if names != stays.get(kind, [])]
        files = (path for path in (self.home / "setups").glob("*main*") if path.suffix not in (".lock", ".holder"))
        wrong += [f"file left: {path.name}" for path in files]
        return wrong + self._records(0)

    def _records(self, number: int) -> list[str]:
        if self._ground is Ground.ROUTE53:
            return []
        found = [one for one in self.control.records() if one["name"].rstrip(".") == DOMAIN]
        return [f"records of {DOMAIN}: {found}"] if len(found) != number else []


@contextmanager
def set_up(world: WorldFile) -> Iterator[Bench]:
    """Yield a bench that costs little: hundreds of roads are walked on it.

    Its computers' files are in memory where the system has such a folder: a killed process takes nothing with it that
    the kernel already has, so waiting for a disk would show nothing. Only the world's certificate authority is
    trusted: reading the system's takes a tenth of a second in each walk.
    """
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as scratch, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", world.ca_file)
        bench = Bench(world, Path(scratch))
        try:
            yield bench
        finally:
            bench.close()


MEMORY = Path("/dev/shm")
"""Linux's file system in memory."""


def _empty(ground: Ground) -> str:
    """Name the remembered world with nothing of ours in it."""
    return f"empty, with {ground}"


async def _sign_in(progress: Progress, login: Callable[[], str]) -> None:
    answered: set[str] = set()
    async for update in progress.updates():
        for decision in update.snapshot.decisions:
            if decision.id.startswith(RENEW) and decision.id not in answered:
                answered.add(decision.id)
                progress.answer(decision.id, login())


DONE = (Status.OK, Status.WARNING)


def told(check: Check) -> str:
    """Return a result in one line."""
    problem = f" [{check.problem.id}]" if check.problem else ""
    return f"{check.id} is {check.status}{problem}: {check.summary} {check.observed}".strip()


def report(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the failed cells, one in a line."""
    return [f"{outcome.cell}: {'; '.join(outcome.wrong)}" for outcome in outcomes if outcome.wrong]


def settle(cell: str, run: Callable[[], list[str]]) -> Outcome:
    """Run one cell; a crash is its own outcome and not the end of the others."""
    try:
        return Outcome(cell, tuple(run()))
    except Exception as error:  # noqa: BLE001 - any way to go wrong is a failed cell
        return Outcome(cell, (f"{type(error).__name__}: {error}",))
