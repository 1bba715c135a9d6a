"""The main job: from an empty account to a decoded event, and everything a user may do around it."""

import json

import pytest

from tests.inventory import Account
from tests.product import DOMAIN, Product, not_ok, verdicts
from wizard.choices.table import SUGGESTED
from wizard.model.results import Actor, Job, Status
from wizard.model.setup import SCHEMA

CONTENT_KEYS = {"i", "pxl.png", "ice.png"}


def test_a_fresh_set_up_ends_all_green_with_a_decoded_event(product: Product) -> None:
    product.new()
    done = product.apply()
    assert not_ok(done) == []
    proof = product.setup().made.proof
    assert proof is not None
    assert proof.event["Application"] == "snowpixel-check"
    assert proof.event["Title"] == "snowpixel test event: 100 % & é ✓ ~"
    assert proof.log_key.startswith("cf/20")
    assert not_ok(product.check()) == []


def test_the_tracker_stands_beside_the_pixel_and_comes_from_the_release_without_the_internet(product: Product) -> None:
    product.new(goals=SUGGESTED)
    assert not_ok(product.apply()) == []
    file = product.setup().made.tracker
    assert file is not None
    assert (file.source, file.version, file.flavour) == ("release:4.10.1", "4.10.1", "tag")
    assert not_ok(product.check()) == []


def test_a_tracker_that_cannot_be_fetched_is_a_row_of_its_own_and_never_holds_up_the_pixel(product: Product) -> None:
    product.new(goals=SUGGESTED, tracker="release:9.9.9")
    done = product.apply()
    failed = {check.id: check.status for check in not_ok(done)}
    assert failed == {
        "tracker-file": Status.FAILED,
        "tracker-object": Status.SKIPPED,
        "tracker-https": Status.SKIPPED,
    }
    assert {check.stage for check in not_ok(done)} == {"tracker"}
    assert product.setup().made.proof is not None
    product.service.choose("main", tracker="release:4.10.1")
    assert not_ok(product.apply()) == []


def test_the_stages_come_in_the_order_a_user_sees_them(product: Product) -> None:
    product.new()
    stages = [stage.id for stage in product.run(Job.PLAN).stages]
    assert stages == ["credentials", "bucket", "pixel", "logs", "certificate", "cloudfront", "dns", "https", "event"]


def test_a_plan_writes_nothing_and_names_every_change_with_its_actor(product: Product) -> None:
    product.new()
    plan = product.run(Job.PLAN)
    assert product.writes() == []
    actors = {change.resource: change.actor for change in plan.changes}
    assert actors["content-bucket"] is Actor.US
    assert actors["certificate"] is Actor.US
    assert actors["pixel-record"] is Actor.USER
    assert actors["certificate-issued"] is Actor.AWS
    assert product.setup().made.account is None


def test_a_second_apply_writes_nothing(product: Product) -> None:
    product.stand()
    again = product.apply()
    assert not_ok(again) == []
    assert again.done == ()
    assert product.writes() == []


def test_a_check_writes_nothing_and_sends_no_event(product: Product) -> None:
    product.stand()
    product.control.flush_logs()
    before = product.setup()
    product.check()
    assert product.writes() == []
    assert product.setup() == before


def test_a_finished_set_up_needs_nothing_more(product: Product) -> None:
    product.stand()
    assert product.run(Job.PLAN).changes == ()


def test_a_set_up_without_a_domain_works_and_takes_a_domain_later(product: Product) -> None:
    product.new(domain=None)
    first = product.apply()
    assert not_ok(first) == []
    assert {"alias", "certificate", "pixel-record"}.isdisjoint(verdicts(first))
    with product.service.store.writing("main", "set") as state:
        state.choose(domain=DOMAIN)
    assert not_ok(product.apply()) == []
    assert product.setup().made.alias == DOMAIN


def test_in_route_53_the_records_are_made_for_the_user(product: Product) -> None:
    product.control.add_zone_in_route53()
    product.new()
    done = product.run(Job.APPLY, adds_records=False)
    assert not_ok(done) == []
    assert ("route53", "ChangeResourceRecordSets") in product.writes()
    assert not_ok(product.check()) == []


def test_a_zone_in_route_53_that_is_not_delegated_is_left_alone(product: Product) -> None:
    product.control.add_zone_in_route53(delegated=False)
    product.new()
    assert not_ok(product.apply()) == []
    assert ("route53", "ChangeResourceRecordSets") not in product.writes()


def test_what_can_be_done_now_is_done_and_the_rest_goes_on_later(product: Product) -> None:
    product.new()
    first = product.run(Job.APPLY, adds_records=False, patience=0)
    assert first.status is Status.WAITING
    assert verdicts(first)["pixel-record"] is Status.WAITING
    assert verdicts(first)["alias"] is Status.SKIPPED
    product.clear()
    assert not_ok(product.apply()) == []
    assert ("s3", "CreateBucket") not in product.writes()
    assert ("cloudfront", "CreateDistributionWithTags") not in product.writes()


