"""The caller's identity (STS GetCallerIdentity)."""

from typing import Protocol, runtime_checkable

from msgspec import Struct

from wizard.aws.errors import DENIED, OTHER_PARTITION, REGION_OFF, WRONG_KEYS, AwsError, translate
from wizard.aws.services import iam, sts
from wizard.model.ports import Aws


@runtime_checkable
class Ending(Protocol):
    """AWS, reached with a sign-in whose end can be known."""

    async def ends(self) -> float | None:
        """Return when the sign-in in use ends; None where that is not known or never."""
        ...


class Identity(Struct, frozen=True):
    """The caller, as STS and IAM name it."""

    account: str
    """Twelve digits."""
    arn: str
    alias: str | None = None
    """The account's sign-in name, when it has one and we may see it."""
    expires: float | None = None
    """When the user has to sign in again, where that is known."""

    @property
    def root(self) -> bool:
        """Whether this is the account's root user, which nobody should work as."""
        return self.arn.endswith(":root")


async def who_am_i(aws: Aws) -> Identity:
    """Ask STS who signs our calls; needs no permission.

    Raises:
        AwsError: the credentials do not work, or belong to a separate AWS.
    """
    try:
        caller = await sts.caller(aws)
    except AwsError as error:
        raise await _precisely(aws, error) from None
    if not caller.arn.startswith("arn:aws:"):
        where = f"The credentials are for {caller.arn}."
        values = {"where": where, "message": ""}
        raise translate(OTHER_PARTITION, where, "sts:GetCallerIdentity", values=values)
    try:
        alias = await iam.account_alias(aws)
    except AwsError:
        alias = None  # a nicety that the least policy does not need to grant
    ends = await aws.ends() if isinstance(aws, Ending) else None
    return Identity(caller.account, caller.arn, alias=alias, expires=ends)


async def _precisely(aws: Aws, error: AwsError) -> AwsError:
    """Tell an unknown key from a region that is not enabled: there STS does not know even good keys.

    IAM is asked because it is the same in all regions, and whether it allows the question does not matter.
    """
    if error.code not in WRONG_KEYS:
        return error
    try:
        await iam.account_alias(aws)
    except AwsError as other:
        if other.code not in DENIED:
            return error
    return translate(REGION_OFF, aws.region, error.operation)
