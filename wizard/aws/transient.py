"""AWS's answers that pass by themselves: the one table of which class they are of, and what a walk does about each.

Everything else is final for the call: denied, refused, missing, or a sign-in that has expired (`wizard.aws.errors`).
"""

from enum import StrEnum

from msgspec import Struct

from wizard.aws.errors import THROTTLED, UNREADABLE, AwsError, ErrorKind


class Transient(StrEnum):
    """Why a call may well succeed when it is made again."""

    UNREACHABLE = "unreachable"
    """No answer: no network, a broken connection, a proxy that does not answer."""
    NOT_AWS = "not-aws"
    """Something else answered: a captive portal, a company's proxy, half a reply."""
    SERVER_FAULT = "server-fault"
    """AWS has a problem of its own (HTTP 5xx)."""
    THROTTLED = "throttled"
    """AWS asks to slow down."""
    BUSY = "busy"
    """AWS is still at work on an earlier change, or not all of it has heard of that change."""


class Retry(Struct, frozen=True):
    """How a call is made again."""

    words: str
    """What is shown meanwhile; `{since}` is the local time of the first failure."""
    brief: bool = False
    """Whether it passes within minutes, or not at all; otherwise it may last for hours, as an outage does."""


RETRIES: dict[Transient, Retry] = {
    Transient.UNREACHABLE: Retry("No connection to AWS since {since}; retrying"),
    Transient.NOT_AWS: Retry("Something other than AWS has been answering since {since}; retrying"),
    Transient.SERVER_FAULT: Retry("AWS has had a problem since {since}; retrying"),
    Transient.THROTTLED: Retry("AWS has been asking for fewer requests since {since}; retrying"),
    Transient.BUSY: Retry("AWS is still working on an earlier change; retrying", brief=True),
}

_BUSY = (
    ("OperationAborted", ""),  # another setting of the bucket: terraform-provider-aws #7628, #33552; ansible #66778
    ("ConflictException", "currently being updated"),  # log delivery: terraform-provider-aws #42194, #42947, #48158
    ("ResourceNotFoundException", "Cannot access provided service"),  # a distribution that logs do not see yet:
    # localstack, test_logs_delivery.snapshot.json, recorded from AWS
    ("TooManyInvalidationsInProgress", ""),  # CloudFront API reference, CreateInvalidation
)
"""Codes, and what their text must hold: the same code means something final with another text."""

NOT_SEEN = frozenset({"InvalidOrigin", "InvalidOriginAccessControl"})
"""Codes for something that the call names and that CloudFront does not see; beside those for what is missing.

They pass where it was only just made (ACK community #2185: a distribution seconds after its bucket): whether it was,
`wizard.engine.visibility` knows.
"""

_STAYS = frozenset({"SSLError", "CodeNeeded"})
"""Codes of calls that did not get through and will not by themselves: somebody inspects TLS, or digits are needed."""


def transient(error: AwsError) -> Transient | None:
    """Return of which class an answer is; None where it is final."""
    if any(error.code == code and text in str(error) for code, text in _BUSY):
        return Transient.BUSY
    if error.kind is not ErrorKind.UNREACHABLE or error.code in _STAYS:
        return None
    if error.code in THROTTLED:
        return Transient.THROTTLED
    if error.code == UNREADABLE:
        return Transient.NOT_AWS
    return Transient.SERVER_FAULT if error.answered else Transient.UNREACHABLE
