"""DNS client: each authoritative server asked directly, then the public resolvers."""

import socket
import time
from collections.abc import Awaitable, Callable, Hashable

from msgspec.structs import replace

from wizard.model.ports import DelegatedZone, DnsAnswer, DnsOutcome, NameServer, Network
from wizard.net.asked_once import AskedOnce
from wizard.net.dns_query import DnsTimeouts, Said, ask, first_seen
from wizard.net.dns_resolvers import BLOCKED, DNS, THIS_COMPUTER, DnsResolvers, ResolverAddress, together
from wizard.net.dns_zones import ZoneFinder

__all__ = ["THIS_COMPUTER", "DnsClient", "has_ipv6"]


SILENCE = 10.0
"""Seconds for which an address that did not answer is not waited for again, where its server has others: one check."""


class DnsClient:
    """Asks authorities and resolvers; implements `wizard.model.ports.Dns`.

    Zones once found are remembered for a minute (see `forget`); answers only in one look.

    Args:
        network: where to dial.
        patience: how long each server is waited for.
        ipv6: whether to ask for IPv6 addresses too; None looks whether this computer has a way out by IPv6.
        one_look: whether all that is asked is of one look at what is there now: then no question is put twice.
    """

    def __init__(
        self,
        network: Network,
        *,
        patience: DnsTimeouts | None = None,
        ipv6: bool | None = None,
        one_look: bool = False,
    ) -> None:
        self.network = network
        self._once = AskedOnce() if one_look else None
        self.patience = patience or DnsTimeouts()
        families = ("A", "AAAA") if (has_ipv6() if ipv6 is None else ipv6) else ("A",)
        self._zones = ZoneFinder(self._first, self._ask_at, families)
        self._recursion = DnsResolvers(network, self.patience)
        self._silent: dict[str, tuple[float, DnsOutcome]] = {}
        """Addresses that did not answer: until when that is believed, and how it ended."""

    def forget(self) -> None:
        """Drop the zones remembered, which addresses were silent, and which resolvers only answer over TLS or HTTPS."""
        self._zones.forget()
        self._silent.clear()
        self._recursion.forget()
        self._once = self._once and AskedOnce()

    async def zone_of(self, name: str) -> DelegatedZone:
        """Find the zone that holds `name` and its authoritative servers; resolvers never hear the name itself.

        Raises:
            DnsUnreachableError: nothing answers.
        """
        return await self._zones.find(_absolute(name))

    async def ask_authorities(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Ask every authoritative server of the zone of `name`, recursion off, in the servers' order.

        A server that answers without authority (no AA bit) does not serve the zone: that counts as refused.

        Raises:
            DnsUnreachableError: the zone's servers cannot be found.
        """
        name = _absolute(name)
        zone = await self.zone_of(name)

        async def one(server: NameServer) -> DnsAnswer:
            return await self._ask_server(server, name, rdtype)

        return await together(one, zone.servers)

    async def ask_addresses(self, zone: DelegatedZone, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Ask every address of every server of a zone, each by itself, for the zone's own records."""

        async def each(server: NameServer) -> tuple[DnsAnswer, ...]:
            return await self._ask_each(server, zone.name, rdtype)

        return tuple(answer for answers in await together(each, zone.servers) for answer in answers)

    async def ask_resolvers(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Ask the resolvers, in their order. A failure is an outcome, never raised."""
        name = _absolute(name)

        async def one(target: ResolverAddress) -> DnsAnswer:
            return _answer(target.label, target.address, await self._ask_target(target, name, rdtype))

        return await together(one, self.targets)

    @property
    def targets(self) -> tuple[ResolverAddress, ...]:
        """The resolvers to ask: those of the network, else the public ones and last the system's own."""
        return self._recursion.targets

    async def _ask_server(self, server: NameServer, name: str, rdtype: str) -> DnsAnswer:
        """Ask one server at all its addresses; the first in order that says something counts, IPv4 before IPv6."""
        answers = await self._ask_each(server, name, rdtype)
        first = next((answer for answer in answers if answer.seen), answers[-1])
        at_odds = tuple(each for each in answers if each.seen and set(each.records) != set(first.records))
        return replace(first, at_odds=at_odds) if at_odds else first

    async def _ask_each(self, server: NameServer, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Ask a server at each of its addresses at once, so that dead ones cost the time of one, and once in a check.

        Where IPv6 leads nowhere, every question would otherwise take as long as the silence is waited for.
        """

        async def one(address: str) -> DnsAnswer:
            until, ended = self._silent.get(address, (0.0, DnsOutcome.TIMEOUT))
            if len(server.addresses) > 1 and until > time.monotonic():
                return DnsAnswer(server.name, address, ended)
            said = await self._ask_at(address, name, rdtype)
            if said.outcome in BLOCKED:
                self._silent[address] = (time.monotonic() + SILENCE, said.outcome)
            lame = said.seen and not said.authoritative
            return _answer(server.name, address, Said(DnsOutcome.REFUSED) if lame else said)

        return await together(one, server.addresses) or (DnsAnswer(server.name, "", DnsOutcome.UNREACHABLE),)

    async def _ask_at(self, address: str, name: str, rdtype: str) -> Said:
        host, port = self.network.dial(address, DNS)
        return await self._put(
            (address, name, rdtype), lambda: ask(host, port, name, rdtype, recursive=False, patience=self.patience)
        )

    async def _ask_target(self, target: ResolverAddress, name: str, rdtype: str) -> Said:
        return await self._put((target, name, rdtype), lambda: self._recursion.ask(target, name, rdtype))

    async def _put(self, question: Hashable, put: Callable[[], Awaitable[Said]]) -> Said:
        return await (self._once(question, put) if self._once else put())

    async def _first(self, name: str, rdtype: str) -> Said:
        """Ask all resolvers at once and take the first that says something, else the best of what they said."""
        return await first_seen(lambda target: self._ask_target(target, name, rdtype), self.targets)


def _absolute(name: str) -> str:
    return name.rstrip(".").lower()


def _answer(server: str, address: str, said: Said) -> DnsAnswer:
    return DnsAnswer(server, address, said.outcome, said.records, said.chain, said.ttl, filtered=said.filtered)


def has_ipv6() -> bool:
    """Whether this computer has a route to the IPv6 internet. Sends nothing: connecting UDP only picks a route."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(("2001:db8::1", DNS))  # documentation prefix, RFC 3849
    except OSError:
        return False
    return True
