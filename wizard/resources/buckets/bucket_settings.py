"""Settings of both buckets: public access block, ownership, encryption, and lifecycle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.aws.bucket import call_s3
from wizard.aws.errors import MISSING, AwsError
from wizard.model.context import Context
from wizard.model.results import Change, Difference
from wizard.resources.buckets.buckets import Role, bucket_of
from wizard.resources.resource import Reading, Resource

RULE = "snowpixel"
"""Id of our lifecycle rule; other rules are carried over untouched."""

ABORT_DAYS = 7
"""Days after which S3 drops an upload that was never finished."""


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
        request: wanted properties and the reply (empty when never set) to the parameters of `write`.
        others: what somebody else set beside ours, in words; it is carried over.
    """

    id: str
    title: str
    read: str
    write: str
    found: Callable[[Mapping[str, Any]], dict[str, str]]
    wanted: Callable[[Context], dict[str, str]]
    request: Callable[[dict[str, str], Mapping[str, Any]], dict[str, Any]]
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
            return self.differs(f"{self.title}: not as wanted", *wrong, change=self._doing())
        said = ", ".join(f"{name} {value}" for name, value in wanted.items())
        return self.fine(
            f"{self.title}: as wanted", observed="; ".join(filter(None, (said, self.setting.others(self._last))))
        )

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
        wanted = self.setting.wanted(self.context)
        await self._s3(self.setting.write, **self.setting.request(wanted, self._last))

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


OWNERSHIP = Setting(
    id="ownership",
    title="Access lists switched off (bucket owner enforced)",
    read="get_bucket_ownership_controls",
    write="put_bucket_ownership_controls",
    found=_ownership,
    wanted=lambda _: {"ObjectOwnership": "BucketOwnerEnforced"},
    request=lambda wanted, _: {"OwnershipControls": {"Rules": [wanted]}},
)


def _encryption(reply: Mapping[str, Any]) -> dict[str, str]:
    rules = reply.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    return {"SSEAlgorithm": default["SSEAlgorithm"]} if default else {}


ENCRYPTION = Setting(
    id="encryption",
    title="Encryption by S3's own keys",
    read="get_bucket_encryption",
    write="put_bucket_encryption",
    found=_encryption,
    wanted=lambda _: {"SSEAlgorithm": "AES256"},
    request=lambda wanted, _: {
        "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": wanted}]}
    },
)


def _rule(reply: Mapping[str, Any]) -> dict[str, str]:
    """Return what our lifecycle rule says, empty when it is missing or off."""
    rule = next((one for one in reply.get("Rules", []) if one.get("ID") == RULE), None)
    if rule is None or rule.get("Status") != "Enabled":
        return {}
    covered = rule.get("Filter") or {"Prefix": rule.get("Prefix", "")}
    return {
        DROPPED: _days(rule.get("AbortIncompleteMultipartUpload"), "DaysAfterInitiation"),
        DELETED: _days(rule.get("Expiration"), "Days"),
        "covers": "all files" if covered == {"Prefix": ""} else f"only {covered}",
        "besides": ", ".join(sorted(set(rule) - OF_OUR_RULE)) or "nothing",
    }


OF_OUR_RULE = frozenset({"ID", "Status", "Filter", "Prefix", "AbortIncompleteMultipartUpload", "Expiration"})
"""Parts of a rule that are looked at one by one (S3 API reference: LifecycleRule)."""

DROPPED, DELETED, NEVER = "unfinished uploads dropped", "files deleted", "never"


def _days(part: Mapping[str, Any] | None, name: str) -> str:
    if not part:
        return NEVER
    return _after(part[name]) if name in part else "otherwise"


def _after(days: int) -> str:
    return f"after {days} days"


def _rule_wanted(deleted: str) -> dict[str, str]:
    return {DROPPED: _after(ABORT_DAYS), DELETED: deleted, "covers": "all files", "besides": "nothing"}


def _other_rules(reply: Mapping[str, Any]) -> str:
    others = [str(one.get("ID", "without a name")) for one in reply.get("Rules", []) if one.get("ID") != RULE]
    return f"other rules, left alone: {', '.join(others)}" if others else ""


def _lifecycle(wanted: dict[str, str], reply: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "ID": RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }
    if wanted[DELETED] != NEVER:
        rule["Expiration"] = {"Days": int(wanted[DELETED].split()[1])}
    others = [one for one in reply.get("Rules", []) if one.get("ID") != RULE]
    return {"LifecycleConfiguration": {"Rules": [*others, rule]}}


LIFECYCLE = Setting(
    id="lifecycle",
    title="Left-over uploads are dropped",
    read="get_bucket_lifecycle_configuration",
    write="put_bucket_lifecycle_configuration",
    found=_rule,
    wanted=lambda _: _rule_wanted(NEVER),
    request=_lifecycle,
    others=_other_rules,
)

LOG_LIFECYCLE = Setting(
    id="lifecycle",
    title="Old logs are deleted",
    read="get_bucket_lifecycle_configuration",
    write="put_bucket_lifecycle_configuration",
    found=_rule,
    wanted=lambda context: _rule_wanted(_after(context.choices.retention_days)),
    request=_lifecycle,
    others=_other_rules,
)

COMMON = (PUBLIC_ACCESS, OWNERSHIP, ENCRYPTION)
"""On both buckets."""
