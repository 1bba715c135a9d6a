"""What had to be made anew under another name: all that leads to it follows."""

import pytest

from tests.drift.standing import Behind
from tests.inventory import Account, expected
from tests.matrices.bench import told
from tests.product import DOMAIN, Product, not_ok, verdicts
from wizard.model.results import Job, Status


def test_the_alias_waits_for_a_record_that_leads_to_another_distribution(product: Product) -> None:
    product.control.add_record(DOMAIN, "CNAME", "d111111abcdef8.cloudfront.net")
    product.new()
    waiting = product.run(Job.APPLY, adds_records=False, patience=0)
    product.control.add_record(waiting.records[0].name, "CNAME", waiting.records[0].value)
    still = product.run(Job.APPLY, adds_records=False, patience=0)
    assert verdicts(still)["alias"] is Status.WAITING
    assert verdicts(still)["pixel-record"] is Status.WAITING
    assert not_ok(product.apply()) == []


def test_a_repair_leaves_no_wait_behind(product: Product) -> None:
    product.stand()
    with product.service.store.writing("main", "an interrupted walk") as state:
        state.waiting_since("alias", 1.0)
    assert not_ok(product.run(Job.REPAIR)) == []
    assert product.setup().waits == {}


MAKING = (
    ("logs", "CreateDelivery"),
    ("logs", "PutDeliverySource"),
    ("cloudfront", "CreateDistributionWithTags"),
    ("cloudfront", "CreateOriginAccessControl"),
    ("acm", "RequestCertificate"),
    ("s3", "CreateBucket"),
)
"""What makes things that a look may miss for a while."""


def all_gone(behind: Behind) -> None:
    """Delete everything in AWS but the log bucket."""
    made, cloudfront, logs = behind.made, behind.aws("cloudfront"), behind.aws("logs")
    logs.delete_delivery(id=made.delivery)
    logs.delete_delivery_source(name=behind.name)
    behind.delete_distribution()
    access = cloudfront.get_origin_access_control(Id=made.origin_access_control)
    cloudfront.delete_origin_access_control(Id=made.origin_access_control, IfMatch=access["ETag"])
    behind.aws("acm").delete_certificate(CertificateArn=made.certificate)
    behind.empty_and_delete(behind.content)
    behind.control.remove_record(DOMAIN, "CNAME")
    behind.control.forget_cache()


@pytest.mark.parametrize(("service", "operation"), MAKING)
def test_what_never_reached_aws_is_made_by_the_next_repair(product: Product, service: str, operation: str) -> None:
    product.stand()
    all_gone(Behind(product))
    product.control.reset_connection(service, operation, times=1_000)
    product.run(Job.REPAIR, patience=0)
    product.control.clear_faults()
    assert [told(check) for check in not_ok(product.run(Job.REPAIR, patience=60.0))] == []
    assert Account(product.world).inventory() == expected(product.setup())
