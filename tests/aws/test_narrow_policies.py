"""The policies for a setup that is finished: enough for their purpose, nothing idle in them, and of no use to a thief.

Told in a practice world, which checks each call against the caller's policies as AWS does.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio
import pytest
from botocore.exceptions import ClientError

from tests.aws.limited import (
    admin,
    client_of,
    edit_access_control,
    encrypt_by_kms,
    give_files_to_writers,
    refusals,
    user_with,
    without,
)
from tests.aws.thief import ATTEMPTS, Loot, Thief
from tests.hands import Hands
from tests.product import Product, not_ok
from wizard.aws.errors import AwsError
from wizard.aws.policy import Purpose, actions, narrowest, policy
from wizard.knowledge.problems import explain
from wizard.model.results import Job
from wizard.model.setup import Made, Setup, SetupChoices
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.events.event import Event
from wizard.snowplow.events.reader import EventReader
from wizard.storage.cache import CACHE, delete_store, kept_events

NARROW = (Purpose.RUNNING, Purpose.CHECK, Purpose.EVENTS)


@pytest.fixture
def finished(product: Product, control: Control) -> Product:
    """A finished setup whose records are in Route 53."""
    control.add_zone_in_route53()
    product.new()
    assert not_ok(product.apply()) == []
    return product


def with_keys(finished: Product, world: WorldFile, control: Control, document: Mapping[str, Any]) -> Product:
    return Product(world, control, finished.service.environment.home, user_with(world, document))


# What somebody changed, and a key for running puts right.


def _s3(finished: Product, world: WorldFile) -> Any:
    return admin(world, "s3", finished.setup().choices.region)


def _record(finished: Product, world: WorldFile) -> None:
    route53, setup = admin(world, "route53"), finished.setup()
    found = route53.list_resource_record_sets(HostedZoneId=setup.made.hosted_zone)["ResourceRecordSets"]
    for one in found:
        if one["Name"].rstrip(".") == setup.choices.domain:
            change = {"Action": "DELETE", "ResourceRecordSet": one}
            route53.change_resource_record_sets(HostedZoneId=setup.made.hosted_zone, ChangeBatch={"Changes": [change]})


CHANGES: Mapping[str, Callable[[Product, WorldFile], Any]] = {
    "s3:PutBucketOwnershipControls": lambda p, w: give_files_to_writers(_s3(p, w), p.setup().made.content_bucket),
    "s3:PutBucketPolicy": lambda p, w: _s3(p, w).delete_bucket_policy(Bucket=p.setup().made.content_bucket),
    "s3:PutBucketPublicAccessBlock": lambda p, w: _s3(p, w).delete_public_access_block(
        Bucket=p.setup().made.log_bucket
    ),
    "s3:PutEncryptionConfiguration": lambda p, w: encrypt_by_kms(_s3(p, w), p.setup().made.content_bucket),
    "s3:PutLifecycleConfiguration": lambda p, w: _s3(p, w).delete_bucket_lifecycle(Bucket=p.setup().made.log_bucket),
    "s3:PutObject": lambda p, w: _s3(p, w).delete_object(Bucket=p.setup().made.content_bucket, Key="i"),
    "cloudfront:CreateInvalidation": lambda p, w: _s3(p, w).put_object(
        Bucket=p.setup().made.content_bucket, Key="i", Body=b"edited"
    ),
    "cloudfront:UpdateDistribution": lambda p, _: Hands(p).edit(lambda config: config.update(HttpVersion="http1.1")),
    "cloudfront:UpdateOriginAccessControl": lambda p, w: edit_access_control(
        admin(w, "cloudfront"), p.setup().made.origin_access_control
    ),
    "route53:ChangeResourceRecordSets": _record,
    "route53:GetChange": _record,
}
"""Action to a change by somebody else that cannot be put right without it."""


@pytest.mark.parametrize("action", CHANGES)
def test_the_running_policy_puts_a_changed_setting_right_and_needs_each_action_for_one(
    finished: Product, world: WorldFile, control: Control, action: str
) -> None:
    document = policy(finished.setup(), Purpose.RUNNING)
    CHANGES[action](finished, world)
    lacking = with_keys(finished, world, control, without(document, action)).run(Job.REPAIR)
    named = {check.problem.values["action"] for check in refusals(lacking) if check.problem}
    assert named == {action}
    runner = with_keys(finished, world, control, document)
    assert not_ok(runner.run(Job.REPAIR)) == []
    assert not_ok(runner.check()) == []


def test_the_running_policy_holds_nothing_but_that_and_what_a_check_takes(finished: Product) -> None:
    running, check, events = (actions(policy(finished.setup(), purpose)) for purpose in NARROW)
    assert {*running} == {*check, *events, *CHANGES}


# What it cannot do, and what is said then.


def _delivery(finished: Product, world: WorldFile) -> None:
    admin(world, "logs").delete_delivery(id=finished.setup().made.delivery)


def _untagged(finished: Product, world: WorldFile) -> None:
    _s3(finished, world).delete_bucket_tagging(Bucket=finished.setup().made.content_bucket)


@pytest.mark.parametrize(
    ("lose", "action"),
    [(_delivery, "logs:CreateDelivery"), (_untagged, "s3:PutBucketTagging")],
    ids=["made anew", "tagged anew"],
)
def test_what_has_to_be_made_or_tagged_anew_says_that_it_needs_the_setup_policy(
    finished: Product, world: WorldFile, control: Control, lose: Callable[[Product, WorldFile], None], action: str
) -> None:
    lose(finished, world)
    runner = with_keys(finished, world, control, policy(finished.setup(), Purpose.RUNNING))
    found = [check.problem for check in refusals(runner.run(Job.REPAIR)) if check.problem]
    assert found
    for problem in found:
        assert problem.values["purpose"] == Purpose.SETUP
        assert any("snowpixel policy NAME --for setup" in step for step in explain(problem).steps)
    assert action in {problem.values["action"] for problem in found} | {"logs:DescribeDeliveries"}
    maker = with_keys(finished, world, control, policy(finished.setup()))
    assert not_ok(maker.run(Job.REPAIR)) == []


@pytest.mark.parametrize("purpose", NARROW)
def test_a_removal_needs_the_setup_policy_and_takes_nothing_without(
    finished: Product, world: WorldFile, control: Control, purpose: Purpose
) -> None:
    before = finished.setup().made
    limited = with_keys(finished, world, control, policy(finished.setup(), purpose))
    found = refusals(limited.run(Job.REMOVE, answers={"delete-logs": "yes"}))
    assert found
    if purpose is Purpose.RUNNING:  # the others are stopped before they come to what that one may not do either
        assert Purpose.SETUP in {check.problem.values["purpose"] for check in found if check.problem}
    cloudfront = admin(world, "cloudfront")
    assert cloudfront.get_distribution(Id=before.distribution)
    for bucket in (before.content_bucket, before.log_bucket):
        assert _s3(finished, world).head_bucket(Bucket=bucket)


def test_each_action_is_in_the_policies_that_are_said_to_hold_it() -> None:
    made = Made(
        account="123456789012",
        content_bucket="snowpixel-0-content",
        log_bucket="snowpixel-0-logs",
        origin_access_control="E1",
        distribution="E2",
        certificate="arn:aws:acm:us-east-1:123456789012:certificate/1",
        delivery="d",
        hosted_zone="Z1",
    )
    setup = Setup(name="main", id="00000000", created=0.0, choices=SetupChoices(domain="e.example.org"), made=made)
    held = {purpose: actions(policy(setup, purpose)) for purpose in Purpose}
    for action in held[Purpose.SETUP]:
        assert action in held[narrowest(action)]
        less = (Purpose.CHECK, Purpose.EVENTS, Purpose.RUNNING, Purpose.SETUP)
        assert not any(action in held[one] for one in less[: less.index(narrowest(action))])
    assert narrowest("s3:Novelty") is Purpose.SETUP
    for purpose in NARROW:
        for statement in policy(setup, purpose)["Statement"]:
            assert not any("*" in one.removesuffix("/*") for one in statement["Resource"] if "change/" not in one)


# Reading events.


async def _events(reader: EventReader) -> list[Event]:
    return [event async for batch in reader.new() for event in batch]


def test_the_events_policy_reads_the_events_and_no_other_narrow_key_for_looking_does(
    finished: Product, world: WorldFile, control: Control
) -> None:
    setup = finished.setup()
    reader = with_keys(finished, world, control, policy(setup, Purpose.EVENTS)).service.event_reader("main", 0.0)
    (found,) = anyio.run(_events, reader)
    assert found.request_id == setup.made.event_request_id
    reader.base.close()
    delete_store(kept_events(finished.service.environment.home / CACHE, "main"))  # what is kept needs no key
    looker = with_keys(finished, world, control, policy(setup, Purpose.CHECK)).service.event_reader("main", 0.0)
    with pytest.raises(AwsError) as refused:
        anyio.run(_events, looker)
    assert refused.value.problem.id == "permission-missing"
    assert refused.value.problem.values["purpose"] == Purpose.EVENTS
    for action in actions(policy(setup, Purpose.EVENTS)):
        lacking = without(policy(setup, Purpose.EVENTS), action)
        with pytest.raises(AwsError) as refused:
            anyio.run(_events, with_keys(finished, world, control, lacking).service.event_reader("main", 0.0))
        assert refused.value.problem.values["action"] == action


# What a thief could do with each key: tried against everything in the account.

TAKEN: Mapping[Purpose, frozenset[Loot]] = {
    Purpose.SETUP: frozenset(Loot) - {Loot.OTHER_BUCKET_READ, Loot.OTHER_BUCKET_WRITTEN, Loot.OTHER_LOGS_READ},
    Purpose.RUNNING: frozenset(
        {Loot.OWN_SETTINGS_READ, Loot.OWN_LOGS_READ, Loot.OWN_PIXEL_REPLACED, Loot.OWN_VISITORS_SENT_ELSEWHERE}
    )
    | {Loot.OWN_RECORDS_CHANGED, Loot.OWN_FILES_EXPIRED},
    Purpose.CHECK: frozenset({Loot.OWN_SETTINGS_READ}),
    Purpose.EVENTS: frozenset({Loot.OWN_LOGS_READ}),
}


DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403"})


def succeeds(attempt: Callable[[Thief], None], thief: Thief) -> bool:
    try:
        attempt(thief)
    except ClientError as error:
        if error.response["Error"]["Code"] in DENIED:
            return False
        raise
    finally:
        thief.clean_up()
    return True


def test_a_thief_gets_what_the_documentation_says_and_nothing_more(
    finished: Product, world: WorldFile, control: Control
) -> None:
    del control
    got: dict[Purpose, set[Loot]] = {}
    for purpose in Purpose:
        keys = user_with(world, policy(finished.setup(), purpose))
        thief = Thief(world, finished.setup(), partial(client_of, world, keys))
        got[purpose] = {loot for loot, attempt in ATTEMPTS.items() if succeeds(attempt, thief)}
    assert got == TAKEN
