"""The DNS operator of a hostname: its zone, the provider that runs it, and whether a CNAME can stand there."""

from msgspec import Struct

from wizard.knowledge.dns_providers import recognise
from wizard.model import domain_names
from wizard.model.idn import readable
from wizard.model.ports import Dns, DnsUnreachableError

ROUTE53 = "route53"


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

    @property
    def trouble(self) -> str:
        """Why the pixel cannot be there, in words; empty where it can."""
        if self.zone == self.host:
            return (
                f"{self.host} is the top of a zone of its own: a CNAME must be alone at its name, and the top "
                f"holds the zone's own records. Put a name in front of it, such as e.{self.host}."
            )
        return ""

    @property
    def told(self) -> str:
        """Who runs it and what that means, in one or two sentences; of an international name both forms."""
        read = readable(self.host)
        form = f"In the DNS, {read} is {self.host}. " if read != self.host else ""
        return form + self._about

    @property
    def _about(self) -> str:
        if "." not in self.zone:
            return f"No name servers are known for the domain of {self.host}. Is it spelled right, and registered?"
        if self.provider_id == ROUTE53:
            return (
                f"The DNS of {self.zone} is at {self.provider}. If it is in the AWS account that you use here, "
                "snowpixel adds the records itself; otherwise you add two."
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
    provider = recognise(names)
    server = names[0].rstrip(".") if names else ""
    known = (provider.name, provider.id) if provider else ("", "")
    return DnsOperator(host, zone.name.rstrip(".").lower(), *known, server)
