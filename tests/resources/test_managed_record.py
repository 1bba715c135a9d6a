"""Records in Route 53: exactly ours, never over somebody else's. AWS is a zone in memory."""

import re
from contextlib import nullcontext
from typing import Any

import pytest

from tests.net.servers import example, on_loopback
from tests.probes.seen_from import HOST, OWN, ScriptedDns, context
from wizard.aws.errors import AwsError, translate
from wizard.model.context import Context
from wizard.model.ports import DelegatedZone, Dns, DnsAnswer, DnsOutcome, DnsUnreachableError
from wizard.model.results import Actor, Status
from wizard.model.setup import Made
from wizard.net.dns_client import DnsClient
from wizard.resources.dns.managed_record import ManagedRecord, find_hosted_zone
from wizard.resources.resource import Presence

pytestmark = pytest.mark.anyio

PROOF, VALUE = "_abc.px.example.com", "_def.acm-validations.aws"
RECORD_SET = "resource record set [name='px.example.com.', type='A']"
MADE = Made(distribution_domain=OWN, validation_name=PROOF, validation_value=f"{VALUE}.", hosted_zone="Z1")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Route53:
    """Implements `wizard.model.ports.Aws` for Route 53: one zone, and changes that are in sync when told so."""

    region = "eu-central-1"

    def __init__(self) -> None:
        self.sets: list[dict[str, Any]] = []
        self.status = "PENDING"
        self.submitted: list[str] = []
        self.zones: dict[str, tuple[str, bool, list[str]]] = {}
        self.gone = False
        self.refused = ""

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert service == "route53"
        if self.gone:
            raise translate("NoSuchHostedZone", "gone", f"route53:{operation}")
        if self.refused and operation == "change_resource_record_sets":
            raise translate("InvalidChangeBatch", self.refused, f"route53:{operation}")
        reply: dict[str, Any] = getattr(self, operation)(**parameters)
        return reply

    def list_resource_record_sets(self, **asked: Any) -> dict[str, Any]:
        assert asked["HostedZoneId"] == "Z1"
        start = asked["StartRecordName"]
        return {"ResourceRecordSets": sorted((s for s in self.sets if s["Name"] >= start), key=lambda s: s["Name"])}

    def change_resource_record_sets(self, **asked: Any) -> dict[str, Any]:
        for change in asked["ChangeBatch"]["Changes"]:
            new = change["ResourceRecordSet"]
            same = [old for old in self.sets if (old["Name"], old["Type"]) == (new["Name"], new["Type"])]
            assert change["Action"] != "DELETE" or same == [new]
            self.sets = [old for old in self.sets if old not in same]
            if change["Action"] == "UPSERT":
                self.sets.append(new)
            self.submitted.append(f"{change['Action']} {new['Type']}")
        return {"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING"}}

    def get_change(self, **asked: Any) -> dict[str, Any]:
        assert asked["Id"] == "C1"
        return {"ChangeInfo": {"Id": "/change/C1", "Status": self.status}}

    def list_hosted_zones_by_name(self, **asked: Any) -> dict[str, Any]:
        assert asked["DNSName"] == "example.com."
        zones = [
            {"Id": f"/hostedzone/{zone}", "Name": name, "Config": {"PrivateZone": private}}
            for zone, (name, private, _) in self.zones.items()
        ]
        return {"HostedZones": zones}

    def get_hosted_zone(self, **asked: Any) -> dict[str, Any]:
        return {"DelegationSet": {"NameServers": self.zones[asked["Id"].rpartition("/")[2]][2]}}


def record(aws: Route53, name: str, made: Made = MADE, dns: Dns | None = None) -> tuple[ManagedRecord, Context]:
    around = context(dns, aws=aws, made=made)
    return ManagedRecord(around, name), around


@pytest.mark.parametrize(
    ("name", "types"), [("certificate-record", ["UPSERT CNAME"]), ("pixel-record", ["UPSERT A", "UPSERT AAAA"])]
)
async def test_what_is_missing_is_added_and_awaited_then_taken_away_again(name: str, types: list[str]) -> None:
    aws = Route53()
    node, around = record(aws, name)
    first = await node.read()
    assert first.presence is Presence.ABSENT
    await node.carry_out(first.changes[0])
    assert aws.submitted == types
    waiting = await node.read()
    assert [change.actor for change in waiting.changes] == [Actor.AWS]
    aws.status = "INSYNC"
    assert (await node.read()).settled
    assert name in around.made.records_seen
    assert node.recorded
    removal = await node.removal()
    aws.status = "PENDING"
    await node.carry_out(removal.changes[0])
    assert aws.sets == []
    assert [change.actor for change in (await node.removal()).changes] == [Actor.AWS]
    aws.status = "INSYNC"
    assert (await node.removal()).settled
    assert around.made.records_seen == {}


