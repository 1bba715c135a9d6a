"""What AWS shows of a setup, as it shows it elsewhere: read by the real client and by each resource.

The replies hold what AWS fills in and leave out what it leaves out; what each resource says of them is in the table.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from msgspec import Struct
from msgspec.structs import replace

from tests.aws.impostor import Impostor, impostor
from tests.aws.playback import Playback
from tests.aws.synthetic import operation_model
from tests.modelcheck import breaches
from tests.recorded import FOLDER, names, recording
from wizard.model.context import Context
from wizard.model.ports import DelegatedZone, NameServer, Ports
from wizard.model.results import Action, Actor, Status
from wizard.model.setup import Made, Setup, SetupChoices
from wizard.net.clock import SystemClock
from wizard.resources.buckets.bucket_policy import BucketPolicy
from wizard.resources.buckets.bucket_settings import ENCRYPTION, OWNERSHIP, PUBLIC_ACCESS, BucketSetting
from wizard.resources.buckets.buckets import Bucket, Role
from wizard.resources.buckets.lifecycle import LIFECYCLE, LOG_LIFECYCLE
from wizard.resources.certificate.certificate import Certificate
from wizard.resources.certificate.issued import CertificateIssued
from wizard.resources.distribution import distribution_config
from wizard.resources.distribution.alias import Alias
from wizard.resources.distribution.distribution import Distribution, Serving
from wizard.resources.distribution.origin_access import OriginAccess
from wizard.resources.dns.hosted_zones import find_hosted_zone
from wizard.resources.dns.managed_record import ManagedRecord
from wizard.resources.dns.record_kinds import CERTIFICATE, PIXEL
from wizard.resources.logs.log_delivery import Delivery, DeliveryDestination, DeliverySource
from wizard.resources.resource import Presence, Reading, Resource
from wizard.storage.setup_state import MemoryState

ACCOUNT, REGION = "111122223333", "eu-central-1"
CERTIFICATE_ARN = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11112222-3333-4444-8555-666677778888"
MADE = Made(
    account=ACCOUNT,
    content_bucket=f"snowpixel-0a1b2c3d-content-{ACCOUNT}-{REGION}-an",
    log_bucket=f"snowpixel-0a1b2c3d-logs-{ACCOUNT}-{REGION}-an",
    origin_access_control="E2EXAMPLE0002",
    caller_reference="snowpixel-0a1b2c3d-11112222",
    distribution="E1EXAMPLE0001",
    distribution_domain="d111111abcdef8.cloudfront.net",
    certificate=CERTIFICATE_ARN,
    certificate_token="11112222333344445555666677778888",
    validation_name="_0123456789abcdef0123456789abcdef.e.example.org",
    validation_value="_fedcba9876543210fedcba9876543210.jkddzztszm.acm-validations.aws",
    hosted_zone="Z0EXAMPLE0001",
    delivery="EXAMPLEdelivery1",
    records_seen={CERTIFICATE: 1.0, PIXEL: 1.0},
)
SETUP = Setup(
    name="main", id="0a1b2c3d", created=0.0, choices=SetupChoices(domain="e.example.org", region=REGION), made=MADE
)
REPLACED_TOO_OFTEN = {"certificates_replaced": 3}
FIRST = {"certificate": None}


class Delegated:
    """DNS that knows who holds the zone of the recordings, and nothing else."""

    async def zone_of(self, _name: str) -> DelegatedZone:
        servers = ("ns-1.awsdns-01.example", "ns-2.awsdns-02.example")
        return DelegatedZone("example.org", tuple(NameServer(name, ("192.0.2.1",)) for name in servers))

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody asks {name} here")


def context(
    server: Impostor, replies: Mapping[str, str], *, name: str = SETUP.name, folder: Path = FOLDER, **made: Any
) -> Context:
    """A setup to which AWS shows these recordings."""
    dns = Delegated()
    ports = Ports(aws=Playback(server, replies, folder), dns=dns, web=dns, clock=SystemClock(0.0))
    state = MemoryState(replace(SETUP, name=name))
    state.record(**made)
    return Context(ports, state)


class Case(Struct, frozen=True):
    """A resource, what AWS shows, and what the reading must say."""

    resource: Callable[[Context], Resource]
    replies: tuple[str, ...]
    presence: Presence = Presence.OURS
    differs: tuple[str, ...] = ()
    """Properties that are not as wanted."""
    does: tuple[tuple[Action, Actor], ...] = ()
    """Changes that follow."""
    problem: str | None = None
    decision: str | None = None
    says: str = ""
    """Part of what is shown."""
    status: Status | None = None
    made: Mapping[str, Any] = {}
    """Names and ids that differ from those of `MADE`."""


def bucket(role: Role) -> Callable[[Context], Resource]:
    return lambda context: Bucket(context, role)


def setting(role: Role, which: Any) -> Callable[[Context], Resource]:
    return lambda context: BucketSetting(context, role, which)


def policy(role: Role) -> Callable[[Context], Resource]:
    return lambda context: BucketPolicy(context, role)


def record(kind: str) -> Callable[[Context], Resource]:
    return lambda context: ManagedRecord(context, kind)


CONTENT, LOGS = Role.CONTENT, Role.LOGS
CREATE, UPDATE, REPLACE = (Action.CREATE, Actor.US), (Action.UPDATE, Actor.US), (Action.REPLACE, Actor.US)
BY_AWS = (Action.UPDATE, Actor.AWS)
ABSENT, BORROWED, FOREIGN = Presence.ABSENT, Presence.BORROWED, Presence.FOREIGN
FOUR_SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
LOG_RULE = ("incomplete uploads deleted", "files deleted", "older versions deleted", "covers", "besides")
CF_TAGS, CERT_TAGS, LOG_TAGS = (
    "cloudfront.list_tags_for_resource.ours", "acm.list_tags_for_certificate.ours", "logs.list_tags_for_resource.ours",
)  # fmt: skip
CERT = "acm.describe_certificate."
DIST = "cloudfront.get_distribution."
SETS = "route53.list_resource_record_sets."

CASES: dict[str, Case] = {
    "bucket": Case(bucket(CONTENT), ("s3.get_bucket_tagging.ours", "s3.list_objects_v2.empty"), says="cost-center="),
    "bucket, files of others": Case(
        bucket(CONTENT), ("s3.get_bucket_tagging.ours", "s3.list_objects_v2.files"), says="holiday.jpg"
    ),
    "bucket, other tags": Case(bucket(LOGS), ("s3.get_bucket_tagging.without",), differs=("tags",), does=(UPDATE,)),
    "bucket, no tags": Case(bucket(LOGS), ("s3.get_bucket_tagging.no-tags",), differs=("tags",), does=(UPDATE,)),
    "bucket, none": Case(bucket(LOGS), ("s3.get_bucket_tagging.no-bucket",), ABSENT, does=(CREATE,)),
    "bucket of another": Case(bucket(LOGS), ("s3.get_bucket_tagging.another",), FOREIGN, problem="foreign-bucket"),
    "public access": Case(setting(CONTENT, PUBLIC_ACCESS), ("s3.get_public_access_block.on",)),
    "public access, off": Case(
        setting(CONTENT, PUBLIC_ACCESS), ("s3.get_public_access_block.off",), differs=FOUR_SWITCHES, does=(UPDATE,)
    ),
    "public access, none": Case(
        setting(CONTENT, PUBLIC_ACCESS), ("s3.get_public_access_block.none",), differs=FOUR_SWITCHES, does=(UPDATE,)
    ),
    "ownership": Case(setting(LOGS, OWNERSHIP), ("s3.get_bucket_ownership_controls.enforced",)),
    "ownership, of the writer": Case(
        setting(LOGS, OWNERSHIP), ("s3.get_bucket_ownership_controls.writer",),
        differs=("ObjectOwnership",), does=(UPDATE,),
    ),
    "ownership, none": Case(
        setting(LOGS, OWNERSHIP), ("s3.get_bucket_ownership_controls.none",),
        differs=("ObjectOwnership",), does=(UPDATE,), says="not set",
    ),
    "encryption": Case(setting(LOGS, ENCRYPTION), ("s3.get_bucket_encryption.s3",)),
    "encryption, by KMS": Case(
        setting(LOGS, ENCRYPTION), ("s3.get_bucket_encryption.kms",), differs=("SSEAlgorithm",), does=(UPDATE,),
        says="aws:kms",
    ),
    "encryption, none": Case(
        setting(LOGS, ENCRYPTION), ("s3.get_bucket_encryption.none",), differs=("SSEAlgorithm",), does=(UPDATE,)
    ),
    "lifecycle": Case(setting(CONTENT, LIFECYCLE), ("s3.get_bucket_lifecycle_configuration.content",)),
    "lifecycle of logs, among others": Case(
        setting(LOGS, LOG_LIFECYCLE), ("s3.get_bucket_lifecycle_configuration.logs",), says="left alone: rule_one"
    ),
    "lifecycle, older form": Case(
        setting(LOGS, LOG_LIFECYCLE), ("s3.get_bucket_lifecycle_configuration.older-form",)
    ),
    "lifecycle, other days": Case(
        setting(LOGS, LOG_LIFECYCLE), ("s3.get_bucket_lifecycle_configuration.days",), differs=("files deleted",),
        does=(UPDATE,), says="after 7 days",
    ),
    "lifecycle, none": Case(
        setting(LOGS, LOG_LIFECYCLE), ("s3.get_bucket_lifecycle_configuration.none",), differs=LOG_RULE, does=(UPDATE,)
    ),
    "policy": Case(policy(CONTENT), ("s3.get_bucket_policy.ours",)),
    "policy for another distribution": Case(
        policy(CONTENT), ("s3.get_bucket_policy.of-another",), differs=("SnowpixelCloudFrontRead",), does=(UPDATE,)
    ),
    "policy of logs, and AWS's own": Case(policy(LOGS), ("s3.get_bucket_policy.logs",), says="1 more of somebody"),
    "policy, none": Case(
        policy(LOGS), ("s3.get_bucket_policy.none",), differs=("SnowpixelTlsOnly", "SnowpixelLogDelivery"),
        does=(UPDATE,),
    ),
    "distribution": Case(Distribution, (f"{DIST}deployed", CF_TAGS)),
    "distribution, changed": Case(
        Distribution, (f"{DIST}changed", CF_TAGS), differs=("ViewerProtocolPolicy",), does=(UPDATE,)
    ),
    "distribution, no tags": Case(
        Distribution, (f"{DIST}deployed", "cloudfront.list_tags_for_resource.none"),
        differs=("tags",), does=(UPDATE,),
    ),
    "distribution, none": Case(Distribution, (f"{DIST}none",), ABSENT, does=(CREATE,)),
    "rolled out": Case(Serving, (f"{DIST}deployed",)),
    "rolling out": Case(Serving, (f"{DIST}deploying",), does=(BY_AWS,), says="InProgress"),
    "switched off": Case(Serving, (f"{DIST}off",), differs=("Enabled",), does=(UPDATE,)),
    "alias": Case(Alias, (f"{DIST}with-name",), says="oldest TLS: TLSv1.2_2021"),
    "alias, old TLS": Case(
        Alias, (f"{DIST}old-tls",), differs=("oldest TLS",), does=(UPDATE,), says="TLSv1"
    ),
    "alias, none": Case(
        Alias, (f"{DIST}deployed",), ABSENT, differs=("alias", "certificate", "TLS by", "oldest TLS"),
        does=(CREATE,),
    ),
    "origin access": Case(OriginAccess, ("cloudfront.get_origin_access_control.ours",)),
    "origin access, changed": Case(
        OriginAccess, ("cloudfront.get_origin_access_control.changed",), differs=("SigningBehavior",), does=(UPDATE,)
    ),
    "origin access, none": Case(OriginAccess, ("cloudfront.get_origin_access_control.none",), ABSENT, does=(CREATE,)),
    "certificate, young": Case(Certificate, (f"{CERT}young",), does=(BY_AWS,), says="preparing"),
    "certificate": Case(Certificate, (f"{CERT}pending", CERT_TAGS)),
    "certificate, no tags": Case(
        Certificate, (f"{CERT}pending", "acm.list_tags_for_certificate.none"), differs=("tags",),
        does=(UPDATE,),
    ),
    "certificate, imported": Case(
        Certificate, (f"{CERT}imported",), BORROWED, made={"certificate_borrowed": True}
    ),
    "certificate, failed": Case(
        Certificate, (f"{CERT}failed",), status=Status.FAILED, problem="certificate-dead",
        says="ADDITIONAL_VERIFICATION_REQUIRED",
    ),
    "certificate, timed out": Case(
        Certificate, (f"{CERT}timed-out",), differs=("certificate",), does=(REPLACE,),
        problem="certificate-dead", says="VALIDATION_TIMED_OUT",
    ),
    "certificate, failed again": Case(
        Certificate, (f"{CERT}timed-out",), status=Status.FAILED, problem="certificate-dead",
        made=REPLACED_TOO_OFTEN,
    ),
    "certificate, gone": Case(Certificate, (f"{CERT}none",), ABSENT, does=(CREATE,)),
    "certificate, first": Case(
        Certificate, ("acm.list_certificates.none",), ABSENT, does=(CREATE,), made=FIRST
    ),
    "certificate, one covers": Case(
        Certificate, ("acm.list_certificates.covering",), ABSENT, decision="certificate", made=FIRST
    ),
    "issued": Case(CertificateIssued, (f"{CERT}issued",), says="valid until 2027-12-"),
    "issued, not yet": Case(
        CertificateIssued, (f"{CERT}pending",), does=(BY_AWS,), says="PENDING_VALIDATION"
    ),
    "issued, imported": Case(
        CertificateIssued, (f"{CERT}imported",), made={"certificate_borrowed": True}, says="2027-12-"
    ),
    "issued, renewed": Case(CertificateIssued, (f"{CERT}renewed",), says="valid until 2027-12-"),
    "issued, renewing": Case(
        CertificateIssued, (f"{CERT}renewing",), says="valid until 2027-12-25; AWS is renewing it"
    ),
    "issued, renewal waits": Case(
        CertificateIssued, (f"{CERT}renewal-waits",), status=Status.WARNING,
        problem="certificate-renewal-waits", says="2027-12-25; AWS couldn't renew it yet",
    ),
    "issued, renewal failed": Case(
        CertificateIssued, (f"{CERT}renewal-failed",), status=Status.WARNING,
        problem="certificate-not-renewed", says="2027-12-25; AWS couldn't renew it",
    ),
    "issued, failed": Case(
        CertificateIssued, (f"{CERT}failed",), status=Status.FAILED, problem="certificate-dead"
    ),
    "issued, timed out": Case(
        CertificateIssued, (f"{CERT}timed-out",), differs=("certificate",), does=(REPLACE,),
        problem="certificate-dead",
    ),
    "log source": Case(DeliverySource, ("logs.get_delivery_source.ours", LOG_TAGS)),
    "log source, no tags": Case(
        DeliverySource, ("logs.get_delivery_source.ours", "logs.list_tags_for_resource.none"), differs=("tags",),
        does=(UPDATE,),
    ),
    "log source of another": Case(
        DeliverySource, ("logs.get_delivery_source.of-another", LOG_TAGS), differs=("distribution",), does=(REPLACE,)
    ),
    "log source, none": Case(DeliverySource, ("logs.get_delivery_source.none",), ABSENT, does=(CREATE,)),
    "log destination": Case(DeliveryDestination, ("logs.get_delivery_destination.ours", LOG_TAGS)),
    "log destination, elsewhere": Case(
        DeliveryDestination, ("logs.get_delivery_destination.elsewhere", LOG_TAGS), differs=("bucket",), does=(UPDATE,)
    ),
    "log destination, no format": Case(
        DeliveryDestination, ("logs.get_delivery_destination.no-format", LOG_TAGS), differs=("format",),
        does=(REPLACE,), says="none",
    ),
    "log destination, none": Case(
        DeliveryDestination, ("logs.get_delivery_destination.none",), ABSENT, does=(CREATE,)
    ),
    "log delivery": Case(Delivery, ("logs.get_delivery.ours", LOG_TAGS)),
    "log delivery, AWS's path before ours": Case(Delivery, ("logs.get_delivery.with-path", LOG_TAGS)),
    "log delivery, AWS's defaults": Case(
        Delivery, ("logs.get_delivery.defaults", LOG_TAGS), differs=("delimiter", "path"), does=(REPLACE,)
    ),
    "log delivery, none": Case(
        Delivery, ("logs.get_delivery.none", "logs.describe_deliveries.none"), ABSENT, does=(CREATE,)
    ),
    "record": Case(record(PIXEL), (f"{SETS}both",)),
    "record, one family": Case(record(PIXEL), (f"{SETS}one-family",), differs=("AAAA",), does=(UPDATE,)),
    "record, none": Case(record(PIXEL), (f"{SETS}none",), ABSENT, does=(CREATE,)),
    "record, another": Case(record(PIXEL), (f"{SETS}other",), FOREIGN, problem="record-in-the-way"),
    "record, zone gone": Case(record(PIXEL), (f"{SETS}no-zone",), ABSENT, does=(CREATE,)),
    "record of the certificate": Case(record(CERTIFICATE), (f"{SETS}proof",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with impostor() as running:
        yield running


def by_operation(replies: tuple[str, ...]) -> dict[str, str]:
    return {name.split(".")[1]: name for name in replies}


def read(server: Impostor, case: Case) -> Reading:
    resource = case.resource(context(server, by_operation(case.replies), **case.made))
    return anyio.run(resource.read)


@pytest.mark.parametrize("name", CASES)
def test_a_resource_reads_what_aws_shows(server: Impostor, name: str) -> None:
    case = CASES[name]
    reading = read(server, case)
    found = tuple(each.property for change in reading.changes for each in change.differences)
    assert (reading.presence, found) == (case.presence, case.differs)
    assert tuple((change.action, change.actor) for change in reading.changes) == case.does
    assert (reading.problem.id if reading.problem else None) == case.problem
    assert (reading.decision.id if reading.decision else None) == case.decision
    assert reading.settled is (not case.does and case.decision is None)
    if case.status or case.presence is FOREIGN:
        assert reading.status is (case.status or Status.FAILED)
    assert case.says in f"{reading.summary} {reading.observed} {reading.problem}"


def test_a_hosted_zone_is_found_among_those_of_its_name(server: Impostor) -> None:
    replies = by_operation(("route53.list_hosted_zones_by_name.two", "route53.get_hosted_zone.ours"))
    ports = context(server, replies).ports
    assert anyio.run(find_hosted_zone, ports.aws, ports.dns, "e.example.org") == "Z0EXAMPLE0001"


def test_a_change_of_records_that_not_all_servers_have_is_waited_for(server: Impostor) -> None:
    replies = by_operation((f"{SETS}both", "route53.get_change.pending"))
    resource = ManagedRecord(context(server, replies), PIXEL)
    resource._submitted = "C1EXAMPLE0001"
    reading = anyio.run(resource.read)
    assert [(change.action, change.actor) for change in reading.changes] == [(Action.CREATE, Actor.AWS)]


@pytest.mark.parametrize("name", [name for name in names() if name.startswith(DIST) and not name.endswith(".none")])
def test_an_update_carries_over_all_that_cloudfront_filled_in(server: Impostor, name: str) -> None:
    """UpdateDistribution takes the whole document: what is left out of it is reset, or the update refused."""
    around = context(server, {"get_distribution": name})
    reply = anyio.run(lambda: around.ports.aws("cloudfront", "get_distribution", Id="E1EXAMPLE0001"))
    config, setup = reply["Distribution"]["DistributionConfig"], around.state.setup
    shape = operation_model("cloudfront", "update_distribution").input_shape
    for sent in (distribution_config.merged(config, setup), distribution_config.with_alias(config, setup)):
        assert list(breaches(shape, {"Id": "E1EXAMPLE0001", "IfMatch": "E2", "DistributionConfig": sent})) == []
        assert set(config) <= set(sent)
        assert set(config["DefaultCacheBehavior"]) <= set(sent["DefaultCacheBehavior"])
        [origin], [before] = sent["Origins"]["Items"], config["Origins"]["Items"]
        assert set(before) <= set(origin)
        assert origin["S3OriginConfig"] == before["S3OriginConfig"]
        for error in sent["CustomErrorResponses"]["Items"]:
            assert (error["ResponsePagePath"], error["ResponseCode"]) == ("", "")


def test_every_recorded_reply_is_read_by_a_test() -> None:
    used = {name for case in CASES.values() for name in case.replies}
    beside = {"route53.list_hosted_zones_by_name.two", "route53.get_hosted_zone.ours", "route53.get_change.pending"}
    shown = {name for name in names() if recording(name).status < 300}
    assert shown == {name for name in used if recording(name).status < 300} | beside
