"""Public and system DNS resolvers, over UDP, TCP, TLS, or HTTPS where the network is in the way.

Two things are told apart here that look alike from outside. A network may let nobody's DNS through but its own: then
the public resolvers are asked over TLS (RFC 7858) and HTTPS (RFC 8484), which such networks mostly leave alone. And a
resolver may fail because the domain's DNSSEC signatures do not hold: asked once more without checking them (CD, RFC
4035 §3.2.2), it answers.
"""

import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from enum import Enum, auto
from typing import TypeVar

import anyio
import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.resolver

from wizard.model.ports import DnsOutcome, Network
from wizard.model.threads import in_thread
from wizard.net.dns_over_https import ask_over_https
from wizard.net.dns_query import DnsTimeouts, Said, first_seen, question, send, understand
from wizard.net.tls_trust import verifying

T = TypeVar("T")
R = TypeVar("R")

DNS = 53
DNS_OVER_TLS = 853
HTTPS = 443

PUBLIC = (
    ("Cloudflare 1.1.1.1", "1.1.1.1", "cloudflare-dns.com"),
    ("Google 8.8.8.8", "8.8.8.8", "dns.google"),
    ("Quad9 9.9.9.9", "9.9.9.9", "dns.quad9.net"),
)
"""Well-known public resolvers: label, address, and the name in their certificates and their HTTPS addresses."""

THIS_COMPUTER = "this computer's resolver"
"""Label of the resolver that the system is set to; always the last one asked."""

BLOCKED = frozenset({DnsOutcome.TIMEOUT, DnsOutcome.UNREACHABLE})
"""How a question ends where port 53 is blocked."""


class DnsTransport(Enum):
    """How a resolver is reached where port 53 does not lead to it."""

    TLS = auto()
    HTTPS = auto()
    NONE = auto()


@dataclass(frozen=True)
class ResolverAddress:
    """A resolver: its label, its address, where to dial for it, and its name and places for TLS and HTTPS, if any."""

    label: str
    address: str
    host: str
    port: int
    tls_name: str = ""
    tls_at: tuple[str, int] = ("", 0)
    https_at: tuple[str, int] = ("", 0)


class DnsResolvers:
    """Asks resolvers.

    Args:
        network: where to dial.
        patience: how long each is waited for.
    """

    def __init__(self, network: Network, patience: DnsTimeouts) -> None:
        self.network = network
        self.patience = patience
        self._targets: tuple[ResolverAddress, ...] = ()
        self._trust: ssl.SSLContext | None = None
        self._ways: dict[ResolverAddress, DnsTransport] = {}
        """Resolvers that port 53 does not lead to, and what does."""

    @property
    def targets(self) -> tuple[ResolverAddress, ...]:
        """The resolvers to ask: those of the network, else the public ones and last the system's own."""
        if not self._targets:
            given = tuple(ResolverAddress(label, host, host, port) for label, host, port in self.network.resolvers)
            known = (*PUBLIC, *((THIS_COMPUTER, address, "") for address in system_resolvers()[:1]))
            public = tuple(self._target(label, at, tls_name) for label, at, tls_name in known)
            self._targets = given or public
        return self._targets

    def _target(self, label: str, at: str, tls_name: str) -> ResolverAddress:
        dial = self.network.dial
        return ResolverAddress(label, at, *dial(at, DNS), tls_name, dial(at, DNS_OVER_TLS), dial(at, HTTPS))

    def forget(self) -> None:
        """Drop what is remembered of the network: it may be another one by now."""
        self._ways.clear()

    async def ask(self, target: ResolverAddress, name: str, rdtype: str) -> Said:
        """Ask one resolver; where it fails over a domain's DNSSEC, say so."""
        query = question(name, rdtype, recursive=True)
        if query is None:
            return Said(DnsOutcome.NXDOMAIN)
        said = await self._put(target, query)
        if said.outcome is not DnsOutcome.SERVFAIL or said.message is None:
            return said
        query.flags |= dns.flags.CD
        unchecked = await self._put(target, query)
        return changed(said, outcome=DnsOutcome.BOGUS) if unchecked.seen else said

    async def _put(self, target: ResolverAddress, query: dns.message.QueryMessage) -> Said:
        way = self._ways.get(target)
        if way in (DnsTransport.TLS, DnsTransport.HTTPS):
            return await self._by(way, target, query)
        said = await send(query, target.host, target.port, self.patience)
        if said.outcome not in BLOCKED or not target.tls_name or way is DnsTransport.NONE:
            return said
        other = await self._by_any(target, query)
        return other if other.message is not None else said

    async def _by_any(self, target: ResolverAddress, query: dns.message.QueryMessage) -> Said:
        """Ask by TLS and HTTPS at once, so that two closed ports cost the time of one; keep to the first that leads."""
        led: list[DnsTransport] = []

        async def by(way: DnsTransport) -> Said:
            said = await self._by(way, target, query)
            if said.message is not None:
                led.append(way)
            return said

        said = await first_seen(by, (DnsTransport.TLS, DnsTransport.HTTPS))
        self._ways[target] = led[0] if led else DnsTransport.NONE
        return said

    async def _by(self, way: DnsTransport, target: ResolverAddress, query: dns.message.QueryMessage) -> Said:
        self._trust = self._trust or verifying(self.network.ca_file, "dns")
        if way is DnsTransport.TLS:
            return await self._over_tls(target, query, self._trust)
        return await in_thread(
            ask_over_https,
            query,
            target.tls_name,
            target.address,
            where=target.https_at,
            trust=self._trust,
            seconds=self.patience.seconds,
        )

    async def _over_tls(self, target: ResolverAddress, query: dns.message.QueryMessage, trust: ssl.SSLContext) -> Said:
        host, port = target.tls_at
        try:
            message = await dns.asyncquery.tls(
                query, host, self.patience.seconds, port, server_hostname=target.tls_name, ssl_context=trust
            )
        except dns.exception.Timeout:
            return Said(DnsOutcome.TIMEOUT)
        except (OSError, EOFError):  # certificates that do not verify are among them
            return Said(DnsOutcome.UNREACHABLE)
        except dns.exception.DNSException:
            return Said(DnsOutcome.SERVFAIL)
        return understand(message)


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
