"""Risks of a set of credentials as explained warnings: root, administrator, long-lived keys. Never a refusal."""

import re

from wizard.aws.errors import AwsError
from wizard.aws.identity import Identity
from wizard.aws.services import iam
from wizard.model.ports import Aws
from wizard.model.results import Problem

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_SSO_ADMINISTRATOR = re.compile(r":assumed-role/AWSReservedSSO_AdministratorAccess_")
_USER = re.compile(r":user/(?:.*/)?([^/]+)$")
_ROLE = re.compile(r":assumed-role/([^/]+)/")


async def risks(aws: Aws, who: Identity, *, long_lived: bool) -> tuple[Problem, ...]:
    """Look what these credentials may do. What IAM does not show is passed over.

    Args:
        aws: the way to call AWS.
        who: whose they are.
        long_lived: whether they are keys that stay valid until somebody deletes them.
    """
    values = {"arn": who.arn}
    if who.root:
        return (Problem("root-user", values),)
    found = [Problem("administrator", values)] if await _administrator(aws, who) else []
    return (*found, *([Problem("long-lived-keys", values)] if long_lived else []))


async def _administrator(aws: Aws, who: Identity) -> bool:
    if _SSO_ADMINISTRATOR.search(who.arn):
        return True
    user, role = _USER.search(who.arn), _ROLE.search(who.arn)
    try:
        if role:
            return ADMINISTRATOR in await iam.policies_of_role(aws, role[1])
        return bool(user) and await _user_is_administrator(aws, user[1] if user else "")
    except AwsError:
        return False


async def _user_is_administrator(aws: Aws, name: str) -> bool:
    if ADMINISTRATOR in await iam.policies_of_user(aws, name):
        return True
    groups = await iam.groups_of(aws, name)
    return any([ADMINISTRATOR in await iam.policies_of_group(aws, group) for group in groups])
