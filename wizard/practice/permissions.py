"""Where the emulator's authorization differs from AWS's own (Service Authorization Reference).

The emulator imports these functions inside its request function, so assigning the module's attribute is enough.
"""

import contextvars
import json
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import tagging

from wizard.practice.rules.hosted_zones import changes

REAL_ACTIONS = {
    "cloudfront:CreateDistributionWithTags": ("cloudfront:CreateDistribution", "cloudfront:TagResource"),
}
"""Operation names that the emulator checks as if they were actions, to the actions that AWS checks."""
_conditions: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("conditions", default={})  # noqa: B039
"""Condition keys of the request in hand: known where its resource is found, used a moment later where it is judged."""
_COLLECTIONS = ("origin-access-control", "response-headers-policy", "cache-policy", "origin-request-policy")
_DELIVERY = {
    "PutDeliverySource": ("delivery-source", "name"),
    "GetDeliverySource": ("delivery-source", "name"),
    "DeleteDeliverySource": ("delivery-source", "name"),
    "PutDeliveryDestination": ("delivery-destination", "name"),
    "GetDeliveryDestination": ("delivery-destination", "name"),
    "DeleteDeliveryDestination": ("delivery-destination", "name"),
    "CreateDelivery": ("delivery-source", "deliverySourceName"),
    "GetDelivery": ("delivery", "id"),
    "DeleteDelivery": ("delivery", "id"),
}
"""CloudWatch Logs operation to the type of its resource and the parameter that names it."""


def _cloudfront_resource(path: str, account: str) -> str | None:
    parts = path.strip("/").split("/")
    if len(parts) > 2 and parts[1] in _COLLECTIONS:  # noqa: PLR2004 - version, collection, id
        return f"arn:aws:cloudfront::{account}:{parts[1]}/{parts[2]}"
    return None


def _logs_resource(headers: dict[str, str], body: bytes, region: str, account: str) -> str | None:
    kind, parameter = _DELIVERY.get(headers.get("x-amz-target", "").rpartition(".")[2], ("", ""))
    try:
        name = json.loads(body or b"{}").get(parameter) if kind else None
    except (ValueError, AttributeError):
        return None
    return f"arn:aws:logs:{region}:{account}:{kind}:{name}" if name else None


def request_conditions(service: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return the condition keys of a request that the emulator does not know."""
    target = headers.get("x-amz-target", "").rpartition(".")[2]
    if service == "acm" and target == "RequestCertificate":
        asked = json.loads(body or b"{}")
        names = {asked.get("DomainName", ""), *asked.get("SubjectAlternativeNames", ())}
        return {"acm:DomainNames": sorted(names), "acm:ValidationMethod": asked.get("ValidationMethod", "")}
    if service == "route53" and b"ChangeResourceRecordSetsRequest" in body:
        batch = list(changes(body))
        keys = {"NormalizedRecordNames": "name", "RecordTypes": "type", "Actions": "action"}
        prefix = "route53:ChangeResourceRecordSets"
        return {prefix + key: sorted({getattr(each, part) for each in batch}) for key, part in keys.items()}
    return {}


def _with_resources(original: Callable[..., str]) -> Callable[..., str]:
    def extract(service: str, method: str, path: str, headers: dict[str, str], *rest: Any) -> str:
        body, query, region, account = rest
        _conditions.set(request_conditions(service, headers, body))
        found = None
        if service == "cloudfront" and "/tagging" in path:
            found = (query.get("Resource") or [None])[0]
        elif service == "cloudfront":
            found = _cloudfront_resource(path, account)
        elif service == "logs":
            found = _logs_resource(headers, body, region, account)
        return found or original(service, method, path, headers, *rest)

    return extract


def _with_real_actions(original: Callable[..., Any]) -> Callable[..., Any]:
    def enforce(key: str, action: str, *rest: Any, **named: Any) -> Any:
        for real in REAL_ACTIONS.get(action, (action,)):
            if real != action and real.endswith(":TagResource"):  # tags of something that has no id yet
                named["resource_arn"] = f"arn:aws:cloudfront::{responses.get_account_id()}:distribution/*"
            named["service_context"] = {**_conditions.get(), **(named.get("service_context") or {})}
            denied = original(key, real, *rest, **named)
            if denied:
                return denied
        return None

    return enforce


def _with_real_names(original: Callable[..., Any]) -> Callable[..., Any]:
    def respond(service: str, action: str, *rest: Any, **named: Any) -> Any:
        return original(service, REAL_ACTIONS.get(action, (action,))[0], *rest, **named)

    return respond


def _with_cloudfront(original: Callable[[str], dict[str, str] | None]) -> Callable[[str], dict[str, str] | None]:
    def resource_tags(arn: str) -> dict[str, str] | None:
        if ":cloudfront:" not in arn:
            return original(arn)
        found = (tags for known, tags in tagging._collect_cloudfront() if known == arn)  # noqa: SLF001 - see aws.SEAMS
        return next(({tag["Key"]: tag["Value"] for tag in tags} for tags in found), None)

    return resource_tags


def correct() -> None:
    """Put the corrections in place."""
    iam_actions.extract_resource_arn = _with_resources(iam_actions.extract_resource_arn)
    iam_actions.access_denied_response = _with_real_names(iam_actions.access_denied_response)
    iam_evaluator.enforce = _with_real_actions(iam_evaluator.enforce)
    tagging.resource_tags = _with_cloudfront(tagging.resource_tags)
