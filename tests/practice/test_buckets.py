"""S3 as AWS behaves: today's defaults, whose bucket it is, and names of the account's own namespace."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.practice.conftest import Clients, Road
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_new_bucket_has_todays_defaults(road: Road, aws: Clients) -> None:
    road.bucket(road.content)
    s3 = aws("s3")
    block = s3.get_public_access_block(Bucket=road.content)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    [owner] = s3.get_bucket_ownership_controls(Bucket=road.content)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"
    [rule] = s3.get_bucket_encryption(Bucket=road.content)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


@pytest.mark.parametrize(
    "name", ["px-main", "px-123456789012-eu-west-1-an", "px-999999999999-us-east-1-an", "-123456789012-us-east-1-an"]
)
def test_a_regional_name_must_end_with_account_and_region(aws: Clients, name: str) -> None:
    with pytest.raises(ClientError) as caught:
        aws("s3").create_bucket(Bucket=name, BucketNamespace="account-regional")
    assert code(caught) == "InvalidBucketName"


def test_a_regional_name_follows_the_location_constraint(world: WorldFile, aws: Clients) -> None:
    aws("s3", "eu-central-1").create_bucket(
        Bucket=f"px-{world.account_id}-eu-central-1-an",
        BucketNamespace="account-regional",
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )


def test_a_regional_looking_name_needs_the_namespace(road: Road, aws: Clients) -> None:
    with pytest.raises(ClientError) as caught:
        aws("s3").create_bucket(Bucket=road.content)
    assert code(caught) == "MissingNamespaceHeader"


@pytest.mark.parametrize("region", ["me-central-1", "me-south-1"])
def test_two_regions_have_no_namespace_for_an_account(world: WorldFile, aws: Clients, region: str) -> None:
    with pytest.raises(ClientError, match="not available in this Region"):
        aws("s3", region).create_bucket(
            Bucket=f"px-{world.account_id}-{region}-an",
            BucketNamespace="account-regional",
            CreateBucketConfiguration={"LocationConstraint": region},
        )


def test_the_parts_of_a_buckets_configuration_come_in_the_order_of_the_schema(world: WorldFile, aws: Clients) -> None:
    tags, located = {"Tags": [{"Key": "a", "Value": "b"}]}, {"LocationConstraint": "eu-central-1"}
    name = f"px-{world.account_id}-eu-central-1-an"
    create = aws("s3", "eu-central-1").create_bucket
    with pytest.raises(ClientError) as caught:
        create(Bucket=name, BucketNamespace="account-regional", CreateBucketConfiguration={**tags, **located})
    assert code(caught) == "MalformedXML"
    create(Bucket=name, BucketNamespace="account-regional", CreateBucketConfiguration={**located, **tags})


def test_another_expected_owner_is_denied(road: Road, aws: Clients) -> None:
    road.pixel()
    with pytest.raises(ClientError) as caught:
        aws("s3").get_bucket_policy(Bucket=road.content, ExpectedBucketOwner="999999999999")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    with pytest.raises(ClientError) as caught:
        aws("s3").head_object(Bucket=road.content, Key="i", ExpectedBucketOwner="999999999999")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    aws("s3").head_object(Bucket=road.content, Key="i", ExpectedBucketOwner="123456789012")


def test_a_full_bucket_is_not_deleted(road: Road, aws: Clients) -> None:
    road.pixel()
    with pytest.raises(ClientError) as caught:
        aws("s3").delete_bucket(Bucket=road.content)
    assert code(caught) == "BucketNotEmpty"


def test_the_name_of_a_deleted_bucket_may_rest(road: Road, aws: Clients, control: Control) -> None:
    control.settings(bucket_cooldown=3600)
    road.bucket(road.content)
    aws("s3").delete_bucket(Bucket=road.content)
    with pytest.raises(ClientError) as caught:
        road.bucket(road.content)
    assert code(caught) == "OperationAborted"
    control.settings(bucket_cooldown=0)
    road.bucket(road.content)


def test_a_public_policy_is_refused(road: Road) -> None:
    road.bucket(road.content)
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    with pytest.raises(ClientError) as caught:
        road.allow(road.content, {**everyone, "Resource": f"arn:aws:s3:::{road.content}/*"})
    assert code(caught) == "AccessDenied"


def test_requests_count_as_tls_and_the_policy_on_it_is_evaluated(road: Road, aws: Clients) -> None:
    road.pixel()
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{road.content}/*"}
    road.allow(road.content, {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
    aws("s3").head_object(Bucket=road.content, Key="i")
    road.allow(road.content, {**deny, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})
    with pytest.raises(ClientError) as caught:
        aws("s3").get_object(Bucket=road.content, Key="i")
    assert code(caught) == "AccessDenied"


def test_a_missing_configuration_says_which(road: Road, aws: Clients) -> None:
    road.bucket(road.content)
    for operation, wanted in (
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(aws("s3"), operation)(Bucket=road.content)
        assert code(caught) == wanted
    assert json.dumps(aws("s3").list_objects_v2(Bucket=road.content)["KeyCount"]) == "0"
