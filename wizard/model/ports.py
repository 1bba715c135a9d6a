"""Ports to everything outside this process, as protocols. Resources and probes know these and nothing behind them.

The real network implements them in `wizard.aws` and `wizard.net`; a practice world answers through the same code, only
the addresses that are dialled differ (see `Network`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from wizard.model.results import Problem

AGENT = "snowpixel"
"""Our `User-Agent`: who reads logs may know us."""


class DnsOutcome(StrEnum):
    """How one DNS question to one server ended. Only NODATA and NXDOMAIN mean "not there"."""

    ANSWER = "answer"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    REFUSED = "refused"
    SERVFAIL = "servfail"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    BOGUS = "bogus"
    """A resolver refuses the answer, because its DNSSEC signatures do not hold; without that check there is one."""


class DnsAnswer(Struct, frozen=True):
    """What one DNS server said. Names are lower case without the trailing dot."""

    server: str
    """The server's name or, for a resolver, its label."""
    address: str
    outcome: DnsOutcome
    records: tuple[str, ...] = ()
    """The data of the asked type at the end of the chain, in presentation form."""
    chain: tuple[str, ...] = ()
    """The CNAME targets followed to reach it, in order."""
    ttl: int | None = None
    """Seconds the answer may be cached; for a negative answer the time it is remembered (RFC 2308)."""
    at_odds: tuple["DnsAnswer", ...] = ()
    """What other addresses of the same server said, where that is something else."""
    filtered: str = ""
    """What in the answer shows that a filter gave it, in a few words; empty where nothing does."""

    @property
    def absent(self) -> bool:
        """Whether the server says that there is no such record."""
        return self.outcome in (DnsOutcome.NODATA, DnsOutcome.NXDOMAIN)

    @property
    def seen(self) -> bool:
        """Whether the server could be asked at all."""
        return self.absent or self.outcome is DnsOutcome.ANSWER


class NameServer(Struct, frozen=True):
    """One authoritative server with its addresses."""

    name: str
    addresses: tuple[str, ...]


class DelegatedZone(Struct, frozen=True):
    """The zone that holds a name, as delegated by its parent."""

    name: str
    servers: tuple[NameServer, ...]


class DnsUnreachableError(Exception):
    """No DNS server could be asked at all: no network, or port 53 is blocked."""


class NoResolverError(DnsUnreachableError):
    """Not even a resolver answers."""


