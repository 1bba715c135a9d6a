"""HTTP and TLS client that speaks as a browser would, to addresses that we choose."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from msgspec.structs import replace

from wizard.model.ports import Dns, Handshake, Network, Response, WebError
from wizard.model.threads import in_thread
from wizard.net.http_get import PORTS, Request, get, get_by_proxy, proxy_for
from wizard.net.tls_handshake import TlsClient, shake
from wizard.net.tls_trust import verifying
from wizard.net.tls_versions import old_version

T = TypeVar("T")

REDIRECTS = frozenset({301, 302, 303, 307, 308})

TRIED = 2
"""How many addresses of each family are tried before we give up."""

ELSEWHERE = frozenset({"connect", "timeout"})
"""Failures that another address may not have."""


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, and seconds between bytes."""

    connect: float = 2.0
    read: float = 4.0


class WebClient:
    """Implements `wizard.model.ports.Web`.

    Names are looked up at the resolvers of `dns`; each address is dialled through `network.dial`.

    Args:
        network: where to dial, and whom to trust besides the system's authorities.
        dns: how names become addresses.
        limits: how long to wait.
    """

    def __init__(self, network: Network, dns: Dns, *, limits: Limits | None = None) -> None:
        self.network = network
        self.dns = dns
        self.limits = limits or Limits()
        self._trust: ssl.SSLContext | None = None

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

        `HTTPS_PROXY` and `NO_PROXY` hold only for downloads of somebody else's file, which are the calls that allow
        redirects: what is being checked is reached directly, or the check would be of the proxy.

        Args:
            url: absolute http or https URL.
            connect_to: DNS name whose addresses are dialled, or an address.
            headers: extra request headers.
            limit: most bytes of body to read; more raises WebError("protocol").
            redirects: how many redirects to follow, to https only unless http was asked for.

        Raises:
            WebError: no answer.
        """
        allowed = ("https", "http") if url.lower().startswith("http:") else ("https",)
        for left in range(redirects, -1, -1):
            request = self._request(url, headers or {}, limit)
            response = await self._get(request, connect_to, by_proxy=redirects > 0)
            location = response.headers.get("location")
            if not redirects or response.status not in REDIRECTS or not location:
                return replace(response, url=url) if redirects else response
            if not left:
                break
            url, connect_to = _joined(url, location), None
            if urlsplit(url).scheme not in allowed:
                raise WebError("protocol", "the address redirects to one that isn't HTTPS", url)
        raise WebError("protocol", f"more than {redirects} redirects")

    async def handshake(self, name: str, *, connect_to: str | None = None) -> Handshake:
        """Present `name` as SNI on port 443 and report what comes back, trusted or not.

        Raises:
            WebError: no TLS connection at all.
        """
        caller = TlsClient(name, self.trust, self.limits.connect, self.limits.read)
        return await self._at_first(
            connect_to or name, PORTS["https"], lambda where, address: shake(where, address, caller)
        )

    async def old_tls(self, name: str, *, connect_to: str | None = None) -> str | None:
        """Return the version before TLS 1.2 that a server still agrees to; empty where it refuses, None if unseen."""
        try:
            return await self._at_first(
                connect_to or name, PORTS["https"], lambda where, _: old_version(where, name, self.limits.connect)
            )
        except WebError:
            return None

    @property
    def trust(self) -> ssl.SSLContext:
        """The verifying context, made on first use: reading the system's authorities takes a while."""
        if self._trust is None:
            self._trust = verifying(self.network.ca_file)
        return self._trust

    def _request(self, url: str, headers: Mapping[str, str], limit: int) -> Request:
        split = _split(url)
        timeout = urllib3.Timeout(connect=self.limits.connect, read=self.limits.read)
        return Request(split, limit, timeout, self.trust, headers)

    async def _get(self, request: Request, connect_to: str | None, *, by_proxy: bool) -> Response:
        proxy = proxy_for(request.url) if by_proxy and not self.network.ports else None
        if proxy:
            return await in_thread(get_by_proxy, request, proxy)
        return await self._at_first(
            connect_to or request.host, request.port, lambda where, address: get(request, where, address)
        )

    async def _at_first(self, host: str, port: int, function: Callable[[tuple[str, int], str], T]) -> T:
        """Call `function` on a thread with each address of `host`, until one can be connected to."""
        failure: WebError | None = None
        for family in ("A", "AAAA"):
            for address in (await self._addresses(host, family))[:TRIED]:
                try:
                    return await in_thread(function, self.network.dial(address, port), address)
                except WebError as error:
                    failure = error
                    if error.kind not in ELSEWHERE:
                        raise
        raise failure or WebError("resolve", f"no address is known for {host}")

    async def _addresses(self, host: str, family: str) -> list[str]:
        """Return the addresses that the resolvers name, each once, in the order of the resolvers."""
        if (literal := _family_of(host)) is not None:
            return [host] if literal == family else []
        answers = await self.dns.ask_resolvers(host, family)
        return list(dict.fromkeys(address for answer in answers for address in answer.records))


def _family_of(host: str) -> str | None:
    """Return the record type of an address; None for a name."""
    try:
        return "A" if ip_address(host).version == 4 else "AAAA"  # noqa: PLR2004 - IPv4
    except ValueError:
        return None


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise WebError("protocol", "the address redirects to one that isn't an address") from error


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
    except ValueError as error:
        raise WebError("protocol", "this isn't a URL") from error
    if split.scheme not in PORTS or not split.hostname:
        raise WebError("protocol", "only absolute http and https addresses can be fetched")
    if split.username is not None or split.password is not None:
        raise WebError("protocol", "this address contains a password, which isn't needed here")
    return split
