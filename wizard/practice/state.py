"""The state of one practice world, shared by its listeners. Reset replaces what is in it, never the object."""

import asyncio
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from wizard.practice import tracker_release
from wizard.practice.aws_view import View
from wizard.practice.certificate_authority import CertificateAuthority
from wizard.practice.dns_answers import CachingResolver
from wizard.practice.edge_records import Hit, Kept
from wizard.practice.emulated import EmulatedAws, Stores
from wizard.practice.faults import Faults
from wizard.practice.timing import Timing
from wizard.practice.zones import Authority, Contents, Internet, Record, ServedZone

ZONE = "example.test"
"""The practice user's zone."""
PROVIDER = {"ns1.provider.test": "192.0.2.1", "ns2.provider.test": "192.0.2.2"}
"""The practice user's DNS provider. Addresses are of TEST-NET-1 (RFC 5737): nobody answers there."""
REGISTRY = {"a.nic.test": "192.0.2.3"}
"""Serves the parent zone `test`, the root, and the zones of AWS."""
ROUTE53 = ("192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14")
"""Where the name servers of a delegated Route 53 zone answer."""


def _internet(view: View) -> Internet:
    """Build the zones and name servers of a fresh world."""

    def distributions() -> Iterator[Record]:
        for each in view.distributions.values():
            yield Record(each.domain, "A", "127.0.0.1", 60)
            if each.current.ipv6:
                yield Record(each.domain, "AAAA", "::1", 60)

    zones = {
        "": ServedZone("", REGISTRY),
        "test": ServedZone("test", REGISTRY),
        ZONE: ServedZone(ZONE, dict(PROVIDER)),
        "cloudfront.net": ServedZone("cloudfront.net", REGISTRY, distributions),
        "acm-validations.aws": ServedZone("acm-validations.aws", REGISTRY),
    }
    machines = [Authority((address,)) for address in (*PROVIDER.values(), *REGISTRY.values())]
    net = Internet(zones, [*machines, Authority(ROUTE53)])
    zones["test"].extra = lambda: (each for each in net.address_records() if each.name.endswith(".test"))
    released = [Record(host, "A", "127.0.0.1") for host in tracker_release.hosts()]
    zones[""].extra = lambda: (*(each for each in net.address_records() if not each.name.endswith(".test")), *released)
    return net


@dataclass(frozen=True)
class Memory:
    """A world at one moment: all that a user or AWS has put into it; troubles and the list of calls are not part of it.

    Attributes:
        stores: what the services hold.
        view: what the rules remember of it.
        plain: attribute of `WorldState` to its value.
        zones: name of a zone to its name servers and records.
    """

    stores: Stores
    view: View
    plain: dict[str, Any]
    zones: dict[str, Contents]


PLAIN = (
    "hits",
    "kept",
    "log_encoding",
    "bucket_cooldown",
    "route53_zone",
    "route53_changes",
    "route53_name_servers",
    "momentary",
    "passed",
    "lost_log_seed",
    "staleness_seed",
    "unseen",
    "ever_made",
)
"""Attributes of `WorldState` that a memory holds."""


PASSING = (
    "not-disabled",
    "precondition",
    "access-control-in-use",
    "young-distribution",
    "logs-busy",
    "bucket-busy",
    "young-tags",
)
"""Refusals that pass by themselves: see `wizard.practice.rules.momentary`."""

SEED = "practice"
"""Chance of a world that nobody gave another."""


