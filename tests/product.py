"""The product pointed at a practice world, and the user's part played for it: what scenario tests are written with."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio

from tests.finished import Finished
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.engine.progress import Progress
from wizard.model.results import Change, Check, DnsRecord, Job, Snapshot, Status
from wizard.model.setup import Setup, SetupChoices
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile, network
from wizard.service import Environment, PreparedWalk, Service

DOMAIN = "e.example.test"
"""The host name that scenarios give to the pixel, in the practice world's zone."""

ROW_LIMIT = 60.0
"""Seconds that a row of a check may take here: no test depends on speed."""

Front = Callable[[Progress], Any]
"""An asynchronous function that watches a walk, as a screen would."""


class Product:
    """One computer with snowpixel on it.

    Args:
        world: the practice world it reaches.
        control: the world's provider page and faults.
        home: its data folder.
        keys: other keys than the administrator's.
        endpoint: another URL for every AWS service than the world's own.
        pace: seconds that it waits for each nominal one.
        finished: the setups that are gone back to in this world.
        calm: whether nothing passes by itself in a world that was gone back to.
    """

    def __init__(
        self,
        world: WorldFile,
        control: Control,
        home: Path,
        keys: Keys | None = None,
        *,
        endpoint: str = "",
        pace: float = 0.0,
        finished: Finished | None = None,
        calm: bool = False,
    ) -> None:
        self.world = world
        self._finished = finished
        self._calm = calm
        self.control = control
        self.calls: list[tuple[str, str]] = []
        keys = keys or Keys(world.access_key_id, Secret(world.secret_access_key))
        self.source = KeySource(keys=keys, endpoint=endpoint or world.aws_endpoint)
        self.service = Service(
            Environment(
                home=home,
                source=self.source,
                network=network(world),
                pace=pace,
                row_limit=ROW_LIMIT,
                check_limit=2 * ROW_LIMIT,
                zone=world.zone,
                provider=control,
                observe=lambda service, operation: self.calls.append((service, operation)),
            )
        )

    def reaching(self, endpoint: str, pace: float = 0.0) -> "Product":
        """Return this computer with AWS at another URL."""
        home = self.service.store.home
        return Product(self.world, self.control, home, self.source.keys, endpoint=endpoint, pace=pace)

    def new(self, name: str = "main", **choices: Any) -> Setup:
        """Save a setup with a domain, unless `domain=None`."""
        return self.service.store.create(name, SetupChoices(**{"domain": DOMAIN, **choices}))

    def stand(self, **choices: Any) -> None:
        """Have a setup that is set up to the end, and nothing else, in a world as every test begins in.

        Set up once in a test process for each set of choices, and gone back to from then on: for tests of what comes
        after that. The choices are those of `new`.
        """
        assert self._finished is not None
        home, name = self.service.store.home, f"whole {sha256(repr(sorted(choices.items())).encode()).hexdigest()}"
        if name in self._finished:
            self._finished.go_back(name, home)
        else:
            self.new(**choices)
            assert not_ok(self.apply()) == []
            self._finished.keep(name, home)
        if self._calm:
            self.control.calm()
        self.clear()

    def setup(self, name: str = "main") -> Setup:
        """Return the setup as it is saved now."""
        return self.service.store.load(name)

    def run(self, job: Job, name: str = "main", *, adds_records: bool = True, **options: Any) -> Snapshot:
        """Run a walk to its end while a user adds the DNS records that it asks for, and return the last snapshot."""
        running = self.service.start(job, name, **{"patience": 20.0, **options})
        front = self.user if adds_records else None
        anyio.run(self._run, running, front)
        return running.progress.snapshot

    async def _run(self, running: PreparedWalk, front: Front | None) -> None:
        async with anyio.create_task_group() as group:
            if front:
                group.start_soon(front, running.progress)
            await running.run()

    async def user(self, progress: Progress) -> None:
        """Do at the DNS provider what the board asks for."""
        done: set[tuple[str, DnsRecord]] = set()
        async for update in progress.updates():
            for change in update.snapshot.changes:
                if (
                    change.record
                    and (str(change.action), change.record) not in done
                    and _asked(update.snapshot, change)
                ):
                    done.add((str(change.action), change.record))
                    self.act(change)
                    progress.look_now()

    def act(self, change: Change) -> None:
        """Add or remove one record, as the user would in a form."""
        record = change.record
        assert record is not None
        if change.action in ("delete", "update"):
            self.control.remove_record(record.name, record.type)
        if change.action != "delete":
            self.control.add_record(record.name, record.type, record.value)

    def apply(self, **options: Any) -> Snapshot:
        """Set up to the end."""
        return self.run(Job.APPLY, **options)

    def check(self, **options: Any) -> Snapshot:
        """Run the checklist; nobody adds anything meanwhile."""
        return self.run(Job.CHECK, adds_records=False, **options)

    def writes(self) -> list[tuple[str, str]]:
        """Return the writing calls that AWS saw since the last `clear`."""
        return [(service, operation) for service, operation, writes in self.control.calls() if writes]

    def clear(self) -> None:
        """Forget the calls seen so far."""
        self.calls.clear()
        self.control.clear_calls()


def _asked(snapshot: Snapshot, change: Change) -> bool:
    """Only what the user is asked for counts, not what we make ourselves in Route 53."""
    return change.record in snapshot.records or change.action == "delete"


def verdicts(snapshot: Snapshot) -> Mapping[str, Status]:
    """Return each item's verdict."""
    return {check.id: check.status for check in snapshot.checks}


def not_ok(snapshot: Snapshot) -> list[Check]:
    """Return the checks that are not ok; shown by pytest when a test expects none."""
    return [check for check in snapshot.checks if check.status is not Status.OK]
