"""IPv4 and IPv6: the addresses that a look did not use, because browsers choose between them.

Where the name's CNAME leads to the distribution, all its addresses are CloudFront's and need no look. Otherwise (a
flattened name, an address record beside the CNAME) an address of the other family is asked as well.
"""

from wizard.model.ports import WebError
from wizard.model.results import Check, Status
from wizard.probes.probe import Probe
from wizard.snowplow.pixel_response import sender_fault

FAMILIES = {"A": "IPv4", "AAAA": "IPv6"}


async def other_family(probe: Probe, host: str, used: str, url: str, headers: dict[str, str]) -> Check | None:
    """Return what is wrong with the name's addresses of the other family; None where nothing is, or can be seen.

    Args:
        probe: who asks.
        host: the pixel's name.
        used: the address that answered well.
        url: the pixel's URL.
        headers: of the request.
    """
    own = probe.context.made.distribution_domain or ""
    rdtype = "A" if ":" in used else "AAAA"
    there = await _addresses(probe, host, rdtype, own)
    address = next(iter(sorted(there)), None)
    if address is None:
        return None
    own_there = await _addresses(probe, own, rdtype, "")
    if address in own_there:
        return None
    web = probe.context.ports.web
    try:
        answer = await web.get(url, connect_to=address, headers=headers)
    except WebError as error:
        if not error.unreached:
            return _of_another(probe, host, rdtype, address, str(error))
        return await _silent(probe, url, rdtype, address, own_there)
    if sender_fault(answer) is None:  # CloudFront itself, whatever it says
        return None
    seen = f"HTTP {answer.status}, server {answer.headers.get('server', 'unknown')}"
    return _of_another(probe, host, rdtype, address, seen)


async def _addresses(probe: Probe, host: str, rdtype: str, own: str) -> set[str]:
    """Return a host's addresses, without those that the distribution's own name gave."""
    answers = await probe.context.ports.dns.ask_resolvers(host, rdtype)
    return {address for answer in answers if own not in answer.chain for address in answer.records}


def _of_another(probe: Probe, host: str, rdtype: str, address: str, seen: str) -> Check:
    family = FAMILIES[rdtype]
    return probe.report(
        Status.FAILED,
        f"Over {family}, {host} points to another server ({address})",
        "address-of-another",
        observed=f"{address}: {seen}",
        host=host,
        family=family,
        type=rdtype,
        address=address,
    )


async def _silent(probe: Probe, url: str, rdtype: str, address: str, own_there: set[str]) -> Check | None:
    """Judge an address that does not answer: only where CloudFront's answer, it is not this computer's network."""
    host, family = url.split("/")[2], FAMILIES[rdtype]
    if not own_there:
        return None
    try:
        await probe.context.ports.web.get(url, connect_to=min(own_there))
    except WebError:
        return None
    return probe.report(
        Status.FAILED if rdtype == "A" else Status.WARNING,  # browsers fall back to IPv4 after a moment (RFC 8305)
        f"Over {family}, nothing responds for {host} at {address}",
        "address-dead",
        observed=f"{address}: no response",
        host=host,
        family=family,
        type=rdtype,
        address=address,
    )
