"""Least-privilege IAM policies for setup, running, checks, and events, from what each resource declares.

Scopes are names (the setup's id is in every name that we choose), tags and conditions, as far as AWS allows them
(Service Authorization Reference). Two limits are AWS's: an origin access control can be named by nothing but its later
id, and whoever may tag a distribution or certificate as ours may then change or delete it. So the setup's policy guards
against accidents, not against its own holder; once everything is made, the others name exactly that and nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from wizard.knowledge import aws_resources
from wizard.knowledge.aws_resources import Permission
from wizard.model.setup import Made, Setup

VERSION = "2012-10-17"
"""The policy language's version (IAM reference, IAM JSON policy elements: Version)."""

MOST = 6144
"""Characters that a managed policy may have, white space not counted (IAM guide: IAM and STS quotas)."""

ANY = "*"

TAGGED = "tagged-ours"
"""A condition: on what carries our tags."""


class Purpose(StrEnum):
    """What a key is for."""

    SETUP = "setup"
    """Make, repair and remove everything."""
    RUNNING = "running"
    """Check, and put changed settings right: makes, tags and removes nothing."""
    CHECK = "check"
    """Look at settings and the pixel's files; no log files."""
    EVENTS = "events"
    """Read the log files, and nothing else."""


Document = dict[str, Any]
Statement = dict[str, Any]
Names = Mapping[str, Sequence[str]]
"""Placeholder of an ARN or a condition to what it stands for; none: what it is for is not known."""


def policy(setup: Setup | None, purpose: Purpose = Purpose.SETUP) -> Document:
    """Return the policy of a key for one setup, or for whichever the user may make.

    Args:
        setup: the setup; None leaves its id, domain and account open.
        purpose: what the key is for. All but that of the setup hold only what is made already.
    """
    parts, names = _parts(setup), _names(setup, purpose)
    statements: dict[str, Statement] = {}
    for entry in aws_resources.permissions():
        if entry.needs in parts and purpose in entry.keys:
            statement = _statement(entry, entry.actions, names)
            if statement["Resource"]:
                _add(statements.setdefault(entry.sid, {}), statement)
    return {"Version": VERSION, "Statement": list(statements.values())}


def narrowest(action: str) -> Purpose:
    """Return for which key the policy holds an action: the one that may do least."""
    holding = {key for entry in aws_resources.permissions() if action in entry.actions for key in entry.keys}
    return next(
        (purpose for purpose in (Purpose.CHECK, Purpose.EVENTS, Purpose.RUNNING) if purpose in holding), Purpose.SETUP
    )


def unmade(setup: Setup) -> tuple[str, ...]:
    """Return in words what a setup wants and has not made yet, which its narrower policies therefore leave out."""
    wished = _parts(setup)
    return tuple(
        saved.wanted
        for name, saved in aws_resources.saved_names().items()
        if saved.wanted and saved.needs in wished and not getattr(setup.made, name)
    )


def _add(statement: Statement, more: Statement) -> None:
    """Merge a statement of the same name, and so under the same conditions, into one."""
    for part in ("Action", "Resource"):
        more[part] = list(dict.fromkeys([*statement.get(part, ()), *more[part]]))
    statement.update(more)


def compact(document: Mapping[str, Any]) -> str:
    """Return a policy without white space, as IAM counts it."""
    return json.dumps(document, separators=(",", ":"))


