"""The whole road against one world: from nothing to a request that is found again in the log bucket."""

import gzip
import json
import time
from typing import Any

import pytest

from tests.practice.conftest import GIF, HOST, Clients, Road, fetch
from wizard.practice.control_client import Control, ControlError
from wizard.practice.worldfile import WorldFile


def lines_of(aws: Clients, bucket: str) -> list[dict[str, str]]:
    listed = aws("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    rows: list[dict[str, str]] = []
    for each in listed:
        body = aws("s3").get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        version, fields, *lines = gzip.decompress(body).decode().splitlines()
        assert version == "#Version: 1.0"
        names = fields.removeprefix("#Fields: ").split()
        rows += [dict(zip(names, line.split("\t"), strict=True)) for line in lines]
    return rows


def test_a_request_at_the_users_name_is_found_in_the_log_bucket(road: Road, world: WorldFile, aws: Clients) -> None:
    road.whole()
    reply = fetch(world, HOST, "/i?e=pv&page=a%20b%26c", Origin="https://shop.example")
    assert reply.status == 200
    assert reply.data == GIF
    assert reply.headers["content-type"] == "image/gif"
    assert reply.headers["access-control-allow-origin"] == "*"
    [line] = lines_of(aws, road.logs)
    assert line["x-edge-request-id"] == reply.headers["x-amz-cf-id"]
    assert line["cs-uri-query"] == "e=pv&page=a%2520b%2526c"
    assert line["x-host-header"] == HOST
    assert line["sc-status"] == "200"
    assert line["cs-protocol-version"] == "HTTP/1.1"


def test_reset_and_the_whole_road_fit_two_seconds(road: Road, world: WorldFile, control: Control) -> None:
    road.whole()  # the first use of a service imports its module, and makes its client here
    times = []
    for _ in range(3):
        started = time.perf_counter()
        control.reset()
        control.calm()
        road.oac = ""
        road.whole()
        assert fetch(world, HOST).status == 200
        times.append(time.perf_counter() - started)
    assert min(times) < 2


def test_reset_forgets_everything_but_the_keys(road: Road, world: WorldFile, aws: Clients, control: Control) -> None:
    road.whole()
    control.reset()
    assert aws("s3").list_buckets()["Buckets"] == []
    assert aws("cloudfront").list_distributions()["DistributionList"]["Quantity"] == 0
    assert aws("acm").list_certificates()["CertificateSummaryList"] == []
    assert control.records() == []
    identity: dict[str, Any] = aws("sts").get_caller_identity()
    assert identity["Account"] == world.account_id
    assert ":user/" in identity["Arn"]


def test_a_remembered_world_is_gone_back_to_as_often_as_one_likes(
    road: Road, world: WorldFile, aws: Clients, control: Control
) -> None:
    road.whole()
    before, records = inventory(aws, road), control.records()
    control.remember("whole")
    for _ in range(2):
        aws("s3").delete_object(Bucket=road.content, Key="i")
        aws("s3").put_object(Bucket=road.content, Key="other", Body=b"other")
        aws("s3").delete_bucket_policy(Bucket=road.logs)
        control.remove_record(HOST, "CNAME")
        control.forget_cache()
        control.silence_dns("resolver")
        control.throttle("s3", "*", 100)
        control.recall("whole")
        assert control.calls() == []
        assert inventory(aws, road) == before
        assert control.records() == records
        assert fetch(world, HOST, "/i?e=pv").data == GIF
        assert any(line["cs-uri-query"] == "e=pv" for line in lines_of(aws, road.logs))
    control.reset()
    control.recall("whole")
    assert inventory(aws, road) == before


def test_what_is_not_remembered_cannot_be_gone_back_to(control: Control) -> None:
    with pytest.raises(ControlError, match="nowhere"):
        control.recall("nowhere")


def inventory(aws: Clients, road: Road) -> dict[str, Any]:
    """Return what the account lists, without what differs from one reply to the next."""
    s3, cloudfront, acm, logs = (aws(service) for service in ("s3", "cloudfront", "acm", "logs"))
    listed = {
        "files": s3.list_objects_v2(Bucket=road.content)["Contents"],
        "policy": s3.get_bucket_policy(Bucket=road.logs)["Policy"],
        "distribution": cloudfront.list_distributions()["DistributionList"]["Items"],
        "access": cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Items"],
        "certificates": acm.list_certificates()["CertificateSummaryList"],
        "deliveries": logs.describe_deliveries()["deliveries"],
    }
    return {name: json.loads(json.dumps(value, default=str)) for name, value in listed.items()}
