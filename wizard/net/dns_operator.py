"""The DNS operator of a hostname: its zone, the provider that runs it, and whether a CNAME can stand there."""

import anyio
from msgspec import Struct

from wizard.knowledge.dns_providers import recognize
from wizard.model import domain_names
from wizard.model.idn import readable
from wizard.model.ports import Dns, DnsUnreachableError
from wizard.model.terminal_text import brief
from wizard.model.validators import suggest

ROUTE53 = "route53"

EXAMPLES = frozenset({"example.com", "example.net", "example.org"})

SIBLING = "snowpixel-asks-for-wildcards"
"""A label that nobody uses: whatever answers there is a wildcard."""

SERVING = ("CNAME", "A", "AAAA")
"""Types of records by which something is served at a name."""


class DnsOperator(Struct, frozen=True):
    """The zone of a host name, as delegated."""

    host: str
    zone: str
    """Without the dot at its end; a top-level domain where nobody has registered the domain."""
    provider: str = ""
    """Its provider's name, empty where it is not a known one."""
    provider_id: str = ""
    server: str = ""
    """One of its name servers."""
    serves: str = ""
    """What is at the name already, as short plain text; empty where it is free."""
    free: str = ""
    """A name beside it at which nothing is; empty where it was not looked for."""

    @property
    def trouble(self) -> str:
        """Why the pixel cannot be there, in words; empty where it can."""
        if self.zone in EXAMPLES:
            return (
                f"{self.zone} is reserved for examples in texts (RFC 2606), and nobody can add records to it. Enter "
                f"a hostname below a domain of your own."
            )
        if self.zone == self.host:
            return (
                f"{self.host} is the top of a zone of its own: a CNAME must be the only record at its name, and the "
                f"top holds the zone's own records. Add a name in front of it, such as e.{self.host}."
            )
        return ""

    @property
    def doubtful(self) -> bool:
        """Whether there is something to think about before going on."""
        return bool(self.trouble or self.serves or "." not in self.zone)

    @property
    def told(self) -> str:
        """Who runs it and what that means, in one or two sentences; of an international name both forms."""
        read = readable(self.host)
        form = f"In the DNS, {read} is {self.host}. " if read != self.host else ""
        return form + self._about

    @property
    def _about(self) -> str:
        if "." not in self.zone:
            return (
                f"No name servers are known for the domain of {self.host}: it doesn't exist. Check that it is "
                f"spelled right and registered. Without it, no certificate can be issued."
            )
        if self.serves:
            better = f" {self.free} is free." if self.free else ""
            return (
                f"{self.host} is already in use ({self.serves}). A hostname can point to one place only, so what is "
                f"there would stop working. Choose another one, unless nobody needs it anymore.{better}"
            )
        if self.provider_id == ROUTE53:
            return (
                f"The DNS of {self.zone} is at {self.provider}. If it is in the AWS account that you use here, "
                f"snowpixel adds the records. Otherwise you add two yourself."
            )
        who = f"at {self.provider}" if self.provider else f"answered by {self.server}"
        return f"The DNS of {self.zone} is {who}: that is where you will add two records."


async def parent_zone(dns: Dns, zone: str) -> str:
    """Return the zone that delegates `zone`, where that is the user's and not a registry's; else the empty text."""
    above = zone.partition(".")[2]
    if "." not in above or domain_names.shared(above):
        return ""
    try:
        parent = (await dns.zone_of(above)).name
    except DnsUnreachableError:
        return ""
    return parent if "." in parent and not domain_names.shared(parent) else ""


async def dns_operator(dns: Dns, host: str) -> DnsOperator:
    """Look up who holds a name; resolvers never hear it, so no negative answer is planted.

    Raises:
        wizard.model.ports.DnsUnreachableError: no DNS server could be asked.
    """
    zone = await dns.zone_of(host)
    names = [server.name for server in zone.servers]
    provider = recognize(names)
    server = names[0].rstrip(".") if names else ""
    known = (provider.name, provider.id) if provider else ("", "")
    name = zone.name.rstrip(".").lower()
    serves, free = await _in_use(dns, host, name) if "." in name and name != host else ("", "")
    return DnsOperator(host, name, *known, server, serves, free)


async def _in_use(dns: Dns, host: str, zone: str) -> tuple[str, str]:
    """Return what is at a name, and a free one beside it; only the zone's own servers are asked."""
    serves = await serving(dns, host)
    if not serves:
        return "", ""
    for beside in suggest(zone):
        if beside != host and not await serving(dns, beside):
            return serves, beside
    return serves, ""


async def serving(dns: Dns, host: str) -> str:
    """Return what is served at a name, as short plain text, wildcards left out; empty where nothing is, or can be seen.

    Only the zone's own servers are asked, so that no resolver learns that there is none.
    """
    wild = f"{SIBLING}.{host.partition('.')[2]}"
    found: dict[tuple[str, str], set[str]] = {}

    async def ask(name: str, rdtype: str) -> None:
        found[name, rdtype] = await _at(dns, name, rdtype)

    async with anyio.create_task_group() as group:
        for name in (host, wild):
            for rdtype in SERVING:
                group.start_soon(ask, name, rdtype)
    return brief(
        [
            f"{rdtype} {value}"
            for rdtype in SERVING
            for value in sorted(found[host, rdtype])
            if value not in found[wild, rdtype]
        ]
    )


async def _at(dns: Dns, name: str, rdtype: str) -> set[str]:
    try:
        answers = await dns.ask_authorities(name, rdtype)
    except DnsUnreachableError:
        return set()
    return {value for answer in answers if not answer.chain or rdtype == "CNAME" for value in answer.records}
