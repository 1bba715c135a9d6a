"""The DNS records that the user adds: shown, then observed at all of the zone's name servers.

Resolvers are not asked here: asked too early, they remember "no such name" for as long as the zone's SOA says.
"""

from typing import Final

from msgspec.structs import replace

from wizard.model.context import DOMAIN_LOST, YES, Context
from wizard.model.ports import DelegatedZone, DnsAnswer, DnsUnreachableError
from wizard.model.results import Action, Actor, Change, Copyable, Decision, DecisionOption, DnsRecord, Problem, Status
from wizard.model.terminal_text import brief
from wizard.net import dns_views
from wizard.resources.dns import record_texts
from wizard.resources.dns.name_before import name_before
from wizard.resources.dns.record_evidence import Gathering, seen_by_resolvers
from wizard.resources.dns.record_kinds import CERTIFICATE, KINDS, PIXEL, left_behind, wanted
from wizard.resources.dns.record_state import APEXES, Evidence, Finding, RecordState, diagnose, has
from wizard.resources.dns.record_texts import LOOKED_RIGHT, SUMMARIES, problem_of, values_of
from wizard.resources.resource import Presence, Reading, Resource

TYPICAL: Final = 300.0
"""Seconds that a person usually needs for a record."""

EVERY: Final = 5.0
"""Seconds between looks at first; authorities remember nothing, so looking often spoils nothing."""

CLOSELY, CLOSELY_LATER, SOON = 6, 20, 60
"""Every so many looks of a wait, the side questions are asked too: mistyped names, wildcards, and resolvers where the
name servers cannot be asked. They are a hundred times as many as the one that matters, so after the first looks, when
nobody is at the form any more, they are asked less often.
"""

KEEP_WAITING: Final = "wait"


