"""Route 53 record sets: reads and writes exactly ours."""

from collections.abc import Sequence

from wizard.aws.errors import AwsError
from wizard.aws.services import route53
from wizard.aws.services.route53 import RecordSet, record_set
from wizard.model.ports import Aws, Dns
from wizard.resources.dns.record_kinds import CERTIFICATE
from wizard.resources.dns.record_values import same

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""Hosted zone id that every alias to CloudFront names (Route 53 API reference, AliasTarget)."""

TTL = 300
"""Seconds; a validation record hardly ever changes."""


async def find_hosted_zone(aws: Aws, dns: Dns, domain: str) -> str | None:
    """Find the account's public zone that really holds `domain`: its name servers are those of the live delegation.

    A zone of the right name that nobody is sent to is a trap: records in it look right and are seen by no one.

    Returns:
        the zone's id without `/hostedzone/`; None where another provider holds the domain.

    Raises:
        wizard.aws.errors.AwsError: the zones cannot be listed.
        wizard.model.ports.DnsUnreachableError: the live delegation cannot be found.
    """
    live = await dns.zone_of(domain)
    servers = {server.name for server in live.servers}
    for zone in await route53.zones_by_name(aws, live.name):
        if plain(zone.name) != live.name or zone.private:
            continue
        if {plain(name) for name in await route53.name_servers(aws, zone.id)} == servers:
            return zone.id.rpartition("/")[2]
    return None


async def record_sets(aws: Aws, zone: str, name: str) -> tuple[RecordSet, ...]:
    """Return every record set at exactly `name`; none where the zone is gone.

    Raises:
        wizard.aws.errors.AwsError: they cannot be read.
    """
    try:
        listed = await route53.record_sets(aws, zone, name)
    except AwsError as error:
        if error.code == "NoSuchHostedZone":
            return ()
        raise
    return tuple(each for each in listed if plain(each.name) == name)


async def change_sets(aws: Aws, zone: str, setup: str, drop: Sequence[RecordSet], add: Sequence[RecordSet]) -> str:
    """Drop some record sets and add others, all or nothing, and return the change's id.

    Raises:
        wizard.aws.errors.AwsError: Route 53 refused.
    """
    return await route53.change_record_sets(aws, zone, f"snowpixel {setup}", drop, add)


async def release(aws: Aws, zone: str, setup: str, name: str, targets: Sequence[str]) -> None:
    """Drop the record sets at `name` that lead to one of `targets`: CloudFront takes no name that leads elsewhere.

    Raises:
        wizard.aws.errors.AwsError: Route 53 refused.
    """
    found = await record_sets(aws, zone, name)
    drop = [each for each in found if any(leads_to(each, target) for target in targets)]
    if drop:
        await change_sets(aws, zone, setup, drop, ())


def plain(name: str) -> str:
    """Return a name of Route 53 in lower case without the trailing dot; it writes `*` as an escape."""
    return name.rstrip(".").lower().replace("\\052", "*")


def wanted_sets(record: str, name: str, target: str) -> tuple[RecordSet, ...]:
    """Return the record sets to make: a CNAME, or for the pixel free alias records for both families (facts A5)."""
    if record == CERTIFICATE:
        value = [{"Value": f"{target}."}]
        return (record_set({"Name": f"{name}.", "Type": "CNAME", "TTL": TTL, "ResourceRecords": value}),)
    alias = {"HostedZoneId": CLOUDFRONT_ZONE, "DNSName": f"{target}.", "EvaluateTargetHealth": False}
    sets = ({"Name": f"{name}.", "Type": rdtype, "AliasTarget": alias} for rdtype in ("A", "AAAA"))
    return tuple(map(record_set, sets))


def leads_to(found: RecordSet, target: str) -> bool:
    """Whether a record set is an alias or a CNAME to `target` and nothing else: then it is ours, by its exact value."""
    if found.alias is not None:
        return plain(found.alias) == target
    return found.type == "CNAME" and len(found.values) == 1 and same(plain(found.values[0]), target)


def text(found: RecordSet) -> str:
    """Return a record set as short plain text."""
    if found.alias is not None:
        return f"{found.type} alias to {plain(found.alias)}"
    return f"{found.type} " + ", ".join(found.values)
