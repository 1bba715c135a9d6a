"""A small internet of its own: BIND plays the registry and two name servers of a provider, unbound the resolver.

Each server is a process of its own, so that parent and child, and the two servers, can say different things.
"""

import contextlib
import random
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.update

from tests.net.servers import broken, dns_server
from tests.support import lacking, require

PATIENCE = 30.0
LOOPBACK, LOOPBACK6 = "127.0.0.1", "::1"
REGISTRY, FIRST, SECOND, SIX = "registry", "first", "second", "six"
ZONE, HOST, OWN, EDGE = "example.com", "px.example.com", "d1a2b3c4d5e6f7.cloudfront.net", "192.0.2.80"
PROOF, VALUE = "_abc.px.example.com", "_def0123456789.acm-validations.aws"
PIXEL_RECORD = f"{HOST}. CNAME {OWN}."
PROOF_RECORD = f"{PROOF}. CNAME {VALUE}."
GOOD = (PIXEL_RECORD, PROOF_RECORD)
BOTH = ("ns1.example.com.", "ns2.provider.net.")


@dataclass(frozen=True)
class Internet:
    """What the zones say.

    Attributes:
        records: lines of the zone at the provider's first server.
        second: the same at the second server, where it differs; None as at the first.
        serials: of the two servers' copies.
        named: the name servers that the zone itself names.
        delegated: the name servers that the registry names; None where the domain is not registered.
        serving: which of the two servers have the zone at all; the others refuse.
        up: which of the two servers answer at all.
        sub: lines of a zone at the pixel's own name, delegated by the domain; None where there is none.
        elsewhere: lines of the zone of other services, to which CNAMEs lead.
        anchor: a line that has unbound expect the domain to be signed.
        local: lines by which unbound answers on its own authority.
        six: lines of the zone at the second server's IPv6 address; None where no server has one.
        six_serial: of that copy.
        six_up: which of the registry and the second server answer over IPv6.
        later: records that take the place of others once unbound was asked for `early`; another unbound never was.
        early: the name that unbound is asked for first.
    """

    records: tuple[str, ...] = GOOD
    second: tuple[str, ...] | None = None
    serials: tuple[int, int] = (7, 7)
    named: tuple[str, ...] = BOTH
    delegated: tuple[str, ...] | None = BOTH
    serving: tuple[str, ...] = (FIRST, SECOND)
    up: tuple[str, ...] = (FIRST, SECOND)
    sub: tuple[str, ...] | None = None
    elsewhere: tuple[str, ...] = ()
    anchor: str = ""
    local: tuple[str, ...] = ()
    six: tuple[str, ...] | None = None
    six_serial: int = 7
    six_up: tuple[str, ...] = (REGISTRY, SIX)
    later: tuple[str, ...] = ()
    early: str = HOST


@dataclass
class Place:
    """Where the servers' files are, and the ports they got."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    resolver: int = 0
    fresh: int = 0
    """The port of an unbound that was asked nothing yet, where there is `later`."""
    six_up: tuple[str, ...] = ()
    zones: dict[str, list[tuple[str, Path]]] = field(default_factory=dict)

    @property
    def authorities(self) -> dict[str, tuple[str, int]]:
        """Return what plays each address of the small internet."""
        played = {"192.0.2.1": REGISTRY, "192.0.2.2": FIRST, "192.0.2.3": SECOND, "192.0.2.9": REGISTRY}
        six = {"2001:db8::1": REGISTRY, "2001:db8::3": SIX}
        return {
            **{address: (LOOPBACK, self.ports[server]) for address, server in played.items()},
            **{address: (LOOPBACK6, self.ports[at] if at in self.six_up else 9) for address, at in six.items()},
        }

    def zone(self, address: str, name: str, lines: tuple[str, ...], servers: tuple[str, ...], serial: int = 1) -> None:
        """Write one server's copy of a zone."""
        path = self.folder / f"{address}.{name or 'root'}.zone"
        apex = f"{name}."
        text = [f"$TTL 300\n{apex} SOA ns.registry.net. admin.registry.net. {serial} 3600 600 86400 120"]
        text += [f"{apex} NS {server}" for server in servers]
        path.write_text("\n".join([*text, *lines, ""]))
        self.zones.setdefault(address, []).append((apex, path))


