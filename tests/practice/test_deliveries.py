"""Log delivery as AWS behaves: one source for a distribution, the policy decides, files where the delivery says."""

import gzip
import http.client
import json
import re
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.practice.conftest import HOST, Clients, Road, fetch
from tests.practice.test_road import lines_of
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile, address


def test_a_distribution_has_one_source(road: Road, aws: Clients) -> None:
    made = road.distribution()
    logs = aws("logs")
    logs.put_delivery_source(name="a", resourceArn=made["ARN"], logType="ACCESS_LOGS")
    logs.put_delivery_source(name="a", resourceArn=made["ARN"], logType="ACCESS_LOGS")
    with pytest.raises(logs.exceptions.ConflictException, match="already been used in another Delivery Source"):
        logs.put_delivery_source(name="b", resourceArn=made["ARN"], logType="ACCESS_LOGS")


def destination(road: Road, prefix: str = "cf", **more: Any) -> dict[str, Any]:
    where = {"destinationResourceArn": f"arn:aws:s3:::{road.logs}/{prefix}"}
    put = road.aws("logs").put_delivery_destination
    made: dict[str, Any] = put(name="px", outputFormat="w3c", deliveryDestinationConfiguration=where, **more)[
        "deliveryDestination"
    ]
    return made


TAGS = {"snowpixel:id": "00000000"}


def test_tags_are_taken_only_for_something_new(road: Road, aws: Clients) -> None:
    made, logs = road.distribution(), aws("logs")
    source = {"name": "px", "resourceArn": made["ARN"], "logType": "ACCESS_LOGS"}
    logs.put_delivery_source(**source, tags=TAGS)
    destination(road, tags=TAGS)
    with pytest.raises(logs.exceptions.ConflictException, match="Tags can only be provided when a resource is being"):
        logs.put_delivery_source(**source, tags=TAGS)
    with pytest.raises(logs.exceptions.ConflictException, match="Tags can only be provided when a resource is being"):
        destination(road, "elsewhere", tags=TAGS)
    assert destination(road, "elsewhere")["deliveryDestinationConfiguration"]["destinationResourceArn"].endswith(
        "/elsewhere"
    )


def test_a_source_never_changes_its_distribution(road: Road, aws: Clients) -> None:
    logs = aws("logs")
    first, second = road.distribution(), road.distribution(CallerReference="two")
    logs.put_delivery_source(name="px", resourceArn=first["ARN"], logType="ACCESS_LOGS")
    with pytest.raises(logs.exceptions.ConflictException, match="with new ResourceId is not allowed"):
        logs.put_delivery_source(name="px", resourceArn=second["ARN"], logType="ACCESS_LOGS")


def test_no_reply_names_tags_but_the_one_that_lists_them(road: Road, aws: Clients) -> None:
    made, logs = road.distribution(), aws("logs")
    source = logs.put_delivery_source(name="px", resourceArn=made["ARN"], logType="ACCESS_LOGS", tags=TAGS)
    target = destination(road, tags=TAGS)
    delivery = logs.create_delivery(deliverySourceName="px", deliveryDestinationArn=target["arn"], tags=TAGS)
    shown = [
        source["deliverySource"],
        target,
        delivery["delivery"],
        logs.get_delivery_source(name="px")["deliverySource"],
        logs.get_delivery_destination(name="px")["deliveryDestination"],
        logs.get_delivery(id=delivery["delivery"]["id"])["delivery"],
        *logs.describe_delivery_sources()["deliverySources"],
        *logs.describe_delivery_destinations()["deliveryDestinations"],
        *logs.describe_deliveries()["deliveries"],
    ]
    assert [each for each in shown if "tags" in each] == []
    assert [logs.list_tags_for_resource(resourceArn=each["arn"])["tags"] for each in shown] == [TAGS] * 9


def test_the_id_of_a_delivery_is_of_letters_and_digits(road: Road, aws: Clients) -> None:
    logs = aws("logs")
    identifier = road.log_delivery(road.distribution(), tags=TAGS)
    assert re.fullmatch(r"[0-9A-Za-z]{1,64}", identifier)
    [listed] = logs.describe_deliveries()["deliveries"]
    found = logs.get_delivery(id=identifier)["delivery"]
    assert (listed["id"], found["id"], found["arn"].rpartition(":")[2]) == (identifier,) * 3
    assert logs.list_tags_for_resource(resourceArn=found["arn"])["tags"] == TAGS
    logs.delete_delivery(id=identifier)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.get_delivery(id=identifier)


