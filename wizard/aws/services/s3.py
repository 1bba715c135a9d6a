"""S3 (API 2006-03-01): our buckets, their settings, and the files in them.

Every call names the account that must own the bucket (`ExpectedBucketOwner`): S3 refuses it on another's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import anyio
from msgspec import Struct, field, to_builtins

from wizard.aws.listing import Listing, everything
from wizard.aws.typed import ResourceTag, as_tags, ask, convert, tag_pairs
from wizard.model.ports import Aws

SERVICE = "s3"

US_EAST_1 = "us-east-1"
"""The region that must not be named as a location constraint (CreateBucket in the S3 API reference)."""

OWNER_ENFORCED = "BucketOwnerEnforced"
"""The account owns all files, and access control lists count for nothing."""

Rule = dict[str, Any]
"""A lifecycle rule as PutBucketLifecycleConfiguration takes it back: those of others are carried over."""

T = TypeVar("T")


class BucketSummary(Struct, frozen=True, rename="pascal"):
    """A bucket as a listing describes it."""

    name: str
    creation_date: datetime


class File(Struct, frozen=True, rename="pascal"):
    """A file as a listing describes it."""

    key: str
    last_modified: datetime
    size: int
    """Bytes."""
    etag: str = field(name="ETag", default="")


class FilePage(Struct, frozen=True, rename="pascal"):
    """One page of a listing of files."""

    contents: tuple[File, ...] = ()
    is_truncated: bool = False
    next_continuation_token: str = ""


class FileVersion(Struct, frozen=True, rename="pascal"):
    """A version of a file, or the mark that it was deleted."""

    key: str
    version_id: str


class _Versions(Struct, frozen=True, rename="pascal"):
    versions: tuple[FileVersion, ...] = ()
    delete_markers: tuple[FileVersion, ...] = ()


class RefusedDeletion(Struct, frozen=True, rename="pascal"):
    """A file that S3 did not delete, and why."""

    key: str = ""
    code: str = ""
    message: str = ""


class _Deleted(Struct, frozen=True, rename="pascal"):
    errors: tuple[RefusedDeletion, ...] = ()


class _TagSet(Struct, frozen=True, rename="pascal"):
    tag_set: tuple[ResourceTag, ...]


class _Policy(Struct, frozen=True, rename="pascal"):
    policy: str


class PublicAccessBlock(Struct, frozen=True, rename="pascal"):
    """The four switches of Block Public Access."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False

    def by_name(self) -> dict[str, bool]:
        """Return them by their names in S3's API."""
        found: dict[str, bool] = to_builtins(self)
        return found


class _PublicAccess(Struct, frozen=True, rename="pascal"):
    public_access_block_configuration: PublicAccessBlock = PublicAccessBlock()


class _Ownership(Struct, frozen=True, rename="pascal"):
    object_ownership: str


class _OwnershipRules(Struct, frozen=True, rename="pascal"):
    rules: tuple[_Ownership, ...] = ()


class _OwnershipControls(Struct, frozen=True, rename="pascal"):
    ownership_controls: _OwnershipRules = _OwnershipRules()


class _ByDefault(Struct, frozen=True, rename="pascal"):
    algorithm: str = field(name="SSEAlgorithm")


class _EncryptionRule(Struct, frozen=True, rename="pascal"):
    by_default: _ByDefault | None = field(name="ApplyServerSideEncryptionByDefault", default=None)


class _EncryptionRules(Struct, frozen=True, rename="pascal"):
    rules: tuple[_EncryptionRule, ...] = ()


class _Encryption(Struct, frozen=True, rename="pascal"):
    server_side_encryption_configuration: _EncryptionRules = _EncryptionRules()


class _Abort(Struct, frozen=True, rename="pascal"):
    days_after_initiation: int | None = None


class _Expiration(Struct, frozen=True, rename="pascal"):
    days: int | None = None


class _OldVersions(Struct, frozen=True, rename="pascal"):
    noncurrent_days: int | None = None


