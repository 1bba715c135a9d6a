"""A watch on everything that a walk does to the world: each AWS call and each save passes through it, by name.

Names do not carry what is random (ids, account, ARNs), so that a boundary of one run is found again in the next.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_fields
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from tests.product import Product
from wizard.aws.client import AwsClient
from wizard.aws.keys import KeySource
from wizard.aws.timeouts import WALK, CallTimeouts
from wizard.model.ports import Aws, Ports
from wizard.model.setup import Setup, SetupChoices
from wizard.net.dns_client import DnsClient
from wizard.service import Service
from wizard.storage.setup_state import SavedState
from wizard.storage.store import Store

LOOKING = ("get_", "list_", "head_", "describe_", "simulate_")
"""How the names of operations begin that change nothing."""
ROLE = re.compile(r"snowpixel-[0-9a-f]{8}-(content|logs)-")

Call = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Event:
    """One thing that a walk does.

    Attributes:
        name: unique within a run, the same in every run.
        service: AWS service; empty for a save.
        operation: AWS operation as the API spells it; empty for a save.
        writes: whether it changes anything.
        again: whether one of the same name came before in the run.
    """

    name: str
    service: str = ""
    operation: str = ""
    writes: bool = True
    again: bool = False


@dataclass
class Watch:
    """Lets everything pass, and remembers it in order."""

    events: list[Event] = field(default_factory=list)
    copies_only: bool = False
    """Whether a walk's end has nothing left to save, and only makes the previous copy."""
    _seen: Counter[str] = field(default_factory=Counter)

    def noted(self, name: str, service: str = "", operation: str = "", *, writes: bool = True) -> Event:
        """Remember one more event; the second of a name is told apart by its number."""
        self._seen[name] += 1
        number = self._seen[name]
        event = Event(name if number == 1 else f"{name} #{number}", service, operation, writes, number > 1)
        self.events.append(event)
        return event

    async def call(self, event: Event, make: Call) -> dict[str, Any]:
        """Make one AWS call."""
        del event
        return await make()

    @contextmanager
    def saving(self, event: Event) -> Iterator[None]:
        """Surround one change of the state file."""
        del event
        yield


Hasty = tuple[tuple[str, str], CallTimeouts]
"""A service's operation that is given up sooner than the others, and after what."""


class WatchedAws:
    """AWS as the walk sees it; implements `wizard.model.ports.Aws`.

    Args:
        inner: makes the calls.
        watch: told of them.
        hasty: makes the calls of one operation in its place.
    """

    def __init__(self, inner: Aws, watch: Watch, hasty: tuple[tuple[str, str], Aws] | None = None) -> None:
        self.inner = inner
        self.watch = watch
        self.hasty = hasty
        self.region = inner.region

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        spelt = "".join(part.capitalize() for part in operation.split("_"))
        about = _file(parameters.get("Key", "")) or _role(parameters.get("Bucket", "")) or ""
        name = f"{service}:{spelt} {about}".strip()
        event = self.watch.noted(name, service, spelt, writes=not operation.startswith(LOOKING))
        aws = self.hasty[1] if self.hasty and self.hasty[0] == (service, spelt) else self.inner
        return await self.watch.call(event, lambda: aws(service, operation, **parameters))


def _file(key: str) -> str:
    """Name a file; the tracker's own name is random."""
    return "tracker" if key.endswith(".js") else key


def _role(bucket: str) -> str:
    found = ROLE.match(bucket)
    return found.group(1) if found else bucket


class WatchedLedger(SavedState):
    """A ledger that names each of its changes that asks for a save, and its end.

    Several may share a save, and what only rides along has none of its own.
    """

    def __init__(self, store: "WatchedStore", setup: Setup) -> None:
        super().__init__(store, setup)
        self.watched = store

    def _change(self, setup: Setup, *, rides: bool) -> None:
        event = None if rides else self.watched.watch.noted(f"save {changed(self.setup, setup)}")
        self.watched.unsaved.append((setup, event))
        super()._change(setup, rides=rides)

    def close(self) -> None:
        if self._closed:  # the file was deleted
            super().close()
            return
        watch = self.watched.watch
        watch.copies_only = self._written >= self._changes
        with watch.saving(watch.noted("save the end")):
            super().close()


