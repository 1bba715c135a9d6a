"""What is made is unknown for some calls, and what is changed reads as before: each kind, each list, and how long."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.inventory import CALM_CLIENT
from tests.practice.conftest import Clients, Road
from wizard.practice.control_client import Control
from wizard.practice.rules.staleness import MOST
from wizard.practice.worldfile import WorldFile

SEEDS = [f"seed {number}" for number in range(12)]
"""Enough that each kind is missed at least once, and seen at once at least once."""

SLOW = 0.0001
"""A pace above zero, in which even five nominal seconds are over before the next call."""


def misses(look: Callable[[], Any], right: Callable[[Any], bool] = lambda _: True) -> list[str]:
    """Look until it is seen; return what was said before: AWS's code, or `stale`."""
    told = []
    for _ in range(10):
        try:
            seen = look()
        except ClientError as error:
            told.append(error.response["Error"]["Code"])
        else:
            if right(seen):
                return told
            told.append("stale")
    raise AssertionError(told)


def bucket(road: Road) -> Callable[[], Any]:
    road.bucket(road.content)
    return lambda: road.aws("s3").list_objects_v2(Bucket=road.content)


def access_control(road: Road) -> Callable[[], Any]:
    road.access_control()
    return lambda: road.aws("cloudfront").get_origin_access_control(Id=road.oac)


def distribution(road: Road) -> Callable[[], Any]:
    misses(access_control(road))
    made = road.distribution()
    return lambda: road.aws("cloudfront").get_distribution(Id=made["Id"])


def certificate(road: Road) -> Callable[[], Any]:
    arn = road.request_certificate("px.example.test")
    return lambda: road.describe(arn)


def source(road: Road) -> Callable[[], Any]:
    misses(distribution(road))
    (one,) = road.aws("cloudfront").list_distributions()["DistributionList"]["Items"]
    road.aws("logs").put_delivery_source(name="px", resourceArn=one["ARN"], logType="ACCESS_LOGS")
    return lambda: road.aws("logs").get_delivery_source(name="px")


def destination(road: Road) -> Callable[[], Any]:
    where = {"destinationResourceArn": f"arn:aws:s3:::{road.logs}/cf"}
    road.aws("logs").put_delivery_destination(name="px", outputFormat="w3c", deliveryDestinationConfiguration=where)
    return lambda: road.aws("logs").get_delivery_destination(name="px")


THINGS: dict[str, tuple[Callable[[Road], Callable[[], Any]], str]] = {
    "bucket": (bucket, "NoSuchBucket"),
    "access control": (access_control, "NoSuchOriginAccessControl"),
    "distribution": (distribution, "NoSuchDistribution"),
    "certificate": (certificate, "ResourceNotFoundException"),
    "source": (source, "ResourceNotFoundException"),
    "destination": (destination, "ResourceNotFoundException"),
}


@pytest.mark.parametrize(("make", "code"), THINGS.values(), ids=THINGS)
def test_what_is_made_is_unknown_for_some_calls(
    road: Road, control: Control, make: Callable[[Road], Callable[[], Any]], code: str
) -> None:
    counts = set()
    for seed in SEEDS:
        control.reset()
        control.settings(momentary={}, staleness_seed=seed)
        told = misses(make(road))
        assert told == [code] * len(told)
        counts.add(len(told))
        control.reset()
        control.settings(momentary={}, staleness_seed=seed)
        assert misses(make(road)) == told  # the same seed, the same misses
    assert counts <= set(range(MOST + 1))
    assert len(counts) > 1


@pytest.mark.parametrize("make", [make for make, _ in THINGS.values()], ids=THINGS)
def test_without_a_seed_and_for_a_calm_client_everything_is_seen_at_once(
    road: Road, control: Control, world: WorldFile, make: Callable[[Road], Callable[[], Any]]
) -> None:
    assert misses(make(road)) == []
    control.reset()

    def calm(service: str, region: str = "us-east-1") -> Any:
        keys = {"aws_access_key_id": world.access_key_id, "aws_secret_access_key": world.secret_access_key}
        where = {"endpoint_url": world.aws_endpoint, "region_name": region}
        return boto3.client(service, config=CALM_CLIENT, **where, **keys)

    assert misses(make(Road(world, calm, control))) == []


def test_with_a_pace_it_is_a_matter_of_time(road: Road, control: Control) -> None:
    control.set_pace(SLOW)
    for seed in SEEDS:
        control.reset()
        control.settings(momentary={}, staleness_seed=seed)
        look = certificate(road)
        until_seen = misses(look)
        assert len(until_seen) <= MOST


def _unseen_seed(control: Control, make: Callable[[], Callable[[], Any]]) -> str:
    """Return a seed with which what is made is missed at least twice."""
    for seed in (f"{number}" for number in range(50)):
        control.reset()
        control.settings(momentary={}, staleness_seed=seed)
        if len(misses(make())) >= 2:
            return seed
    raise AssertionError


