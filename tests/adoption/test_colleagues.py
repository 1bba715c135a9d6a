"""Two people with one AWS account, each with snowpixel and a setup called `main`: they never touch each other's."""

from pathlib import Path

import anyio
import pytest

from tests.inventory import Account
from tests.product import DOMAIN, Product, not_ok, verdicts
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Job, Snapshot, Status

OTHER = "stats.example.test"


@pytest.fixture
def colleague(product: Product, tmp_path: Path) -> Product:
    return Product(product.world, product.control, tmp_path / "colleague")


def row(snapshot: Snapshot, name: str = "earlier-setup") -> Check:
    return next(check for check in snapshot.checks if check.id == name)


def test_two_set_ups_of_one_name_live_side_by_side(product: Product, colleague: Product) -> None:
    product.stand()
    colleague.new(domain=OTHER)
    assert not_ok(colleague.apply()) == []
    mine, theirs = product.setup(), colleague.setup()
    assert mine.id != theirs.id
    account = Account(product.world).inventory()
    assert {len(account[kind]) for kind in account} == {2, 4}
    assert not_ok(product.check()) == []
    assert {one.id for one in anyio.run(product.service.found_in_account)} == {mine.id, theirs.id}


def test_removing_one_leaves_the_other_whole(product: Product, colleague: Product) -> None:
    product.stand()
    colleague.new(domain=OTHER)
    colleague.apply()
    product.clear()
    product.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert not_ok(colleague.check()) == []
    left = Account(product.world).inventory()
    assert left["distributions"] == [colleague.setup().made.distribution]
    assert len(left["buckets"]) == 2


def test_a_second_set_up_for_the_same_name_is_stopped_before_anything_is_made(
    product: Product, colleague: Product
) -> None:
    product.stand()
    colleague.new()
    product.clear()
    refused = colleague.apply(adds_records=False)
    check = row(refused)
    assert check.status is Status.FAILED
    assert check.problem is not None
    assert check.problem.id == "set-up-in-account"
    assert check.problem.values["id"] == product.setup().id
    assert f"snowpixel new OTHER-NAME --adopt {product.setup().id}" in " ".join(explain(check.problem).steps)
    assert product.writes() == []
    assert verdicts(refused)["content-bucket"] is Status.SKIPPED
    assert not_ok(product.check()) == []


def test_a_plan_says_it_too(product: Product, colleague: Product) -> None:
    product.stand()
    colleague.new()
    assert row(colleague.run(Job.PLAN)).status is Status.FAILED


def test_an_unfinished_set_up_for_the_same_name_is_seen_by_its_certificate(
    product: Product, colleague: Product
) -> None:
    product.new()
    product.run(Job.APPLY, adds_records=False, patience=0)
    colleague.new()
    product.clear()
    check = row(colleague.apply(adds_records=False))
    assert check.status is Status.FAILED
    assert "it isn't finished" in check.summary
    assert product.writes() == []
    assert not_ok(product.apply()) == []


def test_after_the_file_was_deleted_the_set_up_is_continued_and_nothing_made_twice(product: Product) -> None:
    lost = product.new()
    product.apply()
    before = Account(product.world).inventory()
    product.service.store.delete("main")
    product.new()
    assert row(product.apply(adds_records=False)).status is Status.FAILED
    found = anyio.run(product.service.found_in_account)[0]
    assert found.id == lost.id
    product.service.adopt(found, "again")
    product.service.store.delete("main")
    assert not_ok(product.apply(name="again")) == []
    assert Account(product.world).inventory() == before


def test_another_name_is_free_beside_an_unfinished_set_up(product: Product, colleague: Product) -> None:
    product.new()
    product.run(Job.APPLY, adds_records=False, patience=0)
    colleague.new(domain=OTHER)
    assert not_ok(colleague.apply()) == []


def test_a_finished_set_up_spends_no_call_on_it(product: Product) -> None:
    product.new()
    product.apply()
    listings = product.calls.count(("cloudfront", "list_distributions"))
    assert listings == 2  # others' before anything is made, one of ours whose id was lost before one is made
    product.clear()
    product.apply()
    assert ("cloudfront", "list_distributions") not in product.calls
    assert product.setup().choices.domain == DOMAIN
