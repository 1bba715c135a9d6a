"""The DNS records in the account's own Route 53 hosted zone, managed by us."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from wizard.aws.errors import AwsError
from wizard.aws.services.route53 import RecordSet, change_status
from wizard.model.context import Context
from wizard.model.results import Action, Actor, Change, Difference
from wizard.resources.dns import record_texts, route53_synced
from wizard.resources.dns.hosted_zones import (
    change_sets,
    find_hosted_zone,
    leads_to,
    record_sets,
    text,
    wanted_sets,
)
from wizard.resources.dns.name_before import name_before
from wizard.resources.dns.record_kinds import CERTIFICATE, KINDS, PIXEL, left_behind, wanted
from wizard.resources.resource import Presence, Reading, Resource

__all__ = ["ManagedRecord", "find_hosted_zone"]

INSYNC: Final = 60.0
"""Seconds that a change usually takes to be at all of Route 53's servers (38 and 61 were observed)."""

LONGEST: Final = 10 * INSYNC
"""Seconds for which the name servers are believed when they say otherwise: a domain may have moved elsewhere since."""


class ManagedRecord(Resource):
    """One of the two records, in the hosted zone.

    Args:
        context: the walk's context.
        record: `certificate-record` or `pixel-record`.
    """

    parent = "identity"

    def __init__(self, context: Context, record: str) -> None:
        super().__init__(context)
        self.id = record
        self.title = KINDS[record].title
        self.needs = KINDS[record].managed_needs
        self.carries = KINDS[record].carries
        self._submitted: str | None = None
        """Id of a change that may not be at all servers yet; without it, the servers themselves are asked."""

    @property
    def recorded(self) -> bool:
        """Whether it was ever seen: then its absence is a fault."""
        return self.id in self.context.made.records_seen

    async def read(self) -> Reading:
        """Compare the record sets at the name with ours, and wait until all servers have them."""
        pair = wanted(self.context, self.id)
        if pair is None:
            before = await name_before(self.context) if self.id == PIXEL else None
            early = self._too_early()
            return replace(before, changes=early.changes) if before else early
        found = await self._found()
        ours = [each for each in found if leads_to(each, pair[1])]
        former = [each for each in found if self._is_former(each)]
        others = [each for each in found if each not in (*ours, *former) and self._clashes(each)]
        if others:
            return self._in_the_way(pair, others)
        if former:
            stale = Difference("target", text(former[0]), pair[1])
            return self.differs(f"{pair[0]} points to a distribution that is gone", stale, change=self._adding(pair))
        if not ours:
            return self.absent(f"{pair[0]} isn't in Route 53 yet", self._adding(pair))
        if lacking := self._lacking(ours, pair):
            summary = f"{pair[0]} lacks: {', '.join(each.type for each in lacking)}"
            missing = (Difference(each.type, "missing", f"alias to {pair[1]}") for each in lacking)
            return self.differs(summary, *missing, change=self._adding(pair))
        return await self._in_sync(pair, ours)

    def _adding(self, pair: tuple[str, str]) -> str:
        return f"Add in Route 53: {pair[0]} to {pair[1]}"

    def _is_former(self, found: RecordSet) -> bool:
        """Whether a record set is one of ours that leads to a distribution of ours that somebody deleted."""
        return self.id == PIXEL and any(leads_to(found, each) for each in self.context.made.former_domains)

    def missing(self) -> Reading:
        """Say, without looking, what `read` says where nothing exists."""
        return self._too_early()

    def _too_early(self) -> Reading:
        if self.id == CERTIFICATE and self.context.made.certificate_borrowed:
            return Reading(
                presence=Presence.BORROWED,
                summary=record_texts.VALIDATED,
            )
        return self.absent(record_texts.unprovided(self.title), f"Add in Route 53: {self.title}")

    async def _found(self) -> tuple[RecordSet, ...]:
        name, _ = wanted(self.context, self.id) or ("", "")
        return await record_sets(self.context.ports.aws, self.context.made.hosted_zone or "", name)

    def _clashes(self, found: RecordSet) -> bool:
        """Whether a record set cannot stand beside ours: a CNAME stands alone, an alias is one A and one AAAA."""
        return self.id == CERTIFICATE or found.type in ("A", "AAAA", "CNAME")

    def _lacking(self, ours: list[RecordSet], pair: tuple[str, str]) -> list[RecordSet]:
        there = {each.type for each in ours}
        wished = wanted_sets(self.id, *pair)
        return [] if "CNAME" in there else [each for each in wished if each.type not in there]

    def _in_the_way(self, pair: tuple[str, str], others: list[RecordSet]) -> Reading:
        observed = "; ".join(text(each) for each in others)
        values = {"name": pair[0], "target": pair[1], "observed": observed, "zone": "Route 53", "host": pair[0]}
        reading = self.stopped(
            f"Route 53 has other records at {pair[0]}: {observed}", "record-in-the-way", Presence.FOREIGN, **values
        )
        return replace(reading, observed=observed, expected=pair[1])

    async def _in_sync(self, pair: tuple[str, str], ours: Sequence[RecordSet]) -> Reading:
        if await self._pending() or (
            self._unproven and not await route53_synced.all_have(self.context.ports.dns, ours)
        ):
            return Reading(
                presence=Presence.OURS,
                summary=f"Route 53 is copying {pair[0]} to its name servers",
                changes=(self._sync(Action.CREATE),),
            )
        self._submitted = None
        self._note_seen()
        return self.fine(f"{pair[0]} points to {pair[1]}, in Route 53", observed=pair[1])

    async def _pending(self) -> bool:
        """Whether Route 53 says that the change is not at all servers yet."""
        if not self._submitted:
            return False
        return await change_status(self.context.ports.aws, self._submitted) != "INSYNC"

    @property
    def _unproven(self) -> bool:
        """Whether nobody has said yet that all servers have the record, and it is worth asking them."""
        return not self._submitted and not self.recorded and not self._overdue

    @property
    def _overdue(self) -> bool:
        since = self.context.state.setup.waits.get(self.id)
        return since is not None and self.context.ports.clock.now() - since > LONGEST

    def _note_seen(self) -> None:
        seen = self.context.made.records_seen
        if self.id not in seen:
            self.context.state.record(records_seen={**seen, self.id: self.context.ports.clock.now()})

    def _note_unseen(self) -> None:
        seen = self.context.made.records_seen
        self.context.state.record(records_seen={name: when for name, when in seen.items() if name != self.id})

    def _sync(self, action: Action) -> Change:
        summary = "Waiting until all of Route 53's name servers have it"
        return Change(self.id, action, Actor.AWS, summary, typical=INSYNC)

    async def carry_out(self, change: Change) -> None:
        """Add what is missing, or delete exactly what is ours. Looked at again first: nothing foreign is overwritten.

        Raises:
            wizard.aws.errors.AwsError: Route 53 refused.
        """
        pair = wanted(self.context, self.id)
        if pair is None:
            return
        found = await self._found()
        ours = [each for each in found if leads_to(each, pair[1])]
        former = [each for each in found if self._is_former(each)]
        # What is noted before the call tells a later run that the reply was never read: then the servers are asked.
        if change.action is Action.DELETE:
            self._note_seen()
            await self._submit((*ours, *former), ())
        elif not any(self._clashes(each) for each in found if each not in (*ours, *former)):
            self._note_unseen()
            await self._submit(former, self._lacking(ours, pair))

    async def _submit(self, drop: Sequence[RecordSet], add: Sequence[RecordSet]) -> None:
        if not drop and not add:
            return
        aws, zone, setup = self.context.ports.aws, self.context.made.hosted_zone or "", self.context.state.setup.id
        self._submitted = None
        try:
            self._submitted = await change_sets(aws, zone, setup, drop, add)
        except AwsError as error:
            if error.code != "InvalidChangeBatch" or "it was not found" not in str(error):
                raise
            # The client tries again by itself: a batch whose first reply was lost finds its records gone already.

    async def removal(self) -> Reading:
        """Look whether record sets of ours are left, and until all servers have forgotten them."""
        pair = await left_behind(self.context, self.id)
        if pair is None or (self.id == CERTIFICATE and self.context.made.certificate_borrowed):
            return self.gone(record_texts.nothing_of_ours(self.title))
        found = await self._found()
        if any(leads_to(each, pair[1]) or self._is_former(each) for each in found):
            return self.to_delete(f"{pair[0]} is in Route 53", f"Delete in Route 53: {pair[0]} to {pair[1]}")
        if await self._pending() or (self._unforgotten(found) and await self._still_served(pair[0])):
            changes = (self._sync(Action.DELETE),)
            return Reading(presence=Presence.OURS, summary="Route 53 is deleting the record", changes=changes)
        self._note_unseen()
        return self.gone(record_texts.no_longer(*pair))

    def _unforgotten(self, found: Sequence[RecordSet]) -> bool:
        """Whether nobody has said yet that all servers forgot the record; what is there now of others would answer."""
        others = any(self._clashes(each) for each in found)
        return not self._submitted and self.recorded and not self._overdue and not others

    async def _still_served(self, name: str) -> bool:
        return await route53_synced.some_have(self.context.ports.dns, name)
