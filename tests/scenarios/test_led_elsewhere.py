"""The pixel's name as an address record: at CloudFront's address it is flattened, at any other it is gone."""

import pytest

from tests.product import DOMAIN, Product, verdicts
from wizard.model.results import Status


@pytest.mark.parametrize(
    ("address", "lost"), [("127.0.0.1", False), ("203.0.113.7", True)], ids=["CloudFront's", "another server's"]
)
def test_an_address_is_cloudfronts_only_if_it_is_one_of_its_own(product: Product, address: str, lost: bool) -> None:
    product.stand()
    product.control.remove_record(DOMAIN, "CNAME")
    product.control.add_record(DOMAIN, "A", address)
    product.control.forget_cache()
    found = verdicts(product.check())
    assert (found["pixel-https"] is Status.OK) != lost
    assert found["pixel-direct"] is Status.OK
