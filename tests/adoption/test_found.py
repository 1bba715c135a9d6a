"""A setup whose file is gone is found in the account, rebuilt, and continued without making anything twice."""

from pathlib import Path

import anyio
import pytest
from msgspec.structs import replace

from tests.inventory import Account, expected
from tests.product import DOMAIN, Product, not_ok
from tests.trackers import V3, V4
from wizard.adoption.adopt import FoundSetup, rebuild
from wizard.aws.errors import AwsError
from wizard.knowledge.aws_resources import saved_names
from wizard.model.results import Job
from wizard.model.setup import Goal, Setup, ViewerPolicy
from wizard.snowplow.pixel_image import builtin
from wizard.storage.store import StoreError

OWN_PIXEL = builtin().content.replace(b"\xff\xff\xff\x00\x00\x00", b"\xff\x00\x00\x00\x00\x00")
"""A usable 1x1 GIF that is not the built-in one."""

REBUILT = (*saved_names(), "alias", "certificate_borrowed", "validation_name", "validation_value")
"""What the world shows of `Made`; the rest an apply finds out again."""


def search(product: Product) -> tuple[FoundSetup, ...]:
    return anyio.run(product.service.found_in_account)


def the_one(product: Product) -> FoundSetup:
    found = search(product)
    assert len(found) == 1
    return found[0]


def lose_file(product: Product, name: str = "main") -> Setup:
    setup = product.setup(name)
    product.service.store.delete(name)
    return setup


def test_an_empty_account_holds_no_set_up(product: Product) -> None:
    assert search(product) == ()


def test_ids_and_choices_are_rebuilt_from_the_account(product: Product) -> None:
    product.new(retention_days=30, viewer=ViewerPolicy.HTTPS_ONLY, region="eu-west-1")
    product.apply()
    product.clear()
    lost, found = product.setup(), the_one(product)
    assert product.writes() == []
    assert (found.name, found.id, found.region, found.account) == ("main", lost.id, "eu-west-1", lost.made.account)
    assert found.choices == lost.choices
    assert found.unknown == ("goals", "events_per_month")
    assert {name: getattr(found.made, name) for name in REBUILT} == {name: getattr(lost.made, name) for name in REBUILT}


def test_a_finished_set_up_goes_on_from_another_computer(product: Product) -> None:
    product.stand()
    lost, before = lose_file(product), Account(product.world).inventory()
    product.service.adopt(the_one(product))
    product.clear()
    assert not_ok(product.apply()) == []
    assert product.writes() == []
    assert Account(product.world).inventory() == before
    assert not_ok(product.check()) == []
    assert product.setup().made.distribution == lost.made.distribution
    assert product.setup().made.proof is not None


def test_a_check_right_after_it_waits_for_nothing_but_the_proof(product: Product) -> None:
    product.stand()
    lose_file(product)
    product.service.adopt(the_one(product))
    assert [check.id for check in not_ok(product.check())] == ["first-event"]


def test_a_removal_right_after_it_leaves_nothing_not_even_records_in_route_53(product: Product) -> None:
    zone = product.control.add_zone_in_route53()
    product.new()
    product.run(Job.APPLY, adds_records=False)
    lose_file(product)
    product.service.adopt(the_one(product))
    gone = product.run(Job.REMOVE, adds_records=False, answers={"delete-logs": "yes"})
    assert not_ok(gone) == []
    account = Account(product.world)
    assert not any(account.inventory().values())
    sets = account.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert {one["Type"] for one in sets} == {"NS", "SOA"}


def test_an_unfinished_set_up_goes_on_from_another_computer(product: Product) -> None:
    product.new(certificate="new")
    product.run(Job.APPLY, adds_records=False, patience=0)
    lose_file(product)
    found = the_one(product)
    assert found.choices.domain == DOMAIN
    product.service.adopt(found)
    assert not_ok(product.apply()) == []
    assert Account(product.world).inventory() == expected(product.setup())


