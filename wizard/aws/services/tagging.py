"""The Resource Groups Tagging API (2017-01-26): what in the account carries a tag."""

from msgspec import Struct, field

from wizard.aws.listing import Listing, everything
from wizard.aws.typed import ResourceTag, as_tags
from wizard.model.ports import Aws

SERVICE = "resourcegroupstaggingapi"


class Tagged(Struct, frozen=True, rename="pascal"):
    """A thing with its tags."""

    arn: str = field(name="ResourceARN")
    tags: tuple[ResourceTag, ...]


TAGGED = Listing(SERVICE, "get_resources", "ResourceTagMappingList", "PaginationToken", "PaginationToken", Tagged)


async def tagged_with(aws: Aws, key: str) -> dict[str, dict[str, str]]:
    """Return the tags of what carries a tag of this name, by its ARN; what was just made comes minutes later.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return {one.arn: as_tags(one.tags) for one in await everything(aws, TAGGED, TagFilters=[{"Key": key}])}
