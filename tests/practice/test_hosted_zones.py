"""Route 53 as AWS behaves: what a zone may hold, and that the world sees a record only in a delegated zone."""

import time
from typing import Any

import dns.message
import dns.query
import dns.rdatatype
import pytest

from tests.practice.conftest import HOST, Clients, Road, fetch
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile, address

ALIAS_ZONE = "Z2FDTNDATAQYW2"


def change(name: str, rdtype: str, value: str, action: str = "UPSERT") -> dict[str, Any]:
    records = {"Name": name, "Type": rdtype, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    return {"Changes": [{"Action": action, "ResourceRecordSet": records}]}


def answers(world: WorldFile, name: str, rdtype: str) -> list[str]:
    where, port = address(world.dns)
    reply = dns.query.udp(dns.message.make_query(name, rdtype), where, port=port, timeout=5)
    wanted = dns.rdatatype.from_text(rdtype)
    return [item.to_text() for rrset in reply.answer if rrset.rdtype == wanted for item in rrset]


@pytest.mark.parametrize(
    ("batch", "text"),
    [
        (change("example.test", "CNAME", "x.test"), "not permitted at apex"),
        (change("www.example.test", "CNAME", "x.test"), "conflicting RRSet of type A "),
        (change("other.test", "A", "192.0.2.9"), "not permitted in zone example.test"),
        (change("alias.example.test", "TXT", '"x"'), "conflicting RRSet of type CNAME"),
    ],
)
def test_what_a_zone_may_not_hold(aws: Clients, control: Control, batch: dict[str, Any], text: str) -> None:
    route53, zone = aws("route53"), control.add_zone_in_route53()
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change("www.example.test", "A", "192.0.2.9"))
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change("alias.example.test", "CNAME", "x.test"))
    with pytest.raises(route53.exceptions.InvalidChangeBatch, match=text):
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def test_a_delegated_zone_is_what_the_world_sees(aws: Clients, control: Control, world: WorldFile) -> None:
    zone = control.add_zone_in_route53()
    servers = aws("route53").get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
    assert sorted(answers(world, "example.test", "NS")) == sorted(f"{server}." for server in servers)
    assert all(answers(world, server, "A")[0].startswith("192.0.2.1") for server in servers)
    for value in ("one", "two"):
        batch = change("t.example.test", "TXT", f'"{value}"')
        aws("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    assert answers(world, "t.example.test", "TXT") == ['"two"']
    gone = change("t.example.test", "TXT", '"two"', "DELETE")
    aws("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=gone)
    assert answers(world, "t.example.test", "TXT") == []


def test_a_stale_zone_changes_nothing(aws: Clients, control: Control, world: WorldFile) -> None:
    real, stale = control.add_zone_in_route53(), control.add_zone_in_route53(delegated=False)
    route53 = aws("route53")
    listed = {each["Id"].removeprefix("/hostedzone/") for each in route53.list_hosted_zones()["HostedZones"]}
    assert listed == {real, stale}
    sets = [set(route53.get_hosted_zone(Id=each)["DelegationSet"]["NameServers"]) for each in (real, stale)]
    assert not sets[0] & sets[1]
    batch = change("t.example.test", "TXT", '"x"')
    route53.change_resource_record_sets(HostedZoneId=stale, ChangeBatch=batch)
    assert answers(world, "t.example.test", "TXT") == []


def test_an_alias_leads_to_the_distribution_and_a_record_validates(
    road: Road, aws: Clients, control: Control, world: WorldFile
) -> None:
    zone = control.add_zone_in_route53()
    road.pixel()
    made = road.distribution()
    road.read_policy(made)
    arn = road.request_certificate(HOST)
    record = road.describe(arn)["DomainValidationOptions"][0]["ResourceRecord"]
    batch = change(record["Name"], record["Type"], record["Value"])
    aws("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    road.attach(made["Id"], arn)
    target = {"HostedZoneId": ALIAS_ZONE, "DNSName": made["DomainName"], "EvaluateTargetHealth": False}
    for rdtype in ("A", "AAAA"):
        records = {"Name": HOST, "Type": rdtype, "AliasTarget": target}
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": records}]}
        aws("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    assert answers(world, HOST, "A") == ["127.0.0.1"]
    assert answers(world, HOST, "AAAA") == ["::1"]
    assert fetch(world, HOST).status == 200


def test_with_a_pace_a_change_is_pending_and_then_served(aws: Clients, control: Control, world: WorldFile) -> None:
    route53, zone = aws("route53"), control.add_zone_in_route53()
    control.set_pace(0.02)  # in sync after 0.6 s
    started = time.monotonic()
    batch = change("t.example.test", "TXT", '"x"')
    made = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]
    assert made["Status"] == "PENDING"  # the answer to the change itself says so, however long it took
    while route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] != "INSYNC":
        assert time.monotonic() - started < 60
    assert time.monotonic() - started > 0.6
    assert answers(world, "t.example.test", "TXT") == ['"x"']


def test_at_pace_nothing_it_is_in_sync_at_once(aws: Clients, control: Control) -> None:
    zone = control.add_zone_in_route53()
    batch = change("t.example.test", "TXT", '"x"')
    made = aws("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    assert made["ChangeInfo"]["Status"] == "INSYNC"
