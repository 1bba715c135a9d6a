"""CloudFront (API 2020-05-31): distributions, origin access controls, invalidations, and tags."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field, to_builtins

from wizard.aws.listing import Listing
from wizard.aws.typed import Items, ResourceTag, as_tags, ask, convert, tag_pairs
from wizard.model.ports import Aws

SERVICE = "cloudfront"

Document = dict[str, Any]
"""A distribution's whole configuration, as UpdateDistribution takes it back: what others set in it is carried over."""


class Origin(Struct, frozen=True, rename="pascal"):
    """Where a distribution fetches files."""

    id: str
    domain_name: str = ""
    origin_path: str = ""
    origin_access_control_id: str = ""


class ErrorResponse(Struct, frozen=True, rename="pascal"):
    """How long an error is kept, and which page is shown for it."""

    error_code: int
    response_page_path: str = ""
    error_caching_min_ttl: int | None = field(name="ErrorCachingMinTTL", default=None)


class Switch(Struct, frozen=True, rename="pascal"):
    """Something that is on or off."""

    enabled: bool = False


class Methods(Items[str], frozen=True, rename="pascal"):
    """HTTP methods that are let through, and those whose answers are kept."""

    cached_methods: Items[str] = Items()


class PathBehavior(Struct, frozen=True, rename="pascal"):
    """How requests of some paths are treated, of which only the paths are read."""

    path_pattern: str


class Behavior(Struct, frozen=True, rename="pascal"):
    """How all other requests are treated."""

    target_origin_id: str = ""
    viewer_protocol_policy: str = ""
    allowed_methods: Methods = Methods()
    cache_policy_id: str = "none"
    response_headers_policy_id: str = ""
    compress: bool = False
    trusted_key_groups: Switch = Switch()
    trusted_signers: Switch = Switch()

    @property
    def signed_only(self) -> bool:
        """Whether viewers need a signature, which no tracker has."""
        return self.trusted_key_groups.enabled or self.trusted_signers.enabled


class ViewerCertificate(Struct, frozen=True, rename="pascal"):
    """The certificate that viewers are shown; empty texts where it is CloudFront's own."""

    acm_certificate_arn: str = field(name="ACMCertificateArn", default="")
    ssl_support_method: str = field(name="SSLSupportMethod", default="")
    minimum_protocol_version: str = ""


class Logging(Struct, frozen=True, rename="pascal"):
    """The older way to log."""

    include_cookies: bool = False


class DistributionConfig(Struct, frozen=True, rename="pascal"):
    """What is read of a distribution's configuration."""

    enabled: bool
    comment: str = ""
    aliases: Items[str] = Items()
    origins: Items[Origin] = Items()
    default_cache_behavior: Behavior = Behavior()
    cache_behaviors: Items[PathBehavior] = Items()
    custom_error_responses: Items[ErrorResponse] = Items()
    viewer_certificate: ViewerCertificate = ViewerCertificate()
    default_root_object: str = ""
    http_version: str = ""
    ipv6: bool = field(name="IsIPV6Enabled", default=False)
    logging: Logging = Logging()


class DistributionDetail(Struct, frozen=True, rename="pascal"):
    """A distribution as GetDistribution and CreateDistribution describe it."""

    id: str
    arn: str = field(name="ARN")
    status: str
    """`Deployed`, or `InProgress`."""
    domain_name: str
    distribution_config: DistributionConfig


class NewDistribution(Struct, frozen=True, rename="pascal"):
    """What is needed of a distribution that was just created."""

    id: str
    domain_name: str


class _CreateDistribution(Struct, frozen=True, rename="pascal"):
    distribution: NewDistribution


class _GetDistribution(Struct, frozen=True, rename="pascal"):
    distribution: DistributionDetail
    etag: str = field(name="ETag")


class FoundDistribution(Struct, frozen=True):
    """A distribution with what an update of it needs."""

    distribution: DistributionDetail
    document: Document
    etag: str

    @property
    def config(self) -> DistributionConfig:
        """What is read of its configuration."""
        return self.distribution.distribution_config

    @property
    def deployed(self) -> bool:
        """Whether every edge has its newest settings."""
        return self.distribution.status == "Deployed"


class DistributionSummary(Struct, frozen=True, rename="pascal"):
    """A distribution as a listing describes it."""

    id: str
    arn: str = field(name="ARN")
    domain_name: str
    comment: str = ""
    aliases: Items[str] = Items()
    origins: Items[Origin] = Items()
    default_cache_behavior: Behavior = Behavior()
    viewer_certificate: ViewerCertificate = ViewerCertificate()


class AccessControlConfig(Struct, frozen=True, rename="pascal"):
    """The settings of an origin access control."""

    name: str = "none"
    description: str = "none"
    signing_protocol: str = "none"
    signing_behavior: str = "none"
    origin_type: str = field(name="OriginAccessControlOriginType", default="none")

    def properties(self) -> Mapping[str, str]:
        """Return them by their names in CloudFront's API."""
        found: dict[str, str] = to_builtins(self)
        return found