class LifecycleRule(Struct, frozen=True, rename="pascal"):
    """What is read of a lifecycle rule; a part is None where the rule has none."""

    status: str
    id: str = field(name="ID", default="")
    prefix: str = ""
    filter: dict[str, Any] | None = None
    abort: _Abort | None = field(name="AbortIncompleteMultipartUpload", default=None)
    expiration: _Expiration | None = None
    old_versions: _OldVersions | None = field(name="NoncurrentVersionExpiration", default=None)


class _Lifecycle(Struct, frozen=True, rename="pascal"):
    rules: tuple[LifecycleRule, ...] = ()


class FoundRule(Struct, frozen=True):
    """A lifecycle rule, and the whole of it as S3 takes it back."""

    read: LifecycleRule
    document: Rule


class StoredFile(Struct, frozen=True, rename="pascal"):
    """What S3 says of a file without sending it."""

    etag: str = field(name="ETag")
    content_length: int
    """Bytes."""
    content_type: str = ""
    cache_control: str = ""
    content_encoding: str = ""


class FetchedFile(Struct, frozen=True, rename="pascal"):
    """A file with its bytes."""

    body: bytes
    metadata: dict[str, str] = {}


BUCKETS = Listing(SERVICE, "list_buckets", "Buckets", "ContinuationToken", "ContinuationToken", BucketSummary)
FILES = Listing(SERVICE, "list_objects_v2", "Contents", "NextContinuationToken", "ContinuationToken", File)