class Dns(Protocol):
    """DNS as the world sees it."""

    async def zone_of(self, name: str) -> DelegatedZone:
        """Find the zone that holds `name` and its authoritative servers.

        Raises:
            DnsUnreachableError: nothing answers.
        """
        ...

    async def ask_authorities(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Ask every authoritative server of the zone of `name`, recursion off, in the servers' order.

        Raises:
            DnsUnreachableError: the zone's servers cannot be found.
        """
        ...

    async def ask_addresses(self, zone: DelegatedZone, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Ask every address of every server of a zone, each by itself, for the zone's own records."""
        ...

    async def ask_resolvers(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Ask the public resolvers (or those that `--nameserver` names). A failure is an outcome, never raised."""
        ...


class Handshake(Struct, frozen=True):
    """The certificate and protocol that a server presented."""

    address: str
    version: str
    """`TLSv1.3` and the like."""
    names: tuple[str, ...]
    """The DNS names in the certificate."""
    issuer: str
    not_before: float
    not_after: float
    trusted: bool
    """Whether chain and name verify for the asked name."""
    error: str = ""
    """Why it does not verify, in OpenSSL's words."""


class Response(Struct, frozen=True):
    """An HTTP answer. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    address: str
    seconds: float
    url: str = ""
    """The URL that answered, after redirects; empty where none were allowed."""


class WebError(Exception):
    """No HTTP answer. `kind` is `resolve`, `connect`, `timeout`, `tls`, `encoding` or `protocol`.

    Attributes:
        location: where a redirect leads that was not followed, because it gives up HTTPS; empty otherwise.
    """

    def __init__(self, kind: str, message: str, location: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.location = location

    @property
    def unreached(self) -> bool:
        """Whether nobody was reached at all, which tells nothing about the other side."""
        return self.kind in ("resolve", "connect", "timeout")


class Web(Protocol):
    """HTTP and TLS as a browser would speak them."""

    async def get(
        self,
        url: str,
        *,
        connect_to: str | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = 65_536,
        redirects: int = 0,
    ) -> Response:
        """GET `url`; `connect_to` is a host to dial instead of the URL's (SNI and Host stay the URL's).

        Args:
            url: absolute http or https URL.
            connect_to: DNS name whose addresses are dialled, or an address.
            headers: extra request headers.
            limit: most bytes of body to read; more raises WebError("protocol").
            redirects: how many redirects to follow, to https only unless http was asked for.

        Raises:
            WebError: no answer.
        """
        ...

    async def handshake(self, name: str, *, connect_to: str | None = None) -> Handshake:
        """Present `name` as SNI on port 443 and report what comes back, trusted or not.

        Raises:
            WebError: no TLS connection at all.
        """
        ...

    async def old_tls(self, name: str, *, connect_to: str | None = None) -> str | None:
        """Return the version before TLS 1.2 that a server still agrees to; empty where it refuses, None if unseen."""
        ...


class Aws(Protocol):
    """AWS, one operation at a time."""

    region: str

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call `operation` (snake case, as boto3 spells it) of `service` and return the reply.

        Raises:
            wizard.aws.errors.AwsError: AWS refused or could not be reached.
        """
        ...


class Clock(Protocol):
    """Time. In a practice world `pace` is below one and every wait shrinks by it."""

    pace: float

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` times `pace`."""
        ...


class BlobStore(Protocol):
    """Files on this computer that belong to setups: each kept under its own hash."""

    def read(self, sha384: str) -> bytes | None:
        """Return the file with this hash (as the `integrity` attribute writes it), None when it is not here."""
        ...

    def keep(self, content: bytes) -> None:
        """Keep a file.

        Raises:
            OSError: it cannot be written.
        """
        ...

    def folder(self, name: str) -> Path:
        """Return where a folder of that name belongs; it is not made."""
        ...


class NoBlobs:
    """A blob store that keeps nothing: for walks that handle no files."""

    def read(self, sha384: str) -> bytes | None:
        """Return nothing: nothing is ever here."""
        del sha384
        return None

    def keep(self, content: bytes) -> None:
        """Nothing is kept; whoever wants the file again gets it where it came from."""

    def folder(self, name: str) -> Path:
        """Return a folder below the current one."""
        return Path(name)


class SeenTracker(Struct, frozen=True):
    """A page's tracker, as a browser shows it at work."""

    browser: str
    """The browser's own name and version."""
    settings: tuple[tuple[str, str], ...] = ()
    """Settings that its requests show: name and JavaScript value; empty where nothing was sent to the pixel."""
    namespace: str = ""
    app_id: str = ""
    version: str = ""
    """The tracker's, as in `js-4.10.1`."""


class PageUnseenError(Exception):
    """A page that no browser could show; the text says why."""


class Pages(Protocol):
    """Web pages, as a browser shows them. Looking at one leaves no trace in anybody's data."""

    async def tracker_on(self, url: str, pixels: frozenset[str]) -> SeenTracker:
        """Return how the tracker on a page sends to the pixel.

        Args:
            url: the page.
            pixels: host names of the pixel.

        Raises:
            PageUnseenError: there is no browser here, or it couldn't show the page.
        """
        ...


class NoPages:
    """Pages of a computer without a browser."""

    async def tracker_on(self, url: str, pixels: frozenset[str]) -> SeenTracker:
        """Show nothing.

        Raises:
            PageUnseenError: always.
        """
        del url, pixels
        raise PageUnseenError("there is no browser here")


@dataclass(frozen=True)
class Ports:
    """The ports together, as given to every resource and probe."""

    aws: Aws
    dns: Dns
    web: Web
    clock: Clock
    blobs: BlobStore = field(default_factory=NoBlobs)
    pages: Pages = field(default_factory=NoPages)
    elsewhere: Problem | None = None
    """What leads calls to another server than AWS's, if anything does."""


DNS = 53
"""The service port of DNS."""


@dataclass(frozen=True)
class Network:
    """Where to dial. In the real world this is the identity; a practice world maps service ports to its own.

    Attributes:
        ports: service port (53, 80, 443) to the address and port to dial instead.
        authorities: name-server address to the address and port that plays it.
        resolvers: label and address of each resolver to ask; empty means the well-known public ones.
        ca_file: PEM file of extra trust anchors; None means the system's.
        dns_port: port of every DNS server that is found through the resolvers; None is 53.
    """

    ports: Mapping[int, tuple[str, int]]
    authorities: Mapping[str, tuple[str, int]]
    resolvers: Sequence[tuple[str, str, int]]
    ca_file: str | None = None
    dns_port: int | None = None

    def dial(self, address: str, port: int) -> tuple[str, int]:
        """Return the address and port to connect to for `port` at `address`."""
        if port == DNS and address in self.authorities:
            return self.authorities[address]
        if port == DNS and self.dns_port is not None:
            return address, self.dns_port
        return self.ports.get(port, (address, port))


REAL_NETWORK = Network(ports={}, authorities={}, resolvers=())
