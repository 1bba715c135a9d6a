"""Settings of both buckets: public access block, ownership, and encryption; `lifecycle` has the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.aws.bucket import call_s3
from wizard.aws.errors import MISSING, AwsError
from wizard.model.context import Context
from wizard.model.results import Change, Difference
from wizard.resources.buckets.buckets import Role, bucket_of
from wizard.resources.resource import Reading, Resource


@dataclass(frozen=True)
class Setting:
    """One thing that S3 keeps about a bucket.

    Attributes:
        id: the last part of the item's id.
        title: what it is, in plain words.
        read: operation that returns it.
        write: operation that sets it.
        found: reply of `read` to the properties we own.
        wanted: the same properties as wanted.
        request: the setup's surroundings and the reply (empty when never set) to the parameters of `write`.
        others: what somebody else set beside ours, in words; it is carried over.
    """

    id: str
    title: str
    read: str
    write: str
    found: Callable[[Mapping[str, Any]], dict[str, str]]
    wanted: Callable[[Context], dict[str, str]]
    request: Callable[[Context, Mapping[str, Any]], dict[str, Any]]
    others: Callable[[Mapping[str, Any]], str] = lambda _: ""


class BucketSetting(Resource):
    """One setting of one bucket."""

    def __init__(self, context: Context, role: Role, setting: Setting) -> None:
        super().__init__(context)
        self.role = role
        self.setting = setting
        self.parent = f"{role}-bucket"
        self.id = f"{role}-bucket.{setting.id}"
        self.title = setting.title
        self.comes_with_parent = setting in COMMON  # S3's own defaults for new buckets since April 2023
        self._last: dict[str, Any] = {}
        """The newest reply: what others set beside ours is carried over from it."""

    async def read(self) -> Reading:
        """Compare what the bucket has with what is wanted."""
        self._last = await self._reply()
        found = self.setting.found(self._last)
        wanted = self.setting.wanted(self.context)
        wrong = tuple(
            Difference(name, found.get(name, "not set"), value)
            for name, value in wanted.items()
            if found.get(name) != value
        )
        if wrong:
            return self.differs(f"{self.title}: not as it should be", *wrong, change=self._doing())
        said = ", ".join(f"{name} {value}" for name, value in wanted.items())
        return self.fine(f"{self.title}: OK", observed="; ".join(filter(None, (said, self.setting.others(self._last)))))

    def missing(self) -> Reading:
        """Nothing is set on a bucket that is not there."""
        return self.absent(f"{self.title}: not set yet", self._doing())

    def _doing(self) -> str:
        return f"Set on the {self.role} bucket: {self.title}"

    async def _reply(self) -> dict[str, Any]:
        try:
            return await self._s3(self.setting.read)
        except AwsError as error:
            if error.code in MISSING and error.code != "NoSuchBucket":
                return {}
            raise

    async def carry_out(self, change: Change) -> None:
        """Set it, carrying over what is not ours."""
        del change  # there is only one
        await self._s3(self.setting.write, **self.setting.request(self.context, self._last))

    async def _s3(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return await call_s3(self.context, operation, bucket_of(self.context.made, self.role) or "", **parameters)


SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _switches(reply: Mapping[str, Any]) -> dict[str, str]:
    found = reply.get("PublicAccessBlockConfiguration", {})
    return {switch: "on" if found.get(switch) else "off" for switch in SWITCHES}


PUBLIC_ACCESS = Setting(
    id="public-access",
    title="Block Public Access",
    read="get_public_access_block",
    write="put_public_access_block",
    found=_switches,
    wanted=lambda _: dict.fromkeys(SWITCHES, "on"),
    request=lambda _, __: {"PublicAccessBlockConfiguration": dict.fromkeys(SWITCHES, True)},
)


def _ownership(reply: Mapping[str, Any]) -> dict[str, str]:
    rules = reply.get("OwnershipControls", {}).get("Rules", [])
    return {"ObjectOwnership": rules[0]["ObjectOwnership"]} if rules else {}


OWNER_ENFORCED = {"ObjectOwnership": "BucketOwnerEnforced"}

OWNERSHIP = Setting(
    id="ownership",
    title="Access control lists (ACLs) turned off (bucket owner enforced)",
    read="get_bucket_ownership_controls",
    write="put_bucket_ownership_controls",
    found=_ownership,
    wanted=lambda _: dict(OWNER_ENFORCED),
    request=lambda _, __: {"OwnershipControls": {"Rules": [OWNER_ENFORCED]}},
)


def _encryption(reply: Mapping[str, Any]) -> dict[str, str]:
    rules = reply.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    return {"SSEAlgorithm": default["SSEAlgorithm"]} if default else {}


BY_S3 = {"SSEAlgorithm": "AES256"}

ENCRYPTION = Setting(
    id="encryption",
    title="Encryption with S3-managed keys",
    read="get_bucket_encryption",
    write="put_bucket_encryption",
    found=_encryption,
    wanted=lambda _: dict(BY_S3),
    request=lambda _, __: {
        "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": BY_S3}]}
    },
)


COMMON = (PUBLIC_ACCESS, OWNERSHIP, ENCRYPTION)
"""On both buckets."""
