"""Paginated listings of an account's resources, and their tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.model.ports import Aws

One = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """How a service hands out a list.

    Attributes:
        service: the service.
        operation: the listing operation.
        items: the field of a page that holds the list.
        token: the field that says where the next page begins; missing or empty on the last one.
        parameter: the parameter that takes the token.
        box: the field that holds items and token, where they are not in the reply itself.
        filters: parameters of every page.
    """

    service: str
    operation: str
    items: str
    token: str
    parameter: str
    box: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)


DISTRIBUTIONS = Listing("cloudfront", "list_distributions", "Items", "NextMarker", "Marker", "DistributionList")
ACCESS_CONTROLS = Listing(
    "cloudfront", "list_origin_access_controls", "Items", "NextMarker", "Marker", "OriginAccessControlList"
)
BUCKETS = Listing("s3", "list_buckets", "Buckets", "ContinuationToken", "ContinuationToken")
FILES = Listing("s3", "list_objects_v2", "Contents", "NextContinuationToken", "ContinuationToken")
KEY_TYPES = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1")
"""Keys of certificates that CloudFront takes (CloudFront guide: requirements for SSL/TLS certificates)."""
CERTIFICATES = Listing(
    "acm",
    "list_certificates",
    "CertificateSummaryList",
    "NextToken",
    "NextToken",
    filters={"Includes": {"keyTypes": list(KEY_TYPES)}},  # else ACM names RSA keys of 1024 and 2048 bits alone
)
DELIVERIES = Listing("logs", "describe_deliveries", "deliveries", "nextToken", "nextToken")
DELIVERY_SOURCES = Listing("logs", "describe_delivery_sources", "deliverySources", "nextToken", "nextToken")
TAGGED = Listing(
    "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", "PaginationToken", "PaginationToken"
)


async def everything(aws: Aws, listing: Listing, **parameters: Any) -> list[One]:
    """Return all items of a listing.

    Raises:
        wizard.aws.errors.AwsError: a page was refused.
    """
    found: list[One] = []
    more: dict[str, str] = {}
    while True:
        reply = await aws(listing.service, listing.operation, **listing.filters, **parameters, **more)
        page = reply[listing.box] if listing.box else reply
        found += page.get(listing.items) or []
        token = page.get(listing.token)
        if not token:
            return found
        more = {listing.parameter: token}


def as_tags(pairs: list[One]) -> dict[str, str]:
    """Return a list of keys and values as a mapping."""
    return {pair["Key"]: pair.get("Value", "") for pair in pairs}


async def distribution_tags(aws: Aws, arn: str) -> dict[str, str]:
    """Return the tags of a distribution.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await aws("cloudfront", "list_tags_for_resource", Resource=arn)
    return as_tags(reply["Tags"].get("Items", []))


async def certificate_tags(aws: Aws, arn: str) -> dict[str, str]:
    """Return the tags of a certificate.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return as_tags((await aws("acm", "list_tags_for_certificate", CertificateArn=arn))["Tags"])