def _lay_out(place: Place, net: Internet) -> None:
    top = ("ns.registry.net.",)
    at = ("ns.registry.net. A 192.0.2.1", *(("ns.registry.net. AAAA 2001:db8::1",) if net.six is not None else ()))
    at6 = ("ns2.provider.net. AAAA 2001:db8::3",) if net.six is not None else ()
    delegation = tuple(f"{ZONE}. NS {server}" for server in net.delegated or ())
    glue = ("ns1.example.com. A 192.0.2.2",) if "ns1.example.com." in (net.delegated or ()) else ()
    place.zone(REGISTRY, "", (f"com. NS {top[0]}", f"net. NS {top[0]}", f"aws. NS {top[0]}", *at), top)
    place.zone(REGISTRY, "com", (*delegation, *glue), top)
    hosts = ("ns2.provider.net. A 192.0.2.3", "ns9.provider.net. A 192.0.2.9", f"{OWN}. A {EDGE}", *at, *at6)
    place.zone(REGISTRY, "net", (*hosts, *net.elsewhere), top)
    place.zone(REGISTRY, "aws", (), top)
    own = ("ns1.example.com. A 192.0.2.2",)
    cut = (f"{HOST}. NS ns2.provider.net.",) if net.sub is not None else ()
    copies = {FIRST: net.records, SECOND: net.records if net.second is None else net.second}
    for (address, lines), serial in zip(copies.items(), net.serials, strict=True):
        if address in net.serving:
            place.zone(address, ZONE, (*own, *lines, *cut), net.named, serial)
    if net.six is not None:
        place.zone(SIX, ZONE, (*own, *net.six), net.named, net.six_serial)
    if net.sub is not None:
        place.zone(SECOND, HOST, net.sub, ("ns2.provider.net.",))


def _named(place: Place, server: str) -> Path:
    """Write one server's configuration for BIND."""
    kept = place.zones.get(server, [])
    zones = "".join(
        f'zone "{name}" {{ type primary; file "{path}"; allow-update {{ {LOOPBACK}; }}; }};\n' for name, path in kept
    )
    four, six = ("none" if server == SIX else LOOPBACK), (LOOPBACK6 if server in place.six_up else "none")
    folder = place.folder / server
    folder.mkdir()
    config = folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; pid-file none; session-keyfile none; recursion no; notify no;\n'
        f"listen-on port {place.ports[server]} {{ {four}; }}; listen-on-v6 port {place.ports[server]} {{ {six}; }};\n"
        f"check-names primary ignore; dnssec-validation no; }};\ncontrols {{ }};\n{zones}"
    )
    return config


def _unbound(place: Place, net: Internet, port: int) -> Path:
    stubs = {"com.": [REGISTRY], "net.": [REGISTRY], "aws.": [REGISTRY]}
    known = {"ns1.example.com.": FIRST, "ns2.provider.net.": SECOND}
    if servers := [known[name] for name in net.delegated or () if name in known]:
        stubs[f"{ZONE}."] = servers
    if net.sub is not None:
        stubs[f"{HOST}."] = [SECOND]
    text = "".join(
        f'stub-zone:\n name: "{zone}"\n' + "".join(f" stub-addr: {LOOPBACK}@{place.ports[at]}\n" for at in servers)
        for zone, servers in stubs.items()
    )
    config = place.folder / f"unbound.{port}.conf"
    anchor = f' trust-anchor: "{net.anchor}"\n' if net.anchor else ""
    local = "".join(f" {line}\n" for line in net.local)
    config.write_text(
        f'server:\n interface: {LOOPBACK}\n port: {port}\n do-daemonize: no\n username: ""\n chroot: ""\n'
        f' directory: "{place.folder}"\n pidfile: ""\n use-syslog: no\n do-not-query-localhost: no\n do-ip6: no\n'
        ' access-control: 127.0.0.0/8 allow\n num-threads: 1\n module-config: "validator iterator"\n'
        ' local-zone: "test." nodefault\n qname-minimisation: no\n'
        f"{anchor}{local}remote-control:\n control-enable: no\n{text}"
    )
    return config


HANDED_OUT_BY_NOBODY = range(15_000, 32_000)
"""Ports below those that Linux (from 32768) and macOS (from 49152) choose for outgoing connections."""


