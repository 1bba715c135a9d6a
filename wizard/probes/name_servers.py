"""Name servers of your domain, each address asked by itself: whether they serve the zone and agree.

What the parent says (the delegation) and what the zone says of itself are two things that people change in two places,
at the registrar and at the DNS provider. Where they differ, records are entered where nobody looks.
"""

import ipaddress
from collections.abc import Iterable, Iterator

import anyio
from msgspec import Struct

from wizard.model.edit_distance import NEAR, letters_apart
from wizard.model.ports import DelegatedZone, DnsAnswer, DnsOutcome, DnsUnreachableError, NameServer
from wizard.model.results import Check, Status
from wizard.model.terminal_text import brief
from wizard.net.dns_operator import parent_zone
from wizard.probes.probe import Probe

DEAD = frozenset({DnsOutcome.TIMEOUT, DnsOutcome.UNREACHABLE})

ASKED = 2
"""How many servers of the zone above are asked whether a family of addresses works from here."""


class NameServersLook(Struct, frozen=True):
    """What was seen: the zone as delegated, and what each address said of its NS and SOA records."""

    zone: DelegatedZone
    ns: tuple[DnsAnswer, ...]
    soa: tuple[DnsAnswer, ...]
    works: frozenset[int] = frozenset()
    """Families of addresses (4, 6) at which something answers from here."""
    above: str = ""
    """The domain's own zone, where it delegates this one; empty where the registry does."""

    @property
    def where(self) -> str:
        """Where the delegation is edited, in words that begin a sentence."""
        if self.above:
            return f"In the zone {self.above}, among its NS records for {self.zone.name},"
        return f"At the registrar, where {self.zone.name} was bought,"


