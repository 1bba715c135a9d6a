"""ACM (API 2015-12-08): certificates, in us-east-1 where CloudFront looks for them."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from wizard.aws.listing import Listing
from wizard.aws.typed import ResourceTag, as_tags, ask, tag_pairs
from wizard.model.ports import Aws

SERVICE = "acm"

KEY_TYPES = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1")
"""Keys of certificates that CloudFront takes (CloudFront guide: requirements for SSL/TLS certificates)."""


class CertificateSummary(Struct, frozen=True, rename="pascal"):
    """A certificate as a listing describes it."""

    certificate_arn: str
    domain_name: str
    status: str = ""
    type: str = ""
    """`AMAZON_ISSUED`, `IMPORTED`, or `PRIVATE`."""
    subject_alternative_name_summaries: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All hostnames in it."""
        return self.subject_alternative_name_summaries or (self.domain_name,)


class ResourceRecord(Struct, frozen=True, rename="pascal"):
    """The DNS record that proves a name."""

    name: str
    value: str

    @property
    def plain(self) -> tuple[str, str]:
        """Name and value in lower case, without the dot at their end."""
        return self.name.rstrip(".").lower(), self.value.rstrip(".").lower()


class ValidationOption(Struct, frozen=True, rename="pascal"):
    """How one name is proven."""

    domain_name: str
    validation_method: str = ""
    validation_status: str = ""
    resource_record: ResourceRecord | None = None
    """None while ACM has not made it up, and where e-mails prove the name."""


class RenewalSummary(Struct, frozen=True, rename="pascal"):
    """How a renewal stands."""

    renewal_status: str
    updated_at: datetime
    domain_validation_options: tuple[ValidationOption, ...]
    renewal_status_reason: str = ""


class CertificateDetail(Struct, frozen=True, rename="pascal"):
    """A certificate with everything about it."""

    certificate_arn: str
    domain_name: str
    status: str
    subject_alternative_names: tuple[str, ...] = ()
    domain_validation_options: tuple[ValidationOption, ...] = ()
    in_use_by: tuple[str, ...] = ()
    failure_reason: str = ""
    not_after: datetime | None = None
    renewal_summary: RenewalSummary | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All hostnames in it."""
        return self.subject_alternative_names or (self.domain_name,)

    @property
    def record(self) -> ResourceRecord | None:
        """The record that proves its first name, once ACM has made one up."""
        records = (one.resource_record for one in self.domain_validation_options)
        return next((one for one in records if one is not None), None)


class _Described(Struct, frozen=True, rename="pascal"):
    certificate: CertificateDetail


class _Requested(Struct, frozen=True, rename="pascal"):
    certificate_arn: str


class _Tags(Struct, frozen=True, rename="pascal"):
    tags: tuple[ResourceTag, ...]


CERTIFICATES = Listing(
    SERVICE,
    "list_certificates",
    "CertificateSummaryList",
    "NextToken",
    "NextToken",
    CertificateSummary,
    filters={"Includes": {"keyTypes": list(KEY_TYPES)}},  # else ACM names RSA keys of 1024 and 2048 bits alone
)


async def describe_certificate(aws: Aws, arn: str | None) -> CertificateDetail:
    """Return a certificate.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Described, SERVICE, "describe_certificate", CertificateArn=arn)).certificate


async def request_certificate(aws: Aws, domain: str, token: str | None, tags: Mapping[str, str]) -> str:
    """Request a certificate that a DNS record proves, once for a token, and return its ARN.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await ask(
        aws,
        _Requested,
        SERVICE,
        "request_certificate",
        DomainName=domain,
        ValidationMethod="DNS",
        IdempotencyToken=token,
        Tags=tag_pairs(tags),
    )
    return reply.certificate_arn


async def delete_certificate(aws: Aws, arn: str | None) -> None:
    """Delete a certificate that nothing uses.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "delete_certificate", CertificateArn=arn)


async def certificate_tags(aws: Aws, arn: str) -> dict[str, str]:
    """Return the tags of a certificate.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return as_tags((await ask(aws, _Tags, SERVICE, "list_tags_for_certificate", CertificateArn=arn)).tags)


async def tag_certificate(aws: Aws, arn: str | None, tags: Mapping[str, str]) -> None:
    """Add tags to a certificate; those of others stay.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    await aws(SERVICE, "add_tags_to_certificate", CertificateArn=arn, Tags=tag_pairs(tags))
