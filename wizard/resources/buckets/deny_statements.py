"""Deny statements of others in a bucket's policy: whether they refuse the AWS service that the setup needs there. Pure.

A Deny beats every Allow (IAM guide: Policy evaluation logic). What its conditions ask of a request is compared with
what is known of the service's requests; where that is not known, it may refuse.
"""

from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

Statement = Mapping[str, Any]


class DenyEffect(StrEnum):
    """What a statement does to the service's requests."""

    PASSES = "passes"
    MAY = "may refuse"
    REFUSES = "refuses"


class ServiceRequest(Struct, frozen=True):
    """What is known of the requests of a service.

    Attributes:
        service: its principal.
        action: what it does.
        resource: on what.
        keys: condition key in lower case to its value; None: such requests never carry it. Others are not known.
    """

    service: str
    action: str
    resource: str
    keys: Mapping[str, str | None]


def delivery_request(bucket: str, prefix: str, account: str) -> ServiceRequest:
    """Return what AWS's log delivery asks: an upload over TLS, without a word on encryption (CloudWatch Logs guide)."""
    return ServiceRequest(
        "delivery.logs.amazonaws.com",
        "s3:putobject",
        f"arn:aws:s3:::{bucket}/{prefix}/file",
        {
            **_of_a_service("delivery.logs.amazonaws.com", account),
            "s3:x-amz-acl": "bucket-owner-full-control",
            "s3:x-amz-server-side-encryption": None,
            "s3:x-amz-server-side-encryption-aws-kms-key-id": None,
        },
    )


def reading_request(bucket: str, account: str, distribution: str) -> ServiceRequest:
    """Return what CloudFront asks: a file, over TLS (CloudFront guide: Restrict access to an Amazon S3 origin)."""
    return ServiceRequest(
        "cloudfront.amazonaws.com",
        "s3:getobject",
        f"arn:aws:s3:::{bucket}/i",
        {
            **_of_a_service("cloudfront.amazonaws.com", account),
            "aws:sourcearn": f"arn:aws:cloudfront::{account}:distribution/{distribution}",
        },
    )


def _of_a_service(service: str, account: str) -> dict[str, str | None]:
    """Return the keys of every request that a service makes for an account (IAM reference: global condition keys)."""
    return {
        "aws:securetransport": "true",
        "s3:tlsversion": "1.2",  # the least that AWS services speak
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service,
        "aws:sourceaccount": account,
        "aws:principalarn": None,
        "aws:principalaccount": None,
        "aws:principalorgid": None,
        "aws:principalorgpaths": None,
        "aws:username": None,
        "aws:userid": None,
        "aws:sourcevpc": None,
        "aws:sourcevpce": None,
        "aws:vpcsourceip": None,
        "aws:multifactorauthpresent": None,
        "aws:calledvia": None,
    }


def verdict(statement: Statement, request: ServiceRequest) -> DenyEffect:
    """Say what a statement does to such requests."""
    concerns = (
        statement.get("Effect") == "Deny"
        and _principal(statement, request.service)
        and _listed(statement, "Action", request.action)
        and _listed(statement, "Resource", request.resource)
    )
    if not concerns:
        return DenyEffect.PASSES
    found = DenyEffect.REFUSES
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, values in keys.items():
            holds = _holds(operator, key.lower(), _many(values), request)
            if holds is False:
                return DenyEffect.PASSES
            if holds is None:
                found = DenyEffect.MAY
    return found


def _many(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _principal(statement: Statement, service: str) -> bool:
    if "NotPrincipal" in statement:
        return not _named(statement["NotPrincipal"], service)
    return _named(statement.get("Principal", {}), service)


def _named(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    return "*" in _many(principal.get("AWS", ())) or bool({"*", service} & set(_many(principal.get("Service", ()))))


def _listed(statement: Statement, part: str, value: str) -> bool:
    """Whether an action or a resource is meant, by name or by what is left out."""
    wanted = value.lower()
    if f"Not{part}" in statement:
        return not any(fnmatchcase(wanted, each.lower()) for each in _many(statement[f"Not{part}"]))
    return any(_matches(wanted, each.lower()) for each in _many(statement.get(part, "*")))


def _matches(value: str, pattern: str) -> bool:
    """Whether a value fits; of a resource below ours, which file is not known, so that any of them counts."""
    return fnmatchcase(value, pattern) or (value.endswith("/file") and pattern.startswith(value.removesuffix("file")))


def _holds(operator: str, key: str, values: list[str], request: ServiceRequest) -> bool | None:
    """Say whether a condition holds of the requests; None where that is not known."""
    plain = operator.rpartition(":")[2].lower()
    if key not in request.keys:
        return None
    found = request.keys[key]
    if plain == "null":
        return (found is None) == (values[0].lower() == "true")
    negated, lenient = "not" in plain, plain.endswith("ifexists")
    if found is None:
        return (
            negated or lenient
        )  # IAM reference: a key that is missing fits negated operators, and those with IfExists
    if plain.startswith("numeric"):
        return _compares(plain, float(found), values)
    fits = any(fnmatchcase(found.lower(), each.lower()) for each in values)
    return fits != negated


def _compares(operator: str, found: float, values: list[str]) -> bool | None:
    """Say whether a number holds against a limit; None for a limit that is no number, or another operator."""
    try:
        limit = float(values[0])
    except (ValueError, IndexError):
        return None
    known = {"numericlessthan": found < limit, "numericlessthanequals": found <= limit}
    return known.get(operator.removesuffix("ifexists"))
