"""Whether a certificate is presented by CloudFront, or by another server that has one for the same hostname.

A valid certificate says nothing about that: a proxy, another CDN, and an old web server have one for the hostname too.
Told by two looks: whether the address is one of the distribution's own, and if not, who answers HTTP there. Other
addresses alone prove nothing, because CloudFront has many and names different ones from moment to moment.
"""

from msgspec import Struct

from wizard.model.ports import Response, WebError
from wizard.probes.captive_network import passes_on
from wizard.probes.probe import Probe
from wizard.snowplow.pixel_response import BANNED, CLOUDFLARE, IN_FRONT, NOT_CLOUDFRONT, in_front, sender_fault

PAGE_LIMIT = 65_536
"""Bytes of an answer that are read; its headers are what counts."""

SAYING = (CLOUDFLARE.problem, BANNED.problem, IN_FRONT, NOT_CLOUDFRONT.problem)
"""Problems that say who answers in CloudFront's place."""


class OtherServer(Struct, frozen=True):
    """A server that isn't CloudFront, at the pixel's name."""

    problem: str
    name: str
    """As a sentence names it, for example "Fastly" or "another server"."""
    address: str
    observed: str


async def other_server(probe: Probe, host: str, address: str = "") -> OtherServer | None:
    """Return who presents the hostname's certificate where that isn't CloudFront; None where it is, or nobody can tell.

    Args:
        probe: who asks.
        host: the pixel's name.
        address: where the certificate was presented; empty where no handshake came to an end.
    """
    own = probe.context.made.distribution_domain or ""
    if host == own or (address and address in await addresses(probe, own)):
        return None
    answer = await _answer(probe, host, address)
    if answer is None or (not address and answer.address in await addresses(probe, own)):
        return None
    fault, front = sender_fault(answer), in_front(answer)
    if fault is None or (front and await passes_on(probe, front)):
        return None
    seen = f"HTTP {answer.status}, server {answer.headers.get('server', 'unknown')}"
    return OtherServer(fault.problem, _named(fault.problem, front), address or answer.address, seen)


async def addresses(probe: Probe, host: str) -> frozenset[str]:
    """Return all addresses that resolvers name for a host."""
    dns = probe.context.ports.dns
    answers = [*await dns.ask_resolvers(host, "A"), *await dns.ask_resolvers(host, "AAAA")]
    return frozenset(each for answer in answers for each in answer.records)


async def _answer(probe: Probe, host: str, address: str) -> Response | None:
    """Ask at the address where the certificate was seen: over HTTPS, and over plain HTTP where that isn't trusted."""
    web = probe.context.ports.web
    for scheme in ("https", "http"):
        try:
            return await web.get(f"{scheme}://{host}/i", connect_to=address or None, limit=PAGE_LIMIT)
        except WebError:
            continue
    return None


def _named(problem: str, front: str) -> str:
    if problem in (CLOUDFLARE.problem, BANNED.problem):
        return "Cloudflare"
    return front or "another server"
