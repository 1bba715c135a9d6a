"""The structs of `wizard.aws.services` against the model of the botocore that is installed: each field is one of AWS's.

A field whose name is misspelled would be read as its default for ever.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from msgspec import Struct, inspect

from tests.aws.synthetic import ROOT, SERVICES, operation_model, operation_names
from tests.aws.typed import LISTINGS, readings
from wizard.aws.errors import UNREADABLE, AwsError
from wizard.aws.typed import Items, ResourceTag, ask, convert

PLAIN: dict[Any, set[str]] = {
    inspect.StrType: {"string"},
    inspect.IntType: {"integer", "long"},
    inspect.BoolType: {"boolean"},
    inspect.BytesType: {"blob"},
    inspect.DateTimeType: {"timestamp"},
    inspect.DictType: {"map", "structure"},  # a document that is carried over as it is
    inspect.StructType: {"structure"},
    inspect.VarTupleType: {"list"},
}
"""How msgspec and botocore call the same kind of value."""

READINGS = {f"{service}.{name} {kind.__name__}": (service, name, kind) for service, name, kind in readings()}


def unlike(kind: Any, shape: Any, place: str) -> Iterator[str]:
    """Yield where a struct says otherwise than botocore's shape."""
    if isinstance(kind, inspect.UnionType):
        kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    if shape is None or shape.type_name not in PLAIN[type(kind)]:
        yield f"{place} is none of AWS's, or of another kind"
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield from unlike(field.type, shape.members.get(field.encode_name), f"{place}.{field.encode_name}")
    elif isinstance(kind, inspect.VarTupleType):
        yield from unlike(kind.item_type, shape.member, f"{place}[]")


@pytest.mark.parametrize("name", READINGS)
def test_a_reply_is_read_by_the_names_that_aws_gives(name: str) -> None:
    service, operation, kind = READINGS[name]
    shape = operation_model(service, operation).output_shape
    assert list(unlike(inspect.type_info(kind), shape, operation)) == []


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listed_thing_is_read_by_the_names_that_aws_gives(name: str) -> None:
    one = LISTINGS[name]
    shape = operation_model(one.service, one.operation).output_shape
    shape = shape.members[one.box] if one.box else shape
    assert list(unlike(inspect.type_info(one.kind), shape.members[one.items].member, name)) == []


class Thing(Struct, frozen=True, rename="pascal"):
    id: str
    tags: tuple[ResourceTag, ...] = ()
    origins: Items[str] = Items()
    at: datetime | None = None


class Reply(Struct, frozen=True, rename="pascal"):
    thing: Thing


def test_a_reply_is_read_and_what_is_new_in_it_is_passed_over() -> None:
    now = datetime.now(UTC)
    found = {"Thing": {"Id": "1", "Tags": [{"Key": "a", "New": 1}], "At": now, "New": {}}, "New": []}
    assert convert(found, Reply, "s3:X").thing == Thing("1", (ResourceTag("a"),), Items(), now)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({}, "a reply without Thing"),
        ({"Thing": {}}, "a reply without Id"),
        ({"Thing": {"Id": "1", "Tags": [{"Value": "secret"}]}}, "a reply without Key"),
        ({"Thing": {"Id": 17}}, "a reply whose Thing.Id can't be read"),
        ({"Thing": "secret"}, "a reply whose Thing can't be read"),
        ({"Thing": {"Id": "1", "Tags": {}}}, "a reply whose Thing.Tags can't be read"),
        ({"Thing": {"Id": "1", "Tags": ["secret"]}}, r"a reply whose Thing.Tags\[0\] can't be read"),
        ({"Thing": None}, "a reply whose Thing can't be read"),
        ([], "something else than a reply"),
    ],
)
def test_what_is_missing_or_of_another_kind_is_said_without_repeating_it(reply: Any, said: str) -> None:
    class Aws:
        region = "eu-central-1"

        async def __call__(self, _service: str, _operation: str, /, **_parameters: Any) -> Any:
            return reply

    with pytest.raises(AwsError, match=said) as caught:
        anyio.run(ask, Aws(), Reply, "s3", "get_thing")
    assert caught.value.code == UNREADABLE
    assert caught.value.operation == "s3:GetThing"
    assert "secret" not in str(caught.value)


def test_operations_are_called_by_their_services_modules_alone() -> None:
    """Elsewhere a reply would be read without anybody saying what it lacks."""
    known = {operation for service in SERVICES for operation in operation_names(service)}
    named = {
        f"{path.relative_to(ROOT)}: {node.value}"
        for path in (ROOT / "wizard").rglob("*.py")
        if not {"practice", "services"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known
    }
    assert named == set()
