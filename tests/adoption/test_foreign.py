"""What is in the way and not ours is never touched; the user is told what it is, and what can be done."""

from typing import Any

import pytest

from tests.inventory import Account
from tests.product import DOMAIN, Product, not_ok, verdicts
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Job, Snapshot, Status


@pytest.fixture
def account(product: Product) -> Account:
    return Account(product.world)


def row(snapshot: Snapshot, name: str) -> Check:
    return next(check for check in snapshot.checks if check.id == name)


def problem(snapshot: Snapshot, name: str, wanted: str) -> str:
    """Return everything that the user reads about a row's problem, which must be `wanted`."""
    check = row(snapshot, name)
    assert check.problem is not None
    assert check.problem.id == wanted
    explained = explain(check.problem)
    return " ".join((check.summary, explained.meaning, *explained.steps))


def test_a_bucket_name_that_somebody_else_has(product: Product) -> None:
    product.new()
    product.control.fail("s3", "CreateBucket", "BucketAlreadyExists", status=409, times=99)
    stopped = product.apply(adds_records=False, patience=0)
    assert "Create a new setup" in problem(stopped, "content-bucket", "bucket-name-taken")
    assert verdicts(stopped)["origin-access"] is Status.OK


def test_a_bucket_of_our_name_with_the_mark_of_another_set_up(product: Product, account: Account) -> None:
    setup = product.new(region="us-east-1")
    name = f"snowpixel-{setup.id}-content-{product.world.account_id}-us-east-1-an"
    s3 = account.client("s3")
    s3.create_bucket(Bucket=name, BucketNamespace="account-regional")
    tags = [{"Key": "snowpixel:id", "Value": "0badcafe"}, {"Key": "snowpixel:setup", "Value": "main"}]
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    stopped = product.apply(adds_records=False, patience=0)
    assert "0badcafe" in problem(stopped, "content-bucket", "foreign-bucket")
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags
    assert "Contents" not in s3.list_objects_v2(Bucket=name)
    assert verdicts(stopped)["content-bucket.policy"] is Status.SKIPPED


def test_an_origin_access_control_of_our_name_for_something_else(product: Product, account: Account) -> None:
    setup = product.new()
    config = {
        "Name": f"snowpixel-{setup.id}",
        "Description": "the shop's",
        "SigningProtocol": "sigv4",
        "SigningBehavior": "never",
        "OriginAccessControlOriginType": "s3",
    }
    cloudfront = account.client("cloudfront")
    made = cloudfront.create_origin_access_control(OriginAccessControlConfig=config)["OriginAccessControl"]
    stopped = product.apply(adds_records=False, patience=0)
    assert made["Id"] in problem(stopped, "origin-access", "foreign-origin-access")
    now = cloudfront.get_origin_access_control(Id=made["Id"])["OriginAccessControl"]["OriginAccessControlConfig"]
    assert now == config
    assert product.setup().made.origin_access_control is None
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert account.inventory()["access"] == [made["Id"]]


def disown(product: Product, account: Account) -> str:
    """Take snowpixel's marks off a finished setup's distribution, and forget the setup: now it is somebody else's."""
    setup = product.setup()
    identifier, cloudfront = str(setup.made.distribution), account.client("cloudfront")
    reply = cloudfront.get_distribution_config(Id=identifier)
    config = reply["DistributionConfig"] | {"Comment": "the shop's"}
    cloudfront.update_distribution(Id=identifier, IfMatch=reply["ETag"], DistributionConfig=config)
    arn = f"arn:aws:cloudfront::{setup.made.account}:distribution/{identifier}"
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["snowpixel:id", "snowpixel:setup"]})
    product.service.store.delete("main")
    return identifier


def alias_of(account: Account, identifier: str) -> Any:
    config = account.client("cloudfront").get_distribution_config(Id=identifier)["DistributionConfig"]
    return config["Aliases"].get("Items", [])


def test_the_name_is_on_another_distribution_of_the_account(product: Product, account: Account) -> None:
    product.stand()
    theirs = disown(product, account)
    before = account.client("cloudfront").get_distribution_config(Id=theirs)["ETag"]
    product.new(certificate="new")
    stopped = product.apply(adds_records=False, patience=0)
    early = problem(stopped, "earlier-setup", "alias-on-distribution")
    assert row(stopped, "earlier-setup").status is Status.WARNING
    assert theirs in early
    assert f"remove {DOMAIN} from its alternate domain names" in early
    product.control.remove_record(DOMAIN, "CNAME")
    stopped = product.apply()
    assert theirs in problem(stopped, "alias", "alias-on-distribution")
    assert row(stopped, "alias").status is Status.FAILED
    assert account.client("cloudfront").get_distribution_config(Id=theirs)["ETag"] == before
    assert alias_of(account, theirs) == [DOMAIN]


def test_a_name_in_another_account_keeps_aws_own_words(product: Product) -> None:
    product.new()
    product.control.claim_alias(DOMAIN)
    assert "AWS says" in problem(product.apply(), "alias", "alias-taken")


def test_the_logs_of_the_distribution_go_somewhere_else(product: Product, account: Account) -> None:
    product.new()
    product.control.fail("logs", "PutDeliverySource", "AccessDeniedException", times=99)
    product.run(Job.APPLY, adds_records=False, patience=0)
    product.control.clear_faults()
    logs, made = account.client("logs"), product.setup().made
    arn = f"arn:aws:cloudfront::{made.account}:distribution/{made.distribution}"
    logs.put_delivery_source(name="security-team", resourceArn=arn, logType="ACCESS_LOGS")
    stopped = product.apply()
    assert "security-team" in problem(stopped, "delivery-source", "delivery-source-taken")
    assert account.inventory()["sources"] == ["security-team"]
    logs.delete_delivery_source(name="security-team")
    assert not_ok(product.apply()) == []


def test_a_dns_record_in_the_way(product: Product) -> None:
    product.control.add_record(DOMAIN, "TXT", "owned-by=marketing")
    product.new()
    waiting = product.run(Job.APPLY, adds_records=False, patience=0)
    assert "owned-by=marketing" in problem(waiting, "pixel-record", "record-in-the-way")
    product.control.remove_record(DOMAIN, "TXT")
    assert not_ok(product.apply()) == []


def test_a_dns_record_in_the_way_in_route_53_is_not_overwritten(product: Product, account: Account) -> None:
    zone = product.control.add_zone_in_route53()
    theirs = {"Name": f"{DOMAIN}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.77"}]}
    route53 = account.client("route53")
    route53.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": theirs}]}
    )
    product.new()
    stopped = product.run(Job.APPLY, adds_records=False)
    assert "192.0.2.77" in problem(stopped, "pixel-record", "record-in-the-way")
    sets = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [one["ResourceRecords"] for one in sets if one["Name"] == f"{DOMAIN}."] == [[{"Value": "192.0.2.77"}]]
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    sets = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [one["Type"] for one in sets if one["Name"] == f"{DOMAIN}."] == ["A"]