class ManualRecord(Resource):
    """One CNAME at the user's own DNS provider.

    Args:
        context: the walk's context.
        record: `certificate-record` or `pixel-record`.
    """

    in_aws = False

    def __init__(self, context: Context, record: str) -> None:
        super().__init__(context)
        self.id = record
        self.title = KINDS[record].title
        self.needs = KINDS[record].needs
        self._lost, self._patient = False, False
        """The user's word on a domain that cannot be asked: it is lost, or keep waiting."""
        self.carries = KINDS[record].carries
        self._looks = 0
        """Looks since the last one that left nothing out."""
        self._before: Evidence | None = None

    async def read(self) -> Reading:
        """Ask every authoritative server for the record."""
        pair = wanted(self.context, self.id)
        if pair is None:
            return self._too_early(await name_before(self.context) if self.id == PIXEL else None)
        evidence, zone = await self._gathered(pair)
        reading = await self._judged(pair, evidence, zone)
        self._looks += 1
        seen = dns_views.evidence(
            lambda _: dns_views.ServerKind.AUTHORITY, evidence.cname, lambda one: has(one, evidence.target)
        )
        return replace(reading, evidence={**reading.evidence, **seen})

    def look_closely(self) -> None:
        """Ask the side questions too at the next look."""
        self._looks = 0

    @property
    def _closely(self) -> bool:
        """Whether this look leaves nothing out."""
        return self._looks % (CLOSELY if self._looks < SOON else CLOSELY_LATER) == 0

    async def _gathered(self, pair: tuple[str, str]) -> tuple[Evidence, DelegatedZone]:
        """Ask the name servers; in a wait, the side questions now and then only."""
        before = None if self._closely else self._before
        other = wanted(self.context, PIXEL if self.id == CERTIFICATE else CERTIFICATE)
        gathering = Gathering(self.context.ports, *pair, before, other, self._closely)
        try:
            self._before, zone = await gathering.gather()
        except DnsUnreachableError:
            return _nothing_seen(*pair), DelegatedZone("", ())
        return self._before, zone

    async def _judged(self, pair: tuple[str, str], evidence: Evidence, zone: DelegatedZone) -> Reading:
        finding = diagnose(evidence)
        unseen = finding.state is RecordState.UNREACHABLE and self._closely
        if unseen and await seen_by_resolvers(self.context.ports, *pair):
            return self._right(
                "seen through a resolver only, because the name servers can't be reached from here", zone
            )
        if finding.state is RecordState.RIGHT:
            right = self._right(_everywhere(finding), zone)
            return self._at_odds(right, finding.at_odds, zone) if finding.at_odds else right
        if finding.state is RecordState.INDIRECT and self.id == PIXEL:
            return self._right(f"through {finding.observed}", zone)
        if finding.state is RecordState.BESIDE:
            return self._crowded(self._right(_everywhere(finding), zone), finding, zone)
        return self._not_right(evidence, finding, zone)

    def missing(self) -> Reading:
        """Say, without looking, what `read` says where nothing exists."""
        return self._too_early()

    def _too_early(self, before: Reading | None = None) -> Reading:
        if self.id == CERTIFICATE and self.context.made.certificate_borrowed:
            return Reading(
                presence=Presence.BORROWED,
                summary=record_texts.VALIDATED,
            )
        later = Change(self.id, Action.CREATE, Actor.USER, f"Add: {self.title}", typical=TYPICAL, every=EVERY)
        if before:
            return before if before.status is Status.FAILED else replace(before, changes=(later,))
        return Reading(presence=Presence.ABSENT, summary=record_texts.unprovided(self.title), changes=(later,))

    def _right(self, where: str, zone: DelegatedZone) -> Reading:
        seen = self.context.made.records_seen
        if self.id not in seen:
            self.context.state.record(records_seen={**seen, self.id: self.context.ports.clock.now()})
        record = self._record(zone)
        return self.fine(f"{record.name} points to {record.value}, {where}", observed=record.value, **_about(zone))

    def _at_odds(self, right: Reading, answers: tuple[DnsAnswer, ...], zone: DelegatedZone) -> Reading:
        """Warn that a server says something else at another of its addresses, which some visitors' resolvers ask."""
        record = self._record(zone)
        said = "; ".join(f"{each.server} at {each.address}: {brief(each.records) or 'nothing'}" for each in answers)
        where = ", ".join(f"{each.server} ({each.address})" for each in answers)
        values = {"name": record.name, "target": record.value, "servers": where, "observed": said, "zone": zone.name}
        return replace(
            right,
            status=Status.WARNING,
            summary=f"{record.name} is right, but not at every address of its name servers: {where}",
            problem=Problem("address-at-odds", values),
            observed=said,
            expected=record.value,
        )

    def _crowded(self, right: Reading, finding: Finding, zone: DelegatedZone) -> Reading:
        """Warn of other records at the name, which some resolvers get instead of ours."""
        record = self._record(zone)
        values = {"name": record.name, "target": record.value, "observed": finding.observed, "zone": zone.name}
        return replace(
            right,
            status=Status.WARNING,
            summary=f"{record.name} is right, but other records have the same name: {finding.observed}",
            problem=Problem("records-beside", values),
            observed=finding.observed,
            expected=f"only CNAME {record.value}",
        )

    def _not_right(self, evidence: Evidence, finding: Finding, zone: DelegatedZone) -> Reading:
        """Say what is the matter; only the user can change it."""
        state = finding.state
        values = {
            "name": evidence.name,
            "target": evidence.target,
            "zone": evidence.zone or "the domain",
            "host": self._record(zone).host,
            "observed": finding.observed,
            "having": str(finding.having),
            "asked": str(finding.asked),
            "ttl": str(max((answer.ttl or 0 for answer in evidence.cname), default=0)),
            "parent": evidence.parent,
            "host_in_parent": evidence.name.removesuffix(f".{evidence.parent}"),
            "servers": ", ".join(server.name for server in zone.servers),
            **values_of(finding, evidence),
        }
        problem = problem_of(state, evidence, pixel=self.id == PIXEL)
        return Reading(
            presence=Presence.ABSENT if not finding.observed else Presence.FOREIGN,
            summary=SUMMARIES.get(state, SUMMARIES[RecordState.WRONG]).format(**values),
            changes=() if self._nothing_to_add(state) else (self._change(finding, zone),),
            status=self._status(state),
            problem=Problem(problem, values),
            observed=finding.observed or ("no record" if finding.asked else ""),
            expected=evidence.target,
            evidence={**_about(zone), **({"flattened": "yes"} if self._flattened(evidence, state) else {})},
        )

    def _nothing_to_add(self, state: RecordState) -> bool:
        """Whether asking for the record again would be wrong: it cannot be, or it is there in another form."""
        if state is RecordState.UNREACHABLE:
            return self.id in self.context.made.records_seen
        return state in (*APEXES, RecordState.REDIRECTED) or (state is RecordState.FLATTENED and self.id == PIXEL)

    def _flattened(self, evidence: Evidence, state: RecordState) -> bool:
        addresses = [answer for rdtype in ("A", "AAAA") for answer in evidence.others.get(rdtype, ())]
        return state is RecordState.FLATTENED or (state in APEXES and any(answer.records for answer in addresses))

    def _status(self, state: RecordState) -> Status:
        if state is RecordState.UNREACHABLE:
            return Status.UNKNOWN
        if state is RecordState.FLATTENED and self.id == PIXEL:
            return Status.WARNING
        hopeless = state in {*APEXES, RecordState.UNREGISTERED, RecordState.REDIRECTED}
        return Status.FAILED if hopeless or self.id in self.context.made.records_seen else Status.WAITING

    def _change(self, finding: Finding, zone: DelegatedZone) -> Change:
        action = Action.UPDATE if finding.observed and finding.state is not RecordState.PARTIAL else Action.CREATE
        record = self._record(zone)
        verb = "Correct" if action is Action.UPDATE else "Add"
        return Change(
            self.id,
            action,
            Actor.USER,
            f"{verb} at your DNS provider: {record.name} CNAME {record.value}",
            record=record,
            typical=TYPICAL,
            every=EVERY,
        )

    def _record(self, zone: DelegatedZone) -> DnsRecord:
        name, value = wanted(self.context, self.id) or ("", "")
        host = name.removesuffix("." + zone.name) if zone.name and name != zone.name else name
        return DnsRecord(name, "CNAME", value, host, KINDS[self.id].purpose)

    async def removal(self) -> Reading:
        """Ask every authoritative server whether the record is gone.

        The pixel's must be gone before CloudFront lets go of the name, or somebody else could take it over. The
        certificate's does no harm; the user is told that it may go.
        """
        pair = await left_behind(self.context, self.id)
        if pair is None or (self.id == CERTIFICATE and self.context.made.certificate_borrowed):
            return self.gone(record_texts.nothing_of_ours(self.title))
        if self._lost or self.context.answers.get(DOMAIN_LOST) == YES:
            return self._forgotten("The domain is no longer yours, so its record was left alone")
        evidence, zone = await self._gathered(pair)
        self._looks += 1
        finding = diagnose(evidence)
        if finding.state is RecordState.UNREACHABLE:
            return self._offer_to_go_on(
                self._to_remove(f"The name servers of {pair[0]} don't respond from here", zone, Status.UNKNOWN)
            )
        if finding.state is RecordState.UNREGISTERED:
            return self._offer_to_go_on(
                self._to_remove(f"The domain of {pair[0]} no longer exists", zone, None, "domain-unregistered")
            )
        if finding.state in {*LOOKED_RIGHT, RecordState.PARTIAL}:
            return self._to_remove(f"{pair[0]} still points to {pair[1]}", zone, None)
        return self._forgotten(record_texts.no_longer(*pair))

    def _forgotten(self, summary: str) -> Reading:
        seen = self.context.made.records_seen
        self.context.state.record(records_seen={name: when for name, when in seen.items() if name != self.id})
        return self.gone(summary)

    def _offer_to_go_on(self, reading: Reading) -> Reading:
        """Offer to go on without seeing that the record is gone; the harmless answer is to keep looking."""
        if self.id == CERTIFICATE or self._patient:
            return reading
        decision = Decision(
            DOMAIN_LOST,
            f"{reading.summary}. Is the domain no longer yours?",
            (
                DecisionOption(
                    KEEP_WAITING, "Keep waiting", "snowpixel keeps checking, and deletes nothing in the meantime."
                ),
                DecisionOption(
                    YES,
                    "It is lost, continue",
                    "The distribution is deleted although a record may still point to it. Whoever owns the domain "
                    "then owns the hostname.",
                ),
            ),
            KEEP_WAITING,
            f"--{DOMAIN_LOST}",
        )
        return replace(reading, decision=decision)

    async def decide(self, decision: Decision, answer: str) -> None:
        """Take the user's word on the domain."""
        del decision  # there is only one
        self._lost, self._patient = answer == YES, answer != YES

    def _to_remove(self, summary: str, zone: DelegatedZone, status: Status | None, problem: str = "") -> Reading:
        record = self._record(zone)
        if self.id == CERTIFICATE:
            return Reading(
                presence=Presence.OURS,
                summary=f"You can now delete {record.name} at your DNS provider",
                status=Status.WARNING,
                problem=Problem("record-left-behind", {"name": record.name, "host": record.host}),
                copy=(Copyable("Record you can delete", record.name),),
            )
        delete = Change(
            self.id,
            Action.DELETE,
            Actor.USER,
            f"Delete at your DNS provider: {record.name} CNAME {record.value}",
            record=record,
            typical=TYPICAL,
            every=EVERY,
        )
        values = {"name": record.name, "target": record.value, "host": record.host}
        problem = problem or ("record-to-delete" if status is None else "dns-unreachable")
        return Reading(
            presence=Presence.OURS,
            summary=summary,
            changes=(delete,),
            status=status,
            problem=Problem(problem, {**values, "zone": zone.name or record.name}),
        )


def _nothing_seen(name: str, target: str) -> Evidence:
    return Evidence(name=name, target=target, zone="", cname=())


def _about(zone: DelegatedZone) -> dict[str, str]:
    """Facts from which a front end tells the provider."""
    return {"zone": zone.name, "name_servers": " ".join(server.name for server in zone.servers)} if zone.name else {}


def _everywhere(finding: Finding) -> str:
    return f"at all {finding.asked} name servers that responded"
