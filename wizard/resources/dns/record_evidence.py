"""What the name servers say about a CNAME; resolvers are asked only when that can plant no negative answer."""

from dataclasses import dataclass, field

import anyio
from msgspec.structs import replace

from wizard.knowledge.fronts import CLOUDFLARE, front_of
from wizard.model.ports import DelegatedZone, DnsAnswer, DnsOutcome, DnsUnreachableError, Ports, Response, WebError
from wizard.net.dns_operator import SIBLING, parent_zone
from wizard.resources.dns.record_state import (
    CLOUDFRONT_FRONT,
    HERE,
    LOOP,
    NOWHERE,
    SOMEWHERE,
    Evidence,
    RecordState,
    diagnose,
    stray_names,
)
from wizard.resources.dns.record_values import same

BESIDE = ("A", "AAAA", "TXT", "MX", "CAA", "HTTPS", "SRV", "PTR")
"""Types that people have at a name, or choose in a form in place of CNAME."""

STANDING = ("A", "AAAA", "TXT", "MX")
"""Types that are looked for beside a record that is right: a server that follows the standard has none (RFC 1034)."""

HOPS = 8
"""CNAMEs that are followed, as resolvers do."""


@dataclass
class Gathering:
    """One look at one record.

    Attributes:
        ports: to DNS and HTTP.
        name: the record's name.
        target: the value it should have.
        before: an earlier look, whose side questions need not be asked again while the name itself answers the same.
        other: name and value of the other of the two records, where they are known.
        closely: whether to look for what may be the matter; else for the record alone.
    """

    ports: Ports
    name: str
    target: str
    before: Evidence | None = None
    other: tuple[str, str] | None = None
    closely: bool = True
    _answers: dict[tuple[str, str], tuple[DnsAnswer, ...]] = field(default_factory=dict)

    async def gather(self) -> tuple[Evidence, DelegatedZone]:
        """Ask as little as the case allows: where the record is right, one question to each server.

        Raises:
            DnsUnreachableError: the zone cannot be found.
        """
        zone = await self.ports.dns.zone_of(self.name)
        await self._ask(self.name, "CNAME")
        first = Evidence(name=self.name, target=self.target, zone=zone.name, cname=self._answers[self.name, "CNAME"])
        state = diagnose(first).state
        if state is RecordState.RIGHT and self.closely and not self.name.startswith("_"):  # nobody has others there
            return await self._standing_beside(first), zone
        if state in (
            RecordState.RIGHT,
            RecordState.UNREACHABLE,
            RecordState.UNREGISTERED,
            RecordState.PARTIAL,
        ):
            return first, zone
        return await self._as_before(first) or await self._closer(zone), zone

    async def _standing_beside(self, right: Evidence) -> Evidence:
        """Look for other records at the name: some servers keep them, and some resolvers then get those instead."""
        async with anyio.create_task_group() as group:
            for rdtype in STANDING:
                group.start_soon(self._ask, self.name, rdtype)
        others = {rdtype: self._direct(self.name, rdtype) for rdtype in STANDING}
        return replace(right, others={rdtype: found for rdtype, found in others.items() if _said(found)})

    async def _as_before(self, first: Evidence) -> Evidence | None:
        """Return the earlier look with today's answers for the name itself; None where these say something else."""
        before = self.before
        if before is None or not before.others:
            return None
        if (before.name, before.target, before.zone) != (first.name, first.target, first.zone):
            return None
        await self._ask(self.name, "A")
        addresses = self._direct(self.name, "A")
        if _said(first.cname) != _said(before.cname) or _said(addresses) != _said(before.others["A"]):
            return None
        return replace(before, cname=first.cname, others={**before.others, "A": addresses})

    async def _closer(self, zone: DelegatedZone) -> Evidence:
        """Look for everything that may be the matter."""
        sibling = f"{SIBLING}.{self.name.partition('.')[2]}"
        doubled = f"{self.name}.{zone.name}"
        bare = self.name.removeprefix("_")
        turned = f"{self.target}.{zone.name}"
        strays = stray_names(self.name, zone.name)
        apex = self.name == zone.name
        async with anyio.create_task_group() as group:
            for rdtype in BESIDE:
                group.start_soon(self._ask, self.name, rdtype)
            for name in {doubled, bare, turned, *strays} - {self.name}:
                group.start_soon(self._ask, name, "CNAME")
        there = [rdtype for rdtype in BESIDE if _said(self._direct(self.name, rdtype))]
        async with anyio.create_task_group() as group:
            for rdtype in ("CNAME", *there) if not apex else ():
                group.start_soon(self._ask, sibling, rdtype)
        led, led_to = await self._followed()
        return Evidence(
            name=self.name,
            target=self.target,
            zone=zone.name,
            cname=self._answers[self.name, "CNAME"],
            others={rdtype: self._direct(self.name, rdtype) for rdtype in BESIDE},
            sibling={rdtype: self._direct(sibling, rdtype) for rdtype in ("CNAME", *BESIDE)},
            doubled=self._answers.get((doubled, "CNAME"), ()),
            bare=self._answers.get((bare, "CNAME"), ()) if bare != self.name else (),
            strays={name: self._answers[name, "CNAME"] for name in strays},
            parent=await self._parent(zone),
            front=await self._front(led_to),
            other=self.other or ("", ""),
            swapped_in=self._answers.get((turned, "CNAME"), ()),
            dname=await self._redirected(zone),
            led=led,
            led_to=led_to,
        )

    async def _redirected(self, zone: DelegatedZone) -> tuple[str, str]:
        """Return the DNAME above the name that its CNAME is made of; asked for only where there is a CNAME."""
        above = self.name.partition(".")[2]
        while above and _said(self._answers[self.name, "CNAME"]) and within(above, zone.name):
            await self._ask(above, "DNAME")
            if found := sorted(_said(self._answers[above, "DNAME"])):
                return above, found[0]
            above = above.partition(".")[2]
        return "", ""

    async def _followed(self) -> tuple[tuple[str, ...], str]:
        """Follow the CNAME at the name, each zone's own servers asked, and say how it ends."""
        led: list[str] = []
        at = self.name
        while answers := [each for each in self._answers.get((at, "CNAME"), ()) if each.seen]:
            value = next((value for each in answers for value in each.records), "")
            if not value:
                gone = all(each.outcome is DnsOutcome.NXDOMAIN for each in answers)
                return tuple(led), ("" if not led else NOWHERE if gone else SOMEWHERE)
            if value in (self.name, *led):
                return (*led, value), LOOP
            led.append(value)
            if same(value, self.target):
                return tuple(led), HERE
            if len(led) > HOPS:
                return tuple(led), LOOP
            await self._ask(value, "CNAME")
            at = value
        return tuple(led), ""

    async def _parent(self, zone: DelegatedZone) -> str:
        """Return the zone that delegates this one, where that is the user's and not a registry's; else nothing."""
        return await parent_zone(self.ports.dns, zone.name)

    def _direct(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        """Return the answers that are records at the name itself, not at the end of a CNAME there."""
        return tuple(answer for answer in self._answers.get((name, rdtype), ()) if not answer.chain)

    async def _ask(self, name: str, rdtype: str) -> None:
        if (name, rdtype) in self._answers:
            return
        try:
            self._answers[name, rdtype] = await self.ports.dns.ask_authorities(name, rdtype)
        except DnsUnreachableError:
            if (name, rdtype) == (self.name, "CNAME"):
                raise
            self._answers[name, rdtype] = ()  # a side question: without its answer the diagnosis says less

    async def _front(self, led_to: str) -> str:
        """Ask who answers HTTP at the name, where it leads somewhere already (so no resolver can be spoilt)."""
        addresses = any(answer.records for rdtype in ("A", "AAAA") for answer in self._direct(self.name, rdtype))
        if not addresses and led_to != SOMEWHERE:
            return ""
        answer = await self._http(self.name)
        if answer is None:
            return ""
        front, behind = front_of(answer.headers), "x-amz-cf-id" in answer.headers
        if front and behind and (own := await self._http(self.target)) and front_of(own.headers) == front:
            return CLOUDFRONT_FRONT  # a proxy of this computer's network, which passes everything on
        if front and (behind or front == CLOUDFLARE):  # other proxies mostly stand in front of other services
            return front
        return CLOUDFRONT_FRONT if behind else ""

    async def _http(self, host: str) -> Response | None:
        try:
            return await self.ports.web.get(f"http://{host}/i", limit=1_000_000)
        except WebError:
            return None


def within(name: str, zone: str) -> bool:
    """Whether a name is a zone's own or below it."""
    return name == zone or name.endswith(f".{zone}")


def _said(answers: tuple[DnsAnswer, ...]) -> frozenset[str]:
    """Return all that any server said; in which order, and how many of them answered, is as good as chance."""
    return frozenset(value for answer in answers for value in answer.records)


async def seen_by_resolvers(ports: Ports, name: str, target: str) -> bool:
    """Whether a resolver shows the record, for networks that let nobody else's DNS through.

    Only to be asked where the zone's own servers cannot be: an early question spoils the resolver's memory.
    """
    answers = await ports.dns.ask_resolvers(name, "CNAME")
    return any(target in answer.records for answer in answers)
