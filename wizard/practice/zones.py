"""The DNS zones of the world, with a history: a lagging name server shows what was true earlier.

Names are lower case without the trailing dot; the root is the empty string. Values are in presentation form.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from math import inf

TTL = 300
"""Seconds a record may be cached (nominal)."""
MINIMUM = 60
"""Seconds a negative answer may be cached (nominal): the last field of every zone's SOA."""


@dataclass(frozen=True)
class Record:
    """One record and the time it is true for (seconds since the epoch)."""

    name: str
    type: str
    value: str
    ttl: int = TTL
    since: float = 0.0
    until: float = inf

    def true_at(self, when: float) -> bool:
        """Whether the record exists at `when`."""
        return self.since <= when < self.until


class LookupOutcome(Enum):
    """What a zone knows about a name and type."""

    ANSWER = auto()
    CNAME = auto()
    NODATA = auto()
    NXDOMAIN = auto()


@dataclass(frozen=True)
class LookupResult:
    """What a look-up in one zone found."""

    outcome: LookupOutcome
    records: tuple[Record, ...] = ()


def within(name: str, zone: str) -> bool:
    """Whether `name` is `zone` or below it."""
    return not zone or name == zone or name.endswith("." + zone)


def _same(left: str, right: str) -> bool:
    return left.rstrip(".").lower() == right.rstrip(".").lower()


Contents = tuple[dict[str, str], list[Record]]
"""A zone's name servers and records."""


@dataclass
class ServedZone:
    """One zone.

    Attributes:
        name: its apex.
        servers: name-server host to address.
        extra: records that follow from something else (CloudFront's names), asked for at every look-up.
    """

    name: str
    servers: dict[str, str]
    extra: Callable[[], Iterable[Record]] | None = None
    _records: list[Record] = field(default_factory=list)

    def records(self, when: float) -> list[Record]:
        """Return the records that are true at `when`, without SOA and NS."""
        return [record for record in (*self._records, *(self.extra() if self.extra else ())) if record.true_at(when)]

    def add(self, record: Record) -> None:
        """Add a record unless the same one is there or on its way."""
        known = (record.name, record.type)
        if not any(
            (each.name, each.type) == known and _same(each.value, record.value) and each.until == inf
            for each in self._records
        ):
            self._records.append(record)

    def remove(self, name: str, rdtype: str, when: float) -> int:
        """End every record of that name and type at `when`; return how many there were."""
        hit = [each for each in self._records if (each.name, each.type) == (name, rdtype) and each.until == inf]
        self._records = [replace(each, until=when) if each in hit else each for each in self._records]
        return len(hit)

    def clear(self) -> None:
        """Forget every record, the past ones too."""
        self._records.clear()

    def contents(self) -> Contents:
        """Return a copy of what this zone holds."""
        return dict(self.servers), list(self._records)

    def put_back(self, contents: Contents) -> None:
        """Hold again what `contents` returned."""
        servers, records = contents
        self.servers, self._records = dict(servers), list(records)

    def soa(self) -> Record:
        """Return the start-of-authority record."""
        first = next(iter(self.servers))
        return Record(self.name, "SOA", f"{first}. hostmaster.{first}. 1 7200 900 1209600 {MINIMUM}", MINIMUM)

    def ns(self) -> tuple[Record, ...]:
        """Return the name-server records."""
        return tuple(Record(self.name, "NS", f"{host}.") for host in self.servers)

    def lookup(self, name: str, rdtype: str, when: float) -> LookupResult:
        """Look up `name` in this zone as it was at `when` (RFC 1034, with wildcards as in RFC 4592)."""
        if name == self.name and rdtype in ("SOA", "NS"):
            return LookupResult(LookupOutcome.ANSWER, (self.soa(),) if rdtype == "SOA" else self.ns())
        records = self.records(when)
        owners = {self.name, *(record.name for record in records)}
        if not any(within(owner, name) for owner in owners):  # not even an empty non-terminal
            wild = self._wildcard(name, owners)
            if not wild:
                return LookupResult(LookupOutcome.NXDOMAIN)
            records = [replace(record, name=name) for record in records if record.name == wild]
        return _pick([record for record in records if record.name == name], rdtype)

    def _wildcard(self, name: str, owners: set[str]) -> str | None:
        """Return the wildcard that answers for `name`: the one below its closest existing ancestor."""
        ancestor = name.partition(".")[2]
        while within(ancestor, self.name) and not any(within(owner, ancestor) for owner in owners):
            ancestor = ancestor.partition(".")[2]
        wild = f"*.{ancestor}"
        return wild if wild in owners else None


def _pick(records: list[Record], rdtype: str) -> LookupResult:
    matching = tuple(record for record in records if record.type == rdtype)
    if matching:
        return LookupResult(LookupOutcome.ANSWER, matching)
    cnames = tuple(record for record in records if record.type == "CNAME")
    return LookupResult(LookupOutcome.CNAME, cnames) if cnames else LookupResult(LookupOutcome.NODATA)


@dataclass
class Authority:
    """One name server as a machine: it may lag behind or misbehave, whatever zones it serves.

    Attributes:
        mode: `answer`, `silent`, `servfail` or `refused`.
        lag: seconds that its copy of every zone is behind (real seconds).
    """

    addresses: tuple[str, ...]
    mode: str = "answer"
    lag: float = 0.0


@dataclass
class Internet:
    """Every zone and name server of the world."""

    zones: dict[str, ServedZone]
    authorities: list[Authority]

    def zone_of(self, name: str) -> ServedZone:
        """Return the deepest zone that holds `name`; the root holds everything."""
        while name and name not in self.zones:
            name = name.partition(".")[2]
        return self.zones[name]

    def authorities_of(self, zone: ServedZone) -> list[Authority]:
        """Return the machines that serve `zone`, in the order of its NS records."""
        at = {address: machine for machine in self.authorities for address in machine.addresses}
        return [at[address] for address in zone.servers.values() if address in at]

    def hosts(self, machine: Authority, zone: ServedZone) -> bool:
        """Whether `machine` serves `zone`."""
        return any(address in machine.addresses for address in zone.servers.values())

    def address_records(self) -> list[Record]:
        """Return the A records of every name server: glue, and what the root answers for them."""
        pairs = {pair for zone in self.zones.values() for pair in zone.servers.items()}
        return [Record(host, "A", address) for host, address in sorted(pairs)]

    def truth(self, name: str, rdtype: str, when: float) -> tuple[Record, ...]:
        """Return what the primary of the name's zone holds, CNAMEs not followed: what AWS itself would see."""
        found = self.zone_of(name).lookup(name, rdtype, when)
        return found.records if found.outcome is LookupOutcome.ANSWER else ()

    def chase(self, name: str, rdtype: str, when: float) -> tuple[Record, ...]:
        """Return the records at the end of the CNAME chain that starts at `name`."""
        for _ in range(10):
            found = self.zone_of(name).lookup(name, rdtype, when)
            if found.outcome is not LookupOutcome.CNAME:
                return found.records
            name = found.records[0].value.rstrip(".").lower()
        return ()
