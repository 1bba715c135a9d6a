"""Route 53 (API 2013-04-01): hosted zones, their record sets, and changes of these."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from wizard.aws.typed import ask, convert
from wizard.model.ports import Aws

SERVICE = "route53"

Document = dict[str, Any]
"""A record set as ChangeResourceRecordSets takes it back: to delete one, everything in it has to be named."""


class _ZoneConfig(Struct, frozen=True, rename="pascal"):
    private_zone: bool = False


class HostedZone(Struct, frozen=True, rename="pascal"):
    """A hosted zone as a listing describes it."""

    id: str
    """With `/hostedzone/` in front."""
    name: str
    config: _ZoneConfig = _ZoneConfig()

    @property
    def private(self) -> bool:
        """Whether only networks within AWS see it."""
        return self.config.private_zone


class _Listed(Struct, frozen=True, rename="pascal"):
    hosted_zones: tuple[HostedZone, ...]


class _DelegationSet(Struct, frozen=True, rename="pascal"):
    name_servers: tuple[str, ...] = ()


class _Zone(Struct, frozen=True, rename="pascal"):
    delegation_set: _DelegationSet = _DelegationSet()


class AliasTarget(Struct, frozen=True, rename="pascal"):
    """What an alias record leads to."""

    dns_name: str = field(name="DNSName")


class _Value(Struct, frozen=True, rename="pascal"):
    value: str


class _RecordSet(Struct, frozen=True, rename="pascal"):
    name: str
    type: str
    alias_target: AliasTarget | None = None
    resource_records: tuple[_Value, ...] = ()


class RecordSet(Struct, frozen=True):
    """A record set."""

    name: str
    """As Route 53 writes it, with its dot at the end."""
    type: str
    alias: str | None
    """What it leads to as an alias of Route 53's own; None where it has plain values."""
    values: tuple[str, ...]
    document: Document
    """The whole of it."""


class _RecordSets(Struct, frozen=True, rename="pascal"):
    resource_record_sets: tuple[_RecordSet, ...]


class _ChangeInfo(Struct, frozen=True, rename="pascal"):
    id: str
    status: str


class _Change(Struct, frozen=True, rename="pascal"):
    change_info: _ChangeInfo


def record_set(document: Document) -> RecordSet:
    """Return a record set that is written as Route 53 writes it."""
    return _with_document(msgspec.convert(document, _RecordSet), document)


def _with_document(read: _RecordSet, document: Document) -> RecordSet:
    alias = read.alias_target.dns_name if read.alias_target else None
    return RecordSet(read.name, read.type, alias, tuple(one.value for one in read.resource_records), document)


async def zones_by_name(aws: Aws, name: str) -> tuple[HostedZone, ...]:
    """Return hosted zones, those of a name first.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Listed, SERVICE, "list_hosted_zones_by_name", DNSName=f"{name}.")).hosted_zones


async def name_servers(aws: Aws, zone: str) -> tuple[str, ...]:
    """Return the name servers of a hosted zone.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Zone, SERVICE, "get_hosted_zone", Id=zone)).delegation_set.name_servers


async def record_sets(aws: Aws, zone: str, name: str) -> tuple[RecordSet, ...]:
    """Return the first record sets of a zone, those of a name first.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await aws(SERVICE, "list_resource_record_sets", HostedZoneId=zone, StartRecordName=f"{name}.")
    read = convert(reply, _RecordSets, "route53:ListResourceRecordSets")
    return tuple(map(_with_document, read.resource_record_sets, reply["ResourceRecordSets"]))


async def change_record_sets(
    aws: Aws, zone: str, comment: str, drop: Sequence[RecordSet], add: Sequence[RecordSet]
) -> str:
    """Delete some record sets and add others, all or nothing, and return the change's id.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    changes = [("DELETE", each) for each in drop] + [("UPSERT", each) for each in add]
    batch: dict[str, Any] = {
        "Comment": comment,
        "Changes": [{"Action": action, "ResourceRecordSet": each.document} for action, each in changes],
    }
    reply = await ask(aws, _Change, SERVICE, "change_resource_record_sets", HostedZoneId=zone, ChangeBatch=batch)
    return reply.change_info.id.rpartition("/")[2]


async def change_status(aws: Aws, change: str) -> str:
    """Return how far a change is: `PENDING`, or `INSYNC` once all name servers have it.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Change, SERVICE, "get_change", Id=change)).change_info.status
