"""What a check finds in the account, or why it cannot look: provoked, and read as a user reads it."""

import socket
from dataclasses import replace

from tests.drift.standing import Behind
from tests.problems.scene import red, words
from tests.product import Product
from wizard.model.results import Status
from wizard.service import Service


def test_what_somebody_changed_is_named_with_what_it_was(product: Product) -> None:
    product.stand()
    behind = Behind(product)
    behind.switch_off(behind.content, "BlockPublicAcls")
    checks = {check.id: check for check in product.check().checks}
    (found,) = (check for check in checks.values() if check.status is Status.FAILED)
    assert found.problem is not None
    assert (found.problem.id, red(checks)) == ("drift", {"drift"})
    assert "BlockPublicAcls" in words(found)


def test_an_aws_that_does_not_answer_is_unseen_and_nothing_is_red(product: Product) -> None:
    product.stand()
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        here = product.service.environment
        product.service = Service(replace(here, source=replace(here.source, endpoint=closed)))
        checks = {check.id: check for check in product.check().checks}
    found = checks["identity"]
    assert found.problem is not None, found
    assert (found.problem.id, found.status) == ("aws-unreachable", Status.UNKNOWN)
    assert closed in words(found)
    assert red(checks) == set()