def test_both_records_are_known_before_any_wait_is_over(product: Product) -> None:
    product.new()
    first = product.run(Job.APPLY, adds_records=False, patience=0)
    assert [record.type for record in first.records] == ["CNAME", "CNAME"]
    certificate, pixel = first.records
    assert certificate.name.startswith("_")
    assert certificate.value.endswith("acm-validations.aws")
    assert (pixel.name, pixel.host) == (DOMAIN, "e")
    assert pixel.value.endswith(".cloudfront.net")


def test_a_wrong_record_is_named_and_the_right_one_goes_on(product: Product) -> None:
    product.new()
    waiting = product.run(Job.APPLY, adds_records=False, patience=0)
    product.control.add_record(DOMAIN, "CNAME", "elsewhere.example.test")
    check = next(one for one in product.check().checks if one.id == "pixel-record")
    assert "elsewhere.example.test" in check.observed
    assert waiting.records[1].value in check.expected
    product.control.remove_record(DOMAIN, "CNAME")
    assert not_ok(product.apply()) == []


def test_removing_keeps_the_logs_and_nothing_else(product: Product) -> None:
    product.stand()
    gone = product.run(Job.REMOVE)
    assert [check.id for check in not_ok(gone)] == ["certificate-record"]  # the user may delete it now
    assert product.setup().removed
    left = {kind: names for kind, names in Account(product.world).inventory().items() if names}
    assert left == {"buckets": [product.setup().made.log_bucket]}


def test_removing_with_the_logs_leaves_nothing_at_all(product: Product) -> None:
    product.stand()
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert not any(Account(product.world).inventory().values())
    assert product.service.store.names() == ()


def test_the_logs_can_be_removed_later(product: Product) -> None:
    product.stand()
    product.run(Job.REMOVE)
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert not any(Account(product.world).inventory().values())


def test_removing_a_half_made_set_up_works(product: Product) -> None:
    product.new()
    product.run(Job.APPLY, adds_records=False, patience=0)
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert not any(Account(product.world).inventory().values())


def test_removing_before_anything_was_made_works(product: Product) -> None:
    product.new()
    assert not_ok(product.run(Job.REMOVE)) == []
    assert product.writes() == []


def test_a_name_that_another_distribution_holds_is_said(product: Product) -> None:
    product.new()
    product.control.claim_alias(DOMAIN)
    checks = {check.id: check for check in product.apply().checks}
    assert checks["alias"].status is Status.FAILED
    assert checks["alias"].problem is not None
    assert checks["alias"].problem.id == "alias-taken"
    assert checks["pixel-https"].status is Status.SKIPPED


def test_a_refused_action_is_named_and_other_branches_go_on(product: Product) -> None:
    product.new()
    product.control.fail("acm", "RequestCertificate", "AccessDeniedException", status=400, times=99)
    checks = {check.id: check for check in product.apply(adds_records=False).checks}
    assert checks["certificate"].status is Status.FAILED
    assert checks["certificate"].problem is not None
    assert checks["certificate"].problem.values["action"] == "acm:RequestCertificate"
    assert checks["distribution"].status is Status.OK
    product.control.clear_faults()
    assert not_ok(product.apply()) == []


@pytest.mark.parametrize(
    ("code", "status"), [("Throttling", 400), ("InternalFailure", 500), ("ServiceUnavailable", 503)]
)
def test_a_fault_that_passes_is_never_shown(product: Product, code: str, status: int) -> None:
    product.new()
    product.control.fail("cloudfront", "CreateDistributionWithTags", code, status=status, times=1)
    assert not_ok(product.apply()) == []


def test_a_fault_that_stays_leaves_the_set_up_whole(product: Product) -> None:
    product.new()
    product.control.fail("s3", "PutObject", "InternalError", status=500, times=99)
    broken = product.apply(adds_records=False, patience=0)
    assert verdicts(broken)["pixel-i"] is Status.UNKNOWN
    product.control.clear_faults()
    assert not_ok(product.apply()) == []


def test_silent_name_servers_are_unknown_not_wrong(product: Product) -> None:
    product.stand()
    product.control.silence_dns("192.0.2.1")
    product.control.silence_dns("192.0.2.2")
    product.control.silence_dns("resolver")
    statuses = verdicts(product.check())
    assert statuses["pixel-record"] is Status.UNKNOWN
    assert statuses["distribution"] is Status.OK
    assert Status.FAILED not in statuses.values()


def test_what_is_saved_is_plain_and_holds_no_secret(product: Product) -> None:
    product.stand()
    path = product.service.store.path("main")
    text = path.read_text(encoding="utf-8")
    assert json.loads(text)["schema"] == SCHEMA
    assert product.world.secret_access_key not in text
    assert path.stat().st_mode & 0o777 == 0o600
