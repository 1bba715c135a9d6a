"""DNS answers: an authority's with referrals, a caching resolver's with negative caching."""

from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from wizard.practice.timing import Timing
from wizard.practice.zones import Authority, Internet, LookupOutcome, LookupResult, Record, ServedZone, within

HOPS = 10
"""CNAMEs a resolver follows before it gives up."""


@dataclass
class Sections:
    """What goes into a DNS message."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    authoritative: bool = False
    answer: list[Record] = field(default_factory=list)
    authority: list[Record] = field(default_factory=list)
    additional: list[Record] = field(default_factory=list)


def _conclude(sections: Sections, zone: ServedZone, found: LookupResult) -> None:
    sections.answer += found.records
    if found.outcome in (LookupOutcome.NODATA, LookupOutcome.NXDOMAIN):
        sections.authority.append(zone.soa())
    if found.outcome is LookupOutcome.NXDOMAIN:
        sections.rcode = dns.rcode.NXDOMAIN


def authoritative(net: Internet, machine: Authority | None, name: str, rdtype: str, now: float) -> Sections:
    """Return what `machine` answers with recursion off; None stands for a machine that serves every zone."""
    when = now - (machine.lag if machine else 0.0)
    hosted = [
        zone for zone in net.zones.values() if within(name, zone.name) and (machine is None or net.hosts(machine, zone))
    ]
    if not hosted:
        return Sections(rcode=dns.rcode.REFUSED)
    zone = max(hosted, key=lambda each: len(each.name))
    deepest = net.zone_of(name)
    if deepest is not zone:  # the parent's answer: a referral with glue
        glue = [Record(host, "A", address) for host, address in deepest.servers.items()]
        return Sections(authority=list(deepest.ns()), additional=glue)
    sections = Sections(authoritative=True)
    for _ in range(HOPS):
        found = zone.lookup(name, rdtype, when)
        _conclude(sections, zone, found)
        if found.outcome is not LookupOutcome.CNAME:
            break
        name = found.records[0].value.rstrip(".").lower()
        if net.zone_of(name) is not zone:
            break
    return sections


@dataclass
class CachingResolver:
    """A caching resolver over the authorities of the world."""

    net: Internet
    timing: Timing
    mode: str = "answer"
    cache: dict[tuple[str, str], tuple[float, Sections]] = field(default_factory=dict)

    def resolve(self, name: str, rdtype: str) -> Sections:
        """Answer from the cache or from the authorities; an answer is kept for its TTL, a negative one too."""
        now = self.timing.now()
        known = self.cache.get((name, rdtype))
        if known and known[0] > now:
            return known[1]
        sections = self._ask(name, rdtype, now)
        if sections.rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            ttl = min((record.ttl for record in (*sections.answer, *sections.authority)), default=0)
            self.cache[(name, rdtype)] = (self.timing.after(ttl, now), sections)
        return sections

    def _ask(self, name: str, rdtype: str, now: float) -> Sections:
        sections = Sections()
        for _ in range(HOPS):
            zone = self.net.zone_of(name)
            machine = next((each for each in self.net.authorities_of(zone) if each.mode == "answer"), None)
            if machine is None:
                return Sections(rcode=dns.rcode.SERVFAIL)
            found = zone.lookup(name, rdtype, now - machine.lag)
            _conclude(sections, zone, found)
            if found.outcome is not LookupOutcome.CNAME:
                return sections
            name = found.records[0].value.rstrip(".").lower()
        return Sections(rcode=dns.rcode.SERVFAIL)


def rrsets(records: list[Record], asked: dns.name.Name) -> list[dns.rrset.RRset]:
    """Turn records into record sets; the asked name keeps the asker's spelling (DNS 0x20)."""
    made: dict[tuple[str, str], dns.rrset.RRset] = {}
    spelled = asked.to_text(omit_final_dot=True)
    for record in records:
        owner = asked if record.name == spelled.lower() else dns.name.from_text(record.name or ".")
        rdtype = dns.rdatatype.from_text(record.type)
        rrset = made.setdefault((record.name, record.type), dns.rrset.RRset(owner, dns.rdataclass.IN, rdtype))
        rrset.add(rdata(record.type, record.value), record.ttl)
    return list(made.values())


def rdata(rdtype: str, value: str) -> dns.rdata.Rdata:
    """Read record data; a name without trailing dot counts as absolute.

    Raises:
        dns.exception.DNSException: the value does not fit the type.
    """
    return dns.rdata.from_text("IN", rdtype, value, origin=dns.name.root, relativize=False)
