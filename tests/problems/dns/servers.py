"""A small internet of its own: BIND plays the registry and two name servers of a provider, unbound the resolver.

Each server is a process of its own, so that parent and child, and the two servers, can say different things.
"""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from tests.support import require

PATIENCE = 30.0
LOOPBACK = "127.0.0.1"
REGISTRY, FIRST, SECOND = "registry", "first", "second"
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


@dataclass
class Place:
    """Where the servers' files are, and the ports they got."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    resolver: int = 0
    zones: dict[str, list[tuple[str, Path]]] = field(default_factory=dict)

    @property
    def authorities(self) -> dict[str, tuple[str, int]]:
        """Return what plays each address of the small internet."""
        played = {"192.0.2.1": REGISTRY, "192.0.2.2": FIRST, "192.0.2.3": SECOND, "192.0.2.9": REGISTRY}
        return {address: (LOOPBACK, self.ports[server]) for address, server in played.items()}

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
    at = "ns.registry.net. A 192.0.2.1"
    delegation = tuple(f"{ZONE}. NS {server}" for server in net.delegated or ())
    glue = ("ns1.example.com. A 192.0.2.2",) if "ns1.example.com." in (net.delegated or ()) else ()
    place.zone(REGISTRY, "", (f"com. NS {top[0]}", f"net. NS {top[0]}", f"aws. NS {top[0]}", at), top)
    place.zone(REGISTRY, "com", (*delegation, *glue), top)
    hosts = ("ns2.provider.net. A 192.0.2.3", "ns9.provider.net. A 192.0.2.9", f"{OWN}. A {EDGE}", at)
    place.zone(REGISTRY, "net", (*hosts, *net.elsewhere), top)
    place.zone(REGISTRY, "aws", (), top)
    own = ("ns1.example.com. A 192.0.2.2",)
    cut = (f"{HOST}. NS ns2.provider.net.",) if net.sub is not None else ()
    copies = {FIRST: net.records, SECOND: net.records if net.second is None else net.second}
    for (address, lines), serial in zip(copies.items(), net.serials, strict=True):
        if address in net.serving:
            place.zone(address, ZONE, (*own, *lines, *cut), net.named, serial)
    if net.sub is not None:
        place.zone(SECOND, HOST, net.sub, ("ns2.provider.net.",))


def _named(place: Place, server: str) -> Path:
    """Write one server's configuration for BIND."""
    zones = "".join(
        f'zone "{name}" {{ type primary; file "{path}"; }};\n' for name, path in place.zones.get(server, [])
    )
    folder = place.folder / server
    folder.mkdir()
    config = folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; pid-file none; session-keyfile none; recursion no; notify no;\n'
        f"listen-on port {place.ports[server]} {{ {LOOPBACK}; }}; listen-on-v6 {{ none; }};\n"
        f"check-names primary ignore; dnssec-validation no; }};\ncontrols {{ }};\n{zones}"
    )
    return config


def _unbound(place: Place, net: Internet) -> Path:
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
    config = place.folder / "unbound.conf"
    anchor = f' trust-anchor: "{net.anchor}"\n' if net.anchor else ""
    local = "".join(f" {line}\n" for line in net.local)
    config.write_text(
        f'server:\n interface: {LOOPBACK}\n port: {place.resolver}\n do-daemonize: no\n username: ""\n chroot: ""\n'
        f' directory: "{place.folder}"\n pidfile: ""\n use-syslog: no\n do-not-query-localhost: no\n do-ip6: no\n'
        ' access-control: 127.0.0.0/8 allow\n num-threads: 1\n module-config: "validator iterator"\n'
        ' local-zone: "test." nodefault\n qname-minimisation: no\n'
        f"{anchor}{local}remote-control:\n control-enable: no\n{text}"
    )
    return config


def _free_port() -> int:
    """Return a port that is free for UDP and TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind((LOOPBACK, 0))
            with contextlib.suppress(OSError):
                tcp.bind(udp.getsockname())
                return int(udp.getsockname()[1])


@contextlib.contextmanager
def _running(command: list[str], log: Path, port: int) -> Iterator[None]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            _until_it_answers(process, log, port)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _until_it_answers(process: "subprocess.Popen[bytes]", log: Path, port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()
        try:
            dns.query.udp(dns.message.make_query("version.bind", "TXT", "CH"), LOOPBACK, 0.2, port)
        except (dns.exception.Timeout, OSError):
            time.sleep(0.02)  # asked again until it answers, never longer than PATIENCE
        else:
            return
    raise AssertionError(log.read_text())


@contextlib.contextmanager
def internet(folder: Path, net: Internet) -> Iterator[Place]:
    """Serve a small internet, once all its servers answer."""
    named, unbound = require("named"), require("unbound")
    place = Place(folder, {server: _free_port() for server in (REGISTRY, FIRST, SECOND)}, _free_port())
    _lay_out(place, net)
    with contextlib.ExitStack() as stack:
        for server in (REGISTRY, *net.up):
            bind = [named, "-g", "-n", "1", "-c", str(_named(place, server))]
            stack.enter_context(_running(bind, folder / f"{server}.log", place.ports[server]))
        resolver = [unbound, "-d", "-c", str(_unbound(place, net))]
        stack.enter_context(_running(resolver, folder / "unbound.log", place.resolver))
        yield place
