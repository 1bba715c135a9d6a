"""AWS error codes and messages to problem ids. The codes come from each service's API reference."""

import re
from collections.abc import Mapping
from enum import StrEnum

from wizard.aws import denials
from wizard.aws.policy import narrowest, statement_text
from wizard.model.masking import masked
from wizard.model.results import Problem


class ErrorKind(StrEnum):
    """What can be done about it."""

    DENIED = "denied"
    """Wrong keys or missing permission: stays so until someone acts."""
    EXPIRED = "expired"
    """The sign-in has expired: sign in again, then continue."""
    UNREACHABLE = "unreachable"
    """Network, throttling or a server fault: try again later."""
    REFUSED = "refused"
    """AWS understood the request and says no."""


class AwsError(Exception):
    """AWS refused a call or could not be reached.

    Attributes:
        code: AWS's error code, or the name of botocore's exception.
        kind: what can be done about it.
        operation: `service:Operation` as IAM writes it.
        problem: the recognized problem.
        answered: whether AWS itself said so; false where it was not reached, or nothing was sent.
        local: whether botocore or this computer said so, before or instead of AWS.
    """

    def __init__(
        self,
        kind: ErrorKind,
        code: str,
        message: str,
        operation: str,
        problem: Problem,
        *,
        answered: bool = True,
        local: bool = False,
    ) -> None:
        super().__init__(message)
        self.local = local
        self.answered = answered
        self.kind = kind
        self.code = code
        self.operation = operation
        self.problem = problem


MISSING = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchTagSet",
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "OwnershipControlsNotFoundError",
        "NotFound",
        "NoSuchDistribution",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchOriginAccessControl",
        "NoSuchHostedZone",
        "ResourceNotFoundException",
        "NoSuchResource",
    }
)
"""Codes that say: what was asked for does not exist."""

WRONG_KEYS = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "InvalidToken",
    }
)
WRONG_SECRET = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})
UNREAD_SIGNATURE = frozenset({"IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken"})
"""Codes with which AWS says that it cannot read who signed a request."""
CLOCK = frozenset({"RequestTimeTooSkewed", "RequestExpired"})
EXPIRED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "UnauthorizedSSOTokenError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "LoginRefreshRequired",
        "LoginError",
        "LoginTokenLoadError",
        "LoginAuthorizationCodeError",
        "400",  # all that an answer without a body says (HTTP HEAD); our own requests are well-formed
    }
)
NO_KEYS = frozenset({"NoCredentialsError"})
CODE_NEEDED = "CodeNeeded"
"""Our own code: the sign-in waits for an MFA code; the message names the device."""
PROGRAM_FAILED = "CredentialRetrievalError"
UNUSABLE_PROFILE = frozenset({"InvalidConfigError", "InfiniteLoopConfigError", "PartialCredentialsError"})
OTHER_PARTITION = "OtherPartition"
"""Our own code: the credentials belong to a separate AWS (China, government)."""
REGION_OFF = "RegionNotEnabled"
"""Our own code: AWS knows the key, only not in this region."""
UNUSABLE_KEYS = "UnusableKeys"
"""Our own code: a key's part has a line end, a blank or another character that no key has; the message says which."""
INVALID_ENDPOINT = "InvalidEndpoint"
"""Our own code: a setting names an endpoint that is no URL."""
SETTINGS_REFUSED = frozenset(
    {
        INVALID_ENDPOINT,
        "InvalidDefaultsMode",
        "InvalidSTSRegionalEndpointsConfigError",
        "InvalidS3UsEast1RegionalEndpointConfigError",
        "InvalidChecksumConfigError",
        "InvalidRetryModeError",
        "InvalidMaxRetryAttemptsError",
        "InvalidRetryConfigurationError",
        "InvalidIMDSEndpointError",
        "InvalidIMDSEndpointModeError",
        "InvalidProxiesConfigError",
        "InvalidRegionError",
    }
)
"""botocore's exceptions for a setting that it does not take."""
UNREADABLE = "UnreadableReply"
"""Our own code: what came back is no reply of AWS's; the message says what it is."""
LOCAL_CREDENTIALS = (
    NO_KEYS
    | UNUSABLE_PROFILE
    | {
        PROGRAM_FAILED,
        UNUSABLE_KEYS,
        "ProfileNotFound",
        "ConfigParseError",
        "SSOTokenLoadError",
        "ParamValidationError",
    }
    | {"LoginTokenLoadError", "MissingDependencyException", "TokenRetrievalError", "UnauthorizedSSOTokenError"}
)
"""Codes with which botocore finds no credentials to sign with."""
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403", "Forbidden"})
THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
        "Rate exceeded",
        "PriorRequestNotComplete",
    }
)
NETWORK = frozenset(
    {
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "ConnectionClosedError",
        "ConnectionError",
        "HTTPClientError",
        "ProxyConnectionError",
        "ResponseStreamingError",
    }
)
NOT_SAID_BY_AWS = NETWORK | {UNUSABLE_KEYS, UNREADABLE, "SSLError"}
"""Codes of what happened on this side of AWS, or on the way to it."""
LOCATION = frozenset({"IllegalLocationConstraintException", "InvalidLocationConstraint"})
QUOTA_CODES = frozenset({"LimitExceededException", "ServiceQuotaExceededException", "LimitExceeded", "LimitsExceeded"})
_QUOTA = re.compile(r"TooMany(?!Tags|Requests|InvalidationsInProgress)\w+|EntityLimitExceeded")
"""Codes of limits; the services' models have a hundred of them."""
UNFINISHED_ACCOUNT = frozenset({"OptInRequired", "NotSignedUp", "SubscriptionRequiredException"})

