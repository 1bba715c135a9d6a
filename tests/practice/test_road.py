"""The whole road against one world: from nothing to a request that is found again in the log bucket."""

import gzip
import time
from typing import Any

from tests.practice.conftest import GIF, HOST, Clients, Road, fetch
from wizard.practice.control import Control
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