class WatchedStore(Store):
    """The store, telling of each change of a file before and after it is made."""

    def __init__(self, home: Path, watch: Watch) -> None:
        super().__init__(home)
        self.watch = watch
        self.unsaved: list[tuple[Setup, Event | None]] = []
        """The states that are not on the disk yet, with the events that made them."""

    def _state(self, setup: Setup) -> WatchedLedger:
        return WatchedLedger(self, setup)

    def save(self, setup: Setup, *, keep: bool = True) -> None:
        events = self._carried_by(setup)
        if not self.path(setup.name).exists():
            events.append(self.watch.noted("save new"))
        with ExitStack() as stack:
            for event in events:
                stack.enter_context(self.watch.saving(event))
            super().save(setup, keep=keep)

    def _carried_by(self, setup: Setup) -> list[Event]:
        """Take out the changes that a state has in it: its own, and all before."""
        last = next((at for at, (state, _) in enumerate(self.unsaved, 1) if state is setup), 0)
        carried, self.unsaved[:last] = self.unsaved[:last], []
        return [event for _, event in carried if event]

    def delete(self, name: str) -> None:
        with self.watch.saving(self.watch.noted("delete the state file")):
            super().delete(name)


def changed(before: Setup, after: Setup) -> str:
    """Name what differs between two states of a setup, without the random values."""
    old, new = asdict(before), asdict(after)
    plain = [name for name in new if name not in ("made", "choices", "stood", "waits") and old[name] != new[name]]
    deep = [
        f"{part}.{name}"
        for part in ("made", "choices")
        for name, value in asdict(new[part]).items()
        if value != getattr(old[part], name)
    ]
    listed = [
        f"{sign}{part}.{name}"
        for part in ("stood", "waits")
        for sign, names in (("+", set(new[part]) - set(old[part])), ("-", set(old[part]) - set(new[part])))
        for name in sorted(names)
    ]
    return " ".join((*plain, *deep, *listed)) or "the same"


@dataclass
class Clients:
    """AWS clients that outlive a walk: loading the services' models takes longer than a walk does."""

    made: dict[tuple[str, CallTimeouts], AwsClient] = field(default_factory=dict)

    def get(self, source: KeySource, region: str, patience: CallTimeouts) -> AwsClient:
        """Return the client for a region and patience, made once."""
        key = (region, patience)
        if key not in self.made:
            self.made[key] = AwsClient(source, region, patience)
        return self.made[key]


class WatchedService(Service):
    """The product with a watch on its seams.

    Args:
        product: whose surroundings it takes.
        clients: its AWS clients.
        watch: told of everything.
        patience: replaces the walks' own patience.
        hasty: an operation with a patience of its own.
    """

    def __init__(
        self,
        product: Product,
        clients: Clients,
        watch: Watch,
        patience: CallTimeouts | None = None,
        hasty: Hasty | None = None,
    ) -> None:
        super().__init__(product.service.environment)
        self.watch = watch
        self.store = WatchedStore(product.service.environment.home, watch)
        self._clients = clients
        self._patience = patience
        self._hasty = hasty

    def ports(
        self,
        choices: SetupChoices,
        patience: CallTimeouts = WALK,
        source: KeySource | None = None,
        dns: DnsClient | None = None,
    ) -> Ports:
        """Build the seams with the watch in between."""
        ports = super().ports(choices, patience, source, dns)
        used = source or self.source(choices)
        client = self._clients.get(used, choices.region, self._patience or patience)
        hasty = (self._hasty[0], self._clients.get(used, choices.region, self._hasty[1])) if self._hasty else None
        return with_fields(ports, aws=WatchedAws(client, self.watch, hasty))
