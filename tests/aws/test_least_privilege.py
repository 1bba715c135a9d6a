"""That the printed policy is enough for everything, and that nothing in it could be left out.

Told in a practice world, which checks each call against the caller's policies as AWS does: actions, resources, tags and
condition keys. What AWS itself checks beyond that cannot be shown here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from botocore.exceptions import ClientError

from tests.aws.limited import STEPS, Story, admin, begin, client_of, only, refusals, user_with, without
from tests.finished import Finished
from tests.product import DOMAIN, Product, not_ok
from wizard.aws.errors import AwsError
from wizard.aws.policy import Purpose, actions, policy, statement_text
from wizard.knowledge.problems import explain
from wizard.model.results import Job, Snapshot, Status
from wizard.model.setup import Setup, SetupChoices
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

SAMPLE = Setup(name="main", id="00000000", created=0.0, choices=SetupChoices(domain=DOMAIN))
"""A setup as it is before its first step, when its policy is printed."""

FAILS: Mapping[str, tuple[str, str]] = {
    "acm:AddTagsToCertificate": ("apply", "certificate"),
    "acm:DeleteCertificate": ("remove", "certificate"),
    "acm:DescribeCertificate": ("apply", "certificate"),
    "acm:ListCertificates": ("plan", "certificate"),
    "acm:ListTagsForCertificate": ("check", "certificate"),
    "acm:RequestCertificate": ("apply", "certificate"),
    "cloudfront:AllowVendedLogDeliveryForResource": ("apply", "delivery-source"),
    "cloudfront:CreateDistribution": ("apply", "distribution"),
    "cloudfront:CreateInvalidation": ("repair", "pixel-i"),
    "cloudfront:CreateOriginAccessControl": ("apply", "origin-access"),
    "cloudfront:DeleteDistribution": ("remove", "distribution"),
    "cloudfront:DeleteOriginAccessControl": ("remove", "origin-access"),
    "cloudfront:GetDistribution": ("apply", "distribution"),
    "cloudfront:GetOriginAccessControl": ("apply", "origin-access"),
    "cloudfront:ListDistributions": ("plan", "earlier-setup"),
    "cloudfront:ListOriginAccessControls": ("adopt", "origin-access"),
    "cloudfront:ListTagsForResource": ("check", "distribution"),
    "cloudfront:TagResource": ("apply", "distribution"),
    "cloudfront:UpdateDistribution": ("apply", "alias"),
    "cloudfront:UpdateOriginAccessControl": ("repair", "origin-access"),
    "logs:CreateDelivery": ("apply", "delivery"),
    "logs:DeleteDelivery": ("repair", "delivery"),
    "logs:DeleteDeliveryDestination": ("remove", "delivery-destination"),
    "logs:DeleteDeliverySource": ("remove", "delivery-source"),
    "logs:DescribeDeliveries": ("adopt", "delivery"),
    "logs:GetDelivery": ("apply", "delivery"),
    "logs:GetDeliveryDestination": ("apply", "delivery-destination"),
    "logs:GetDeliverySource": ("apply", "delivery-source"),
    "logs:ListTagsForResource": ("check", "delivery-source"),
    "logs:PutDeliveryDestination": ("apply", "delivery-destination"),
    "logs:PutDeliverySource": ("apply", "delivery-source"),
    "logs:TagResource": ("apply", "delivery-source"),
    "route53:ChangeResourceRecordSets": ("apply", "certificate-record"),
    "route53:GetChange": ("apply", "certificate-record"),
    "route53:ListResourceRecordSets": ("apply", "certificate-record"),
    "s3:CreateBucket": ("apply", "content-bucket"),
    "s3:DeleteBucket": ("remove", "content-bucket"),
    "s3:DeleteBucketPolicy": ("remove", "log-bucket"),
    "s3:DeleteObject": ("remove", "content-bucket"),
    "s3:DeleteObjectVersion": ("remove", "content-bucket"),
    "s3:GetBucketOwnershipControls": ("apply", "content-bucket.ownership"),
    "s3:GetBucketPolicy": ("apply", "content-bucket.policy"),
    "s3:GetBucketPublicAccessBlock": ("apply", "content-bucket.public-access"),
    "s3:GetBucketTagging": ("apply", "content-bucket"),
    "s3:GetEncryptionConfiguration": ("apply", "content-bucket.encryption"),
    "s3:GetLifecycleConfiguration": ("apply", "content-bucket.lifecycle"),
    "s3:GetObject": ("apply", "pixel-i"),
    "s3:ListBucket": ("apply", "first-event"),
    "s3:ListBucketVersions": ("remove", "content-bucket"),
    "s3:PutBucketOwnershipControls": ("repair", "content-bucket.ownership"),
    "s3:PutBucketPolicy": ("apply", "content-bucket.policy"),
    "s3:PutBucketPublicAccessBlock": ("repair", "content-bucket.public-access"),
    "s3:PutBucketTagging": ("repair", "content-bucket"),
    "s3:PutEncryptionConfiguration": ("repair", "content-bucket.encryption"),
    "s3:PutLifecycleConfiguration": ("apply", "content-bucket.lifecycle"),
    "s3:PutObject": ("apply", "pixel-i"),
    "s3:TagResource": ("apply", "content-bucket"),
}
"""Action to the step and the item that fail first without it."""

NAMED_IN_PASSING: Mapping[str, str] = {
    "logs:DescribeDeliverySources": "somebody else's log source is not named where it is in the way",
    "route53:GetHostedZone": "Route 53 is not recognized: the user is asked for the records, as with any provider",
    "route53:ListHostedZonesByName": "the same",
}
"""Action to what is worse without it, although every step goes through: it is named where that happens."""

PolicyOf = Callable[[Setup | None], Mapping[str, Any]]
POLICIES: Mapping[str, PolicyOf] = {"of the setup": policy, "of any setup": lambda _: policy(None)}


def goes_through(step: str, snapshot: Snapshot) -> bool:
    """Whether nobody was refused anything, and all that a step is for was done."""
    changed_meanwhile = step in ("plan", "look", "remove")
    return not refusals(snapshot) and (changed_meanwhile or not not_ok(snapshot))


@pytest.mark.parametrize("policy_of", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("in_route53", [False, True], ids=["own DNS provider", "Route 53"])
def test_the_whole_story_goes_through_with_exactly_the_policy(
    world: WorldFile, control: Control, tmp_path: Path, policy_of: PolicyOf, in_route53: bool
) -> None:
    if in_route53:
        control.add_zone_in_route53()
    story = Story(world, control, tmp_path, policy_of)
    for step, tell in STEPS.items():
        snapshot = tell(story)
        assert goes_through(step, snapshot), step
        if step == "check":
            assert bool(story.product.setup().made.hosted_zone) == in_route53
        if step == "remove":
            assert {check.id for check in not_ok(snapshot)} <= {"certificate-record"}
    assert story.product.service.store.names() == ()


@pytest.mark.parametrize("action", NAMED_IN_PASSING)
def test_what_is_named_in_passing_stops_no_step(
    world: WorldFile, control: Control, tmp_path: Path, action: str
) -> None:
    if action.startswith("route53:"):
        control.add_zone_in_route53()
    story = Story(world, control, tmp_path, lambda setup: without(policy(setup), action))
    assert [step for step, tell in STEPS.items() if refusals(tell(story))] == []


def test_every_action_is_accounted_for() -> None:
    assert not FAILS.keys() & NAMED_IN_PASSING.keys()
    assert tuple(sorted({*FAILS, *NAMED_IN_PASSING})) == actions(policy(SAMPLE))


@pytest.mark.parametrize("in_route53", [False, True], ids=["own DNS provider", "Route 53"])
def test_no_step_needs_what_first_fails_later(
    world: WorldFile, control: Control, tmp_path: Path, in_route53: bool
) -> None:
    """So it is enough to leave an action out of the step that needs it first, as is done below."""
    if in_route53:
        control.add_zone_in_route53()
    story = Story(world, control, tmp_path, policy)
    enough = set(NAMED_IN_PASSING)
    for step, tell in STEPS.items():
        enough |= {action for action, (fails, _) in FAILS.items() if fails == step}
        story.use(only(policy(story.first), enough))
        assert goes_through(step, tell(story)), step


@pytest.mark.parametrize("action", FAILS)
def test_without_one_action_a_certain_step_fails_and_names_it(
    world: WorldFile, control: Control, finished: Finished, tmp_path: Path, action: str
) -> None:
    step, item = FAILS[action]
    begin(finished, world, control, tmp_path, step, in_route53=action.startswith("route53:"))
    story = Story(world, control, tmp_path, lambda setup: without(policy(setup), action))
    found = refusals(STEPS[step](story))
    assert item in {check.id for check in found}
    for check in found:
        assert check.status is Status.FAILED
        assert check.problem is not None
        assert check.problem.values["action"] == action
        assert check.problem.values["statement"] == statement_text(action)
        told = explain(check.problem)
        assert action in told.meaning
        assert any(statement_text(action) in one for one in told.steps)


@pytest.mark.parametrize("action", [action for action in NAMED_IN_PASSING if action.startswith("route53:")])
def test_the_row_of_permissions_names_what_keeps_route_53_from_being_seen(
    world: WorldFile, control: Control, tmp_path: Path, action: str
) -> None:
    control.add_zone_in_route53()
    product = Story(world, control, tmp_path, lambda setup: without(policy(setup), action)).product
    (found,) = not_ok(product.apply())
    assert (found.id, found.status) == ("permissions", Status.WARNING)
    assert found.problem is not None
    assert found.problem.id == "route53-unseen"
    told = explain(found.problem)
    assert action in told.meaning
    assert DOMAIN in told.meaning
    assert any(action in step for step in told.steps)
    assert product.setup().made.hosted_zone is None


def test_elsewhere_nobody_is_told_of_route_53(world: WorldFile, control: Control, tmp_path: Path) -> None:
    action = "route53:ListHostedZonesByName"
    product = Story(world, control, tmp_path, lambda setup: without(policy(setup), action)).product
    assert not_ok(product.apply()) == []


def test_a_log_source_in_the_way_that_may_not_be_looked_up_is_said_to_need_the_permission(
    world: WorldFile, control: Control, tmp_path: Path
) -> None:
    action = "logs:DescribeDeliverySources"
    product = Story(world, control, tmp_path, lambda setup: without(policy(setup), action)).product
    control.fail("logs", "PutDeliverySource", "InternalError", 500, times=99)
    product.run(Job.APPLY, adds_records=False, patience=0)
    control.clear_faults()
    made = product.setup().made
    arn = f"arn:aws:cloudfront::{made.account}:distribution/{made.distribution}"
    admin(world, "logs").put_delivery_source(name="security-team", resourceArn=arn, logType="ACCESS_LOGS")
    checks = {check.id: check for check in product.apply().checks}
    found = checks["delivery-source"].problem
    assert found is not None
    assert found.id == "delivery-source-taken"
    assert action in explain(found).meaning


def test_what_was_missing_is_added_and_the_same_command_goes_on(
    world: WorldFile, control: Control, tmp_path: Path
) -> None:
    story = Story(world, control, tmp_path, lambda setup: without(policy(setup), "cloudfront:CreateDistribution"))
    assert refusals(story.product.apply()) != []
    again = Product(world, control, tmp_path, user_with(world, policy(story.product.setup())))
    assert not_ok(again.apply()) == []


def test_tags_that_were_taken_off_are_put_back_although_the_tags_are_the_scope(
    world: WorldFile, control: Control, tmp_path: Path
) -> None:
    product = Story(world, control, tmp_path, policy).product
    product.apply()
    made = product.setup().made
    cloudfront, keys = admin(world, "cloudfront"), ["snowpixel:id", "snowpixel:setup"]
    found = cloudfront.get_distribution(Id=made.distribution)
    cloudfront.untag_resource(Resource=found["Distribution"]["ARN"], TagKeys={"Items": keys})
    config = found["Distribution"]["DistributionConfig"] | {"HttpVersion": "http1.1"}
    cloudfront.update_distribution(Id=made.distribution, IfMatch=found["ETag"], DistributionConfig=config)
    acm = admin(world, "acm")
    tags = acm.list_tags_for_certificate(CertificateArn=made.certificate)["Tags"]
    acm.remove_tags_from_certificate(CertificateArn=made.certificate, Tags=tags)
    assert {check.id for check in not_ok(product.check())} == {"certificate", "distribution"}
    assert not_ok(product.run(Job.REPAIR)) == []
    assert not_ok(product.check()) == []


CHECK_FAILS: Mapping[str, str] = {
    "acm:DescribeCertificate": "certificate",
    "acm:ListTagsForCertificate": "certificate",
    "cloudfront:GetDistribution": "distribution",
    "cloudfront:GetOriginAccessControl": "origin-access",
    "cloudfront:ListTagsForResource": "distribution",
    "logs:GetDelivery": "delivery",
    "logs:GetDeliveryDestination": "delivery-destination",
    "logs:GetDeliverySource": "delivery-source",
    "logs:ListTagsForResource": "delivery-source",
    "route53:ListResourceRecordSets": "pixel-record",
    "s3:GetBucketOwnershipControls": "content-bucket.ownership",
    "s3:GetBucketPolicy": "content-bucket.policy",
    "s3:GetBucketPublicAccessBlock": "content-bucket.public-access",
    "s3:GetBucketTagging": "content-bucket",
    "s3:GetEncryptionConfiguration": "content-bucket.encryption",
    "s3:GetLifecycleConfiguration": "content-bucket.lifecycle",
    "s3:GetObject": "pixel-i",
    "s3:ListBucket": "content-bucket",
}
"""Action to an item that a check of a finished setup cannot judge without it."""


def test_the_check_policy_is_enough_for_a_check_and_nothing_in_it_is_idle(
    product: Product, world: WorldFile, control: Control
) -> None:
    control.add_zone_in_route53()
    product.new()
    assert not_ok(product.apply()) == []
    whole = policy(product.setup(), Purpose.CHECK)
    home = product.service.environment.home
    assert not_ok(Product(world, control, home, user_with(world, whole)).check()) == []
    found: dict[str, str | None] = {}
    for action in actions(whole):
        limited = Product(world, control, home, user_with(world, without(whole, action)))
        refused = refusals(limited.check())
        assert all(check.problem and check.problem.values["action"] == action for check in refused)
        found[action] = CHECK_FAILS.get(action) if {one.id for one in refused} >= {CHECK_FAILS.get(action)} else None
        assert bool(refused) == bool(found[action]), (action, refused)
    assert found == CHECK_FAILS


@pytest.mark.parametrize("job", [Job.APPLY, Job.REPAIR, Job.REMOVE])
def test_the_check_policy_lets_nothing_be_written(
    product: Product, world: WorldFile, control: Control, job: Job
) -> None:
    product.new()
    if job is not Job.APPLY:
        assert not_ok(product.apply()) == []
        made = product.setup().made
        admin(world, "s3", "eu-central-1").delete_bucket_policy(Bucket=made.content_bucket)
    looker = user_with(world, policy(product.setup(), Purpose.CHECK))
    limited = Product(world, control, product.service.environment.home, looker)
    limited.clear()
    snapshot = limited.run(job, answers={"delete-logs": "yes"})
    assert refusals(snapshot) != []
    assert limited.writes() == []


def test_set_ups_are_found_in_the_account_with_the_policy_of_any_set_up(
    product: Product, world: WorldFile, control: Control, tmp_path: Path
) -> None:
    product.stand()
    whole = policy(None)
    elsewhere = Product(world, control, tmp_path / "elsewhere", user_with(world, whole))
    (found,) = anyio.run(elsewhere.service.found_in_account)
    assert (found.id, found.choices.domain) == (product.setup().id, DOMAIN)
    blind = Product(world, control, tmp_path / "blind", user_with(world, without(whole, "s3:ListAllMyBuckets")))
    with pytest.raises(AwsError) as caught:
        anyio.run(blind.service.found_in_account)
    assert caught.value.problem.values["action"] == "s3:ListAllMyBuckets"


def refused(call: Callable[..., Any], **parameters: Any) -> bool:
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


def test_what_is_not_ours_cannot_be_touched(product: Product, world: WorldFile, control: Control) -> None:
    zone = control.add_zone_in_route53()
    product.new()
    product.apply()
    other = product.new("other", domain="f.example.test")
    product.apply(name="other")
    other = product.setup("other")
    keys = user_with(world, policy(product.setup()))

    def client(service: str) -> Any:
        return client_of(world, keys, service, "eu-central-1" if service == "s3" else "us-east-1")

    s3, cloudfront, acm, logs, route53 = (client(name) for name in ("s3", "cloudfront", "acm", "logs", "route53"))
    tag = [{"Key": "snowpixel:id", "Value": product.setup().id}]
    assert refused(s3.put_object, Bucket=other.made.content_bucket, Key="i", Body=b"x")
    assert refused(
        s3.create_bucket, Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    found = cloudfront.get_distribution(Id=other.made.distribution)
    config = found["Distribution"]["DistributionConfig"]
    assert refused(
        cloudfront.update_distribution, Id=other.made.distribution, IfMatch=found["ETag"], DistributionConfig=config
    )
    assert refused(cloudfront.create_distribution, DistributionConfig=config)
    foreign = {"Items": [{"Key": "snowpixel:id", "Value": other.id}]}
    assert refused(cloudfront.tag_resource, Resource=found["Distribution"]["ARN"], Tags=foreign)
    assert refused(acm.delete_certificate, CertificateArn=other.made.certificate)
    assert refused(acm.request_certificate, DomainName="g.example.test", ValidationMethod="DNS", Tags=tag)
    assert refused(acm.request_certificate, DomainName=DOMAIN, ValidationMethod="EMAIL", Tags=tag)
    assert refused(acm.request_certificate, DomainName=DOMAIN, ValidationMethod="DNS")
    assert refused(logs.delete_delivery, id=other.made.delivery)
    assert refused(logs.delete_delivery_source, name=f"snowpixel-{other.id}")
    record = {"Name": "f.example.test.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.99"}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    assert refused(route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=batch)
    assert refused(client("iam").list_users)


@pytest.mark.parametrize(
    ("service", "operation"),
    [("cloudfront", "DeleteDistribution"), ("acm", "DeleteCertificate"), ("logs", "DeleteDelivery")],
)
def test_a_delete_that_is_made_again_after_a_lost_reply_is_not_called_forbidden(
    world: WorldFile, control: Control, tmp_path: Path, service: str, operation: str
) -> None:
    """What is gone has no tags, so AWS denies the second try where the permission hangs on a tag."""
    product = Story(world, control, tmp_path, policy).product
    assert not_ok(product.apply()) == []
    product.clear()
    control.drop_reply(service, operation)
    snapshot = product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert refusals(snapshot) == []
    assert {check.id for check in not_ok(snapshot)} == {"certificate-record"}
    assert product.service.store.names() == ()


@pytest.mark.parametrize("what", ["delivery", "former certificate"])
def test_what_is_made_anew_takes_no_harm_from_the_lost_reply_to_its_delete(
    world: WorldFile, control: Control, tmp_path: Path, what: str
) -> None:
    story = Story(world, control, tmp_path, policy)
    product = story.product
    assert not_ok(product.apply()) == []
    if what == "delivery":
        story._drift_in_logs(product.setup().made.delivery)
        control.drop_reply("logs", "DeleteDelivery")
    else:
        control.time_out_certificate(former_certificate(product, world))
        control.drop_reply("acm", "DeleteCertificate")
    snapshot = product.run(Job.REPAIR) if what == "delivery" else product.apply()
    assert refusals(snapshot) == []
    assert not_ok(snapshot) == []
    assert not_ok(product.check()) == []
    assert product.setup().made.certificates_former == ()


def former_certificate(product: Product, world: WorldFile) -> str:
    """Leave a certificate over from before, as where the program ended between two certificates."""
    acm, setup = admin(world, "acm"), product.setup()
    tags = [{"Key": "snowpixel:id", "Value": setup.id}, {"Key": "snowpixel:setup", "Value": setup.name}]
    made = acm.request_certificate(DomainName=DOMAIN, ValidationMethod="DNS", Tags=tags)
    arn = str(made["CertificateArn"])
    with product.service.store.writing("main", "a test") as state:
        state.record(certificates_former=(arn,))
    return arn
