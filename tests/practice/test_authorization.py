"""Whose keys are believed, and the actions and resources that policies name."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.practice.conftest import CACHING_OPTIMIZED, Clients, Road, make_client
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

Grant = tuple[str, str] | tuple[str, str, dict[str, Any]]


def client_with(aws: Clients, world: WorldFile, service: str, grants: list[Grant]) -> Any:
    """Return a client of a new user who may do just this: pairs of action and resource, or with a condition."""
    iam, user = aws("iam"), f"user-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=user)
    statements = [
        {
            "Effect": "Allow",
            "Action": grant[0],
            "Resource": grant[1],
            **({"Condition": c} if (c := dict(*grant[2:])) else {}),
        }
        for grant in grants
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=user, PolicyName="only", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return make_client(
        world, service, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_wrong_secret_is_noticed(world: WorldFile) -> None:
    with pytest.raises(ClientError) as caught:
        make_client(world, "sts", aws_secret_access_key="wrong").get_caller_identity()
    assert code(caught) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("key", ["test", "123456789012", "000000000000", "AKIAIOSFODNN7EXAMPLE"])
@pytest.mark.parametrize(("service", "operation"), [("sts", "get_caller_identity"), ("s3", "list_buckets")])
def test_a_key_that_is_not_ours_is_unknown(world: WorldFile, key: str, service: str, operation: str) -> None:
    client = make_client(world, service, aws_access_key_id=key, aws_secret_access_key="test")
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)()
    assert code(caught) in ("InvalidClientTokenId", "InvalidAccessKeyId")


def test_a_presigned_url_of_roots_well_known_key_is_refused(world: WorldFile, road: Road) -> None:
    import urllib.error  # noqa: PLC0415 - this test only
    import urllib.request  # noqa: PLC0415

    road.pixel()
    fake = make_client(world, "s3", aws_access_key_id="123456789012", aws_secret_access_key="x")
    url = fake.generate_presigned_url("get_object", Params={"Bucket": road.content, "Key": "i"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/health", "/_localstack/health", "/health"])
def test_the_emulators_own_pages_are_closed(world: WorldFile, path: str) -> None:
    import urllib.error  # noqa: PLC0415 - this test only
    import urllib.request  # noqa: PLC0415

    request = urllib.request.Request(world.aws_endpoint + path, method="POST")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request)


def test_the_account_has_an_alias(aws: Clients) -> None:
    assert aws("iam").list_account_aliases()["AccountAliases"] == ["practice"]


def tagged(road: Road) -> dict[str, Any]:
    road.oac = road.oac or "none"
    tags = {"Items": [{"Key": "snowpixel:id", "Value": "abc"}]}
    return {"DistributionConfigWithTags": {"DistributionConfig": road.config(), "Tags": tags}}


def test_creating_with_tags_needs_the_two_real_actions(road: Road, aws: Clients, world: WorldFile) -> None:
    road.distribution(CallerReference="other")
    create, tag = ("cloudfront:CreateDistribution", "*"), "cloudfront:TagResource"
    with pytest.raises(ClientError, match="cloudfront:CreateDistribution action"):
        client_with(aws, world, "cloudfront", [(tag, "*")]).create_distribution_with_tags(**tagged(road))
    with pytest.raises(ClientError, match="AccessDenied"):
        client_with(aws, world, "cloudfront", [create]).create_distribution_with_tags(**tagged(road))
    own = f"arn:aws:cloudfront::{world.account_id}:distribution/*"
    client_with(aws, world, "cloudfront", [create, (tag, own)]).create_distribution_with_tags(**tagged(road))


def test_the_tag_of_a_distribution_decides(road: Road, aws: Clients, world: WorldFile) -> None:
    made = road.distribution()
    get, every = "cloudfront:GetDistribution", f"arn:aws:cloudfront::{world.account_id}:distribution/*"
    right: Grant = (get, every, {"StringEquals": {"aws:ResourceTag/snowpixel:setup": "main"}})
    wrong: Grant = (get, every, {"StringEquals": {"aws:ResourceTag/snowpixel:setup": "other"}})
    client_with(aws, world, "cloudfront", [right]).get_distribution(Id=made["Id"])
    with pytest.raises(ClientError, match="AccessDenied"):
        client_with(aws, world, "cloudfront", [wrong]).get_distribution(Id=made["Id"])


def test_delivery_resources_are_named(road: Road, aws: Clients, world: WorldFile) -> None:
    made = road.distribution()
    scope = f"arn:aws:logs:us-east-1:{world.account_id}:delivery-source:snow-*"
    allow: Grant = ("cloudfront:AllowVendedLogDeliveryForResource", made["ARN"])
    limited = client_with(aws, world, "logs", [("logs:PutDeliverySource", scope), allow])
    with pytest.raises(ClientError, match="AccessDenied"):
        limited.put_delivery_source(name="other", resourceArn=made["ARN"], logType="ACCESS_LOGS")
    limited.put_delivery_source(name="snow-1", resourceArn=made["ARN"], logType="ACCESS_LOGS")


def test_access_controls_and_policies_are_named(road: Road, aws: Clients, world: WorldFile) -> None:
    road.distribution()
    one = f"arn:aws:cloudfront::{world.account_id}:origin-access-control/{road.oac}"
    client_with(aws, world, "cloudfront", [("cloudfront:GetOriginAccessControl", one)]).get_origin_access_control(
        Id=road.oac
    )
    other = one[:-1]
    with pytest.raises(ClientError, match="AccessDenied"):
        client_with(aws, world, "cloudfront", [("cloudfront:GetOriginAccessControl", other)]).get_origin_access_control(
            Id=road.oac
        )
    policy = f"arn:aws:cloudfront::{world.account_id}:cache-policy/{CACHING_OPTIMIZED}"
    client_with(aws, world, "cloudfront", [("cloudfront:GetCachePolicy", policy)]).get_cache_policy(
        Id=CACHING_OPTIMIZED
    )


def test_a_rule_never_answers_before_authorization(road: Road, aws: Clients, world: WorldFile) -> None:
    road.distribution()
    nobody = client_with(aws, world, "cloudfront", [("s3:ListAllMyBuckets", "*")])
    with pytest.raises(ClientError) as caught:
        nobody.create_distribution(DistributionConfig=road.config())  # its reference is used: DistributionAlreadyExists
    assert code(caught) == "AccessDenied"


@pytest.mark.parametrize(("names", "allowed"), [(("px.example.test",), True), (("px.example.test", "x.test"), False)])
def test_the_names_of_a_certificate_decide(
    road: Road, aws: Clients, world: WorldFile, names: tuple[str, ...], *, allowed: bool
) -> None:
    assert road.content
    condition = {
        "ForAllValues:StringEquals": {"acm:DomainNames": ["px.example.test"]},
        "StringEquals": {"acm:ValidationMethod": "DNS"},
    }
    limited = client_with(aws, world, "acm", [("acm:RequestCertificate", "*", condition)])
    asked = {"DomainName": names[0], "SubjectAlternativeNames": list(names), "ValidationMethod": "DNS"}
    if allowed:
        limited.request_certificate(**asked)
        return
    with pytest.raises(ClientError, match="AccessDenied"):
        limited.request_certificate(**asked)


@pytest.mark.parametrize(
    ("name", "rdtype", "allowed"),
    [("px.example.test", "CNAME", True), ("other.example.test", "CNAME", False), ("px.example.test", "TXT", False)],
)
def test_the_record_of_a_change_decides(
    aws: Clients, control: Control, world: WorldFile, name: str, rdtype: str, *, allowed: bool
) -> None:
    zone = control.add_zone_in_route53()
    prefix = "route53:ChangeResourceRecordSets"
    condition = {
        "ForAllValues:StringEquals": {
            f"{prefix}NormalizedRecordNames": ["px.example.test"],
            f"{prefix}RecordTypes": ["CNAME"],
            f"{prefix}Actions": ["UPSERT"],
        }
    }
    scope = f"arn:aws:route53:::hostedzone/{zone}"
    limited = client_with(aws, world, "route53", [("route53:ChangeResourceRecordSets", scope, condition)])
    value = '"x"' if rdtype == "TXT" else "x.test"
    records = {"Name": name, "Type": rdtype, "TTL": 60, "ResourceRecords": [{"Value": value}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": records}]}
    if allowed:
        limited.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
        return
    with pytest.raises(ClientError, match="AccessDenied"):
        limited.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
