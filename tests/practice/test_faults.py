"""Trouble on demand, and the record of calls."""

import contextlib
import time
from collections.abc import Callable

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError, ResponseStreamingError

from tests.practice.conftest import Clients, Road, make_client, until
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile


def test_a_refusal_is_modelled_and_happens_as_often_as_planned(road: Road, aws: Clients, control: Control) -> None:
    control.fail("cloudfront", "CreateOriginAccessControl", "TooManyOriginAccessControls", 400, times=2)
    for _ in range(2):
        with pytest.raises(aws("cloudfront").exceptions.TooManyOriginAccessControls):
            road.distribution()
    road.distribution()


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "SlowDown"),
        ("acm", "list_certificates", "ThrottlingException"),
        ("logs", "describe_deliveries", "ThrottlingException"),
        ("cloudfront", "list_distributions", "Throttling"),
        ("route53", "list_hosted_zones", "Throttling"),
        ("sts", "get_caller_identity", "Throttling"),
    ],
)
def test_every_service_can_be_throttled(
    aws: Clients, control: Control, service: str, operation: str, code: str
) -> None:
    control.throttle(service)
    with pytest.raises(ClientError) as caught:
        getattr(aws(service), operation)()
    assert caught.value.response["Error"]["Code"] == code
    getattr(aws(service), operation)()


def test_boto3_retries_a_throttled_call_by_itself(world: WorldFile, control: Control) -> None:
    control.throttle("acm", times=2)
    client = boto3.client(
        "acm",
        endpoint_url=world.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id=world.access_key_id,
        aws_secret_access_key=world.secret_access_key,
        config=Config(retries={"total_max_attempts": 3}),
    )
    assert client.list_certificates()["CertificateSummaryList"] == []


@pytest.mark.parametrize("service", ["s3", "acm"])
def test_a_lost_reply_leaves_its_effect(road: Road, aws: Clients, control: Control, service: str) -> None:
    makers: dict[str, tuple[str, Callable[[], object]]] = {
        "s3": ("CreateBucket", lambda: road.bucket(road.content)),
        "acm": ("RequestCertificate", lambda: road.request_certificate("px.example.test")),
    }
    operation, make = makers[service]
    control.drop_reply(service, operation)
    with pytest.raises((ConnectionClosedError, ResponseStreamingError)):
        make()
    assert len(aws("s3").list_buckets()["Buckets"]) == (service == "s3")
    assert len(aws("acm").list_certificates()["CertificateSummaryList"]) == (service == "acm")


def test_a_stalled_call_is_a_read_timeout(world: WorldFile, control: Control) -> None:
    client = boto3.client(
        "acm",
        endpoint_url=world.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id=world.access_key_id,
        aws_secret_access_key=world.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}, read_timeout=0.2),
    )
    control.stall("acm", "ListCertificates", 4.0)
    started = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        client.list_certificates()
    assert time.monotonic() - started < 4.0


def test_planned_trouble_can_be_called_off(aws: Clients, control: Control) -> None:
    control.throttle("acm", times=5)
    control.clear_faults()
    assert aws("acm").list_certificates()["CertificateSummaryList"] == []


@pytest.mark.parametrize("operation", ["get_object", "head_object"])
def test_a_cut_connection_leaves_no_effect_and_no_answer(
    road: Road, aws: Clients, control: Control, operation: str
) -> None:
    road.pixel()
    control.reset_connection("s3", "DeleteObject")
    with pytest.raises((ConnectionClosedError, ResponseStreamingError)):
        aws("s3").delete_object(Bucket=road.content, Key="i")
    control.reset_connection("s3", "GetObject" if operation == "get_object" else "HeadObject")
    with pytest.raises((ConnectionClosedError, ResponseStreamingError)):
        getattr(aws("s3"), operation)(Bucket=road.content, Key="i")["Body"].read()
    aws("s3").head_object(Bucket=road.content, Key="i")


def test_a_refusal_of_any_service_speaks_the_language_of_the_one_that_was_called(
    aws: Clients, control: Control
) -> None:
    control.fail("*", "*", "ExpiredToken", 400, times=2)
    for service, operation in (("s3", "list_buckets"), ("cloudfront", "list_distributions")):
        with pytest.raises(ClientError) as caught:
            getattr(aws(service), operation)()
        assert caught.value.response["Error"]["Code"] == "ExpiredToken"


def test_a_stalled_call_is_counted_until_it_is_carried_out(world: WorldFile, control: Control) -> None:
    control.stall("s3", "CreateBucket", 0.6)
    hasty = boto3.client(
        "s3",
        endpoint_url=world.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id=world.access_key_id,
        aws_secret_access_key=world.secret_access_key,
        config=Config(read_timeout=0.2, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ReadTimeoutError):
        hasty.create_bucket(Bucket="late-bucket")
    assert until(lambda: control.stalled() == 0)
    assert [one["Name"] for one in make_client(world, "s3").list_buckets()["Buckets"]] == ["late-bucket"]


def test_calls_are_named_as_in_the_api(road: Road, world: WorldFile, control: Control) -> None:
    road.whole()
    made = control.calls()
    assert ("s3", "CreateBucket", True) in made
    assert ("s3", "PutObject", True) in made
    assert ("s3", "PutBucketPolicy", True) in made
    assert ("cloudfront", "CreateDistributionWithTags", True) in made
    assert ("cloudfront", "GetDistributionConfig", False) in made
    assert ("acm", "DescribeCertificate", False) in made
    assert ("logs", "CreateDelivery", True) in made
    control.clear_calls()
    make_client(world, "sts").get_caller_identity()
    assert control.calls() == [("sts", "GetCallerIdentity", False)]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("list_buckets", {}),
        ("head_bucket", {}),
        ("list_objects_v2", {}),
        ("list_object_versions", {}),
        ("get_bucket_policy", {}),
        ("get_bucket_lifecycle_configuration", {}),
        ("get_public_access_block", {}),
        ("get_bucket_tagging", {}),
        ("delete_public_access_block", {}),
        ("delete_bucket_lifecycle", {}),
        ("delete_objects", {"Delete": {"Objects": [{"Key": "x"}]}}),
        ("head_object", {"Key": "x"}),
        ("delete_object", {"Key": "x"}),
    ],
)
def test_s3_calls_are_named_as_in_the_api(
    road: Road, aws: Clients, control: Control, operation: str, parameters: dict[str, object]
) -> None:
    road.bucket(road.content)
    control.clear_calls()
    client = aws("s3")
    bucket = {} if operation == "list_buckets" else {"Bucket": road.content}
    with contextlib.suppress(ClientError):  # not there; the call was made
        getattr(client, operation)(**bucket, **parameters)
    [(_, name, writes)] = control.calls()
    assert name == client.meta.method_to_api_mapping[operation]
    assert writes == operation.startswith("delete")
