"""Lifecycle rules of both buckets: incomplete uploads are deleted, and logs once their retention has passed."""

from collections.abc import Callable, Mapping
from typing import Any

from wizard.model.context import Context
from wizard.resources.buckets.bucket_settings import Setting

RULE = "snowpixel"
"""Id of our lifecycle rule; other rules are carried over untouched."""

ABORT_DAYS = 7
"""Days after which S3 drops an upload that was never finished."""


def _rule(reply: Mapping[str, Any]) -> dict[str, str]:
    """Return what our lifecycle rule says, empty when it is missing or off."""
    rule = next((one for one in reply.get("Rules", []) if one.get("ID") == RULE), None)
    if rule is None or rule.get("Status") != "Enabled":
        return {}
    covered = rule.get("Filter") or {"Prefix": rule.get("Prefix", "")}
    return {
        DROPPED: _days(rule.get("AbortIncompleteMultipartUpload"), "DaysAfterInitiation"),
        DELETED: _days(rule.get("Expiration"), "Days"),
        VERSIONS: _days(rule.get(OLDER), "NoncurrentDays"),
        "covers": "all files" if covered == {"Prefix": ""} else f"only {covered}",
        "besides": ", ".join(sorted(set(rule) - OF_OUR_RULE)) or "nothing",
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


def _days(part: Mapping[str, Any] | None, name: str) -> str:
    if not part:
        return NEVER
    return _after(part[name]) if name in part else "otherwise"


def _after(days: int) -> str:
    return f"after {days} day{'' if days == 1 else 's'}"


def _rule_wanted(days: int | None) -> dict[str, str]:
    deleted, older = (NEVER, NEVER) if days is None else (_after(days), _after(OLDER_DAYS))
    return {DROPPED: _after(ABORT_DAYS), DELETED: deleted, VERSIONS: older, "covers": "all files", "besides": "nothing"}


def _other_rules(reply: Mapping[str, Any]) -> str:
    others = [str(one.get("ID", "without a name")) for one in reply.get("Rules", []) if one.get("ID") != RULE]
    return f"other rules, left alone: {', '.join(others)}" if others else ""


def _lifecycle(days: int | None, reply: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "ID": RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }
    if days is not None:
        rule["Expiration"] = {"Days": days}
        rule[OLDER] = {"NoncurrentDays": OLDER_DAYS}
    others = [one for one in reply.get("Rules", []) if one.get("ID") != RULE]
    return {"LifecycleConfiguration": {"Rules": [*others, rule]}}


def _setting(title: str, days: Callable[[Context], int | None]) -> Setting:
    """Return the setting that deletes files after so many days, or with None never."""
    return Setting(
        id="lifecycle",
        title=title,
        read="get_bucket_lifecycle_configuration",
        write="put_bucket_lifecycle_configuration",
        found=_rule,
        wanted=lambda context: _rule_wanted(days(context)),
        request=lambda context, reply: _lifecycle(days(context), reply),
        others=_other_rules,
    )


LIFECYCLE = _setting("Incomplete uploads are deleted", lambda _: None)
LOG_LIFECYCLE = _setting("Old logs are deleted", lambda context: context.choices.retention_days)
