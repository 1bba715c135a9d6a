"""Settings of both buckets: public access block, ownership, and encryption; `lifecycle` has the rest."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from wizard.aws.bucket import our_bucket
from wizard.aws.errors import MISSING, AwsError
from wizard.aws.services.s3 import OWNER_ENFORCED, OurBucket, PublicAccessBlock
from wizard.model.context import Context
from wizard.model.results import Change, Difference
from wizard.resources.buckets.buckets import Role, bucket_of
from wizard.resources.resource import Reading, Resource

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One thing that S3 keeps about a bucket.

    Attributes:
        id: the last part of the item's id.
        title: what it is, in plain words.
        unset: what stands for a setting that was never set.
        read: asks for it.
        found: what was read to the properties we own.
        wanted: the same properties as wanted.
        write: sets it, given what was read: what is not ours is carried over.
        others: what somebody else set beside ours, in words.
    """

    id: str
    title: str
    unset: T
    read: Callable[[OurBucket], Awaitable[T]]
    found: Callable[[T], dict[str, str]]
    wanted: Callable[[Context], dict[str, str]]
    write: Callable[[OurBucket, Context, T], Awaitable[None]]
    others: Callable[[T], str] = lambda _: ""


class BucketSetting(Resource, Generic[T]):
    """One setting of one bucket."""

    def __init__(self, context: Context, role: Role, setting: Setting[T]) -> None:
        super().__init__(context)
        self.role = role
        self.setting = setting
        self.parent = f"{role}-bucket"
        self.id = f"{role}-bucket.{setting.id}"
        self.title = setting.title
        self.comes_with_parent = setting in COMMON  # S3's own defaults for new buckets since April 2023
        self._last = setting.unset
        """What was read last: what others set beside ours is carried over from it."""

    async def read(self) -> Reading:
        """Compare what the bucket has with what is wanted."""
        self._last = await self._read()
        found = self.setting.found(self._last)
        wanted = self.setting.wanted(self.context)
        wrong = tuple(
            Difference(name, found.get(name, "not set"), value)
            for name, value in wanted.items()
            if found.get(name) != value
        )
        if wrong:
            return self.differs(self.unlike, *wrong, change=self._doing())
        said = ", ".join(f"{name} {value}" for name, value in wanted.items())
        return self.fine(f"{self.title}: OK", observed="; ".join(filter(None, (said, self.setting.others(self._last)))))

    def missing(self) -> Reading:
        """Nothing is set on a bucket that is not there."""
        return self.absent(f"{self.title}: not set yet", self._doing())

    def _doing(self) -> str:
        return f"Set on the {self.role} bucket: {self.title}"

    async def _read(self) -> T:
        try:
            return await self.setting.read(self._bucket)
        except AwsError as error:
            if error.code in MISSING and error.code != "NoSuchBucket":
                return self.setting.unset
            raise

    async def carry_out(self, change: Change) -> None:
        """Set it, carrying over what is not ours."""
        del change  # there is only one
        await self.setting.write(self._bucket, self.context, self._last)

    @property
    def _bucket(self) -> OurBucket:
        return our_bucket(self.context, bucket_of(self.context.made, self.role) or "")


SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _switches(found: PublicAccessBlock) -> dict[str, str]:
    return {switch: "on" if on else "off" for switch, on in found.by_name().items()}


PUBLIC_ACCESS = Setting(
    id="public-access",
    title="Block Public Access",
    unset=PublicAccessBlock(),
    read=OurBucket.public_access,
    found=_switches,
    wanted=lambda _: dict.fromkeys(SWITCHES, "on"),
    write=lambda bucket, _, __: bucket.put_public_access(dict.fromkeys(SWITCHES, True)),
)

OWNERSHIP = Setting(
    id="ownership",
    title="Access control lists (ACLs) turned off (bucket owner enforced)",
    unset="",
    read=OurBucket.ownership,
    found=lambda owner: {"ObjectOwnership": owner} if owner else {},
    wanted=lambda _: {"ObjectOwnership": OWNER_ENFORCED},
    write=lambda bucket, _, __: bucket.put_ownership(OWNER_ENFORCED),
)

BY_S3 = "AES256"

ENCRYPTION = Setting(
    id="encryption",
    title="Encryption with S3-managed keys",
    unset="",
    read=OurBucket.encryption,
    found=lambda algorithm: {"SSEAlgorithm": algorithm} if algorithm else {},
    wanted=lambda _: {"SSEAlgorithm": BY_S3},
    write=lambda bucket, _, __: bucket.put_encryption(BY_S3),
)

COMMON: tuple[Setting[Any], ...] = (PUBLIC_ACCESS, OWNERSHIP, ENCRYPTION)
"""On both buckets."""
