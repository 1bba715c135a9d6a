"""What AWS refuses for a moment: each refusal is met as often as the test asks, and then no more."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.practice.conftest import Clients, Road, fetch, until
from tests.practice.test_authorization import client_with
from wizard.practice.control_client import Control, ControlError
from wizard.practice.edge import FIRST_LINES
from wizard.practice.worldfile import WorldFile

BUSY = "Requested resource is currently being updated. Please try again later."


def refusals(call: Callable[[], object]) -> list[str]:
    """Call until it is carried out; return the codes and texts of what was refused before."""
    told = []
    for _ in range(5):
        try:
            call()
        except ClientError as error:
            detail = error.response["Error"]
            told.append(f"{detail['Code']}: {detail['Message']}")
        else:
            return told
    raise AssertionError(told)


def off(road: Road) -> str:
    """Make a distribution that is disabled everywhere."""
    made = road.distribution()
    road.update(made["Id"], Enabled=False)
    return str(made["Id"])


def delete(road: Road, identifier: str) -> None:
    cloudfront = road.aws("cloudfront")
    cloudfront.delete_distribution(Id=identifier, IfMatch=cloudfront.get_distribution_config(Id=identifier)["ETag"])


@pytest.mark.parametrize(
    ("kind", "code"), [("not-disabled", "DistributionNotDisabled"), ("precondition", "Preconditio")]
)
def test_a_distribution_is_not_deleted_at_once(road: Road, control: Control, kind: str, code: str) -> None:
    identifier = off(road)
    control.settings(momentary={kind: 2})
    told = refusals(lambda: delete(road, identifier))
    assert [each.startswith(code) for each in told] == [True, True]


def test_an_access_control_is_held_for_a_moment_by_what_is_gone(road: Road, aws: Clients, control: Control) -> None:
    delete(road, off(road))
    control.settings(momentary={"access-control-in-use": 1})
    cloudfront = aws("cloudfront")
    etag = cloudfront.get_origin_access_control(Id=road.oac)["ETag"]
    told = refusals(lambda: cloudfront.delete_origin_access_control(Id=road.oac, IfMatch=etag))
    assert [each.partition(":")[0] for each in told] == ["OriginAccessControlInUse"]


def test_log_delivery_does_not_see_a_young_distribution(road: Road, aws: Clients, control: Control) -> None:
    control.settings(momentary={"young-distribution": 2})
    made, put = road.distribution(), aws("logs").put_delivery_source
    told = refusals(lambda: put(name="px", resourceArn=made["ARN"], logType="ACCESS_LOGS"))
    assert told == ["ResourceNotFoundException: Cannot access provided service."] * 2


def test_log_delivery_is_busy_with_each_of_its_writes(road: Road, aws: Clients, control: Control) -> None:
    control.settings(momentary={"logs-busy": 1})
    logs, made = aws("logs"), road.distribution()
    where = {"destinationResourceArn": f"arn:aws:s3:::{road.logs}/cf"}
    found: dict[str, Any] = {}

    def deliver() -> None:
        arn = logs.get_delivery_destination(name="px")["deliveryDestination"]["arn"]
        found.update(logs.create_delivery(deliverySourceName="px", deliveryDestinationArn=arn)["delivery"])

    for call in (
        lambda: logs.put_delivery_source(name="px", resourceArn=made["ARN"], logType="ACCESS_LOGS"),
        lambda: logs.put_delivery_destination(name="px", deliveryDestinationConfiguration=where),
        deliver,
        lambda: logs.delete_delivery(id=found["id"]),
        lambda: logs.delete_delivery_destination(name="px"),
        lambda: logs.delete_delivery_source(name="px"),
    ):
        assert refusals(call) == [f"ConflictException: {BUSY}"]


def test_iam_sees_tags_late(road: Road, aws: Clients, world: WorldFile, control: Control) -> None:
    made = road.distribution()
    condition = {"StringEquals": {"aws:ResourceTag/snowpixel:setup": "main"}}
    limited = client_with(
        aws,
        world,
        "logs",
        [("logs:PutDeliverySource", "*"), ("cloudfront:AllowVendedLogDeliveryForResource", "*", condition)],
    )
    control.settings(momentary={"young-tags": 1})
    told = refusals(lambda: limited.put_delivery_source(name="px", resourceArn=made["ARN"], logType="ACCESS_LOGS"))
    assert [each.partition(":")[0] for each in told] == ["AccessDeniedException"]


WRITES: Mapping[str, dict[str, Any]] = {
    "put_public_access_block": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
    "put_bucket_ownership_controls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
    "put_bucket_versioning": {"VersioningConfiguration": {"Status": "Enabled"}},
    "put_bucket_tagging": {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}},
    "delete_bucket_policy": {},
}


@pytest.mark.parametrize("operation", WRITES)
def test_a_bucket_is_busy_for_a_moment(road: Road, aws: Clients, control: Control, operation: str) -> None:
    road.bucket(road.content)
    control.settings(momentary={"bucket-busy": 1})
    told = refusals(lambda: getattr(aws("s3"), operation)(Bucket=road.content, **WRITES[operation]))
    assert [each.partition(":")[0] for each in told] == ["OperationAborted"]


@pytest.mark.parametrize("operation", WRITES)
def test_two_settings_of_one_bucket_are_not_written_at_the_same_time(
    road: Road, aws: Clients, control: Control, operation: str
) -> None:
    road.bucket(road.content)
    s3 = aws("s3")
    rule = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    first = threading.Thread(
        target=lambda: s3.put_bucket_lifecycle_configuration(
            Bucket=road.content, LifecycleConfiguration={"Rules": [rule]}
        )
    )
    control.hold_bucket_writes()
    first.start()
    assert until(lambda: control.held() == 1)
    with pytest.raises(ClientError) as caught:
        getattr(s3, operation)(Bucket=road.content, **WRITES[operation])
    assert caught.value.response["Error"]["Code"] == "OperationAborted"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert "TagSet" not in s3.list_objects_v2(Bucket=road.content)  # reading goes on meanwhile
    control.release_bucket_writes()
    first.join()
    assert s3.get_bucket_lifecycle_configuration(Bucket=road.content)["Rules"][0]["ID"] == "a"
    getattr(s3, operation)(Bucket=road.content, **WRITES[operation])


def test_nothing_is_refused_for_a_moment_unless_a_test_asks(road: Road, control: Control) -> None:
    assert refusals(lambda: delete(road, off(road))) == []
    with pytest.raises(ControlError, match="no such refusal: never"):
        control.settings(momentary={"never": 1})


def test_first_lines_of_the_log_are_lost_by_the_seed(road: Road, world: WorldFile, control: Control) -> None:
    road.whole()
    lost = []
    for seed in ("a", "a", "b", "c", ""):
        control.remember("before")
        control.settings(lost_log_seed=seed)
        control.set_pace(100)  # lines stay in hand until they are asked for
        kept = 0
        written = []
        for _ in range(FIRST_LINES + 2):
            fetch(world, "px.example.test")
            written.append(control.flush_logs())
        kept = sum(written)
        assert written[FIRST_LINES:] == [1, 1]
        lost.append((seed, tuple(written), kept))
        control.set_pace(0)
        control.recall("before")
    assert lost[0] == lost[1]
    assert lost[4][2] == FIRST_LINES + 2
    assert len({written for seed, written, _ in lost if seed}) > 1
