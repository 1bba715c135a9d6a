"""What had to be made anew under another name: all that leads to it follows."""

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
    product.new()
    product.apply()
    with product.service.store.writing("main", "an interrupted walk") as state:
        state.waiting_since("alias", 1.0)
    assert not_ok(product.run(Job.REPAIR)) == []
    assert product.setup().waits == {}