class NameServersProbe(Probe):
    """Asks every address of every delegated server for the zone's own records. Spoils nothing: a zone's apex exists."""

    id = "name-servers"
    title = "Name servers of your domain"

    async def look(self) -> Check:
        """Look once."""
        domain = self.context.choices.domain
        if not domain:
            return self.report(Status.SKIPPED, "No domain yet")
        dns = self.context.ports.dns
        try:
            zone = await dns.zone_of(domain)
            if "." not in zone.name:
                return self.report(Status.SKIPPED, f"The domain of {domain} doesn't exist, so it has no name servers")
            look = NameServersLook(zone, await dns.ask_addresses(zone, "NS"), ())
            if any(answer.seen for answer in look.ns):
                look = await self._closer(look)
        except DnsUnreachableError as error:
            return self.without_name_servers(domain, str(error))
        return await self._judge(domain, look)

    async def _closer(self, look: NameServersLook) -> NameServersLook:
        """Ask for the versions; and, where a whole family is silent, whether it works from here at all."""
        works = {_family(answer) for answer in look.ns if answer.outcome not in DEAD}
        silent = {_family(answer) for answer in look.ns} - works - {0}
        soa: tuple[DnsAnswer, ...] = ()

        async def versions() -> None:
            nonlocal soa
            soa = await self.context.ports.dns.ask_addresses(look.zone, "SOA")

        async with anyio.create_task_group() as group:
            group.start_soon(versions)
            if silent and await self._parent_answers(look.zone, silent):
                works |= silent
        above = await parent_zone(self.context.ports.dns, look.zone.name)
        return NameServersLook(look.zone, look.ns, soa, frozenset(works), above)

    async def _parent_answers(self, zone: DelegatedZone, families: set[int]) -> bool:
        """Whether the zone above answers at an address of these families: then silence is the servers' own."""
        dns = self.context.ports.dns
        try:
            above = await dns.zone_of(zone.name.partition(".")[2])
        except DnsUnreachableError:
            return False
        servers = (NameServer(each.name, _of(families, each)) for each in above.servers)
        some = DelegatedZone(above.name, tuple(each for each in servers if each.addresses)[:ASKED])
        return any(answer.outcome not in DEAD for answer in await dns.ask_addresses(some, "SOA"))

    async def _judge(self, domain: str, look: NameServersLook) -> Check:
        if not any(answer.seen for answer in look.ns):
            return await self._none(domain, look)
        return (
            await self._misspelt(look)
            or self._lame(look)
            or self._dead(look)
            or self._delegation(look)
            or self._serials(look)
            or self._well(look)
        )

    async def _none(self, domain: str, look: NameServersLook) -> Check:
        """None of them serves the zone: a fault, unless resolvers out there get through and only we do not."""
        zone, observed = look.zone.name, _said(look.ns)
        if not await self._world_fails(zone):
            return self.without_name_servers(domain, observed)
        servers = _servers(look.zone)
        dead = all(answer.outcome in DEAD for answer in look.ns)
        if above := await parent_zone(self.context.ports.dns, zone):
            return self._stale(look, above, observed, dead=dead)
        if dead:
            return self.report(
                Status.FAILED,
                f"None of the name servers of {zone} respond",
                "nameservers-dead",
                observed=observed,
                zone=zone,
                servers=servers,
            )
        return self.report(
            Status.FAILED,
            f"The domain {zone} is delegated to name servers that don't serve it",
            "delegation-lame",
            observed=observed,
            zone=zone,
            servers=servers,
        )

    def _stale(self, look: NameServersLook, above: str, observed: str, *, dead: bool) -> Check:
        """The domain's own zone hands a part of itself on to servers that are of no use."""
        zone, servers = look.zone.name, _servers(look.zone)
        what = "don't respond" if dead else "don't serve it"
        host = self.context.choices.domain or zone
        return self.report(
            Status.FAILED,
            f"{above} delegates {zone} to {servers}, which {what}",
            "subdelegation-dead",
            observed=observed,
            zone=zone,
            parent=above,
            servers=servers,
            what=what,
            cut=zone.removesuffix(f".{above}"),
            host_in_parent=host.removesuffix(f".{above}"),
            name=host,
        )

    async def _world_fails(self, zone: str) -> bool:
        """Whether resolvers work, and cannot find the zone either: then it is not this computer's network."""
        heard: dict[str, bool] = {}

        async def ask(name: str) -> None:
            answers = await self.context.ports.dns.ask_resolvers(name, "SOA")
            heard[name] = any(answer.seen for answer in answers)

        top = zone.rpartition(".")[2]
        async with anyio.create_task_group() as group:
            group.start_soon(ask, zone)
            group.start_soon(ask, top)
        return heard[top] and not heard[zone]

    async def _misspelt(self, look: NameServersLook) -> Check | None:
        """A delegated name that has no address, where one that is nearly the same is a name server."""
        child = {name for answer in look.ns for name in answer.records}
        for server in look.zone.servers:
            if server.addresses:
                continue
            meant = await self._meant(server.name, look.zone.name, child)
            if meant:
                return self.report(
                    Status.WARNING,
                    f"A name server of {look.zone.name} is misspelled: {server.name}",
                    "nameserver-misspelt",
                    observed=server.name,
                    expected=meant,
                    zone=look.zone.name,
                    server=server.name,
                    meant=meant,
                    where=look.where,
                )
        return None

    async def _meant(self, server: str, zone: str, child: set[str]) -> str:
        """Return the name that was meant: without a zone that a form appended, or one that the zone itself names."""
        bare = server.removesuffix(f".{zone}")
        if bare != server and "." in bare:
            answers = await self.context.ports.dns.ask_resolvers(bare, "A")
            if bare in child or any(answer.records for answer in answers):
                return bare
        return next((name for name in sorted(child) if 0 < letters_apart(server, name) <= NEAR), "")

    def _lame(self, look: NameServersLook) -> Check | None:
        lame = _names(answer for answer in look.ns if not answer.seen and answer.outcome not in DEAD)
        if not lame:
            return None
        return self.report(
            Status.WARNING,
            f"Some delegated name servers don't serve {look.zone.name}: {lame}",
            "nameserver-lame",
            observed=_said(look.ns),
            zone=look.zone.name,
            servers=lame,
            where=look.where,
        )

    def _dead(self, look: NameServersLook) -> Check | None:
        """Only a family of addresses that works from here can show that an address is dead."""
        dead = [answer for answer in look.ns if answer.outcome in DEAD and _family(answer) in look.works | {0}]
        if not dead:
            return None
        servers = ", ".join(f"{answer.server} ({answer.address or 'no address'})" for answer in dead)
        return self.report(
            Status.WARNING,
            f"Some name servers of {look.zone.name} don't respond: {servers}",
            "nameserver-dead",
            observed=_said(look.ns),
            zone=look.zone.name,
            servers=servers,
            where=look.where,
        )

    def _delegation(self, look: NameServersLook) -> Check | None:
        parent = {server.name for server in look.zone.servers}
        child = {name for answer in look.ns for name in answer.records}
        if parent == child:
            return None
        return self.report(
            Status.WARNING,
            f"The registry and the zone {look.zone.name} list different name servers",
            "delegation-differs",
            observed=brief(sorted(child)),
            expected=brief(sorted(parent)),
            zone=look.zone.name,
            parent=brief(sorted(parent)),
            child=brief(sorted(child)),
            where=look.where,
        )

    def _serials(self, look: NameServersLook) -> Check | None:
        found = {(answer.server, answer.address): serial(answer) for answer in look.soa if answer.records}
        if len(set(found.values())) < 2:  # noqa: PLR2004 - one serial is agreement
            return None
        observed = ", ".join(_versions(found))
        return self.report(
            Status.WARNING,
            f"The name servers of {look.zone.name} hold different versions of it",
            "serials-differ",
            observed=observed,
            zone=look.zone.name,
            serials=observed,
        )

    def _well(self, look: NameServersLook) -> Check:
        return self.ok(
            f"All name servers of {look.zone.name} serve it and agree",
            observed=_servers(look.zone),
            zone=look.zone.name,
            name_servers=" ".join(server.name for server in look.zone.servers),
        )


def serial(answer: DnsAnswer) -> str:
    """Return the serial of an SOA record in presentation form (RFC 1035 §3.3.13): its third field."""
    fields = answer.records[0].split() if answer.records else []
    return fields[2] if len(fields) > 2 else ""  # noqa: PLR2004


def _versions(found: dict[tuple[str, str], str]) -> Iterator[str]:
    """Yield each server with its serial, address by address where it has several."""
    for server in sorted({server for server, _ in found}):
        by_address = {address: number for (name, address), number in found.items() if name == server}
        if len(set(by_address.values())) == 1:
            yield f"{server}: {next(iter(by_address.values()))}"
        else:
            yield from (f"{server} at {address}: {number}" for address, number in by_address.items())


def _of(families: set[int], server: NameServer) -> tuple[str, ...]:
    return tuple(address for address in server.addresses if family_of(address) in families)


def _names(answers: Iterable[DnsAnswer]) -> str:
    return ", ".join(dict.fromkeys(answer.server for answer in answers))


def _servers(zone: DelegatedZone) -> str:
    return ", ".join(server.name for server in zone.servers)


def _said(answers: tuple[DnsAnswer, ...]) -> str:
    return "; ".join(f"{answer.server} {answer.address}: {answer.outcome}" for answer in answers)


def _family(answer: DnsAnswer) -> int:
    return family_of(answer.address)


def family_of(address: str) -> int:
    """Return 4 or 6; 0 where it is no address."""
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0