def test_what_is_only_begun_is_found_too(product: Product) -> None:
    product.new(region="eu-west-1")
    product.control.fail("cloudfront", "*", "AccessDenied", status=403, times=99)
    product.control.fail("acm", "*", "AccessDeniedException", times=99)
    product.run(Job.APPLY, adds_records=False, patience=0, only=["log-bucket"])
    product.control.clear_faults()
    lose_file(product)
    found = the_one(product)
    assert (found.name, found.region) == ("main", "eu-west-1")
    assert set(found.unknown) == {"goals", "domain", "pixel", "retention_days", "viewer", "events_per_month"}
    product.service.adopt(found, domain=DOMAIN, retention_days=7)
    assert not_ok(product.apply()) == []
    assert Account(product.world).inventory() == expected(product.setup())
    assert the_one(product).choices.retention_days == 7


def test_without_a_domain_the_domain_is_asked_again(product: Product) -> None:
    product.new(domain=None)
    product.apply()
    lose_file(product)
    found = the_one(product)
    assert "domain" in found.unknown
    product.service.adopt(found)
    product.clear()
    assert not_ok(product.apply()) == []
    assert product.writes() == []


def test_an_image_of_the_users_own_is_taken_from_the_bucket(product: Product, tmp_path: Path) -> None:
    image = tmp_path / "own.gif"
    image.write_bytes(OWN_PIXEL)
    product.new(domain=None, pixel=str(image))
    assert not_ok(product.apply()) == []
    lose_file(product)
    image.unlink()
    product.service.adopt(the_one(product))
    product.clear()
    assert not_ok(product.apply()) == []
    assert product.writes() == []
    assert product.setup().made.pixel_image == OWN_PIXEL


def test_the_trackers_in_the_bucket_are_known_again(product: Product) -> None:
    product.new(goals=(Goal.PIXEL, Goal.JS_BUCKET), tracker=str(V4))
    product.apply()
    product.service.choose("main", tracker=str(V3))
    assert not_ok(product.apply()) == []
    lost = lose_file(product).made
    found = the_one(product)
    assert found.choices.goals == (Goal.PIXEL, Goal.JS_BUCKET)
    assert "goals" not in found.unknown
    assert [one.key for one in found.made.trackers_stored] == [one.key for one in lost.trackers_stored]
    assert found.made.tracker is not None
    assert lost.tracker is not None
    assert found.made.tracker.sha384 == lost.tracker.sha384
    assert found.choices.tracker == f"https://{DOMAIN}/{lost.tracker.key}"
    product.service.adopt(found)
    product.clear()
    assert not_ok(product.apply()) == []
    assert product.writes() == []
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert not any(Account(product.world).inventory().values())


def test_a_file_that_does_not_say_its_own_hash_is_not_taken_for_ours(product: Product) -> None:
    product.new(domain=None)
    product.apply()
    bucket = str(product.setup().made.content_bucket)
    s3 = Account(product.world).client("s3")
    for key, said in (("4.10.1/bcdfghjkmn.js", {}), ("v/bcdfghjkmn.js", {"sha384": "sha384-x"})):
        s3.put_object(Bucket=bucket, Key=key, Body=V4.read_bytes(), Metadata=said)
    s3.put_object(Bucket=bucket, Key="v/npqrstvwxz.js", Body=b"alert(1)", Metadata={"sha384": "sha384-x"})
    assert the_one(product).made.trackers_stored == ()


def test_kept_logs_can_be_deleted_from_another_computer(product: Product) -> None:
    product.stand()
    product.run(Job.REMOVE)
    lose_file(product)
    product.service.adopt(the_one(product))
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert not any(Account(product.world).inventory().values())
    assert product.service.store.names() == ()


def test_a_borrowed_certificate_stays_borrowed(product: Product) -> None:
    product.new("first")
    product.apply(name="first")
    arn = str(product.setup("first").made.certificate)
    product.run(Job.REMOVE, "first", answers={"delete-logs": "yes"}, only=["alias", "pixel-record"])
    Account(product.world).client("acm").remove_tags_from_certificate(
        CertificateArn=arn, Tags=[{"Key": "snowpixel:id"}, {"Key": "snowpixel:setup"}]
    )
    product.new(certificate=arn)
    product.apply()
    main = product.setup()
    product.service.store.delete("main")
    found = next(one for one in search(product) if one.id == main.id)
    assert found.made.certificate == arn
    assert found.made.certificate_borrowed
    assert (found.choices.domain, found.choices.certificate) == (DOMAIN, arn)


