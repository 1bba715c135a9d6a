"""Whether public resolvers lead to our distribution, once the name servers have the record."""

import ipaddress
from enum import StrEnum

from msgspec.structs import replace

from wizard.model.context import Context
from wizard.model.idn import both
from wizard.model.ports import DnsAnswer, DnsOutcome, DnsUnreachableError
from wizard.model.results import Check, Problem, Status
from wizard.model.terminal_text import brief
from wizard.net import dns_views
from wizard.probes.authoritative_first import unpublished
from wizard.probes.eventual_consistency import not_made, until, waiting_time
from wizard.probes.probe import Probe

OWN = "this computer's resolver"
"""Label of the system's resolver, as `wizard.net.dns_client` gives it."""


INSIDE = tuple(
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""Networks whose addresses lead nowhere in the internet; those kept for documentation are not among them."""


FLATTENED = "cname-flattened"

UNKNOWN_WHOSE = "DNS alone doesn't show whose they are: the row of the pixel over HTTPS shows who answers there."


class Leads(StrEnum):
    """Where one resolver's answer leads."""

    HERE = "to the distribution"
    ELSEWHERE = "elsewhere"
    NOWHERE = "not known yet"
    FLATTENED = "addresses without a CNAME"
    BLOCKED = "blocked"
    """A filter's answer: it says so itself, or names an address where nobody can be."""
    UNSEEN = "no response"


def leads(answer: DnsAnswer, target: str, own: frozenset[str] = frozenset()) -> Leads:
    """Say where an answer to an A question leads.

    Args:
        answer: the answer.
        target: the distribution's own name.
        own: addresses that the distribution's own name has, where they were asked for.
    """
    if not answer.seen:
        return Leads.UNSEEN
    if target in answer.chain:
        return Leads.HERE
    if answer.filtered:
        return Leads.BLOCKED
    if answer.records and all(is_nobody(each) and each not in own for each in answer.records):
        return Leads.BLOCKED
    if answer.chain:
        return Leads.ELSEWHERE
    return Leads.FLATTENED if answer.records else Leads.NOWHERE


def is_nobody(address: str) -> bool:
    """Whether an address leads to nobody: unspecified or loopback, which filters answer with (Pi-hole, AdGuard)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_unspecified or found.is_loopback


def is_private(address: str) -> bool:
    """Whether an address is of a network of somebody's own (RFC 1918, RFC 4193, loopback)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (
        found.is_loopback
        or found.is_link_local
        or any(found in each for each in INSIDE if each.version == found.version)
    )


def _kind(answer: DnsAnswer) -> dns_views.ServerKind:
    return dns_views.ServerKind.OWN if answer.server == OWN else dns_views.ServerKind.PUBLIC


