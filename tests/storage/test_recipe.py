"""A setup made with an earlier recipe works as it is: one warning, until the user wants today's."""

from msgspec.structs import replace

from tests.product import Product, not_ok
from wizard.model.context import UPGRADE, YES
from wizard.model.results import Job, Status
from wizard.model.setup import RECIPE


def earlier(product: Product) -> None:
    """Finish a setup, and say that an earlier snowpixel made it."""
    product.stand()
    product.service.store.save(replace(product.setup(), recipe=RECIPE - 1))
    product.clear()


def test_an_earlier_recipe_is_one_warning(product: Product) -> None:
    earlier(product)
    found = not_ok(product.check())
    assert [(check.id, check.stage, check.status) for check in found] == [("recipe", "credentials", Status.WARNING)]
    assert found[0].problem is not None
    assert found[0].problem.id == "earlier-recipe"
    assert "apply --upgrade" in found[0].summary


def test_repair_and_apply_leave_the_recipe_as_it_is(product: Product) -> None:
    earlier(product)
    for job in (Job.REPAIR, Job.APPLY):
        assert [check.id for check in not_ok(product.run(job))] == ["recipe"]
    assert product.setup().recipe == RECIPE - 1
    assert product.writes() == []


def test_apply_with_upgrade_takes_todays(product: Product) -> None:
    earlier(product)
    assert not_ok(product.apply(answers={UPGRADE: YES})) == []
    assert product.setup().recipe == RECIPE
    assert not_ok(product.check()) == []


def test_a_new_set_up_has_todays_recipe_and_no_row_about_it(product: Product) -> None:
    product.new()
    assert product.setup().recipe == RECIPE
    assert "recipe" not in {item.id for item in product.run(Job.PLAN).items}
