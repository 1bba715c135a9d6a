"""The name is moved to another distribution of the account, which serves a right pixel too: its events go elsewhere."""

from tests.drift.standing import Config, Edit
from tests.inventory import Account
from tests.problems.scene import words
from tests.product import DOMAIN, Product, not_ok
from wizard.model.results import Job, Status
from wizard.model.setup import Setup


def test_a_pixel_that_another_distribution_serves_at_the_name_is_named(product: Product) -> None:
    ours, other = product.new(), product.new("other", domain=None)
    assert not_ok(product.apply()) == []
    assert not_ok(product.run(Job.APPLY, "other")) == []
    move(product, product.setup(), product.setup("other"))
    checks = {check.id: check for check in product.check().checks}
    found = checks["pixel-https"]
    assert found.problem is not None, found
    assert (found.problem.id, found.status) == ("distribution-of-another", Status.FAILED)
    for text in (DOMAIN, ours.id, f"the pixel of setup {other.id}", product.setup().made.distribution_domain or "-"):
        assert text in words(found)


def move(product: Product, ours: Setup, other: Setup) -> None:
    """Take the name off our distribution and give it to the other; CloudFront wants DNS not to lead elsewhere then."""
    viewer: Config = {}

    def take(config: Config) -> None:
        viewer.update(config["ViewerCertificate"])
        config["Aliases"] = {"Quantity": 0}
        config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": True}

    def give(config: Config) -> None:
        config["Aliases"] = {"Quantity": 1, "Items": [DOMAIN]}
        config["ViewerCertificate"] = viewer

    product.control.remove_record(DOMAIN, "CNAME")
    edit(product, ours, take)
    edit(product, other, give)
    product.control.add_record(DOMAIN, "CNAME", f"{ours.made.distribution_domain}.")


def edit(product: Product, setup: Setup, change: Edit) -> None:
    """Change a distribution's configuration, as the console would."""
    cloudfront = Account(product.world).client("cloudfront")
    found = cloudfront.get_distribution_config(Id=setup.made.distribution)
    change(found["DistributionConfig"])
    wanted = {"IfMatch": found["ETag"], "DistributionConfig": found["DistributionConfig"]}
    cloudfront.update_distribution(Id=setup.made.distribution, **wanted)
