"""Scripted DNS servers and HTTPS servers on loopback: real packets, real TLS, and a world of zones to put into them."""

import asyncio
import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from wizard.model.ports import Network

Records = dict[tuple[str, str], list[str]]
Respond = Callable[[dns.message.Message], dns.message.Message | bytes | None]
TTL = 300


def within(name: str, zone: str) -> bool:
    return not zone or name == zone or name.endswith("." + zone)


def plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if name != dns.name.root else ""


def rrset(name: str, rdtype: str, values: list[str], ttl: int = TTL) -> dns.rrset.RRset:
    return dns.rrset.from_text(name + ".", ttl, "IN", rdtype, *values)


@dataclass
class Zone:
    """One zone's data; `servers` maps name-server host to address."""

    name: str
    servers: dict[str, str]
    records: Records = field(default_factory=dict)
    minimum: int = 60

    def soa(self) -> dns.rrset.RRset:
        return rrset(self.name, "SOA", [f"ns.nic.test. admin.nic.test. 1 2 3 4 {self.minimum}"], 3600)

    def ns(self) -> dns.rrset.RRset:
        return rrset(self.name, "NS", [f"{host}." for host in self.servers])

    def values(self, name: str, rdtype: str) -> list[str]:
        if (name, rdtype) in self.records or any(within(owner, name) for owner, _ in self.records):
            return self.records.get((name, rdtype), [])
        return self.records.get(("*." + name.partition(".")[2], rdtype), [])

    def knows(self, name: str) -> bool:
        wild = "*." + name.partition(".")[2]
        return name == self.name or any(within(owner, name) or owner == wild for owner, _ in self.records)


@dataclass
class Machine:
    """A name server; `modes` per server make it silent, refusing, lame and so on."""

    zones: list[Zone]
    mode: str = "answer"
    heard: list[tuple[str, str, bool]] = field(default_factory=list)


@dataclass
class Net:
    """Zones, the machines that serve them, and one recursive resolver that remembers negative answers."""

    zones: dict[str, Zone]
    machines: dict[str, Machine] = field(default_factory=dict)
    resolver_mode: str = "answer"
    heard: list[tuple[str, str, bool]] = field(default_factory=list)
    negative: dict[tuple[str, str], dns.rcode.Rcode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for zone in self.zones.values():
            for address in zone.servers.values():
                self.machines.setdefault(address, Machine([]))
                if zone not in self.machines[address].zones:
                    self.machines[address].zones.append(zone)

    def zone_of(self, name: str) -> Zone:
        while name and name not in self.zones:
            name = name.partition(".")[2]
        return self.zones[name]

    def authority(self, address: str) -> Respond:
        def respond(query: dns.message.Message) -> dns.message.Message | None:
            machine = self.machines[address]
            name, rdtype = asked(query, machine.heard)
            if machine.mode != "answer":
                return broken(query, machine.mode)
            hosted = [zone for zone in machine.zones if within(name, zone.name)]
            response = dns.message.make_response(query)
            if not hosted:
                response.set_rcode(dns.rcode.REFUSED)
                return response
            zone = max(hosted, key=lambda each: len(each.name))
            below = self.zone_of(name)
            if below.name != zone.name:
                response.authority.append(below.ns())
                for host, at in below.servers.items():
                    if at and within(host, zone.name):
                        response.additional.append(rrset(host, "A", [at]))
                return response
            response.flags |= dns.flags.AA
            return fill(response, zone, name, rdtype)

        return respond

    def resolver(self) -> Respond:
        def respond(query: dns.message.Message) -> dns.message.Message | None:
            name, rdtype = asked(query, self.heard)
            if self.resolver_mode != "answer":
                return broken(query, self.resolver_mode)
            response = dns.message.make_response(query, recursion_available=True)
            if (name, rdtype) in self.negative:
                response.set_rcode(self.negative[name, rdtype])
                response.authority.append(self.zone_of(name).soa())
                return response
            response = self.recurse(response, name, rdtype)
            if not response.answer:
                self.negative[name, rdtype] = response.rcode()
            return response

        return respond

    def recurse(self, response: dns.message.Message, name: str, rdtype: str) -> dns.message.Message:
        hosts = {host: at for zone in self.zones.values() for host, at in zone.servers.items()}
        if rdtype == "A" and hosts.get(name):
            response.answer.append(rrset(name, "A", [hosts[name]]))
            return response
        for _ in range(10):
            zone = self.zone_of(name)
            before = len(response.answer)
            fill(response, zone, name, rdtype)
            added = response.answer[before:]
            if rdtype == "CNAME" or not added or added[-1].rdtype != dns.rdatatype.CNAME:
                return response
            name = plain(added[-1][0].target)
            if self.zone_of(name) is zone:
                return response
        return response


def asked(query: dns.message.Message, heard: list[tuple[str, str, bool]]) -> tuple[str, str]:
    question = query.question[0]
    name, rdtype = plain(question.name), dns.rdatatype.to_text(question.rdtype)
    heard.append((name, rdtype, bool(query.flags & dns.flags.RD)))
    return name, rdtype


def broken(query: dns.message.Message, mode: str) -> dns.message.Message | None:
    if mode == "silent":
        return None
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.from_text(mode))
    return response


def synthesized(response: dns.message.Message, zone: Zone, name: str) -> list[str]:
    """Return the CNAME that a DNAME above the name makes of it, having put the DNAME before it (RFC 6672 §3)."""
    above = name.partition(".")[2]
    while above and within(above, zone.name):
        if redirected := zone.records.get((above, "DNAME")):
            response.answer.append(rrset(above, "DNAME", redirected))
            return [f"{name.removesuffix(above)}{redirected[0]}"]
        above = above.partition(".")[2]
    return []


