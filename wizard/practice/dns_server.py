"""DNS servers over UDP and TCP on loopback: one port for the resolver, one for each name server."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from wizard.practice.dns_answers import CachingResolver, Sections, authoritative, rrsets
from wizard.practice.zones import Authority, Record

PAYLOAD = 1232
"""Most bytes of an UDP answer that we offer (DNS flag day 2020)."""
PLAIN = 512
"""Most bytes of an UDP answer to a question without EDNS (RFC 1035)."""
HEADER = 12
BUFFER = 1 << 20
"""Bytes of receive buffer: 500 questions at once overran the default one."""
ID = 2
"""Bytes of the number that pairs an answer with its question: the rest of the answer does not depend on it."""
KEPT = 2048
"""Questions and answers that are kept as they were read and written: both are asked for again and again."""
NEVER_ANSWERED = frozenset({dns.rdatatype.ANY, dns.rdatatype.AXFR, dns.rdatatype.IXFR})

Said = tuple[dns.rcode.Rcode, bool, tuple[Record, ...], tuple[Record, ...], tuple[Record, ...]]
"""The parts of `Sections`, which an answer follows from."""


def _fill(response: dns.message.Message, sections: Sections) -> None:
    asked = response.question[0].name
    response.set_rcode(sections.rcode)
    if sections.authoritative:
        response.flags |= dns.flags.AA
    response.answer = rrsets(sections.answer, asked)
    response.authority = rrsets(sections.authority, asked)
    response.additional = rrsets(sections.additional, asked)


def _broken(query: dns.message.Message) -> dns.rcode.Rcode | None:
    """Return why the question is not looked up at all."""
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    question = query.question[0]
    if question.rdclass != dns.rdataclass.IN or question.rdtype in NEVER_ANSWERED:
        return dns.rcode.REFUSED
    return None


@dataclass
class Responder:
    """What answers at one port: a name server, or (without one) the resolver.

    Attributes:
        touch: called for every packet; the world counts it as a sign of a client.
    """

    resolver: CachingResolver
    machine: Authority | None
    touch: Callable[[], None]

    def respond(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """Return the bytes to send back; None to stay silent."""
        self.touch()
        mode = self.machine.mode if self.machine else self.resolver.mode
        if mode == "silent" or len(wire) < HEADER or wire[2] & 0x80:  # an answer is never answered
            return None
        number, message = wire[:ID], wire[ID:]
        try:
            query = _understood(message)
        except (dns.exception.DNSException, ValueError):
            return number + bytes([0x80 | (wire[2] & 0x79), dns.rcode.FORMERR]) + bytes(8)
        forced = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED}.get(mode, _broken(query))
        said = forced if forced is not None else _parts(self._look_up(query))
        return number + _answer(message, said, recursive=self.machine is None, tcp=tcp)

    def _look_up(self, query: dns.message.Message) -> Sections:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower() if question.name != dns.name.root else ""
        rdtype = dns.rdatatype.to_text(question.rdtype)
        if self.machine is None and query.flags & dns.flags.RD:
            return self.resolver.resolve(name, rdtype)
        return authoritative(self.resolver.net, self.machine, name, rdtype, self.resolver.timing.now())


def _parts(sections: Sections) -> Said:
    answer, authority, additional = sections.answer, sections.authority, sections.additional
    return sections.rcode, sections.authoritative, tuple(answer), tuple(authority), tuple(additional)


@lru_cache(KEPT)
def _understood(message: bytes) -> dns.message.Message:
    """Read a question, given without its ID; nobody changes it.

    Raises:
        dns.exception.DNSException: it is none.
    """
    return dns.message.from_wire(bytes(ID) + message)


@lru_cache(KEPT)
def _answer(message: bytes, said: Said | dns.rcode.Rcode, *, recursive: bool, tcp: bool) -> bytes:
    """Write the answer to a question; both are without their ID.

    Args:
        message: the question.
        said: what there is to say, or the code of a refusal.
        recursive: whether a resolver answers.
        tcp: whether the answer may be long.
    """
    query = _understood(message)
    response = dns.message.make_response(query, recursion_available=recursive, our_payload=PAYLOAD)
    if isinstance(said, tuple):
        rcode, own, *records = said
        _fill(response, Sections(rcode, own, *map(list, records)))
    else:
        response.set_rcode(said)
    return _to_wire(query, response, tcp=tcp)[ID:]


def _to_wire(query: dns.message.Message, response: dns.message.Message, *, tcp: bool) -> bytes:
    limit = 65_535 if tcp else max(PLAIN, min(query.payload, PAYLOAD)) if query.edns >= 0 else PLAIN
    try:
        return response.to_wire(max_size=limit)
    except dns.exception.TooBig:
        response.answer = response.authority = response.additional = []
        response.flags |= dns.flags.TC
        return response.to_wire(max_size=limit)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, responder: Responder) -> None:
        self.responder = responder
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not isinstance: before Python 3.12 asyncio's own datagram transport did not derive from the public class.
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self.responder.respond(data, tcp=False)
        if reply and self.transport:
            self.transport.sendto(reply, addr)


async def _stream(responder: Responder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            size = int.from_bytes(await reader.readexactly(2), "big")
            reply = responder.respond(await reader.readexactly(size), tcp=True)
            if reply is None:
                break
            writer.write(len(reply).to_bytes(2, "big") + reply)
            await writer.drain()
    writer.close()


def _pair() -> tuple[socket.socket, socket.socket]:
    """Bind UDP and TCP to the same free port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        udp.bind(("127.0.0.1", 0))
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            tcp.bind(udp.getsockname())
        except OSError:  # somebody has the TCP port of that number
            udp.close()
            tcp.close()
        else:
            return udp, tcp


@dataclass
class Listener:
    """One responder on one port, UDP and TCP."""

    responder: Responder
    port: int = 0
    _closers: list[Callable[[], object]] = field(default_factory=list)

    async def start(self) -> None:
        """Bind to a free loopback port and answer."""
        udp, tcp = _pair()
        self.port = udp.getsockname()[1]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self.responder), sock=udp)
        server = await asyncio.start_server(lambda r, w: _stream(self.responder, r, w), sock=tcp)
        self._closers = [transport.close, server.close]

    def close(self) -> None:
        """Stop answering."""
        for close in self._closers:
            close()
