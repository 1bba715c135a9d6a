"""CloudWatch Logs (API 2014-03-28): sources, destinations, and deliveries of vended logs, in us-east-1."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from wizard.aws.listing import Listing
from wizard.aws.typed import ask
from wizard.model.ports import Aws

SERVICE = "logs"


class SourceDetail(Struct, frozen=True, rename="camel"):
    """What logs come from."""

    name: str
    arn: str
    resource_arns: tuple[str, ...] = ()


class _IntoBucket(Struct, frozen=True, rename="camel"):
    destination_resource_arn: str = "none"


class DestinationDetail(Struct, frozen=True, rename="camel"):
    """Where logs go."""

    arn: str
    output_format: str = "none"
    delivery_destination_configuration: _IntoBucket = _IntoBucket()

    @property
    def bucket(self) -> str:
        """ARN of the bucket with the prefix below it."""
        return self.delivery_destination_configuration.destination_resource_arn


class Folders(Struct, frozen=True, rename="camel"):
    """How log files are named."""

    suffix_path: str = ""
    enable_hive_compatible_path: bool = False


class DeliveryDetail(Struct, frozen=True, rename="camel"):
    """What connects a source with a destination."""

    id: str
    arn: str
    delivery_source_name: str = ""
    delivery_destination_arn: str = ""
    record_fields: tuple[str, ...] = ()
    field_delimiter: str = ""
    s3_delivery_configuration: Folders = Folders()


class _Source(Struct, frozen=True, rename="camel"):
    delivery_source: SourceDetail


class _Destination(Struct, frozen=True, rename="camel"):
    delivery_destination: DestinationDetail


class _Delivery(Struct, frozen=True, rename="camel"):
    delivery: DeliveryDetail


class _NewDelivery(Struct, frozen=True, rename="camel"):
    id: str


class _Created(Struct, frozen=True, rename="camel"):
    delivery: _NewDelivery


class _Tags(Struct, frozen=True, rename="camel"):
    tags: dict[str, str] = {}


DELIVERIES = Listing(SERVICE, "describe_deliveries", "deliveries", "nextToken", "nextToken", DeliveryDetail)
DELIVERY_SOURCES = Listing(
    SERVICE, "describe_delivery_sources", "deliverySources", "nextToken", "nextToken", SourceDetail
)


async def get_source(aws: Aws, name: str) -> SourceDetail:
    """Return a source.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Source, SERVICE, "get_delivery_source", name=name)).delivery_source


async def put_source(aws: Aws, name: str, resource: str, tags: Mapping[str, str] | None) -> None:
    """Create the source of a resource's access logs, with tags, or correct it, without.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "put_delivery_source", name=name, resourceArn=resource, logType="ACCESS_LOGS", **_tagged(tags))


async def delete_source(aws: Aws, name: str) -> None:
    """Delete a source that no delivery hangs on.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "delete_delivery_source", name=name)


async def get_destination(aws: Aws, name: str) -> DestinationDetail:
    """Return a destination.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Destination, SERVICE, "get_delivery_destination", name=name)).delivery_destination


async def put_destination(aws: Aws, name: str, bucket: str, output_format: str, tags: Mapping[str, str] | None) -> None:
    """Create a destination, with tags, or correct it, without.

    Args:
        aws: the port to AWS.
        name: its name.
        bucket: ARN of the bucket with the prefix below it.
        output_format: `w3c` and the like.
        tags: its tags; None corrects one that is there.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    into = {"destinationResourceArn": bucket}
    await aws(
        SERVICE,
        "put_delivery_destination",
        name=name,
        outputFormat=output_format,
        deliveryDestinationConfiguration=into,
        **_tagged(tags),
    )


async def delete_destination(aws: Aws, name: str) -> None:
    """Delete a destination that no delivery hangs on.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "delete_delivery_destination", name=name)


async def get_delivery(aws: Aws, identifier: str) -> DeliveryDetail:
    """Return a delivery.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Delivery, SERVICE, "get_delivery", id=identifier)).delivery


async def create_delivery(
    aws: Aws,
    source: str,
    destination: str,
    *,
    fields: Sequence[str],
    delimiter: str,
    suffix: str,
    tags: Mapping[str, str] | None,
) -> str:
    """Connect a source with a destination, and return the delivery's id.

    Args:
        aws: the port to AWS.
        source: the source's name.
        destination: the destination's ARN.
        fields: the fields of a line, in their order.
        delimiter: what stands between them.
        suffix: path of a log file below the prefix, with its placeholders.
        tags: its tags.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await ask(
        aws,
        _Created,
        SERVICE,
        "create_delivery",
        deliverySourceName=source,
        deliveryDestinationArn=destination,
        recordFields=list(fields),
        fieldDelimiter=delimiter,
        s3DeliveryConfiguration={"suffixPath": suffix, "enableHiveCompatiblePath": False},
        **_tagged(tags),
    )
    return reply.delivery.id


async def delete_delivery(aws: Aws, identifier: str) -> None:
    """Delete a delivery.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "delete_delivery", id=identifier)


async def tags_of(aws: Aws, arn: str) -> dict[str, str]:
    """Return the tags of any of the three.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Tags, SERVICE, "list_tags_for_resource", resourceArn=arn)).tags


async def tag(aws: Aws, arn: str, tags: Mapping[str, str]) -> None:
    """Add tags to any of the three; those of others stay.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "tag_resource", resourceArn=arn, tags=dict(tags))


def _tagged(tags: Mapping[str, str] | None) -> dict[str, Any]:
    return {} if tags is None else {"tags": dict(tags)}