@pytest.mark.parametrize("verb", ["get", "delete"])
@pytest.mark.parametrize(
    ("kind", "said", "key"),
    [
        ("delivery", "Delivery", {"id": "abc"}),
        ("delivery_source", "Delivery Source", {"name": "abc"}),
        ("delivery_destination", "Delivery Destination", {"name": "abc"}),
    ],
)
def test_what_is_missing_is_said_in_awss_words(
    aws: Clients, verb: str, kind: str, said: str, key: dict[str, str]
) -> None:
    logs = aws("logs")
    with pytest.raises(
        logs.exceptions.ResourceNotFoundException, match=f"Requested {said} does not exist in this acco"
    ):
        getattr(logs, f"{verb}_{kind}")(**key)


def test_another_region_is_refused(road: Road, aws: Clients) -> None:
    made = road.distribution()
    logs = aws("logs", "eu-central-1")
    with pytest.raises(logs.exceptions.ValidationException):
        logs.put_delivery_source(name="a", resourceArn=made["ARN"], logType="ACCESS_LOGS")


def test_an_unknown_distribution_is_refused(aws: Clients, world: WorldFile) -> None:
    arn = f"arn:aws:cloudfront::{world.account_id}:distribution/E00000000000"
    with pytest.raises(aws("logs").exceptions.ResourceNotFoundException):
        aws("logs").put_delivery_source(name="a", resourceArn=arn, logType="ACCESS_LOGS")


def test_source_and_destination_go_after_the_delivery(road: Road, aws: Clients) -> None:
    logs = aws("logs")
    delivery = road.log_delivery(road.distribution())
    with pytest.raises(logs.exceptions.ConflictException):
        logs.delete_delivery_source(name="px")
    with pytest.raises(logs.exceptions.ConflictException):
        logs.delete_delivery_destination(name="px")
    logs.delete_delivery(id=delivery)
    logs.delete_delivery_destination(name="px")
    logs.delete_delivery_source(name="px")