def actions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return all actions that a policy of ours allows, sorted."""
    return tuple(sorted(action for statement in document["Statement"] for action in statement["Action"]))


def statement_for(action: str, setup: Setup | None = None) -> Statement:
    """Return the statement that allows one action, scoped as the policy scopes it: what to add when it is missing.

    Args:
        action: as IAM writes it, for example `s3:CreateBucket`. One that the policy does not know is not scoped.
        setup: the setup to scope it to.
    """
    entry = next((one for one in aws_resources.permissions() if action in one.actions), None)
    if entry is None:
        return {"Sid": "Missing", "Effect": "Allow", "Action": [action], "Resource": [ANY]}
    return _statement(entry, [action], _names(setup))


def statement_text(action: str, setup: Setup | None = None) -> str:
    """Return `statement_for` as text to paste into a policy."""
    return json.dumps(statement_for(action, setup), indent=2)


def action_of(operation: str) -> str:
    """Return the action that AWS checks for an operation (`service:Operation`): mostly, but not always, its name."""
    return aws_resources.operations().get(operation, operation)


@cache
def bound_to_tags() -> frozenset[str]:
    """Return the actions that the policy allows only on what carries our tags."""
    bound = (one for one in aws_resources.permissions() if TAGGED in one.conditions)
    return frozenset(action for entry in bound for action in entry.actions)


def _statement(entry: Permission, allowed: Sequence[str], names: Names) -> Statement:
    patterns = [aws_resources.arns().get(name, name) for name in entry.on]
    statement: Statement = {
        "Sid": entry.sid,
        "Effect": "Allow",
        "Action": list(allowed),
        "Resource": _filled(patterns, names),
    }
    conditions = _conditions(entry.conditions, names)
    return statement | ({"Condition": conditions} if conditions else {})


def _conditions(wished: Sequence[str], names: Names) -> dict[str, dict[str, Any]]:
    """Return the conditions of these names; one about something that is not known falls away."""
    merged: dict[str, dict[str, Any]] = {}
    for name in wished:
        for operator, keys in aws_resources.conditions()[name].items():
            for key, value in keys.items():
                filled = _filled(value if isinstance(value, list) else [value], names)
                if filled:
                    block = merged.setdefault(_filled([operator], names)[0], {})
                    block[key] = filled if len(filled) > 1 else filled[0]
    return merged


def _filled(patterns: Sequence[str], names: Names) -> list[str]:
    """Fill the placeholders; what stands for several things becomes several, what is not known becomes nothing."""
    filled = list(patterns)
    for name, values in names.items():
        mark = f"{{{name}}}"
        filled = [
            pattern.replace(mark, value) for pattern in filled for value in (values if mark in pattern else ("",))
        ]
    return filled


def _names(setup: Setup | None, purpose: Purpose = Purpose.SETUP) -> Names:
    """Return what stands for the placeholders of ARNs and conditions."""
    if setup is None:
        operator, identifier = "StringLike", ANY
        scoped = _scoped(operator, identifier, account=None, zone=[ANY]) | _any_id() | {"domain": ()}
        return scoped | _buckets(["snowpixel-*"], ["snowpixel-*-content-*"], ["snowpixel-*-logs-*"])
    made = setup.made
    domain = [setup.choices.domain] if setup.choices.domain else []
    exact = purpose is not Purpose.SETUP
    zone = _known(made.hosted_zone) if exact else [made.hosted_zone or ANY]
    scoped = _scoped("StringEquals", setup.id, account=made.account, zone=zone) | {"domain": domain}
    if exact:
        content, logs = _known(made.content_bucket), _known(made.log_bucket)
        return scoped | _ids(made) | _buckets([*content, *logs], content, logs)
    usual = f"snowpixel-{setup.id}-"
    own = [name for name in (made.content_bucket, made.log_bucket) if name and not name.startswith(usual)]
    buckets = [f"{usual}*", *own]
    return scoped | _any_id() | _buckets(buckets, buckets, buckets)


def _scoped(operator: str, identifier: str, *, account: str | None, zone: Sequence[str]) -> dict[str, Sequence[str]]:
    return {"operator": [operator], "id": [identifier], "account": [account or ANY], "zone": zone}


def _buckets(all_of_them: Sequence[str], content: Sequence[str], logs: Sequence[str]) -> dict[str, Sequence[str]]:
    return {"bucket": all_of_them, "content_bucket": content, "log_bucket": logs}


def _any_id() -> dict[str, Sequence[str]]:
    return dict.fromkeys(_named_by_aws(), (ANY,))


def _ids(made: Made) -> dict[str, Sequence[str]]:
    """Return the ids that AWS made up; where an ARN was saved, its last part."""
    found: dict[str, str | None] = {name: getattr(made, name) for name in _named_by_aws()}
    return {name: [value.rpartition("/")[2]] if value else [] for name, value in found.items()}


def _named_by_aws() -> Sequence[str]:
    return [name for name, saved in aws_resources.saved_names().items() if saved.named_by_aws]


def _known(name: str | None) -> Sequence[str]:
    return [name] if name else []


def _parts(setup: Setup | None) -> frozenset[str]:
    """Return which parts of the policy a setup needs; "" stands for what every one needs."""
    if setup is None:
        return frozenset({"", "domain", "zone-search", "route53", "search"})
    made, own_name = setup.made, setup.choices.domain is not None
    wished = {
        "": True,
        "domain": own_name or made.certificate is not None,
        "zone-search": own_name and made.hosted_zone is None,
        "route53": own_name and made.hosted_zone != "",
    }
    return frozenset(part for part, needed in wished.items() if needed)