@dataclass
class WorldState:
    """Everything that the parts of a world share.

    Attributes:
        log_encoding: `double` (the documented form of CloudFront's logs: `%` is written `%25`) or `single`.
        bucket_cooldown: nominal seconds for which the name of a deleted bucket is refused with OperationAborted.
        momentary: refusal of `rules.momentary` to how often it is met for each thing.
        passed: refusal and thing to how often it was met.
        lost_log_seed: chance that decides which of a distribution's first log lines are lost; empty: none is.
        staleness_seed: chance that decides for how long what is made or changed stays unseen; empty: not at all.
        unseen: kind and name to what not all of AWS knows yet (`rules.staleness`).
        ever_made: kind and name of everything that was made.
        held: writes of bucket settings that are under way.
        route53_zone: id of the hosted zone to which the user's zone is delegated; empty: the provider holds it.
        route53_name_servers: id of a hosted zone to the number of its set of name servers.
    """

    timing: Timing
    account: str
    view: View = field(default_factory=View)
    faults: Faults = field(default_factory=Faults)
    calls: list[tuple[str, str, bool]] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    kept: dict[tuple[str, str, str], Kept] = field(default_factory=dict)
    authority: CertificateAuthority = field(default_factory=CertificateAuthority)
    log_encoding: str = "double"
    bucket_cooldown: float = 0.0
    momentary: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PASSING, 1))
    passed: dict[tuple[str, str], int] = field(default_factory=dict)
    lost_log_seed: str = ""
    staleness_seed: str = SEED
    unseen: dict[tuple[str, str], Any] = field(default_factory=dict)
    ever_made: set[tuple[str, str]] = field(default_factory=set)
    bucket_writers: dict[str, "asyncio.Task[Any]"] = field(default_factory=dict)
    writes_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0
    route53_zone: str = ""
    route53_changes: dict[str, float] = field(default_factory=dict)
    route53_name_servers: dict[str, int] = field(default_factory=dict)
    touched: float = field(default_factory=time.monotonic)
    memories: dict[str, Memory] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.net = _internet(self.view)
        self.resolver = CachingResolver(self.net, self.timing)
        self.emulator: EmulatedAws
        self.writes_go_on.set()

    def passing(self, kind: str, thing: str) -> bool:
        """Whether a temporary refusal is met now; each meeting counts."""
        met = self.passed.get((kind, thing), 0)
        if met >= self.momentary.get(kind, 0):
            return False
        self.passed[(kind, thing)] = met + 1
        return True

    def touch(self) -> None:
        """Note a sign of a client."""
        self.touched = time.monotonic()

    def clear(self) -> None:
        """Go back to a fresh world: keys, addresses and the root certificate stay."""
        self.view.clear()
        self.faults.planned.clear()
        self.calls.clear()
        self.hits.clear()
        self.kept.clear()
        self.authority.forget()
        self.log_encoding, self.bucket_cooldown, self.route53_zone = "double", 0.0, ""
        self.route53_changes.clear()
        self.route53_name_servers.clear()
        self.momentary = dict.fromkeys(PASSING, 1)
        self.passed.clear()
        self.lost_log_seed, self.staleness_seed = "", SEED
        self.unseen.clear()
        self.ever_made.clear()
        self.writes_go_on.set()
        fresh = _internet(self.view)
        self.net.zones.clear()
        self.net.zones.update(fresh.zones)
        for machine in self.net.authorities:
            machine.mode, machine.lag = "answer", 0.0
        self.resolver.cache.clear()
        self.resolver.mode = "answer"

    def remember(self, name: str) -> None:
        """Keep the world as it is now, to go back to it as often as one likes."""
        self.memories[name] = self.now()

    def now(self) -> Memory:
        """Return the world as it is now."""
        plain = {each: deepcopy(getattr(self, each)) for each in PLAIN}
        zones = {each.name: each.contents() for each in self.net.zones.values()}
        return Memory(self.emulator.copied(), deepcopy(self.view), plain, zones)

    def recall(self, name: str) -> None:
        """Go back to a remembered world.

        Raises:
            KeyError: nothing is remembered under this name.
        """
        self.go_back(self.memories[name])

    def go_back(self, memory: Memory) -> None:
        """Make the world what it was."""
        self.clear()
        self.emulator.put_back(memory.stores)
        self.view.put_back(memory.view)
        for each, value in memory.plain.items():
            setattr(self, each, deepcopy(value))
        for each, contents in memory.zones.items():
            self.net.zones[each].put_back(contents)