_CODE = re.compile(r"[A-Za-z0-9 .:_-]{0,100}")
"""The form of AWS's error codes and of Python's class names."""


def translate(
    code: str,
    message: str,
    operation: str,
    http_status: int = 0,
    *,
    values: Mapping[str, str] | None = None,
    local: bool = False,
) -> AwsError:
    """Turn an error code and text of AWS, or the name of a botocore exception, into an `AwsError`.

    Args:
        code: AWS's error code, or a botocore exception's class name.
        message: its text; secrets in it are masked.
        operation: `service:Operation`.
        http_status: the HTTP status, 0 when there was no answer.
        values: more that the problem's text names.
        local: whether botocore or this computer says so.
    """
    if not _CODE.fullmatch(code):
        code, message, http_status = UNREADABLE, "answered with an error that isn't from AWS", 0
    message = masked(_without_secrets(code, message))
    kind, problem = _recognize(code, message, http_status)
    named = {"code": code, "message": message, "operation": operation, **denials.values_of(message, operation)}
    values = {**named, **_UNKNOWN.get(problem, {}), **_unread(code, message), **(values or {})}
    if problem == "permission-missing":
        values |= {"statement": statement_text(values["action"]), "purpose": narrowest(values["action"])}
    answered = code not in NOT_SAID_BY_AWS
    return AwsError(kind, code, message, operation, Problem(problem, values), answered=answered, local=local)


def _unread(code: str, message: str) -> dict[str, str]:
    """Say what AWS could not read of a signature; it looks at the header alone (aws-cli #5755)."""
    if code not in UNREAD_SIGNATURE:
        return {}
    if "key=value pair" in message:
        told = "contains a space or another character that no key ID has: AWS couldn't read whose key it is"
        return {"place": "the access key ID", "message": told}
    told = (
        "may contain a space or another character that no key ID has, or something in between removed the request's "
        "signature: AWS couldn't read who signed it"
    )
    return {"place": "the access key ID", "message": told}


UNPARSED = "its lines can't be told apart"
"""What is wrong with a file of AWS's tools of which no more is known."""

_SEE = "See which credentials are used: `snowpixel credentials`."
_UNKNOWN: dict[str, dict[str, str]] = {
    "no-credentials": {"message": "This computer has no credentials that snowpixel can use."},
    "profile-missing": {
        "profile": "that was chosen", "named": "`--profile` or the setup", "files": "the AWS files", "message": "",
        "fix": _SEE,
    },
    "profiles-unreadable": {"path": "of AWS's tools", "reason": UNPARSED, "fix": _SEE},
    "profile-incomplete": {"profile": "in use", "fix": _SEE},
    "program-failed": {
        "source": "A program or service on this machine", "reason": "didn't provide keys", "fix": _SEE,
    },
    "setting-unusable": {"place": "A setting of AWS's tools", "message": "isn't valid", "fix": _SEE},
    "keys-unusable": {"place": "a value of the key"},
    "proxy-unreachable": {"variable": "HTTPS_PROXY"},
    "wrong-partition": {"where": "These credentials aren't for the ordinary AWS."},
}  # fmt: skip
"""What the texts of problems name where nobody looked at this computer."""


