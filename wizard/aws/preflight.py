"""Missing permissions, found beforehand with IAM's policy simulator where that is allowed.

One call asks for everything on any resource: whoever may do it all, like most administrators, is through. Only what
that leaves open is asked again, statement by statement, on what the statement is for and under its conditions: the
simulator denies what depends on a condition key that it was not given, and refuses to judge actions together that
"require different authorization information" (seen by others with CloudFront's create and read actions).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import anyio

from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.identity import Identity
from wizard.aws.policy import ANY, Statement, actions
from wizard.aws.services.iam import allowed
from wizard.model.ports import Aws

SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/.+")
"""A role's session as STS names it (IAM guide: IAM identifiers)."""

INVALID = frozenset({"InvalidInput", "InvalidInputException"})
"""Codes of a question that the simulator does not take, for example of actions that it cannot judge together."""

SAMPLE = "x"
"""Stands for any name in the resources that are asked about; they need not exist."""


async def missing(aws: Aws, identity: Identity, document: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Ask which of a policy's actions the caller has no permission for.

    Args:
        aws: the way to call AWS.
        identity: the caller.
        document: a policy of `wizard.aws.policy`.

    Returns:
        the missing actions, sorted; None where it cannot be asked: the simulator is not allowed either or does not
        answer, or the caller is root or a federated session, whom it does not judge.
    """
    principal = principal_of(identity)
    if principal is None:
        return None
    simulator = _Simulator(aws, principal, identity.account)
    try:
        return await simulator.missing(document)
    except AwsError:
        return None


def principal_of(identity: Identity) -> str | None:
    """Return the user or role whose policies count; None for root and for federated sessions.

    A session's ARN lacks its role's path; with one, the simulator does not find the role, and nothing is reported.
    """
    if session := SESSION.fullmatch(identity.arn):
        return f"arn:aws:iam::{session[1]}:role/{session[2]}"
    return identity.arn if ":user/" in identity.arn else None


class _Simulator:
    def __init__(self, aws: Aws, principal: str, account: str) -> None:
        self._aws = aws
        self._principal = principal
        self._account = account

    async def missing(self, document: Mapping[str, Any]) -> tuple[str, ...]:
        """Ask for everything at once, then again for what that leaves open."""
        denied = set(actions(document))
        try:
            denied -= await self._allowed(sorted(denied))
        except AwsError as error:
            if error.code not in INVALID:
                raise
        found: set[str] = set()
        async with anyio.create_task_group() as group:
            for statement in document["Statement"]:
                left = [action for action in statement["Action"] if action in denied]
                if left:
                    group.start_soon(self._ask_again, left, statement, found)
        return tuple(sorted(found))

    async def _ask_again(self, left: Sequence[str], statement: Statement, found: set[str]) -> None:
        """Note what is denied where it matters. What the simulator does not take is halved, and at last left out."""
        try:
            found |= set(left) - await self._allowed(left, **self._precisely(statement))
        except AwsError as error:
            if error.kind is not ErrorKind.REFUSED or len(left) == 1:
                return  # not known: the step itself will tell
            half = len(left) // 2
            await self._ask_again(left[:half], statement, found)
            await self._ask_again(left[half:], statement, found)

    def _precisely(self, statement: Statement) -> dict[str, Any]:
        """Return what a statement is for and under which conditions, as the simulator takes it."""
        resources = [_sample(one, self._account) for one in statement["Resource"] if one != ANY]
        entries = list(_context(statement.get("Condition", {})))
        return {name: value for name, value in (("ResourceArns", resources), ("ContextEntries", entries)) if value}

    async def _allowed(self, asked: Sequence[str], **more: Any) -> set[str]:
        return await allowed(self._aws, self._principal, asked, **more)


def _sample(pattern: str, account: str) -> str:
    """Return an ARN that a pattern stands for."""
    parts = pattern.split(":", 5)
    parts[4] = account if parts[4] == ANY else parts[4]
    return ":".join(parts[:5]) + ":" + parts[5].replace(ANY, SAMPLE)


def _context(conditions: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield condition keys with values that fulfil them."""
    for operator, keys in conditions.items():
        for key, value in keys.items():
            values = value if isinstance(value, list) else [value]
            yield {
                "ContextKeyName": key,
                "ContextKeyValues": [one.replace(ANY, SAMPLE) for one in values],
                "ContextKeyType": "stringList" if operator.startswith("ForAllValues:") else "string",
            }
