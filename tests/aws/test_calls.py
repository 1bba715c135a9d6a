"""Every call of the product, against the model of the botocore that is installed: in the plain install, the newest.

The examples come from `test_calls_made.py`, which plays whole lives of setups and fails where one is missing.
"""

from typing import Any

import pytest
from botocore.validate import ParamValidator

from tests.aws.calls import features, load, sendable
from tests.aws.synthetic import operation_model, operation_names, operations
from tests.aws.typed import LISTINGS as TYPED
from tests.modelcheck import breaches
from wizard.aws import listing
from wizard.aws.listing import Listing

TABLE = load()
EXAMPLES = {
    f"{name} {number}": (name, example) for name, each in TABLE.items() for number, example in enumerate(each, 1)
}

NOT_CALLED = {
    "acm.list_tags_for_resource": "the name of an operation of CloudFront and of CloudWatch Logs",
    "acm.tag_resource": "the same",
    "route53.list_tags_for_resource": "the same",
}
"""Operations whose name stands in the product's code, and which it does not call."""

LISTINGS = {**TYPED, **{name: one for name, one in vars(listing).items() if isinstance(one, Listing)}}


def shape_of(name: str) -> Any:
    service, _, operation = name.partition(".")
    return operation_model(service, operation).input_shape


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_call_is_as_the_model_wants_it(example: str) -> None:
    name, params = EXAMPLES[example]
    shape, given = shape_of(name), sendable(params)
    if shape is None:
        assert given == {}
        return
    assert list(breaches(shape, given)) == []
    assert not ParamValidator().validate(given, shape).has_errors()


def test_every_operation_has_an_example() -> None:
    called = {f"{service}.{operation}" for service, operation in operations()}
    known = {name for name in NOT_CALLED if name.partition(".")[2] in operation_names(name.partition(".")[0])}
    assert known <= called  # the oldest botocore that is allowed lacks ACM's newer kind of tags
    assert called - set(NOT_CALLED) - set(TABLE) == set()
    assert not set(NOT_CALLED) & set(TABLE)


@pytest.mark.parametrize("name", LISTINGS)
def test_the_next_page_of_a_listing_is_asked_for_as_the_model_wants_it(name: str) -> None:
    """Pages are longer than anything that the practice world holds."""
    one = LISTINGS[name]
    model = operation_model(one.service, one.operation)
    given = {**one.filters, one.parameter: "EXAMPLEtoken1"}
    given |= dict.fromkeys(model.input_shape.required_members, "example")
    assert list(breaches(model.input_shape, given)) == []
    box = model.output_shape.members[one.box] if one.box else model.output_shape
    assert {one.items, one.token} <= set(box.members)


@pytest.mark.parametrize("name", [name for name in TABLE if shape_of(name) is not None])
def test_every_example_brings_something(name: str) -> None:
    """So that the file says no more than it has to."""
    shape, seen = shape_of(name), set[str]()
    for number, example in enumerate(TABLE[name]):
        found = set(features(shape, sendable(example)))
        assert number == 0 or found - seen, example
        seen |= found
