"""DNS as the world sees it: each authoritative server asked directly, then the public resolvers."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import anyio
import dns.exception
import dns.resolver

from wizard.net.wire import Patience, Said, ask, first_seen
from wizard.net.zones import ZoneFinder
from wizard.world import Answer, NameServer, Network, Outcome, Zone

T = TypeVar("T")
R = TypeVar("R")

DNS = 53

PUBLIC = (("Cloudflare 1.1.1.1", "1.1.1.1"), ("Google 8.8.8.8", "8.8.8.8"), ("Quad9 9.9.9.9", "9.9.9.9"))
"""Well-known public resolvers: label and address."""

THIS_COMPUTER = "this computer's resolver"
"""Label of the resolver that the system is set to; always the last one asked."""


@dataclass(frozen=True)
class Target:
    """A resolver: its label, its address, and where to dial for it."""

    label: str
    address: str
    host: str
    port: int


class Resolver:
    """Asks authorities and resolvers; implements `wizard.world.Dns`.

    Zones once found are remembered for a minute (see `forget`); answers never are.

    Args:
        network: where to dial.
        patience: how long each server is waited for.
        ipv6: whether to ask for IPv6 addresses too; None looks whether this computer has a way out by IPv6.
    """

    def __init__(self, network: Network, *, patience: Patience | None = None, ipv6: bool | None = None) -> None:
        self.network = network
        self.patience = patience or Patience()
        families = ("A", "AAAA") if (has_ipv6() if ipv6 is None else ipv6) else ("A",)
        self._zones = ZoneFinder(self._first, self._ask_at, families)
        self._targets: tuple[Target, ...] = ()

    def forget(self) -> None:
        """Drop the zones remembered."""
        self._zones.forget()

    async def zone_of(self, name: str) -> Zone:
        """Find the zone that holds `name` and its authoritative servers; resolvers never hear the name itself.

        Raises:
            DnsUnreachableError: nothing answers.
        """
        return await self._zones.find(_absolute(name))

    async def ask_authorities(self, name: str, rdtype: str) -> tuple[Answer, ...]:
        """Ask every authoritative server of the zone of `name`, recursion off, in the servers' order.

        A server that answers without authority (no AA bit) does not serve the zone: that counts as refused.

        Raises:
            DnsUnreachableError: the zone's servers cannot be found.
        """
        name = _absolute(name)
        zone = await self.zone_of(name)

        async def one(server: NameServer) -> Answer:
            return await self._ask_server(server, name, rdtype)

        return await together(one, zone.servers)

    async def ask_resolvers(self, name: str, rdtype: str) -> tuple[Answer, ...]:
        """Ask the resolvers, in their order. A failure is an outcome, never raised."""
        name = _absolute(name)

        async def one(target: Target) -> Answer:
            return _answer(target.label, target.address, await self._ask_target(target, name, rdtype))

        return await together(one, self.targets)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The resolvers to ask: those of the network, else the public ones and last the system's own."""
        if not self._targets:
            given = tuple(Target(label, host, host, port) for label, host, port in self.network.resolvers)
            known = (*PUBLIC, *((THIS_COMPUTER, address) for address in system_resolvers()[:1]))
            public = tuple(Target(label, at, *self.network.dial(at, DNS)) for label, at in known)
            self._targets = given or public
        return self._targets

    async def _ask_server(self, server: NameServer, name: str, rdtype: str) -> Answer:
        """Ask one server at its addresses in turn, until one says something."""
        answer = Answer(server.name, "", Outcome.UNREACHABLE)
        for address in server.addresses:
            said = await self._ask_at(address, name, rdtype)
            lame = said.seen and not said.authoritative
            answer = _answer(server.name, address, Said(Outcome.REFUSED) if lame else said)
            if answer.seen:
                break
        return answer

    async def _ask_at(self, address: str, name: str, rdtype: str) -> Said:
        host, port = self.network.dial(address, DNS)
        return await ask(host, port, name, rdtype, recursive=False, patience=self.patience)

    async def _ask_target(self, target: Target, name: str, rdtype: str) -> Said:
        return await ask(target.host, target.port, name, rdtype, recursive=True, patience=self.patience)

    async def _first(self, name: str, rdtype: str) -> Said:
        """Ask all resolvers at once and take the first that says something, else the best of what they said."""
        return await first_seen(lambda target: self._ask_target(target, name, rdtype), self.targets)


def _absolute(name: str) -> str:
    return name.rstrip(".").lower()


def _answer(server: str, address: str, said: Said) -> Answer:
    return Answer(server, address, said.outcome, said.records, said.chain, said.ttl)


async def together(function: Callable[[T], Awaitable[R]], items: Sequence[T]) -> tuple[R, ...]:
    """Await `function` of every item at the same time; the results are in the items' order."""
    results: dict[int, R] = {}

    async def one(index: int, item: T) -> None:
        results[index] = await function(item)

    async with anyio.create_task_group() as group:
        for index, item in enumerate(items):
            group.start_soon(one, index, item)
    return tuple(results[index] for index in range(len(items)))


def system_resolvers() -> tuple[str, ...]:
    """Return the addresses of the resolvers that this computer is set to; none where it says nothing."""
    try:
        return tuple(str(each) for each in dns.resolver.Resolver().nameservers)
    except (dns.exception.DNSException, OSError):
        return ()


def has_ipv6() -> bool:
    """Whether this computer has a route to the IPv6 internet. Sends nothing: connecting UDP only picks a route."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(("2001:db8::1", DNS))  # documentation prefix, RFC 3849
    except OSError:
        return False
    return True
