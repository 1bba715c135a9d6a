"""A setup that was found in the account again: what a repair finds in order counts as made from then on."""

import anyio

from tests.drift.standing import Behind
from tests.product import DOMAIN, Product, not_ok
from wizard.model.results import Job, Status


def test_what_a_repair_finds_in_order_is_drift_when_it_changes_later(product: Product) -> None:
    product.stand()
    product.service.store.delete("main")
    found = anyio.run(product.service.found_in_account)
    product.service.adopt(found[0], "main", domain=DOMAIN)
    behind = Behind(product)
    behind.edit(lambda config: config.update(HttpVersion="http2"))
    assert not_ok(product.run(Job.REPAIR)) == []
    behind.switch_off(behind.content, "BlockPublicAcls")
    wrong = {check.id: check.status for check in not_ok(product.check())}
    assert wrong == {"content-bucket.public-access": Status.FAILED}
