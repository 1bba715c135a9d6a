"""The origin access control, where CloudFront still counts a distribution that is gone."""

from tests.product import Product, not_ok
from wizard.model.results import Job
from wizard.practice.control_client import Control


def test_nobody_is_blamed_for_an_access_control_that_is_held_for_a_moment(product: Product, control: Control) -> None:
    product.new(domain=None)
    assert not_ok(product.apply()) == []
    control.settings(momentary={"access-control-in-use": 1})
    found = product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert not_ok(found) == []  # it is waited for, and nobody is blamed
    assert product.service.store.names() == ()