def test_a_replaced_certificate_that_is_left_over_is_deleted(product: Product) -> None:
    setup = product.new()
    product.apply()
    spare = (
        Account(product.world)
        .client("acm")
        .request_certificate(
            DomainName=DOMAIN,
            ValidationMethod="DNS",
            IdempotencyToken="spare",
            Tags=[{"Key": "snowpixel:id", "Value": setup.id}, {"Key": "snowpixel:setup", "Value": "main"}],
        )["CertificateArn"]
    )
    lose_file(product)
    found = the_one(product)
    assert found.made.certificates_former == (spare,)
    product.service.adopt(found)
    assert not_ok(product.apply()) == []
    assert Account(product.world).inventory() == expected(product.setup())


def test_tags_alone_are_enough_for_the_distribution(product: Product) -> None:
    product.stand()
    cloudfront = Account(product.world).client("cloudfront")
    identifier = product.setup().made.distribution
    reply = cloudfront.get_distribution_config(Id=identifier)
    config = reply["DistributionConfig"] | {"Comment": "the marketing team's"}
    cloudfront.update_distribution(Id=identifier, IfMatch=reply["ETag"], DistributionConfig=config)
    assert the_one(product).made.distribution == identifier


def test_it_is_found_where_the_search_by_tags_is_forbidden(product: Product) -> None:
    product.stand()
    product.control.fail("tagging", "GetResources", "AccessDeniedException", times=99)
    assert the_one(product).made.distribution == product.setup().made.distribution
    assert ("resourcegroupstaggingapi", "get_resources") in product.calls


def test_another_name_here_leaves_the_tags_as_they_are(product: Product) -> None:
    product.stand()
    lose_file(product)
    product.service.adopt(the_one(product), "from-work")
    product.clear()
    assert not_ok(product.apply(name="from-work")) == []
    assert product.writes() == []
    assert the_one(product).name == "main"


def test_what_is_saved_here_already_is_not_adopted_again(product: Product) -> None:
    product.stand()
    found = the_one(product)
    assert product.service.saved_as(found) == "main"
    with pytest.raises(StoreError, match="already saved here, as 'main'"):
        product.service.adopt(found, "second")


def test_a_file_of_that_name_with_another_id_is_never_replaced(product: Product) -> None:
    product.stand()
    lose_file(product)
    mine = product.new(domain="other.example.test")
    with pytest.raises(StoreError, match="another name on this computer"):
        product.service.adopt(the_one(product))
    assert product.setup() == mine
    product.service.adopt(the_one(product), "old")
    assert product.service.store.names() == ("main", "old")


def test_the_buckets_do_not_move_by_being_adopted(product: Product) -> None:
    product.stand()
    lose_file(product)
    with pytest.raises(StoreError, match="can't move"):
        product.service.adopt(the_one(product), region="eu-west-1")
    assert product.service.store.names() == ()


def test_a_name_that_no_set_up_can_have_is_not_taken_from_the_tags(product: Product) -> None:
    product.stand()
    setup, account = product.setup(), Account(product.world)
    arn = f"arn:aws:cloudfront::{setup.made.account}:distribution/{setup.made.distribution}"
    bad = {"Items": [{"Key": "snowpixel:setup", "Value": "../../etc/passwd"}]}
    account.client("cloudfront").tag_resource(Resource=arn, Tags=bad)
    assert the_one(product).name == "main"  # the certificate's tag says it, too
    assert rebuild(replace(the_one(product), name="x"), "y").original == "x"


def test_a_refused_list_is_said_with_the_permission_that_is_missing(product: Product) -> None:
    product.control.fail("s3", "ListBuckets", "AccessDenied", status=403, times=99)
    with pytest.raises(AwsError) as refused:
        search(product)
    assert refused.value.problem.id == "permission-missing"
