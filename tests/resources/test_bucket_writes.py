"""The settings of one bucket are written one after the other, and those of two buckets at the same time."""

import threading

import pytest

from tests.inventory import Account
from tests.practice.conftest import until
from tests.product import Product, not_ok
from wizard.model.results import Job, Snapshot
from wizard.practice.control_client import Control

MADE = ("cloudfront", "CreateDistributionWithTags", True)
"""What the walk comes to although the buckets' settings are still being written."""


def test_settings_of_a_bucket_wait_for_each_other(product: Product, control: Control) -> None:
    product.new()
    ends: list[Snapshot] = []
    walk = threading.Thread(target=lambda: ends.append(product.apply()))
    control.hold_bucket_writes()
    walk.start()
    assert until(lambda: control.held() == 2 and MADE in control.calls(), 60) or not walk.is_alive()
    control.release_bucket_writes()
    walk.join()
    assert not_ok(ends[0]) == []


@pytest.mark.usefixtures("calm")
def test_a_repair_of_many_settings_writes_them_one_by_one(product: Product, control: Control) -> None:
    product.stand()
    made = product.setup().made
    s3 = Account(product.world).client("s3", product.setup().choices.region)
    for bucket in (made.content_bucket, made.log_bucket):
        s3.delete_public_access_block(Bucket=bucket)
        s3.delete_bucket_lifecycle(Bucket=bucket)
        s3.delete_bucket_policy(Bucket=bucket)
        rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    control.clear_calls()
    assert not_ok(product.run(Job.REPAIR)) == []
    assert len([each for each in product.writes() if each[0] == "s3"]) == 8
