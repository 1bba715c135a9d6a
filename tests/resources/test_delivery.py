"""The three objects of log delivery, where AWS repeats itself or says that something is there already."""

import pytest

from tests.inventory import Account
from tests.product import Product, not_ok
from wizard.model.results import Job
from wizard.practice.control_client import Control


@pytest.mark.parametrize("operation", ["PutDeliverySource", "PutDeliveryDestination"])
@pytest.mark.usefixtures("calm")
def test_a_lost_reply_is_no_conflict(product: Product, control: Control, operation: str) -> None:
    """The client repeats the call by itself, and AWS refuses the tags of what is there by then."""
    product.new()
    control.drop_reply("logs", operation)
    assert not_ok(product.apply()) == []
    made = [each for each in product.writes() if each == ("logs", operation)]
    assert len(made) == 2
    setup = product.setup()
    logs = Account(product.world).client("logs")
    for found in (
        logs.describe_delivery_sources()["deliverySources"],
        logs.describe_delivery_destinations()["deliveryDestinations"],
        logs.describe_deliveries()["deliveries"],
    ):
        [each] = found
        tags = logs.list_tags_for_resource(resourceArn=each["arn"])["tags"]
        assert tags["snowpixel:id"] == setup.id


def test_tags_and_place_of_a_destination_are_put_right_in_two_calls(product: Product) -> None:
    product.stand()
    setup, logs = product.setup(), Account(product.world).client("logs")
    name = f"snowpixel-{setup.id}"
    found = logs.get_delivery_destination(name=name)["deliveryDestination"]
    elsewhere = {"destinationResourceArn": f"arn:aws:s3:::{setup.made.log_bucket}/elsewhere"}
    logs.untag_resource(resourceArn=found["arn"], tagKeys=["snowpixel:id", "snowpixel:setup"])
    logs.put_delivery_destination(name=name, outputFormat="w3c", deliveryDestinationConfiguration=elsewhere)
    product.clear()
    assert not_ok(product.run(Job.REPAIR)) == []
    written = [operation for service, operation in product.writes() if service == "logs"]
    assert written == ["PutDeliveryDestination", "TagResource"]


def test_a_conflict_of_another_kind_is_told_in_awss_words(product: Product, control: Control) -> None:
    product.new()
    message = "A conflict that nobody has heard of."
    control.fail("logs", "PutDeliverySource", "ConflictException", message=message)
    [check] = [each for each in product.apply().checks if each.id == "delivery-source"]
    assert check.problem is not None
    assert check.problem.id == "aws-refused"
    assert check.problem.values["message"] == message
