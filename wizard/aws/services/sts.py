"""STS (API 2011-06-15): who signs the calls, and keys of some hours."""

from datetime import datetime

from msgspec import Struct

from wizard.aws.typed import ask
from wizard.model.ports import Aws

SERVICE = "sts"


class Caller(Struct, frozen=True, rename="pascal"):
    """Who signs the calls."""

    account: str
    """Twelve digits."""
    arn: str


class SessionKeys(Struct, frozen=True, rename="pascal"):
    """Keys of some hours, to be masked at once (`wizard.aws.keys`)."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime

    def __repr__(self) -> str:
        """Show the id alone."""
        return f"SessionKeys({self.access_key_id})"


class _Session(Struct, frozen=True, rename="pascal"):
    credentials: SessionKeys


async def caller(aws: Aws) -> Caller:
    """Return who signs the calls; needs no permission.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return await ask(aws, Caller, SERVICE, "get_caller_identity")


async def session_keys(aws: Aws, device: str, code: str, seconds: int) -> SessionKeys:
    """Return keys of some hours for an MFA code.

    Args:
        aws: the port to AWS.
        device: serial number or ARN of the MFA device.
        code: what it shows.
        seconds: for how long they are wanted.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await ask(
        aws, _Session, SERVICE, "get_session_token", SerialNumber=device, TokenCode=code, DurationSeconds=seconds
    )
    return reply.credentials