class ResolversProbe(Probe):
    """Asks the well-known public resolvers, and last this computer's own."""

    id = "dns-resolvers"
    title = "The domain, as public DNS resolvers see it"
    needs = ("pixel-record",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._own: frozenset[str] = frozenset()
        """The distribution's own addresses, once they were asked for: what leads there is blocked by nobody."""

    async def look(self) -> Check:
        """Look once."""
        domain, target = self.context.choices.domain, self.context.made.distribution_domain
        if not domain:
            return self.report(Status.SKIPPED, "No domain yet")
        if not target:
            return not_made(self)
        if early := await unpublished(self, domain):
            return early
        answers = await self.context.ports.dns.ask_resolvers(domain, "A")
        if any(leads(answer, target.lower()) is Leads.BLOCKED for answer in answers):
            self._own = await self._addresses_of(target.lower())
        found = self._judge(domain, target.lower(), answers)
        if found.problem and found.problem.id == FLATTENED:
            found = await self._compared(found, domain, target.lower(), answers)
        seen = dns_views.evidence(_kind, answers, lambda one: self._leads(one, target.lower()) in self._arrived)
        return replace(found, evidence={**found.evidence, **seen})

    async def _compared(self, found: Check, domain: str, target: str, answers: tuple[DnsAnswer, ...]) -> Check:
        """Say whose the addresses are: the distribution's, the name servers' own word, or the resolvers' alone."""
        if {each for answer in answers for each in answer.records} & await self._addresses_of(target):
            return _told(found, "They are among your distribution's.")
        try:
            authorities = await self.context.ports.dns.ask_authorities(domain, "A")
        except DnsUnreachableError:
            authorities = ()
        if any(target in answer.chain for answer in authorities):
            return self._not_everywhere(domain, target, answers, found.observed)
        return found

    async def _addresses_of(self, target: str) -> frozenset[str]:
        answers = await self.context.ports.dns.ask_resolvers(target, "A")
        return frozenset(each for answer in answers for each in answer.records)

    def _leads(self, answer: DnsAnswer, target: str) -> Leads:
        return leads(answer, target, self._own)

    @property
    def _arrived(self) -> tuple[Leads, ...]:
        """What a resolver says that has the record: with alias records in Route 53 there is no CNAME to be seen."""
        return (Leads.HERE, Leads.FLATTENED) if self.context.made.hosted_zone else (Leads.HERE,)

    def _judge(self, domain: str, target: str, answers: tuple[DnsAnswer, ...]) -> Check:
        found = {answer.server: self._leads(answer, target) for answer in answers}
        kinds = set(found.values()) - {Leads.UNSEEN}
        observed = "; ".join(self._told(answer, target) for answer in answers)
        if bogus := [answer.server for answer in answers if answer.outcome is DnsOutcome.BOGUS]:
            return self._bogus(domain, ", ".join(bogus))
        if not kinds:
            return self.report(
                Status.UNKNOWN,
                "No DNS resolver responds from here",
                "dns-unreachable",
                observed=observed,
                name=domain,
                zone=domain,
            )
        blocked = [answer for answer in answers if self._leads(answer, target) is Leads.BLOCKED]
        if blocked and kinds <= {Leads.BLOCKED, *self._arrived}:
            check = self._blocked(domain, target, blocked, observed)
            return replace(check, evidence={"blocked": "everywhere"}) if kinds == {Leads.BLOCKED} else check
        if kinds == {Leads.HERE}:
            return self._reached(domain, target, answers, observed)
        if kinds == {Leads.FLATTENED}:
            return self._flattened(domain, target, observed)
        return self._not_everywhere(domain, target, answers, observed)

    def _told(self, answer: DnsAnswer, target: str) -> str:
        """Return what a resolver says and, where it is not what the name servers have, how long it may go on so."""
        lead = self._leads(answer, target)
        if lead not in (Leads.ELSEWHERE, Leads.NOWHERE, Leads.BLOCKED) or answer.ttl is None:
            return f"{answer.server}: {lead}"
        if lead is Leads.BLOCKED:
            return f"{answer.server}: {lead} ({_by_filter(answer)})"
        where = f" ({answer.chain[-1]})" if answer.chain else ""
        return f"{answer.server}: {lead}{where}, kept until {self._until(answer.ttl)}"

    def _until(self, ttl: int) -> str:
        return until(self.context.ports.clock.now(), ttl)

    def _bogus(self, domain: str, resolvers: str) -> Check:
        """Whoever uses a resolver that checks signatures, and most do, gets no answer at all."""
        return self.report(
            Status.FAILED,
            f"Resolvers refuse {domain}, because the domain's DNSSEC signatures are invalid",
            "dnssec-broken",
            observed=f"{resolvers}: an answer only without checking signatures",
            expected="valid signatures, or no DS record at the registry",
            name=domain,
            resolvers=resolvers,
        )

    def _blocked(self, domain: str, target: str, answers: list[DnsAnswer], observed: str) -> Check:
        """A filter answers: waiting changes nothing."""
        resolvers = ", ".join(answer.server for answer in answers)
        return self.report(
            Status.WARNING,
            f"{domain} is blocked by {resolvers}",
            "resolver-blocks",
            observed=observed,
            expected=target,
            name=domain,
            resolvers=resolvers,
            answered=brief(sorted({_by_filter(answer) for answer in answers})),
        )

    def _split(self, domain: str, target: str, observed: str) -> Check:
        return self.report(
            Status.WARNING,
            f"{domain} works for public DNS resolvers; this computer's network has its own DNS",
            "split-horizon",
            observed=observed,
            expected=target,
            name=domain,
            target=target,
            answered=observed,
        )

    def _flattened(self, domain: str, target: str, observed: str) -> Check:
        """Nobody shows a CNAME: right for our alias records in Route 53, elsewhere for the HTTPS probe to decide."""
        if self.context.made.hosted_zone:
            return self.ok(f"{domain} resolves everywhere to the addresses of its alias records", observed=observed)
        return self.report(
            Status.WARNING,
            f"{domain} returns addresses instead of the CNAME",
            FLATTENED,
            observed=observed,
            expected=target,
            evidence={"flattened": "yes"},
            name=domain,
            target=target,
            compared=UNKNOWN_WHOSE,
        )

    def _reached(self, domain: str, target: str, answers: tuple[DnsAnswer, ...], observed: str) -> Check:
        between = next((answer.chain[0] for answer in answers if answer.chain and answer.chain[0] != target), "")
        if not between:
            return self.ok(f"{both(domain)} points to your distribution", observed=observed, flattened="no")
        return self.report(
            Status.WARNING,
            f"{domain} points to your distribution through {between}",
            "cname-indirect",
            observed=observed,
            expected=target,
            name=domain,
            target=target,
            between=between,
        )

    def _not_everywhere(self, domain: str, target: str, answers: tuple[DnsAnswer, ...], observed: str) -> Check:
        arrived = (Leads.UNSEEN, Leads.FLATTENED if self.context.made.hosted_zone else Leads.HERE)
        behind = [answer for answer in answers if self._leads(answer, target) not in (*arrived, Leads.BLOCKED)]
        wait = max(waiting_time(answer.ttl) for answer in behind)
        left = max(answer.ttl or 0 for answer in behind)
        end = self._until(left)
        reached = any(self._leads(answer, target) in arrived[1:] for answer in answers)
        if reached and {answer.server for answer in behind} == {OWN}:
            if inside := [address for answer in behind for address in answer.records if is_private(address)]:
                return self._split(domain, target, brief(inside))
            return self.report(
                Status.WARNING,
                f"{domain} works for public DNS resolvers; only this computer's resolver gives a different answer",
                "own-resolver-behind",
                observed=observed,
                expected=target,
                name=domain,
                target=target,
                seconds=str(left),
                until=end,
                answered=observed,
            )
        elsewhere = any(self._leads(answer, target) is not Leads.NOWHERE for answer in behind)
        return self.report(
            Status.WAITING,
            f"{len(behind)} of {len(answers)} resolvers don't point {domain} to your distribution yet: perhaps an "
            f"older answer, cached until {end}",
            "older-answer-cached" if elsewhere else "negative-answer-cached",
            observed=observed,
            expected=target,
            look_again=wait,
            name=domain,
            target=target,
            seconds=str(left),
            until=end,
            answered=observed,
        )


def _by_filter(answer: DnsAnswer) -> str:
    """Return what a filter answered, and by what it is known."""
    found = brief(answer.records) or '"no such name"'
    return f"{found} ({answer.filtered})" if answer.filtered else f"{found} (an address where nothing is)"


def _told(check: Check, compared: str) -> Check:
    """Fill in whose the addresses are."""
    known = check.problem.values if check.problem else {}
    return replace(check, problem=Problem(FLATTENED, {**known, "compared": compared}))
