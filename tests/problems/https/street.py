"""A street of real servers on loopback, each at an address of its own: CloudFront's, and who else may answer."""

import contextlib
import datetime as dt
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.net.servers import Site, example, http_server, on_loopback
from tests.probes.seen_from import GIF, GOOD, HOST, OWN
from tests.problems.scene import context_of, look
from wizard.model.ports import Network
from wizard.model.results import Check
from wizard.model.setup import Made
from wizard.net.clock import SystemClock

MADE = Made(distribution_domain=OWN, alias=HOST, hosted_zone="Z1", records_seen={"pixel-record": 1.0})
HTML = "<H1>403 ERROR</H1>The request could not be satisfied. "
GONE = "-"
"""Stands for a header that is not sent."""

EDGE, EDGE_6 = "192.0.2.80", "2001:db8::80"
"""CloudFront's addresses."""

AMAZON = "Amazon"
PEM = "trusted.pem"


def answering(status: int = 200, body: bytes = GIF, **headers: str) -> Site:
    """Return what a server says: the pixel as it should be, with these headers changed."""
    sent = {**GOOD, **{name.replace("_", "-"): text for name, text in headers.items()}}
    return Site(status, {name: text for name, text in sent.items() if text != GONE}, body)


def moved(host: str) -> Site:
    """Return how CloudFront answers plain http."""
    return answering(301, b"", location=f"https://{host}/i")


@dataclass
class Place:
    """What answers, by HTTPS and by plain http.

    Attributes:
        site: the answers to HTTPS.
        names: in the certificate for any name but CloudFront's own.
        plain: the answers to plain http at the pixel's name; None: as CloudFront's redirect, with the site's headers.
        own_plain: the answers to plain http at CloudFront's own name.
        issuer: who issues the certificates.
        trusted: whether this computer trusts that issuer.
        own_names: in the certificate for CloudFront's own name.
        settle: changes the TLS settings of the server.
        days: for which the certificate for the pixel's name is valid from now; negative: since when it no longer is.
    """

    site: Site
    names: tuple[str, ...] = (HOST,)
    plain: Site | None = None
    own_plain: Site = field(default_factory=lambda: moved(OWN))
    issuer: str = AMAZON
    trusted: bool = True
    own_names: tuple[str, ...] = ("*.cloudfront.net",)
    settle: Callable[[ssl.SSLContext], object] | None = None
    days: float = 197

    def http(self) -> Site:
        """Return all answers to plain http."""
        redirect = {**self.site.headers, "location": f"https://{HOST}/i"}
        plain = self.plain or Site(301, redirect)
        plain.hosts[OWN] = self.own_plain
        return plain

    def tls(self, authority: trustme.CA) -> ssl.SSLContext:
        """Return the server's side of TLS: a certificate for CloudFront's own name, another for the rest."""
        own, other = self._context(authority, self.own_names, 197), self._context(authority, self.names, self.days)

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            if name == OWN:
                connection.context = own

        other.sni_callback = choose
        return other

    def _context(self, authority: trustme.CA, names: tuple[str, ...], days: float) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
        issued = authority.issue_cert(*names, not_before=end - dt.timedelta(days=198), not_after=end)
        issued.configure_cert(context)
        if self.settle:
            self.settle(context)
        return context


@dataclass(frozen=True)
class Street(Network):
    """A network in which some addresses are other servers than the first, or nothing at all.

    Attributes:
        elsewhere: address to the servers' ports there, by the port that is asked for; None: nothing answers.
    """

    elsewhere: Mapping[str, Mapping[int, int] | None] = field(default_factory=dict)

    def dial(self, address: str, port: int) -> tuple[str, int]:
        """Return where to connect."""
        if port in self.ports and address in self.elsewhere:
            return "127.0.0.1", (self.elsewhere[address] or {}).get(port, CLOSED)
        return super().dial(address, port)


CLOSED = 9
"""A port of loopback that nothing listens on (discard)."""


async def looking(
    folder: Path,
    place: Place,
    *,
    made: Made = MADE,
    records: Mapping[tuple[str, str], list[str]] | None = None,
    beside: Mapping[str, Place | None] | None = None,
) -> dict[str, Check]:
    """Look from outside at a setup whose name leads to a place.

    Args:
        folder: for the trusted certificates.
        place: what answers at every address.
        made: what the setup made.
        records: of the pixel's zone; by default the CNAME.
        beside: addresses where something else answers, or nothing.
    """
    net = example()
    net.zones["example.com"].records |= records or {(HOST, "CNAME"): [f"{OWN}."]}
    net.zones["cloudfront.net"].records |= {(OWN, "A"): [EDGE], (OWN, "AAAA"): [EDGE_6]}
    trusted = b""
    with contextlib.ExitStack() as stack:

        def serve(one: Place) -> int:
            nonlocal trusted
            authority = trustme.CA(organization_name=one.issuer)
            trusted += authority.cert_pem.bytes() if one.trusted else b""
            return stack.enter_context(http_server(one.site, one.tls(authority)))

        def both(one: Place) -> dict[int, int]:
            return {443: serve(one), 80: stack.enter_context(http_server(one.http()))}

        main = both(place)
        others = {address: both(one) if one else None for address, one in (beside or {}).items()}
        (folder / PEM).write_bytes(trusted or trustme.CA().cert_pem.bytes())
        ports = {port: ("127.0.0.1", at) for port, at in main.items()}
        async with on_loopback(net, ports) as at:
            network = Street(at.ports, at.authorities, at.resolvers, str(folder / PEM), elsewhere=others)
            context = context_of(network, made, HOST, clock=SystemClock(1.0), patience=5.0)
            return await look(context)
