"""Paginated listings of an account's resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from wizard.aws.replies import unreadable
from wizard.aws.typed import convert, operation_name
from wizard.model.ports import Aws

T = TypeVar("T")


@dataclass(frozen=True)
class Listing(Generic[T]):
    """How a service hands out a list.

    Attributes:
        service: the service.
        operation: the listing operation.
        items: the field of a page that holds the list.
        token: the field that says where the next page begins; missing or empty on the last one.
        parameter: the parameter that takes the token.
        kind: what one of them is read as.
        box: the field that holds items and token, where they are not in the reply itself.
        filters: parameters of every page.
    """

    service: str
    operation: str
    items: str
    token: str
    parameter: str
    kind: type[T]
    box: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)


async def everything(aws: Aws, listing: Listing[T], **parameters: Any) -> list[T]:
    """Return all items of a listing.

    Raises:
        wizard.aws.errors.AwsError: a page was refused, or can't be read.
    """
    found: list[T] = []
    operation = operation_name(listing.service, listing.operation)
    more: dict[str, str] = {}
    while True:
        reply = await aws(listing.service, listing.operation, **listing.filters, **parameters, **more)
        page = reply.get(listing.box) if listing.box else reply
        if page is None:
            raise unreadable(f"a reply without {listing.box}", operation)
        found += [convert(one, listing.kind, operation) for one in page.get(listing.items) or ()]
        token = page.get(listing.token)
        if not token:
            return found
        more = {listing.parameter: token}
