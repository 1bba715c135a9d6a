"""Source, destination and delivery of the access logs, changed behind our back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.drift.proving import FAILED, Drift, prove
from tests.drift.standing import Behind
from wizard.resources.logs.log_delivery import FIELDS

REDELIVERED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "fewer fields": ({"recordFields": list(FIELDS[:12])}, ("fields",)),
    "fields in another order": ({"recordFields": [*FIELDS[1:], FIELDS[0]]}, ("fields",)),
    "another delimiter": ({"fieldDelimiter": ","}, ("delimiter",)),
    "another path": ({"s3DeliveryConfiguration": {"suffixPath": "{yyyy}/{MM}"}}, ("path",)),
    "Hive folders": (
        {"s3DeliveryConfiguration": {"suffixPath": "{yyyy}/{MM}/{dd}/{HH}", "enableHiveCompatiblePath": True}},
        ("folders",),
    ),
}


@pytest.mark.parametrize("name", REDELIVERED)
def test_a_delivery_made_anew_with_other_settings(name: str, standing: Callable[[str], Behind]) -> None:
    changes, names = REDELIVERED[name]
    drift = Drift("delivery", lambda b: b.redeliver(**changes), ("DeleteDelivery", "CreateDelivery"), names)
    prove(drift, standing("domain"))


def test_the_delivery_deleted(standing: Callable[[str], Behind]) -> None:
    drift = Drift("delivery", lambda b: b.aws("logs").delete_delivery(id=b.made.delivery), ("CreateDelivery",))
    prove(drift, standing("domain"))


def test_the_source_deleted_with_its_delivery(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        behind.aws("logs").delete_delivery(id=behind.made.delivery)
        behind.aws("logs").delete_delivery_source(name=behind.name)

    drift = Drift(
        "delivery-source",
        happen,
        ("PutDeliverySource", "CreateDelivery"),
        also={"delivery": FAILED},
        planned=frozenset({"delivery"}),
    )
    prove(drift, standing("domain"))


def test_the_destination_deleted_with_its_delivery(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        behind.aws("logs").delete_delivery(id=behind.made.delivery)
        behind.aws("logs").delete_delivery_destination(name=behind.name)

    drift = Drift(
        "delivery-destination",
        happen,
        ("PutDeliveryDestination", "CreateDelivery"),
        also={"delivery": FAILED},
        planned=frozenset({"delivery"}),
    )
    prove(drift, standing("domain"))


def test_the_destination_moved_to_another_place(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        behind.aws("logs").put_delivery_destination(
            name=behind.name,
            outputFormat="w3c",
            deliveryDestinationConfiguration={"destinationResourceArn": f"arn:aws:s3:::{behind.logs}/elsewhere"},
        )

    prove(Drift("delivery-destination", happen, ("PutDeliveryDestination",), ("bucket",)), standing("domain"))


def test_the_destination_in_another_format(standing: Callable[[str], Behind]) -> None:
    """A format is fixed when a destination is made: it is made anew, and the delivery with it."""

    def happen(behind: Behind) -> None:
        logs = behind.aws("logs")
        logs.delete_delivery(id=behind.made.delivery)
        logs.delete_delivery_destination(name=behind.name)
        made = logs.put_delivery_destination(
            name=behind.name,
            outputFormat="json",
            deliveryDestinationConfiguration={"destinationResourceArn": f"arn:aws:s3:::{behind.logs}/cf"},
            tags={"snowpixel:setup": "main", "snowpixel:id": behind.product.setup().id},
        )
        logs.create_delivery(
            deliverySourceName=behind.name,
            deliveryDestinationArn=made["deliveryDestination"]["arn"],
            recordFields=list(FIELDS),
        )

    drift = Drift(
        "delivery-destination",
        happen,
        ("DeleteDelivery", "DeleteDeliveryDestination", "PutDeliveryDestination", "CreateDelivery"),
        ("format",),
        also={"delivery": FAILED},
        planned=frozenset({"delivery"}),
    )
    prove(drift, standing("domain"))


@pytest.mark.parametrize("item", ["delivery-source", "delivery-destination", "delivery"])
def test_the_tags_of_a_log_object(item: str, standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        logs = behind.aws("logs")
        found = {
            "delivery-source": lambda: logs.get_delivery_source(name=behind.name)["deliverySource"],
            "delivery-destination": lambda: logs.get_delivery_destination(name=behind.name)["deliveryDestination"],
            "delivery": lambda: logs.get_delivery(id=behind.made.delivery)["delivery"],
        }[item]()
        logs.untag_resource(resourceArn=found["arn"], tagKeys=["snowpixel:id"])

    prove(Drift(item, happen, ("TagResource",), ("tags",)), standing("domain"))
