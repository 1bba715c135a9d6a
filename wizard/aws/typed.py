"""AWS's replies as frozen structs: what is missing in one, or is of another kind, is AWS's fault and said as such."""

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from wizard.aws.replies import unreadable
from wizard.model.ports import Aws

T = TypeVar("T")

_LACKS = re.compile(r"missing required field `(\w+)`")
_PLACE = re.compile(r"`\$\.?(.*)`$")


class Items(Struct, Generic[T], frozen=True, rename="pascal"):
    """A list as CloudFront writes it, with its length beside it."""

    items: tuple[T, ...] = ()


class ResourceTag(Struct, frozen=True, rename="pascal"):
    """A tag, as all services but CloudWatch Logs write it."""

    key: str
    value: str = ""


def as_tags(pairs: tuple[ResourceTag, ...]) -> dict[str, str]:
    """Return a list of keys and values as a mapping."""
    return {pair.key: pair.value for pair in pairs}


def tag_pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a mapping as a list of keys and values."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def convert(found: Any, kind: type[T], operation: str) -> T:
    """Return a part of a reply as a struct.

    Args:
        found: as botocore parsed it.
        kind: the struct.
        operation: what was called, `service:Operation`.

    Raises:
        wizard.aws.errors.AwsError: a field is missing or of another kind.
    """
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise unreadable(_what(str(error)), operation) from None


def _what(error: str) -> str:
    """Return what is wrong with a reply, as msgspec says it, without a value of it."""
    if lacks := _LACKS.search(error):
        return f"a reply without {lacks[1]}"
    place = _PLACE.search(error)
    return f"a reply whose {place[1]} can't be read" if place and place[1] else "something else than a reply"


def operation_name(service: str, operation: str) -> str:
    """Return an operation as IAM writes it, from how boto3 spells it."""
    return f"{service}:{''.join(part.capitalize() for part in operation.split('_'))}"


async def ask(aws: Aws, kind: type[T], service: str, operation: str, /, **parameters: Any) -> T:
    """Call AWS, and return what is read of its reply.

    Args:
        aws: the port to AWS.
        kind: the struct to return.
        service: the service.
        operation: the operation in snake case, as boto3 spells it.
        parameters: the operation's, as its API spells them.

    Raises:
        wizard.aws.errors.AwsError: AWS refused, could not be reached, or answered with what can't be read.
    """
    return convert(await aws(service, operation, **parameters), kind, operation_name(service, operation))