async def create_bucket(aws: Aws, name: str, region: str, tags: Mapping[str, str] | None) -> None:
    """Create a bucket in the account's own namespace, whose files all belong to the account.

    Args:
        aws: the port to AWS.
        name: its name.
        region: where it is.
        tags: the tags that it has from its first moment on; None leaves them out.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    # The location comes first, as in S3's schema: botocore writes the parts in the order of this dictionary.
    located: dict[str, Any] = {} if region == US_EAST_1 else {"LocationConstraint": region}
    configuration = located if tags is None else {**located, "Tags": tag_pairs(tags)}
    await aws(
        SERVICE,
        "create_bucket",
        Bucket=name,
        BucketNamespace="account-regional",
        ObjectOwnership=OWNER_ENFORCED,
        **({"CreateBucketConfiguration": configuration} if configuration else {}),
    )


@dataclass(frozen=True)
class OurBucket:
    """A bucket of ours. Every method raises `wizard.aws.errors.AwsError` where AWS refuses.

    Attributes:
        aws: the port to AWS.
        name: the bucket's name.
        owner: the account that must own it.
        writes: lets its settings be written one after the other: S3 refuses two at once.
    """

    aws: Aws
    name: str
    owner: str | None
    writes: anyio.Lock

    async def _ask(self, kind: type[T], operation: str, **parameters: Any) -> T:
        owned = {"Bucket": self.name, "ExpectedBucketOwner": self.owner}
        return await ask(self.aws, kind, SERVICE, operation, **owned, **parameters)

    async def _write(self, operation: str, **parameters: Any) -> None:
        """Write a setting of the bucket, or end it."""
        async with self.writes:
            await self._tell(operation, **parameters)

    async def _tell(self, operation: str, **parameters: Any) -> None:
        await self.aws(SERVICE, operation, Bucket=self.name, ExpectedBucketOwner=self.owner, **parameters)

    async def tags(self) -> dict[str, str]:
        """Return its tags."""
        return as_tags((await self._ask(_TagSet, "get_bucket_tagging")).tag_set)

    async def put_tags(self, tags: Mapping[str, str]) -> None:
        """Write all its tags."""
        await self._write("put_bucket_tagging", Tagging={"TagSet": tag_pairs(tags)})

    async def policy(self) -> str:
        """Return its policy, which should be JSON."""
        return (await self._ask(_Policy, "get_bucket_policy")).policy

    async def put_policy(self, policy: str) -> None:
        """Write its whole policy."""
        await self._write("put_bucket_policy", Policy=policy)

    async def delete_policy(self) -> None:
        """Delete its policy."""
        await self._write("delete_bucket_policy")

    async def public_access(self) -> PublicAccessBlock:
        """Return its switches of Block Public Access."""
        return (await self._ask(_PublicAccess, "get_public_access_block")).public_access_block_configuration

    async def put_public_access(self, switches: Mapping[str, bool]) -> None:
        """Write all its switches of Block Public Access."""
        await self._write("put_public_access_block", PublicAccessBlockConfiguration=dict(switches))

    async def ownership(self) -> str:
        """Return who owns its files, empty where that was never set."""
        rules = (await self._ask(_OwnershipControls, "get_bucket_ownership_controls")).ownership_controls.rules
        return rules[0].object_ownership if rules else ""

    async def put_ownership(self, owner: str) -> None:
        """Say who owns its files."""
        controls = {"Rules": [{"ObjectOwnership": owner}]}
        await self._write("put_bucket_ownership_controls", OwnershipControls=controls)

    async def encryption(self) -> str:
        """Return how its files are encrypted, empty where that was never set."""
        reply = await self._ask(_Encryption, "get_bucket_encryption")
        rules = reply.server_side_encryption_configuration.rules
        default = rules[0].by_default if rules else None
        return default.algorithm if default else ""

    async def put_encryption(self, algorithm: str) -> None:
        """Say how its files are encrypted."""
        rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]
        await self._write("put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": rules})

    async def lifecycle(self) -> tuple[FoundRule, ...]:
        """Return its lifecycle rules."""
        operation = "get_bucket_lifecycle_configuration"
        reply = await self.aws(SERVICE, operation, Bucket=self.name, ExpectedBucketOwner=self.owner)
        rules = convert(reply, _Lifecycle, "s3:GetBucketLifecycleConfiguration").rules
        return tuple(map(FoundRule, rules, reply.get("Rules", ())))

    async def put_lifecycle(self, rules: Sequence[Rule]) -> None:
        """Write all its lifecycle rules."""
        await self._write("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": list(rules)})

    async def page(self, **where: str) -> FilePage:
        """Return one page of its files, sorted by key.

        Args:
            where: `Prefix`, and `StartAfter` or `ContinuationToken`.
        """
        return await self._ask(FilePage, "list_objects_v2", **where)

    async def files(self) -> list[File]:
        """Return all its files, sorted by key."""
        return await everything(self.aws, FILES, Bucket=self.name, ExpectedBucketOwner=self.owner)

    async def versions(self) -> tuple[FileVersion, ...]:
        """Return up to a page of everything in it, marks of deletion too."""
        found = await self._ask(_Versions, "list_object_versions")
        return (*found.versions, *found.delete_markers)

    async def delete_versions(self, versions: Sequence[FileVersion]) -> tuple[RefusedDeletion, ...]:
        """Delete up to 1,000 of what `versions` lists, and return what S3 did not delete."""
        listed = [{"Key": one.key, "VersionId": one.version_id} for one in versions]
        return (await self._ask(_Deleted, "delete_objects", Delete={"Objects": listed, "Quiet": True})).errors

    async def delete(self) -> None:
        """Delete the bucket, which has to be empty."""
        await self._write("delete_bucket")

    async def head(self, key: str) -> StoredFile:
        """Return what is said of a file."""
        return await self._ask(StoredFile, "head_object", Key=key)

    async def get(self, key: str) -> FetchedFile:
        """Return a file."""
        return await self._ask(FetchedFile, "get_object", Key=key)

    async def put(
        self, key: str, body: bytes, *, content_type: str, cache_control: str, metadata: Mapping[str, str]
    ) -> None:
        """Upload a file with its headers; every visitor sees its metadata."""
        await self._tell(
            "put_object",
            Key=key,
            Body=body,
            ContentType=content_type,
            CacheControl=cache_control,
            Metadata=dict(metadata),
        )

    async def delete_file(self, key: str) -> None:
        """Delete a file."""
        await self._tell("delete_object", Key=key)