def fill(response: dns.message.Message, zone: Zone, name: str, rdtype: str) -> dns.message.Message:
    for _ in range(10):
        if name == zone.name and rdtype in ("SOA", "NS"):
            response.answer.append(zone.soa() if rdtype == "SOA" else zone.ns())
            return response
        if values := zone.values(name, rdtype):
            response.answer += [rrset(name, rdtype, [each]) for each in values] if rdtype == "CNAME" else []
            response.answer += [rrset(name, rdtype, values)] if rdtype != "CNAME" else []
            return response
        target = zone.values(name, "CNAME") or synthesized(response, zone, name)
        if target and rdtype == "CNAME":
            response.answer.append(rrset(name, "CNAME", target))
            return response
        if not target:
            if not zone.knows(name):
                response.set_rcode(dns.rcode.NXDOMAIN)
            response.authority.append(zone.soa())
            return response
        response.answer.append(rrset(name, "CNAME", target))
        name = target[0].rstrip(".").lower()
        if not within(name, zone.name):
            return response
    return response


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)  # before 3.12 no subclass of it

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        response = self.respond(query)
        if isinstance(response, bytes):
            self.transport.sendto(response, addr)
        elif response is not None:
            self.transport.sendto(_cut(response, query), addr)


def _cut(response: dns.message.Message, query: dns.message.Message) -> bytes:
    size = max(512, query.payload if query.edns >= 0 else 0)
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        short = dns.message.make_response(query)
        short.flags |= dns.flags.TC
        return short.to_wire()


async def _stream(respond: Respond, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        size = int.from_bytes(await reader.readexactly(2), "big")
        response = respond(dns.message.from_wire(await reader.readexactly(size)))
        if response is not None:
            wire = response if isinstance(response, bytes) else response.to_wire(max_size=65_535)
            writer.write(len(wire).to_bytes(2, "big") + wire)
            await writer.drain()
    writer.close()


def bound_pair() -> tuple[socket.socket, socket.socket]:
    """Bind UDP and TCP to the same free loopback port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            tcp.bind(udp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
        else:
            return udp, tcp


@contextlib.asynccontextmanager
async def dns_server(respond: Respond) -> AsyncIterator[int]:
    """Answer on a free loopback port, UDP and TCP."""
    udp, tcp = bound_pair()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(respond), sock=udp)
    server = await asyncio.start_server(lambda r, w: _stream(respond, r, w), sock=tcp)
    try:
        yield udp.getsockname()[1]
    finally:
        transport.close()
        server.close()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def on_loopback(net: Net, ports: Mapping[int, tuple[str, int]] | None = None) -> AsyncIterator[Network]:
    """Serve a whole net of zones and yield how to dial it."""
    async with contextlib.AsyncExitStack() as stack:
        authorities = {
            address: ("127.0.0.1", await stack.enter_async_context(dns_server(net.authority(address))))
            for address in net.machines
        }
        port = await stack.enter_async_context(dns_server(net.resolver()))
        yield Network(ports or {}, authorities, (("resolver", "127.0.0.1", port),))


def example() -> Net:
    """A root, `com` and `example.com` with two servers; `net` and `cloudfront.net` at another one."""
    registry = {"a.nic.test": "192.0.2.1"}
    return Net(
        {
            "": Zone("", registry),
            "com": Zone("com", registry),
            "net": Zone("net", registry),
            "cloudfront.net": Zone("cloudfront.net", {"ns.cloudfront.net": "192.0.2.9"}),
            "example.com": Zone("example.com", {"ns1.example.com": "192.0.2.2", "ns2.provider.net": "192.0.2.3"}),
        }
    )


@dataclass
class Site:
    """What an HTTP server answers, and what it heard."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    stall: threading.Event | None = None
    answer: Callable[[str], bytes] | None = None
    """Makes the body from the request's target; without it, it is `body`."""
    more: tuple[tuple[str, str], ...] = ()
    """Headers that are sent besides, also if they are there already."""
    hosts: dict[str, "Site"] = field(default_factory=dict)
    """What other host names answer instead."""


def dns_over_https(respond: Respond) -> Site:
    """Return a site that answers DNS questions of RFC 8484, by GET."""

    def answer(target: str) -> bytes:
        sent = target.removeprefix("/dns-query?dns=")
        query = dns.message.from_wire(base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4)))
        assert query.id == 0
        response = respond(query)
        assert response is not None
        return response if isinstance(response, bytes) else response.to_wire()

    return Site(headers={"Content-Type": "application/dns-message"}, answer=answer)


@contextlib.contextmanager
def http_server(site: Site, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer every GET with what `site` says at that moment, over TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = site.hosts.get(self.headers.get("Host", "").partition(":")[0], site)
            asked.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            if asked.stall:
                asked.stall.wait(10)
            body = asked.answer(self.path) if asked.answer else asked.body
            self.send_response_only(asked.status)  # without Python's own Server header, which would be one too many
            self.send_header("Date", self.date_time_string())
            for name, value in (*asked.headers.items(), *asked.more):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own word
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is part of the tests."""

        def finish_request(self, request: object, client_address: object) -> None:
            assert isinstance(request, socket.socket)
            if context is None:
                super().finish_request(request, client_address)
                return
            with contextlib.suppress(OSError), context.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
