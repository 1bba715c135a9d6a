"""Lifecycle rules of both buckets: incomplete uploads are deleted, and logs once their retention has passed."""

from collections.abc import Callable, Sequence

from wizard.aws.services.s3 import FoundRule, OurBucket, Rule
from wizard.model.context import Context
from wizard.resources.buckets.bucket_settings import Setting

RULE = "snowpixel"
"""Id of our lifecycle rule; other rules are carried over untouched."""

ABORT_DAYS = 7
"""Days after which S3 drops an upload that was never finished."""


def _rule(rules: Sequence[FoundRule]) -> dict[str, str]:
    """Return what our lifecycle rule says, empty when it is missing or off."""
    ours = next((one for one in rules if one.read.id == RULE), None)
    if ours is None or ours.read.status != "Enabled":
        return {}
    rule = ours.read
    covered = rule.filter or {"Prefix": rule.prefix}
    return {
        DROPPED: _days(rule.abort.days_after_initiation) if rule.abort else NEVER,
        DELETED: _days(rule.expiration.days) if rule.expiration else NEVER,
        VERSIONS: _days(rule.old_versions.noncurrent_days) if rule.old_versions else NEVER,
        "covers": "all files" if covered == {"Prefix": ""} else f"only {covered}",
        "besides": ", ".join(sorted(set(ours.document) - OF_OUR_RULE)) or "nothing",
    }


OLDER = "NoncurrentVersionExpiration"
OF_OUR_RULE = frozenset({"ID", "Status", "Filter", "Prefix", "AbortIncompleteMultipartUpload", "Expiration", OLDER})
"""Parts of a rule that are looked at one by one (S3 API reference: LifecycleRule)."""

DROPPED, DELETED, NEVER = "incomplete uploads deleted", "files deleted", "never"

VERSIONS = "older versions deleted"
"""Where somebody switches versioning on, an expired file is only hidden, and stays as an older version for ever.

Source: S3 guide, Managing the lifecycle of objects. Without versioning there are none, and this does nothing.
"""

OLDER_DAYS = 1
"""Days for which an older version stays: the fewest that S3 takes."""


def _days(days: int | None) -> str:
    return "otherwise" if days is None else _after(days)


def _after(days: int) -> str:
    return f"after {days} day{'' if days == 1 else 's'}"


def _rule_wanted(days: int | None) -> dict[str, str]:
    deleted, older = (NEVER, NEVER) if days is None else (_after(days), _after(OLDER_DAYS))
    return {DROPPED: _after(ABORT_DAYS), DELETED: deleted, VERSIONS: older, "covers": "all files", "besides": "nothing"}


def _other_rules(rules: Sequence[FoundRule]) -> str:
    others = [one.read.id or "without a name" for one in rules if one.read.id != RULE]
    return f"other rules, left alone: {', '.join(others)}" if others else ""


def _lifecycle(days: int | None, rules: Sequence[FoundRule]) -> list[Rule]:
    rule: Rule = {
        "ID": RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }
    if days is not None:
        rule["Expiration"] = {"Days": days}
        rule[OLDER] = {"NoncurrentDays": OLDER_DAYS}
    return [*(one.document for one in rules if one.read.id != RULE), rule]


def _setting(title: str, days: Callable[[Context], int | None]) -> Setting[tuple[FoundRule, ...]]:
    """Return the setting that deletes files after so many days, or with None never."""
    return Setting(
        id="lifecycle",
        title=title,
        unset=(),
        read=OurBucket.lifecycle,
        found=_rule,
        wanted=lambda context: _rule_wanted(days(context)),
        write=lambda bucket, context, rules: bucket.put_lifecycle(_lifecycle(days(context), rules)),
        others=_other_rules,
    )


LIFECYCLE = _setting("Incomplete uploads are deleted", lambda _: None)
LOG_LIFECYCLE = _setting("Old logs are deleted", lambda context: context.choices.retention_days)