LISTS: dict[str, tuple[Callable[[Road], Callable[[], Any]], Callable[[Clients], int]]] = {
    "certificate": (certificate, lambda aws: len(aws("acm").list_certificates()["CertificateSummaryList"])),
    "source": (source, lambda aws: len(aws("logs").describe_delivery_sources()["deliverySources"])),
    "access control": (
        access_control,
        lambda aws: aws("cloudfront").list_origin_access_controls()["OriginAccessControlList"]["Quantity"],
    ),
    "distribution": (distribution, lambda aws: aws("cloudfront").list_distributions()["DistributionList"]["Quantity"]),
}


@pytest.mark.parametrize(("make", "count"), LISTS.values(), ids=LISTS)
def test_lists_leave_out_what_is_unknown(
    road: Road,
    aws: Clients,
    control: Control,
    make: Callable[[Road], Callable[[], Any]],
    count: Callable[[Clients], int],
) -> None:
    seed = _unseen_seed(control, lambda: make(road))
    control.reset()
    control.settings(momentary={}, staleness_seed=seed)
    make(road)
    assert misses(lambda: count(aws), lambda shown: shown == 1)[:2] == ["stale", "stale"]


def test_a_setting_reads_as_before(road: Road, aws: Clients, control: Control) -> None:
    s3 = aws("s3")
    road.bucket(road.content)
    counts = set()
    for number, seed in enumerate(SEEDS):
        control.settings(momentary={}, staleness_seed=seed)
        rule = {"ID": f"rule {number}", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}
        s3.put_bucket_lifecycle_configuration(Bucket=road.content, LifecycleConfiguration={"Rules": [rule]})
        told = misses(
            lambda: s3.get_bucket_lifecycle_configuration(Bucket=road.content)["Rules"][0]["ID"],
            lambda shown, wanted=rule["ID"]: shown == wanted,  # type: ignore[misc]  # a loop's own
        )
        assert told == [("stale" if number else "NoSuchLifecycleConfiguration")] * len(told)
        counts.add(len(told))
    assert counts <= set(range(MOST + 1))
    assert len(counts) > 1


def test_a_distributions_settings_read_as_before_with_the_tag_of_before(
    road: Road, aws: Clients, control: Control
) -> None:
    made = road.distribution()
    counts = set()
    for number, seed in enumerate(SEEDS):
        control.settings(momentary={}, staleness_seed=seed)
        before = aws("cloudfront").get_distribution(Id=made["Id"])
        config = before["Distribution"]["DistributionConfig"] | {"Comment": f"change {number}"}
        aws("cloudfront").update_distribution(Id=made["Id"], IfMatch=before["ETag"], DistributionConfig=config)
        seen: list[Any] = []

        def look(seen: list[Any] = seen) -> Any:
            seen.append(aws("cloudfront").get_distribution(Id=made["Id"]))
            return seen[-1]["Distribution"]["DistributionConfig"]["Comment"]

        told = misses(look, lambda shown, wanted=config["Comment"]: shown == wanted)  # type: ignore[misc]  # a loop's own
        counts.add(len(told))
        assert all(reply["ETag"] == before["ETag"] for reply in seen[: len(told)])
    assert counts <= set(range(MOST + 1))
    assert len(counts) > 1


def test_a_new_access_control_is_not_valid_for_a_distribution_at_once(road: Road, control: Control) -> None:
    seed = _unseen_seed(control, lambda: access_control(road))
    control.reset()
    control.settings(momentary={}, staleness_seed=seed)
    access_control(road)
    assert misses(road.distribution)[:2] == ["InvalidOriginAccessControl"] * 2


def test_a_delivery_does_not_connect_what_is_unknown(road: Road, aws: Clients, control: Control) -> None:
    def connect() -> Any:
        return aws("logs").create_delivery(
            deliverySourceName="px",
            deliveryDestinationArn=f"arn:aws:logs:us-east-1:{road.world.account_id}:delivery-destination:px",
        )

    misses(source(road))
    road.bucket(road.logs)
    seed = _unseen_seed(control, lambda: destination(road))
    control.reset()
    control.calm()
    misses(source(road))
    road.bucket(road.logs)
    control.settings(momentary={}, staleness_seed=seed)
    destination(road)
    assert misses(connect)[:2] == ["ResourceNotFoundException"] * 2


def test_a_world_that_nobody_asked_is_stale_and_busy_by_itself(road: Road, control: Control) -> None:
    control.reset()
    road.bucket(road.content)
    told = misses(lambda: road.aws("s3").list_objects_v2(Bucket=road.content))
    told += misses(lambda: road.allow(road.content))
    assert {"NoSuchBucket", "OperationAborted"} <= set(told)