def keys(aws: Clients, bucket: str) -> list[str]:
    return [each["Key"] for each in aws("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def serving(road: Road) -> dict[str, Any]:
    """Make a distribution that serves the pixel and has no delivery yet."""
    road.pixel()
    made = road.distribution()
    road.read_policy(made)
    return made


def test_the_file_is_where_the_delivery_says(road: Road, world: WorldFile, aws: Clients) -> None:
    made = serving(road)
    road.log_delivery(made)
    fetch(world, made["DomainName"])
    [key] = keys(aws, road.logs)
    name = rf"{made['Id']}\.\d{{4}}-\d\d-\d\d-\d\d\.[0-9a-f]{{8}}\.gz"
    assert re.fullmatch(rf"cf/\d{{4}}/\d\d/\d\d/\d\d/{name}", key)


def test_a_destination_without_prefix_gets_awss_own(road: Road, world: WorldFile, aws: Clients) -> None:
    made = serving(road)
    delivery = road.log_delivery(made, prefix="")
    shown = aws("logs").get_delivery(id=delivery)["delivery"]["s3DeliveryConfiguration"]["suffixPath"]
    assert shown == "AWSLogs/{account-id}/CloudFront/{yyyy}/{MM}/{dd}/{HH}"
    fetch(world, made["DomainName"])
    [key] = keys(aws, road.logs)
    assert key.startswith(f"AWSLogs/{world.account_id}/CloudFront/2")


def test_fields_come_in_the_configured_order(road: Road, world: WorldFile, aws: Clients) -> None:
    made = serving(road)
    road.log_delivery(made, recordFields=["sc-status", "date", "cs-uri-stem"])
    fetch(world, made["DomainName"])
    [key] = keys(aws, road.logs)
    text = gzip.decompress(aws("s3").get_object(Bucket=road.logs, Key=key)["Body"].read()).decode()
    _, fields, line = text.splitlines()
    assert fields == "#Fields: sc-status date cs-uri-stem"
    assert re.fullmatch(r"200\t\d{4}-\d\d-\d\d\t/i", line)


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": {"Service": "cloudfront.amazonaws.com"}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:logs:eu-west-1:123456789012:delivery-source:*"}}},
        {"Effect": "Deny"},
    ],
)
def test_a_wrong_policy_shows_as_an_empty_bucket(
    road: Road, world: WorldFile, aws: Clients, change: dict[str, Any]
) -> None:
    made = serving(road)
    road.log_delivery(made)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{road.logs}/cf/*",
    }
    road.allow(road.logs, {**statement, **change})
    fetch(world, made["DomainName"])
    assert keys(aws, road.logs) == []
    road.allow(road.logs, statement)
    fetch(world, made["DomainName"])
    assert len(keys(aws, road.logs)) == 1


EVERYBODY_BUT_ADMINISTRATORS = {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:user/practice-admin"}}


@pytest.mark.parametrize(
    ("refusal", "written"),
    [
        ({"Principal": "*"}, 0),
        ({"Principal": {"AWS": "*"}}, 0),
        ({"Principal": {"Service": "delivery.logs.amazonaws.com"}}, 0),
        (EVERYBODY_BUT_ADMINISTRATORS, 0),
        ({"NotPrincipal": {"Service": ["delivery.logs.amazonaws.com"]}}, 1),
        ({"Principal": {"Service": "logging.s3.amazonaws.com"}}, 1),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, 1),
        ({"Principal": "*", "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}}, 1),
        ({"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "999999999999"}}}, 0),
    ],
)
def test_a_refusal_in_the_policy_holds_for_the_delivery_service(
    road: Road, world: WorldFile, aws: Clients, refusal: dict[str, Any], written: int
) -> None:
    made = serving(road)
    road.log_delivery(made)
    [allowed] = json.loads(aws("s3").get_bucket_policy(Bucket=road.logs)["Policy"])["Statement"]
    denied = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{road.logs}/*", **refusal}
    road.allow(road.logs, allowed, denied)
    fetch(world, made["DomainName"])
    assert len(keys(aws, road.logs)) == written


def test_without_a_delivery_nothing_is_written(road: Road, world: WorldFile, aws: Clients) -> None:
    made = serving(road)
    road.bucket(road.logs)
    fetch(world, made["DomainName"])
    assert keys(aws, road.logs) == []


def test_the_log_escapes_what_its_documentation_says(road: Road, world: WorldFile, aws: Clients) -> None:
    road.whole()
    host, port = address(world.http)  # over plain http: the line of the redirect tells as much
    asked = http.client.HTTPConnection(host, port)  # sends what it is given
    headers = {"Host": HOST, "User-Agent": "a b~'\xe9(c)", "Referer": "https://e.example/%20?[x]^|"}
    asked.request("GET", "/i?" + "a=~!*()%7B[x]'\"<>{}|\\^`&b=%20", headers=headers)
    assert asked.getresponse().status == 301
    asked.close()
    [line] = lines_of(aws, road.logs)
    assert line["cs-uri-query"] == "a=%7E!*()%257B%5Bx%5D%27%22%3C%3E%7B%7D%7C%5C%5E%60&b=%2520"
    assert line["cs(User-Agent)"] == "a%20b%7E%27%E9(c)"
    assert line["cs(Referer)"] == "https://e.example/%2520?%5Bx%5D%5E%7C"


def test_the_encoding_of_the_query_is_a_setting(road: Road, world: WorldFile, aws: Clients, control: Control) -> None:
    road.whole()
    control.settings(log_encoding="single")
    fetch(world, HOST, "/i?a=b%20c")
    assert lines_of(aws, road.logs)[0]["cs-uri-query"] == "a=b%20c"


def test_with_a_pace_files_come_later_and_flush_brings_them_now(
    road: Road, world: WorldFile, aws: Clients, control: Control
) -> None:
    road.whole()
    control.set_pace(0.005)  # 0.6 s
    started = time.monotonic()
    fetch(world, HOST)
    while not keys(aws, road.logs):
        assert time.monotonic() - started < 60
    assert time.monotonic() - started > 0.6
    control.set_pace(100)
    fetch(world, HOST)
    assert len(keys(aws, road.logs)) == 1
    assert control.flush_logs() == 1
    assert len(keys(aws, road.logs)) == 2


def test_it_needs_the_permission_of_cloudfront_too(road: Road, aws: Clients, world: WorldFile) -> None:
    from tests.practice.test_authorization import client_with  # noqa: PLC0415 - avoids a cycle of test modules

    made = road.distribution()
    limited = client_with(aws, world, "logs", [("logs:PutDeliverySource", "*")])
    with pytest.raises(ClientError, match="cloudfront:AllowVendedLogDeliveryForResource") as caught:
        limited.put_delivery_source(name="a", resourceArn=made["ARN"], logType="ACCESS_LOGS")
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
