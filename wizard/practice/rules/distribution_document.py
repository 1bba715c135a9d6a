"""CloudFront's DistributionConfig: what AWS fills in when a distribution is created, and what an update must say.

Sources: CloudFront guide, "Required fields for creating and updating distributions"; whole replies of the real
GetDistribution in ansible PR 19727 and in aws-cli's examples (awscli/examples/cloudfront/get-distribution.rst).
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from xml.etree import ElementTree as ET

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
ET.register_namespace("", NAMESPACE)  # clients do not read the prefixes that ElementTree would make up

Part = Mapping[str, Any]
"""Name of a member to its text, or to the parts that it is made of."""

_NOTHING: Part = {"Quantity": "0"}
_OFF: Part = {"Enabled": "false", **_NOTHING}
_METHODS: Part = {"Quantity": "2", "Items": [("Method", "HEAD"), ("Method", "GET")]}
_CONFIG: Part = {
    "Aliases": _NOTHING,
    "DefaultRootObject": "",
    "OriginGroups": _NOTHING,
    "CacheBehaviors": _NOTHING,
    "CustomErrorResponses": _NOTHING,
    "Comment": "",
    "Logging": {"Enabled": "false", "IncludeCookies": "false", "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": "true",
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    },
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", **_NOTHING}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": "false",
    "ContinuousDeploymentPolicyId": "",
    "Staging": "false",
}
_BEHAVIOR: Part = {
    "TrustedSigners": _OFF,
    "TrustedKeyGroups": _OFF,
    "AllowedMethods": {**_METHODS, "CachedMethods": _METHODS},
    "SmoothStreaming": "false",
    "Compress": "false",
    "LambdaFunctionAssociations": _NOTHING,
    "FunctionAssociations": _NOTHING,
    "FieldLevelEncryptionId": "",
}
_ORIGIN: Part = {
    "OriginPath": "",
    "CustomHeaders": _NOTHING,
    "ConnectionAttempts": "3",
    "ConnectionTimeout": "10",
    "OriginShield": {"Enabled": "false"},
    "OriginAccessControlId": "",
}
_ERROR: Part = {"ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": "10"}
"""An unused page and code are empty strings in what AWS shows (terraform #46302, ansible PR 19727)."""

_REQUIRED = (
    "Aliases",
    "DefaultRootObject",
    "Origins",
    "DefaultCacheBehavior",
    "CacheBehaviors",
    "CustomErrorResponses",
    "Comment",
    "Logging",
    "PriceClass",
    "Enabled",
    "ViewerCertificate",
    "Restrictions",
    "WebACLId",
    "HttpVersion",
)
"""Members that an update must name (the table of required fields in the CloudFront guide)."""


def _behaviors(config: ET.Element) -> Iterator[ET.Element]:
    yield from config.iterfind("{*}DefaultCacheBehavior")
    yield from config.iterfind("{*}CacheBehaviors/{*}Items/{*}CacheBehavior")


def _origins(config: ET.Element) -> Iterator[ET.Element]:
    yield from config.iterfind("{*}Origins/{*}Items/{*}Origin")


def _errors(config: ET.Element) -> Iterator[ET.Element]:
    yield from config.iterfind("{*}CustomErrorResponses/{*}Items/{*}CustomErrorResponse")


def _add(parent: ET.Element, name: str, value: Any) -> None:
    element = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, str):
        element.text = value
        return
    for member, inner in value.items() if isinstance(value, Mapping) else value:
        _add(element, member, inner)


def _fill(element: ET.Element, usual: Part) -> None:
    for name, value in usual.items():
        if element.find(f"{{*}}{name}") is None:
            _add(element, name, value)


def complete(config: ET.Element) -> None:
    """Fill in, as CloudFront does, what a request left out."""
    _fill(config, _CONFIG)
    for behavior in _behaviors(config):
        _fill(behavior, _BEHAVIOR)
        for methods in behavior.iterfind("{*}AllowedMethods"):
            _fill(methods, {"CachedMethods": _METHODS})
    for origin in _origins(config):
        _fill(origin, _ORIGIN)
        for bucket in origin.iterfind("{*}S3OriginConfig"):
            _fill(bucket, {"OriginReadTimeout": "30"})
    for error in _errors(config):
        _fill(error, _ERROR)
    for certificate in config.iterfind("{*}ViewerCertificate"):
        arn = certificate.findtext("{*}ACMCertificateArn")
        if arn:
            _fill(certificate, {"CloudFrontDefaultCertificate": "false", "Certificate": arn})
            _fill(certificate, {"MinimumProtocolVersion": "TLSv1", "CertificateSource": "acm"})


def wants_signature(config: ET.Element, path: str) -> bool:
    """Whether the behavior for a path serves only signed URLs or cookies (CloudFront guide: private content)."""
    default, *others = _behaviors(config)
    fitting = (each for each in others if fnmatchcase(path, _absolute(each.findtext("{*}PathPattern", ""))))
    chosen = next(fitting, default)
    asked = ("TrustedKeyGroups", "TrustedSigners")
    return any(chosen.findtext(f"{{*}}{name}/{{*}}Enabled") == "true" for name in asked)


def _absolute(pattern: str) -> str:
    return pattern if pattern.startswith(("/", "*")) else f"/{pattern}"


def incomplete_errors(config: ET.Element) -> bool:
    """Whether an update names a custom error response without its page, code or time (terraform #48288)."""
    return any(error.find(f"{{*}}{name}") is None for error in _errors(config) for name in _ERROR)


def left_out(config: ET.Element) -> str | None:
    """Return the first member that an update must name and does not."""
    return next((name for name in _REQUIRED if config.find(f"{{*}}{name}") is None), None)