class AccessControlSummary(Struct, frozen=True, rename="pascal"):
    """An origin access control as a listing describes it."""

    id: str
    name: str
    description: str = ""


class _Created(Struct, frozen=True, rename="pascal"):
    id: str


class _CreatedAccessControl(Struct, frozen=True, rename="pascal"):
    origin_access_control: _Created


class _AccessControl(Struct, frozen=True, rename="pascal"):
    id: str
    settings: AccessControlConfig = field(name="OriginAccessControlConfig")


class FoundAccessControl(Struct, frozen=True, rename="pascal"):
    """An origin access control, and the ETag that an update of it needs."""

    origin_access_control: _AccessControl
    etag: str = field(name="ETag")

    @property
    def id(self) -> str:
        """Its id."""
        return self.origin_access_control.id

    @property
    def settings(self) -> AccessControlConfig:
        """Its settings."""
        return self.origin_access_control.settings


class _Tags(Struct, frozen=True, rename="pascal"):
    tags: Items[ResourceTag]


DISTRIBUTIONS = Listing(
    SERVICE, "list_distributions", "Items", "NextMarker", "Marker", DistributionSummary, box="DistributionList"
)
ACCESS_CONTROLS = Listing(
    SERVICE,
    "list_origin_access_controls",
    "Items",
    "NextMarker",
    "Marker",
    AccessControlSummary,
    box="OriginAccessControlList",
)


async def get_distribution(aws: Aws, identifier: str | None) -> FoundDistribution:
    """Return a distribution with its whole configuration.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await aws(SERVICE, "get_distribution", Id=identifier)
    read = convert(reply, _GetDistribution, "cloudfront:GetDistribution")
    return FoundDistribution(read.distribution, reply["Distribution"]["DistributionConfig"], read.etag)


async def create_distribution(aws: Aws, config: Document, tags: Mapping[str, str]) -> NewDistribution:
    """Create a distribution that carries tags from its first moment on.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    wanted = {"DistributionConfig": config, "Tags": {"Items": tag_pairs(tags)}}
    reply = await ask(
        aws, _CreateDistribution, SERVICE, "create_distribution_with_tags", DistributionConfigWithTags=wanted
    )
    return reply.distribution


async def update_distribution(aws: Aws, identifier: str | None, config: Document, etag: str) -> None:
    """Write a distribution's whole configuration, unless it was changed since its ETag was read.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "update_distribution", Id=identifier, IfMatch=etag, DistributionConfig=config)


async def delete_distribution(aws: Aws, identifier: str | None, etag: str) -> None:
    """Delete a distribution that is disabled everywhere.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "delete_distribution", Id=identifier, IfMatch=etag)


async def distribution_tags(aws: Aws, arn: str) -> dict[str, str]:
    """Return the tags of a distribution.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return as_tags((await ask(aws, _Tags, SERVICE, "list_tags_for_resource", Resource=arn)).tags.items)


async def tag_distribution(aws: Aws, arn: str, tags: Mapping[str, str]) -> None:
    """Add tags to a distribution; those of others stay.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "tag_resource", Resource=arn, Tags={"Items": tag_pairs(tags)})


async def create_invalidation(aws: Aws, identifier: str, paths: Sequence[str]) -> None:
    """Let the edges fetch these paths anew.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    batch = {
        "Paths": {"Quantity": len(paths), "Items": list(paths)},
        "CallerReference": f"snowpixel-{secrets.token_hex(8)}",
    }
    await aws(SERVICE, "create_invalidation", DistributionId=identifier, InvalidationBatch=batch)


async def get_access_control(aws: Aws, identifier: str | None) -> FoundAccessControl:
    """Return an origin access control.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return await ask(aws, FoundAccessControl, SERVICE, "get_origin_access_control", Id=identifier)


async def create_access_control(aws: Aws, config: AccessControlConfig) -> str:
    """Create an origin access control, and return its id.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    wanted = dict(config.properties())
    reply = await ask(
        aws, _CreatedAccessControl, SERVICE, "create_origin_access_control", OriginAccessControlConfig=wanted
    )
    return reply.origin_access_control.id


async def update_access_control(aws: Aws, identifier: str | None, etag: str, config: AccessControlConfig) -> None:
    """Write all settings of an origin access control, unless it was changed since its ETag was read.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    wanted = dict(config.properties())
    await aws(SERVICE, "update_origin_access_control", Id=identifier, IfMatch=etag, OriginAccessControlConfig=wanted)


async def delete_access_control(aws: Aws, identifier: str | None, etag: str) -> None:
    """Delete an origin access control that no distribution uses.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "delete_origin_access_control", Id=identifier, IfMatch=etag)