def _without_secrets(code: str, message: str) -> str:
    """Cut off what may hold a secret: what a program wrote, and the signed text that AWS repeats (token included)."""
    if code == PROGRAM_FAILED:
        return message.partition(": ")[0]
    if code in WRONG_SECRET | UNREAD_SIGNATURE:
        return message.partition("The Canonical String")[0].partition("The String-to-Sign")[0].strip()
    return message


def _recognize(code: str, message: str, http_status: int) -> tuple[ErrorKind, str]:
    if by_words := next((problem for words, problem in _BY_WORDS if words in message), None):
        return ErrorKind.REFUSED, by_words
    if code in CLOCK or (code in WRONG_SECRET and "xpired" in message):
        return ErrorKind.DENIED, "clock-wrong"
    known = next(((kind, problem) for codes, kind, problem in _BY_CODE if code in codes), None)
    if known:
        return known
    if code in DENIED:
        return ErrorKind.DENIED, denials.problem_of(message)
    if http_status >= SERVER_FAULT:
        return ErrorKind.UNREACHABLE, "aws-unavailable"
    return ErrorKind.REFUSED, "quota-reached" if _QUOTA.search(code) else "aws-refused"


_BY_WORDS = (
    ("ccount must be verified", "account-not-verified"),
    ("pricing plan", "pricing-plan"),  # at removal, and where a web ACL is to go (cloud-custodian #10477)
    ("certificates in the last year", "certificates-this-year"),  # ACM counts requests, not what is there
)
"""Words that count whatever the code."""

SERVER_FAULT = 500
"""HTTP status from which the fault is AWS's own."""

_BY_CODE = (
    (EXPIRED, ErrorKind.EXPIRED, "login-expired"),
    (frozenset({CODE_NEEDED}), ErrorKind.EXPIRED, "mfa-needed"),
    (NO_KEYS, ErrorKind.DENIED, "no-credentials"),
    (frozenset({"ProfileNotFound"}), ErrorKind.DENIED, "profile-missing"),
    (frozenset({"ConfigParseError"}), ErrorKind.DENIED, "profiles-unreadable"),
    (frozenset({PROGRAM_FAILED}), ErrorKind.DENIED, "program-failed"),
    (frozenset({"MissingDependencyException"}), ErrorKind.DENIED, "login-extra-missing"),
    (frozenset({"LoginInsufficientPermissions"}), ErrorKind.DENIED, "login-forbidden"),
    (UNUSABLE_PROFILE, ErrorKind.DENIED, "profile-incomplete"),
    (SETTINGS_REFUSED, ErrorKind.DENIED, "setting-unusable"),
    (frozenset({UNUSABLE_KEYS}), ErrorKind.DENIED, "keys-unusable"),
    (frozenset({UNREADABLE}), ErrorKind.UNREACHABLE, "reply-unreadable"),
    (frozenset({"ProxyConnectionError"}), ErrorKind.UNREACHABLE, "proxy-unreachable"),
    (LOCATION | {REGION_OFF}, ErrorKind.DENIED, "region-not-enabled"),
    (frozenset({OTHER_PARTITION}), ErrorKind.DENIED, "wrong-partition"),
    (WRONG_KEYS, ErrorKind.DENIED, "wrong-access-key"),
    (WRONG_SECRET, ErrorKind.DENIED, "wrong-secret-key"),
    (UNFINISHED_ACCOUNT, ErrorKind.DENIED, "account-not-finished"),
    (THROTTLED, ErrorKind.UNREACHABLE, "aws-throttled"),
    (NETWORK, ErrorKind.UNREACHABLE, "aws-unreachable"),
    (MISSING, ErrorKind.REFUSED, "aws-missing"),
    (frozenset({"SSLError"}), ErrorKind.UNREACHABLE, "tls-inspection"),
    (frozenset({"CNAMEAlreadyExists"}), ErrorKind.REFUSED, "alias-taken"),
    (frozenset({"InvalidViewerCertificate"}), ErrorKind.REFUSED, "certificate-refused"),
    (frozenset({"BucketAlreadyExists"}), ErrorKind.REFUSED, "bucket-name-taken"),
    (frozenset({"BucketNotEmpty"}), ErrorKind.REFUSED, "bucket-not-empty"),
    (QUOTA_CODES, ErrorKind.REFUSED, "quota-reached"),
    (frozenset({"RegionDisabledException"}), ErrorKind.DENIED, "sts-not-active"),
    (UNREAD_SIGNATURE, ErrorKind.DENIED, "keys-unusable"),
    (
        frozenset({"StagingDistributionInUse", "ContinuousDeploymentPolicyInUse"}),
        ErrorKind.REFUSED,
        "continuous-deployment",
    ),
)
