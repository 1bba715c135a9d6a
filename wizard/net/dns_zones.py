"""Zone cuts: finds the zone that holds a name from the root down, without asking a resolver for that name.

A resolver that is asked for a name before it exists remembers "no such name" for as long as the zone's SOA says (RFC
2308), and everybody behind it then waits that long for a record that is already there. Worse, "no such name" covers all
names below (RFC 8020), so asking for the parent of a validation name `_x.px.example.com` spoils `px.example.com` too.
So resolvers are asked about the shortest ending that is a zone (`com`) and about name servers' addresses, and nothing
else; from there on each zone's own servers, which remember nothing, are asked where the next cut is.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

import anyio
import dns.message
import dns.rdatatype

from wizard.model.ports import DelegatedZone, DnsOutcome, DnsUnreachableError, NameServer, NoResolverError
from wizard.net.dns_query import Said, first_seen, plain, presented

KEEP = 60.0
"""Seconds that a zone's delegation is believed without asking again."""

ASKED = 4
"""How many of a zone's servers are tried for the next cut."""

SERVERS, ADDRESSES = 32, 8
"""Name servers of a zone, and addresses of each by family, that are used at most; registries allow 13 or so."""

Ask = Callable[[str, str], Awaitable[Said]]
"""Asks the resolvers for a name and type; the first that says something."""

AskAt = Callable[[str, str, str], Awaitable[Said]]
"""Asks the server at an address for a name and type, recursion off."""


def endings(name: str) -> tuple[str, ...]:
    """Return the proper endings of a name, shortest first: of `px.example.com`, `com` and `example.com`."""
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1, 0, -1))


def within(name: str, zone: str) -> bool:
    """Whether `name` is `zone` or below it; the root (the empty name) holds everything."""
    return not zone or name == zone or name.endswith("." + zone)


@dataclass
class ZoneFinder:
    """Finds zones, and remembers them for a minute.

    Attributes:
        resolve: asks the resolvers.
        ask_at: asks one server directly.
        families: address types to look for, in order of preference.
        now: a clock that never goes back, in seconds.
    """

    resolve: Ask
    ask_at: AskAt
    families: Sequence[str] = ("A",)
    now: Callable[[], float] = time.monotonic
    _cuts: dict[str, tuple[float, DelegatedZone]] = field(default_factory=dict)
    _names: dict[str, tuple[float, DelegatedZone]] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop what is remembered, for example after the user changed name servers."""
        self._cuts.clear()
        self._names.clear()

    async def find(self, name: str) -> DelegatedZone:
        """Return the zone that holds `name`, as delegated by its parent.

        Raises:
            DnsUnreachableError: nothing answers on the way there.
        """
        if known := self._fresh(self._names, name):
            return known
        zone = self._nearest(name) or await self._top(name)
        while deeper := await self._below(zone, name):
            zone = self._keep(self._cuts, deeper.name, deeper)
        return self._keep(self._names, name, zone)

    def _fresh(self, kept: dict[str, tuple[float, DelegatedZone]], name: str) -> DelegatedZone | None:
        until, zone = kept.get(name, (0.0, None))
        return zone if zone and until > self.now() else None

    def _keep(self, kept: dict[str, tuple[float, DelegatedZone]], name: str, zone: DelegatedZone) -> DelegatedZone:
        kept[name] = (self.now() + KEEP, zone)
        return zone

    def _nearest(self, name: str) -> DelegatedZone | None:
        found = (self._fresh(self._cuts, ending) for ending in reversed((*endings(name), name)))
        return next((zone for zone in found if zone), None)

    async def _top(self, name: str) -> DelegatedZone:
        """Return the zone of the shortest ending that resolvers know as one; the root if they know none."""
        for ending in (*endings(name), ""):
            said = await self.resolve(ending, "SOA")
            if said.outcome in (DnsOutcome.TIMEOUT, DnsOutcome.UNREACHABLE):
                raise NoResolverError("no DNS resolver responds")
            if said.outcome is DnsOutcome.ANSWER and said.records and not said.chain:
                names = (await self.resolve(ending, "NS")).records
                return self._keep(self._cuts, ending, DelegatedZone(ending, await self._servers(names, {})))
        raise DnsUnreachableError("the DNS resolvers know no zone above the name")

    async def _below(self, zone: DelegatedZone, name: str) -> DelegatedZone | None:
        """Return the next zone on the way to `name`, None where `zone` holds it itself."""
        for child in (*endings(name), name):
            if child == zone.name or not within(child, zone.name):
                continue
            said = await self._one_of(zone, child)
            if said is None or said.outcome is DnsOutcome.NXDOMAIN:
                return None
            if cut := _cut(said, zone.name, child, name):
                return DelegatedZone(cut[0], await self._servers(cut[1], _glue(said, self.families)))
        return None

    async def _one_of(self, zone: DelegatedZone, child: str) -> Said | None:
        """Ask some of the zone's servers, all at once, for a cut at `child`.

        Returns:
            the first answer; None where no server of a registered zone answers: then it is as deep as can be seen.

        Raises:
            DnsUnreachableError: no server of the root or of a top-level zone answers.
        """
        addresses = [address for server in zone.servers for address in server.addresses[:1]]
        said = await first_seen(lambda address: self.ask_at(address, child, "NS"), addresses[:ASKED])
        if said.seen:
            return said
        if "." not in zone.name:
            raise DnsUnreachableError(f"none of the name servers of '{zone.name or '.'}' answers")
        return None

    async def _servers(self, names: Sequence[str], glue: dict[str, tuple[str, ...]]) -> tuple[NameServer, ...]:
        """Look up the addresses of name servers, all at once; those given along with a referral count."""
        found = dict(glue)
        used = sorted(set(names))[:SERVERS]  # servers answer in changing order

        async def look_up(name: str) -> None:
            said = [await self.resolve(name, family) for family in self.families]
            found[name] = tuple(address for each in said for address in each.records)

        async with anyio.create_task_group() as group:
            for name in used:
                if name not in glue:
                    group.start_soon(look_up, name)
        return tuple(NameServer(name, _in_order(found[name])) for name in used)


def _in_order(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return addresses in an order that is always the same, IPv4 first."""
    known = sorted(set(addresses))
    four, six = ([each for each in known if (":" in each) is colon] for colon in (False, True))
    return (*four[:ADDRESSES], *six[:ADDRESSES])


def _cut(said: Said, zone: str, child: str, name: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the apex and name servers of the zone that an answer about NS at `child` points down to, if any.

    It is a referral, or, from a server that holds both zones, the child's own answer.
    """
    if said.message is None:
        return None
    section = said.message.answer if said.outcome is DnsOutcome.ANSWER else said.message.authority
    for rrset in section:
        owner = plain(rrset.name)
        down = owner != zone and within(owner, zone) and within(name, owner) and within(owner, child)
        if rrset.rdtype == dns.rdatatype.NS and down:
            return owner, tuple(presented(each) for each in rrset)
    return None


def _glue(said: Said, families: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the addresses that came along with a referral, IPv4 first."""
    found: dict[str, tuple[str, ...]] = {}
    for family in families:
        for rrset in said.message.additional if said.message else ():
            if rrset.rdtype == dns.rdatatype.from_text(family):
                name = plain(rrset.name)
                found[name] = (*found.get(name, ()), *(presented(each) for each in rrset))
    return found
