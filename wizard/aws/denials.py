"""Denials of AWS: who denies, on what, and by which policy, as AWS's own words say it.

The wording is that of the IAM guide, "Troubleshoot access denied error messages": "… with an explicit deny in a TYPE
policy", "… because no TYPE policy allows the ACTION action", and since 2026 the policy's ARN behind it (AWS Security
Blog, enhanced access denied error messages). S3's own words for Block Public Access stand in the S3 guide's page of the
same name, in a newer and an older form. Many services still say no more than "Access Denied".
"""

import re

from wizard.aws.policy import action_of
from wizard.aws.service_regions import IN_CHOSEN_REGION

ACTION = re.compile(r"perform(?:ing)?:? ([a-z0-9-]+:[A-Za-z0-9]+)")
"""The action in a denial: "… is not authorized to perform: s3:CreateBucket on resource …"."""

_RESOURCE = re.compile(r"on resource:? [\"']?(arn:[^\s\"',]+)")
_POLICY = re.compile(r"(?:polic(?:y|ies)|boundary): [\"']?(arn:[^\s\"',]+[^\s\"',.])")
_EXPLICIT = "explicit deny"

_BY_TYPE = (
    ("service control polic", "denied-by-organisation"),
    ("resource control polic", "denied-by-organisation"),
    ("declarative polic", "denied-by-organisation"),
    ("permissions boundar", "denied-by-boundary"),
    ("session polic", "denied-by-session"),
    ("vpc endpoint polic", "denied-by-network"),
    ("resource-based polic", "denied-by-resource"),
    ("trust polic", "denied-by-resource"),
)
"""What AWS calls the kind of policy that denies, and the problem that it is."""


def problem_of(message: str) -> str:
    """Return the problem that a denial's words name."""
    if "MultiFactorAuthentication failed" in message:
        return "mfa-wrong"
    if "BlockPublicPolicy" in message:
        return "public-policy-blocked"
    cause = _cause(message)
    found = next((problem for words, problem in _BY_TYPE if words in cause), None)
    return found or ("denied-explicitly" if _EXPLICIT in message else "permission-missing")


def values_of(message: str, operation: str) -> dict[str, str]:
    """Return what the texts of denials name: the action, where, by which policy, and what else may be the cause.

    Args:
        message: AWS's words.
        operation: `service:Operation`, for denials that name no action.
    """
    found, on, by = ACTION.search(message), _RESOURCE.search(message), _POLICY.search(message)
    action = found[1] if found else action_of(operation)
    return {
        "action": action,
        "on": f" on {on[1]}" if on else "",
        "policy": f" AWS names the policy: {by[1]}." if by else "",
        "kind": _kind(message),
        "region": "" if action.partition(":")[0] in (*IN_CHOSEN_REGION, "iam") else _US_EAST_1,
        "candidates": "" if _cause(message) else _CANDIDATES,
    }


_US_EAST_1 = " This call goes to us-east-1, wherever your buckets are, and many organizations forbid that region."
_CANDIDATES = (
    " AWS doesn't say which policy is the cause. It may be that the user's own policies don't allow it, or that a "
    "bucket's policy, a permissions boundary, or a rule of your organization forbids it."
)


def _cause(message: str) -> str:
    """Return the words that name the kind of policy, in lower case; empty where AWS names none."""
    lower = message.lower()
    return next((lower[at:] for words in (f"{_EXPLICIT} in", "because no ") if (at := lower.find(words)) >= 0), "")


def _kind(message: str) -> str:
    return "resource control policy" if "resource control polic" in _cause(message) else "service control policy"
