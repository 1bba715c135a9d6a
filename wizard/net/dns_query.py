"""One DNS query to one address: message, transport, and every outcome told apart."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import anyio
import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rdtypes.nsbase
import dns.rrset
import dns.ttl

from wizard.model.exhaustion import refuse_exhausted
from wizard.model.ports import DnsOutcome
from wizard.model.terminal_text import printable

T = TypeVar("T")

CNAME = dns.rdatatype.CNAME

PAYLOAD = 1232
"""Bytes of UDP answer asked for: fits every path without fragments (DNS flag day 2020)."""

NO_EDNS = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS})
"""How servers that do not know EDNS refuse it (RFC 6891 §7)."""


@dataclass(frozen=True)
class Said:
    """What came back for one question.

    Attributes:
        outcome: how it ended.
        records: the data of the asked type at the end of the CNAME chain; names lower case, without the last dot.
        chain: the CNAME targets followed inside the answer.
        ttl: seconds it may be cached, None where nothing says so.
        message: the whole answer, None when none came.
        filtered: what shows that a filter answered, in a few words; empty where nothing does.
    """

    outcome: DnsOutcome
    records: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int | None = None
    message: dns.message.Message | None = None
    filtered: str = ""

    @property
    def seen(self) -> bool:
        """Whether the server said something about the name."""
        return self.outcome in (DnsOutcome.ANSWER, DnsOutcome.NODATA, DnsOutcome.NXDOMAIN)

    @property
    def authoritative(self) -> bool:
        """Whether the server speaks for the zone (the AA bit)."""
        return self.message is not None and bool(self.message.flags & dns.flags.AA)


def plain(name: dns.name.Name) -> str:
    """Return a name in lower case without the trailing dot; the root is the empty string."""
    return printable(name.to_text(omit_final_dot=True).lower()) if name != dns.name.root else ""


@dataclass(frozen=True)
class DnsTimeouts:
    """How long one server is waited for.

    Attributes:
        seconds: for each attempt.
        attempts: how often to ask before giving up; UDP loses packets.
    """

    seconds: float = 1.5
    attempts: int = 2


def question(name: str, rdtype: str, *, recursive: bool) -> dns.message.QueryMessage | None:
    """Return the message that asks; None where such a name cannot be in the DNS."""
    try:
        owner = dns.name.from_text(name or ".")
    except (dns.exception.DNSException, UnicodeError):
        return None
    query = dns.message.make_query(owner, rdtype, use_edns=0, payload=PAYLOAD)
    if not recursive:
        query.flags &= ~dns.flags.RD
    return query


async def ask(address: str, port: int, name: str, rdtype: str, *, recursive: bool, patience: DnsTimeouts) -> Said:
    """Ask one question: UDP first, TCP when the answer was cut (RFC 7766); never raises for what the network does.

    Args:
        address: where to send it, already dialled.
        port: the port there.
        name: absolute, without the trailing dot.
        rdtype: the type, for example `CNAME`.
        recursive: whether to ask for recursion: yes of resolvers, no of authorities.
        patience: how long to wait.
    """
    query = question(name, rdtype, recursive=recursive)
    return await send(query, address, port, patience) if query else Said(DnsOutcome.NXDOMAIN)


async def send(query: dns.message.Message, address: str, port: int, patience: DnsTimeouts) -> Said:
    """Send a question that is ready; once more without EDNS to a server that does not know it."""
    said = await _tried(query, address, port, patience)
    if said.message is not None and said.message.rcode() in NO_EDNS:
        query.use_edns(False)
        said = await _tried(query, address, port, DnsTimeouts(patience.seconds, 1))
    return said


async def first_seen(put: Callable[[T], Awaitable[Said]], whom: Iterable[T]) -> Said:
    """Put one question to several at once; take the first answer that says something, else the best of what came."""
    best = Said(DnsOutcome.UNREACHABLE)

    async with anyio.create_task_group() as group:

        async def one(each: T) -> None:
            nonlocal best
            said = await put(each)
            if best.seen:
                return
            if said.message is not None:
                best = said
            if said.seen:
                group.cancel_scope.cancel()

        for each in whom:
            group.start_soon(one, each)
    return best


async def _tried(query: dns.message.Message, address: str, port: int, patience: DnsTimeouts) -> Said:
    ended = DnsOutcome.TIMEOUT
    for _ in range(patience.attempts):
        try:
            message, _ = await dns.asyncquery.udp_with_fallback(
                query, address, patience.seconds, port, ignore_unexpected=True, ignore_errors=True
            )
        except dns.exception.Timeout:
            ended = DnsOutcome.TIMEOUT
        except (OSError, EOFError) as error:
            refuse_exhausted(error)
            ended = DnsOutcome.UNREACHABLE
        except dns.exception.DNSException:
            ended = DnsOutcome.SERVFAIL  # an answer that is no DNS message
        else:
            return understand(message)
    return Said(ended)


def understand(message: dns.message.Message) -> Said:
    """Read an answer: rcode, CNAME chain, data and how long it may be kept (negative: RFC 2308 §5)."""
    rcode = message.rcode()
    if rcode == dns.rcode.REFUSED:
        return Said(DnsOutcome.REFUSED, message=message)
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) or not isinstance(message, dns.message.QueryMessage):
        return Said(DnsOutcome.SERVFAIL, message=message)
    try:
        result = message.resolve_chaining()
    except dns.exception.DNSException:  # a loop, or an answer that contradicts itself
        return Said(DnsOutcome.SERVFAIL, message=message)
    chain = tuple(plain(each[0].target) for each in result.cnames)
    ttl = result.minimum_ttl if result.minimum_ttl < dns.ttl.MAX_TTL else None
    filtered = _filtered(message)
    if result.answer is not None:
        return Said(DnsOutcome.ANSWER, _data(result.answer, message), chain, ttl, message, filtered)
    if rcode == dns.rcode.NXDOMAIN:
        return Said(DnsOutcome.NXDOMAIN, (), chain, ttl, message, filtered or _policy(message))
    leaves = bool(chain) and not any(each.rdtype == dns.rdatatype.SOA for each in message.authority)
    return Said(DnsOutcome.ANSWER if leaves else DnsOutcome.NODATA, (), chain, ttl, message)


def _data(rrset: dns.rrset.RRset, message: dns.message.Message) -> tuple[str, ...]:
    """Return the data of an answer, also several CNAMEs at one name, of which the parser keeps the last alone."""
    if rrset.rdtype != dns.rdatatype.CNAME or message.wire is None:
        return tuple(presented(each) for each in rrset)
    whole = dns.message.from_wire(message.wire, one_rr_per_rrset=True)
    found = [each for each in whole.answer if each.rdtype == rrset.rdtype and each.name == rrset.name]
    return tuple(dict.fromkeys(presented(one) for each in found for one in each))


OF_FILTERS = {4: "Forged Answer", 15: "Blocked", 16: "Censored", 17: "Filtered"}
"""Extended DNS errors of answers that a policy gave in place of the domain's (RFC 8914 §4.5 and §4.16 to §4.18)."""


def _filtered(message: dns.message.Message) -> str:
    """Return the error by which a resolver says itself that it filters."""
    codes = [int(option.code) for option in message.extended_errors()]
    return next((f"marked as {OF_FILTERS[code]}" for code in codes if code in OF_FILTERS), "")


def _policy(message: dns.message.Message) -> str:
    """Return the zone that says "no such name", where it holds none of the names: a response policy zone (RPZ).

    A resolver that remembers "no such name" has it with the SOA of a zone that holds the name (RFC 2308 §5).
    """
    names = [message.question[0].name, *(each[0].target for each in message.answer if each.rdtype == CNAME)]
    for section in (message.authority, message.additional):
        for rrset in section:
            if rrset.rdtype == dns.rdatatype.SOA and not any(name.is_subdomain(rrset.name) for name in names):
                return f"from the policy zone {plain(rrset.name)}"
    return ""


def presented(rdata: dns.rdata.Rdata) -> str:
    """Return record data in presentation form (RFC 1035 §5.1); a bare name as `plain` does."""
    if isinstance(rdata, dns.rdtypes.nsbase.NSBase):  # CNAME, NS, PTR
        return plain(rdata.target)
    return printable(rdata.to_text())
