"""Where the emulator's authorization differs from AWS's (Service Authorization Reference).

The emulator imports these functions inside its request function, so assigning the module's attribute is enough.
"""

import contextvars
import json
import re
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import acm, cloudwatch_logs, tagging

from wizard.practice.rules.route53 import changes

REAL_ACTIONS = {
    "cloudfront:CreateDistributionWithTags": ("cloudfront:CreateDistribution", "cloudfront:TagResource"),
}
"""Operation names that the emulator checks as if they were actions, to the actions that AWS checks."""
WITH_TAGS = {
    "acm:RequestCertificate": "acm:AddTagsToCertificate",
    "logs:CreateDelivery": "logs:TagResource",
    "logs:PutDeliveryDestination": "logs:TagResource",
    "logs:PutDeliverySource": "logs:TagResource",
    "s3:CreateBucket": "s3:TagResource",
}
"""Actions to the one that AWS checks too where the request names tags (S3 API: CreateBucket; ACM and Logs alike)."""
_TAG = re.compile(rb"<(?:\w+:)?Tag><(?:\w+:)?Key>([^<]*)</(?:\w+:)?Key><(?:\w+:)?Value>([^<]*)<")
"""A tag in the XML body of a call to CloudFront or S3."""
_refused: contextvars.ContextVar[str] = contextvars.ContextVar("refused", default="")
"""The action that was refused, where AWS checks several for one operation."""
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
    if service not in ("cloudfront", "s3"):
        return {}
    tags = {key.decode(): value.decode() for key, value in _TAG.findall(body)}
    if not tags:
        return {}
    return {f"aws:RequestTag/{key}": value for key, value in tags.items()} | {"aws:TagKeys": list(tags)}


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
        elif service == "route53" and "/change/" in path:
            found = f"arn:aws:route53:::change/{path.rpartition('/')[2]}"
        return found or original(service, method, path, headers, *rest)

    return extract


def _checked(action: str, context: dict[str, Any]) -> tuple[str, ...]:
    """Return the actions that AWS checks for an operation with these conditions."""
    tagged = any(key.lower() == "aws:tagkeys" for key in context)
    return (*REAL_ACTIONS.get(action, (action,)), *((WITH_TAGS[action],) if tagged and action in WITH_TAGS else ()))


def _tagged_resource(action: str, resource: str) -> str:
    """Return what the tags of something that has no id yet are checked on."""
    account = responses.get_account_id()
    unborn = {
        "cloudfront:TagResource": f"arn:aws:cloudfront::{account}:distribution/*",
        "acm:AddTagsToCertificate": f"arn:aws:acm:us-east-1:{account}:certificate/*",
    }
    return unborn.get(action, resource)


def _with_real_actions(original: Callable[..., Any]) -> Callable[..., Any]:
    def enforce(key: str, action: str, *rest: Any, **named: Any) -> Any:
        named["service_context"] = {**_conditions.get(), **(named.get("service_context") or {})}
        for real in _checked(action, named["service_context"]):
            also = {"resource_arn": _tagged_resource(real, named.get("resource_arn", "*"))} if real != action else {}
            denied = original(key, real, *rest, **{**named, **also})
            if denied:
                _refused.set(real)
                return denied
        return None

    return enforce


def _with_real_names(original: Callable[..., Any]) -> Callable[..., Any]:
    def respond(service: str, action: str, *rest: Any, **named: Any) -> Any:
        return original(service, _refused.get() or action, *rest, **named)

    return respond


def _with_more_services(
    original: Callable[[str], dict[str, str] | None], passing: Callable[[str, str], bool]
) -> Callable[[str], dict[str, str] | None]:
    def resource_tags(arn: str) -> dict[str, str] | None:
        if passing("young-tags", arn):
            return {}
        if ":acm:" in arn:
            return _flat((acm._certificates.get(arn) or {}).get("Tags", ()))  # noqa: SLF001 - see aws.SEAMS
        if ":logs:" in arn:
            return dict((cloudwatch_logs.resolve_tag_resource(arn) or {}).get("tags", {}))
        if ":cloudfront:" not in arn:
            return original(arn)
        found = (tags for known, tags in tagging._collect_cloudfront() if known == arn)  # noqa: SLF001 - see aws.SEAMS
        return next((_flat(tags) for tags in found), None)

    return resource_tags


def _flat(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def correct(passing: Callable[[str, str], bool]) -> None:
    """Put the corrections in place.

    Args:
        passing: asked with `young-tags` and an ARN, whether its tags are not seen yet.
    """
    iam_actions.extract_resource_arn = _with_resources(iam_actions.extract_resource_arn)
    iam_actions.access_denied_response = _with_real_names(iam_actions.access_denied_response)
    iam_evaluator.enforce = _with_real_actions(iam_evaluator.enforce)
    tagging.resource_tags = _with_more_services(tagging.resource_tags, passing)