# Route 53's own texts, in this order from boto #2887, external-dns #732 and #4241.
@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (f"[Tried to delete {RECORD_SET} but it was not found]", True),
        (f"[Tried to delete {RECORD_SET} but the values provided do not match the current values]", False),
        ("[The request contains an invalid set of changes for a resource record set 'A px.example.com.']", False),
    ],
)
async def test_only_what_an_earlier_try_deleted_is_no_failure(text: str, passes: bool) -> None:
    aws = Route53()
    node, _ = record(aws, "pixel-record")
    await node.carry_out((await node.read()).changes[0])
    removal = await node.removal()
    aws.refused = text
    with nullcontext() if passes else pytest.raises(AwsError, match=re.escape(text)):
        await node.carry_out(removal.changes[0])


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("pixel-record", {"Name": f"{HOST}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}),
        ("pixel-record", {"Name": f"{HOST}.", "Type": "CNAME", "ResourceRecords": [{"Value": "other.test."}]}),
        (
            "pixel-record",
            {"Name": f"{HOST}.", "Type": "A", "AliasTarget": {"DNSName": "d2.cloudfront.net.", "HostedZoneId": "Z"}},
        ),
        ("certificate-record", {"Name": f"{PROOF}.", "Type": "TXT", "ResourceRecords": [{"Value": '"x"'}]}),
    ],
)
async def test_somebody_elses_record_is_never_overwritten_nor_deleted(name: str, there: dict[str, Any]) -> None:
    aws = Route53()
    node, _ = record(aws, name)
    create = (await node.read()).changes[0]
    aws.sets = [there]
    reading = await node.read()
    assert (reading.status, reading.presence, reading.blocked) == (Status.FAILED, Presence.FOREIGN, True)
    assert reading.problem is not None
    assert reading.problem.id == "record-in-the-way"
    await node.carry_out(create)
    assert (await node.removal()).settled
    assert (aws.sets, aws.submitted) == ([there], [])


async def test_only_the_missing_half_is_added_and_neighbours_are_left_alone() -> None:
    aws = Route53()
    node, _ = record(aws, "pixel-record")
    await node.carry_out((await node.read()).changes[0])
    mail = {"Name": f"{HOST}.", "Type": "MX", "TTL": 60, "ResourceRecords": [{"Value": "10 mail.test."}]}
    aws.sets = [each for each in aws.sets if each["Type"] == "A"] + [mail]
    await node.carry_out((await node.read()).changes[0])
    assert aws.submitted == ["UPSERT A", "UPSERT AAAA", "UPSERT AAAA"]
    assert mail in aws.sets


async def test_a_hand_made_cname_to_the_distribution_is_fine() -> None:
    aws = Route53()
    aws.sets = [{"Name": f"{HOST}.", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": f"{OWN}."}]}]
    served = ScriptedDns(authorities=(DnsAnswer("ns1", "192.0.2.2", DnsOutcome.ANSWER, records=(OWN,)),))
    node, _ = record(aws, "pixel-record", dns=served)
    assert (await node.read()).settled


async def test_a_zone_that_is_gone_holds_nothing() -> None:
    aws = Route53()
    aws.gone = True
    node, _ = record(aws, "pixel-record")
    assert (await node.removal()).settled
    with pytest.raises(AwsError):
        await node.carry_out((await node.read()).changes[0])


class DeadDns(ScriptedDns):
    """DNS that cannot be asked."""

    async def zone_of(self, name: str) -> DelegatedZone:
        raise DnsUnreachableError(name)


async def test_before_aws_has_named_the_record_there_is_nothing_to_do() -> None:
    node, _ = record(Route53(), "pixel-record", Made(hosted_zone="Z1"), dns=DeadDns())
    reading = await node.read()
    assert reading == node.missing()
    await node.carry_out(reading.changes[0])
    assert (await node.removal()).settled
    node, _ = record(Route53(), "certificate-record", Made(hosted_zone="Z1", certificate_borrowed=True))
    assert (await node.read()).presence is Presence.BORROWED


async def test_the_zone_that_is_really_delegated_is_found() -> None:
    aws = Route53()
    real = ["NS1.example.com.", "ns2.provider.net"]
    aws.zones = {
        "ZSTALE": ("example.com.", False, ["ns1.old.test", "ns2.old.test"]),
        "ZPRIVATE": ("example.com.", True, real),
        "ZREAL": ("example.com.", False, real),
        "ZOTHER": ("example.org.", False, real),
    }
    async with on_loopback(example()) as network:
        dns = DnsClient(network, ipv6=False)
        assert await find_hosted_zone(aws, dns, HOST) == "ZREAL"
        del aws.zones["ZREAL"]
        assert await find_hosted_zone(aws, dns, HOST) is None
