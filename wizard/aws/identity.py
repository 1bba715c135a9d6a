"""Who AWS thinks we are."""

from msgspec import Struct

from wizard.aws.errors import AwsError
from wizard.world import Aws


class Identity(Struct, frozen=True):
    """The caller, as STS and IAM name it."""

    account: str
    """Twelve digits."""
    arn: str
    alias: str | None = None
    """The account's sign-in name, when it has one and we may see it."""

    @property
    def root(self) -> bool:
        """Whether this is the account's root user, which nobody should work as."""
        return self.arn.endswith(":root")


async def who_am_i(aws: Aws) -> Identity:
    """Ask STS who signs our calls; needs no permission.

    Raises:
        AwsError: the credentials do not work.
    """
    caller = await aws("sts", "get_caller_identity")
    try:
        aliases = (await aws("iam", "list_account_aliases")).get("AccountAliases", [])
    except AwsError:
        aliases = []  # a nicety that the least policy does not need to grant
    return Identity(account=caller["Account"], arn=caller["Arn"], alias=aliases[0] if aliases else None)