def _free_port(*more: str) -> int:
    """Return a port that is free for UDP and TCP, on the loopback address and on those given.

    It is one that no system hands out by itself: every DNS question of the tests beside this one is sent from a port of
    those, and would now and then have taken it before the server starts.
    """
    while True:
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            port = random.choice(HANDED_OUT_BY_NOBODY)
            for address in (LOOPBACK, *more):
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    one = stack.enter_context(socket.socket(family, kind))
                    one.bind((address, port))
                    port = int(one.getsockname()[1])
            return port


def need_ipv6() -> None:
    """Skip the test where this machine has no IPv6 loopback address, or fail where everything is required."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
            one.bind((LOOPBACK6, 0))
    except OSError:
        lacking("an IPv6 loopback address")


@contextlib.contextmanager
def _running(command: list[str], log: Path, at: tuple[str, int]) -> Iterator[None]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            _until_it_answers(process, log, at)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _until_it_answers(process: "subprocess.Popen[bytes]", log: Path, at: tuple[str, int]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()
        try:
            dns.query.udp(dns.message.make_query("version.bind", "TXT", "CH"), at[0], 0.2, at[1])
        except (dns.exception.Timeout, OSError):
            time.sleep(0.02)  # asked again until it answers, never longer than PATIENCE
        else:
            return
    raise AssertionError(log.read_text())


def _ask_first_and_change(place: Place, net: Internet) -> None:
    """Have unbound learn what there is, then change it (RFC 2136) at every server that has the zone."""
    early = dns.message.make_query(net.early, "A")
    assert dns.query.udp(early, LOOPBACK, PATIENCE, place.resolver).rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
    for server in net.serving:
        update = dns.update.UpdateMessage(ZONE)
        for owner, rdtype, value in (line.split(maxsplit=2) for line in net.later):
            update.delete(owner)
            update.add(owner, 300, rdtype, value)
        reply = dns.query.tcp(update, LOOPBACK, PATIENCE, place.ports[server])
        assert reply.rcode() == dns.rcode.NOERROR, reply


@contextlib.contextmanager
def internet(folder: Path, net: Internet) -> Iterator[Place]:
    """Serve a small internet, once all its servers answer."""
    named, unbound = require("named"), require("unbound")
    six = (LOOPBACK6,) if net.six is not None else ()
    if six:
        need_ipv6()
    servers = (REGISTRY, FIRST, SECOND, SIX)
    place = Place(folder, {server: _free_port(*six) for server in servers}, _free_port())
    place.six_up = net.six_up if six else ()
    _lay_out(place, net)
    with contextlib.ExitStack() as stack:
        for server in (REGISTRY, *net.up, *((SIX,) if SIX in place.six_up else ())):
            bind = [named, "-g", "-n", "1", "-c", str(_named(place, server))]
            at = (LOOPBACK6 if server == SIX else LOOPBACK, place.ports[server])
            stack.enter_context(_running(bind, folder / f"{server}.log", at))
        if net.later:
            place.fresh = _free_port()
        for port in filter(None, (place.resolver, place.fresh)):
            resolver = [unbound, "-d", "-c", str(_unbound(place, net, port))]
            stack.enter_context(_running(resolver, folder / f"unbound.{port}.log", (LOOPBACK, port)))
        if net.later:
            _ask_first_and_change(place, net)
        yield place


@contextlib.asynccontextmanager
async def failing(place: Place, rdtype: str, mode: str) -> AsyncIterator[dict[str, tuple[str, int]]]:
    """Stand before both of the domain's servers and fail at one type of question, as old software does.

    Args:
        place: the servers; everything else is passed on to them.
        rdtype: the type, for example `CAA`.
        mode: `silent` or the name of a response code.
    """
    played = place.authorities

    def respond(query: dns.message.Message, server: tuple[str, int]) -> dns.message.Message | None:
        if query.question[0].rdtype == dns.rdatatype.from_text(rdtype):
            return broken(query, mode)
        return dns.query.udp(query, server[0], PATIENCE, server[1])

    async with contextlib.AsyncExitStack() as stack:
        for address in ("192.0.2.2", "192.0.2.3"):
            front = partial(respond, server=played[address])
            played[address] = (LOOPBACK, await stack.enter_async_context(dns_server(front)))
        yield played
