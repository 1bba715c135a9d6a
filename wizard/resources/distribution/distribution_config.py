"""The distribution's configuration: what we own in it, merged with what others set.

The managed policies' ids are the same in every account (CloudFront guide: managed cache and response-headers policies).
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import msgspec

from wizard.aws.services import cloudfront
from wizard.aws.services.cloudfront import DistributionConfig, ErrorResponse, Origin
from wizard.model.results import Difference
from wizard.model.setup import Setup
from wizard.resources.lost_distribution import comment

Config = cloudfront.Document

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""Managed cache policy: query strings are not part of the key, so the edge answers every event."""

SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"
"""Managed response-headers policy: `Access-Control-Allow-Origin: *`, without which the tracker jams."""

ORIGIN = "content"
"""Id of our origin within the distribution."""

METHODS = ("GET", "HEAD")

OUR_ERRORS = (403, 404)

ERROR_SECONDS = 10
"""How long the edge keeps a 403 or 404, so that one answered too early is soon forgotten."""

MINIMUM_TLS = "TLSv1.2_2021"

TLS_ORDER = (
    "SSLv3",
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
)
"""`MinimumProtocolVersion`, weakest first (CloudFront API reference: ViewerCertificate)."""


def origin_domain(setup: Setup) -> str:
    """Return the content bucket's regional name: the global one may answer with a redirect while the bucket is new."""
    return f"{setup.made.content_bucket}.s3.{setup.choices.region}.amazonaws.com"


def fresh(setup: Setup, caller_reference: str) -> Config:
    """Return the configuration of a new distribution, without its alias."""
    return {
        "CallerReference": caller_reference,
        "Comment": comment(setup),
        "Enabled": True,
        "Aliases": {"Quantity": 0},
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    } | _owned(setup)


def _owned(setup: Setup) -> Config:
    return {
        "DefaultRootObject": "i",
        "Origins": {"Quantity": 1, "Items": [_origin(setup)]},
        "DefaultCacheBehavior": {
            "TargetOriginId": ORIGIN,
            "ViewerProtocolPolicy": str(setup.choices.viewer),
            "AllowedMethods": {
                "Quantity": len(METHODS),
                "Items": list(METHODS),
                "CachedMethods": {"Quantity": len(METHODS), "Items": list(METHODS)},
            },
            "CachePolicyId": CACHING_OPTIMIZED,
            "ResponseHeadersPolicyId": SIMPLE_CORS,
            "Compress": True,
            "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
            "TrustedSigners": {"Enabled": False, "Quantity": 0},
        },
        "CustomErrorResponses": {
            "Quantity": 2,
            "Items": [_error(code) for code in OUR_ERRORS],
        },
        "HttpVersion": "http2and3",
        "IsIPV6Enabled": True,
    }


def _error(code: int) -> Config:
    """Return how long a refusal is kept. An update must also name the page and code that it does not have."""
    return {"ErrorCode": code, "ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": ERROR_SECONDS}


def _origin(setup: Setup) -> Config:
    return {
        "Id": ORIGIN,
        "DomainName": origin_domain(setup),
        "OriginPath": "",
        "OriginAccessControlId": setup.made.origin_access_control,
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }


def differences(config: DistributionConfig, setup: Setup) -> tuple[Difference, ...]:
    """Compare the properties we own, apart from alias, certificate and switch, with those of a distribution."""
    found, wanted = summary(config), summary(read(fresh(setup, "")))
    return tuple(Difference(name, found[name], value) for name, value in wanted.items() if found[name] != value)


def read(config: Config) -> DistributionConfig:
    """Return what is read of a configuration of ours."""
    return msgspec.convert(config, DistributionConfig)


def summary(config: DistributionConfig) -> dict[str, str]:
    """Return the properties we own as short plain text, by their names in the CloudFront API."""
    origin = next((one for one in config.origins.items if one.id == ORIGIN), Origin(ORIGIN))
    behavior = config.default_cache_behavior
    errors = {one.error_code: _kept(one) for one in config.custom_error_responses.items}
    return {
        "DefaultRootObject": config.default_root_object,
        "Origin": origin.domain_name or "missing",
        "OriginPath": origin.origin_path or "none",
        "OriginAccessControlId": origin.origin_access_control_id or "none",
        "TargetOriginId": behavior.target_origin_id,
        "ViewerProtocolPolicy": behavior.viewer_protocol_policy,
        "AllowedMethods": " ".join(sorted(behavior.allowed_methods.items)),
        "CachedMethods": " ".join(sorted(behavior.allowed_methods.cached_methods.items)),
        "CachePolicyId": behavior.cache_policy_id,
        "ResponseHeadersPolicyId": behavior.response_headers_policy_id or "none",
        "Compress": "on" if behavior.compress else "off",
        "Only signed URLs": "yes" if behavior.signed_only else "no",
        "403 cached for": errors.get(403, "not set"),
        "404 cached for": errors.get(404, "not set"),
        "HttpVersion": config.http_version.lower(),
        "IPv6": "on" if config.ipv6 else "off",
        "Comment": config.comment,
        "Cookies in the logs": "yes" if config.logging.include_cookies else "no",
    }


def _kept(answer: ErrorResponse) -> str:
    page = answer.response_page_path
    return f"{answer.error_caching_min_ttl} s" + (f", answered by {page}" if page else "")


def foreign(config: DistributionConfig, setup: Setup) -> str:
    """Return in words what others set beside ours; it is carried over."""
    ours = (setup.choices.domain, setup.made.alias)
    codes = [one.error_code for one in config.custom_error_responses.items]
    kinds = {
        "origins": [one.id for one in config.origins.items if one.id != ORIGIN],
        "behaviors": [one.path_pattern for one in config.cache_behaviors.items],
        "names": [name for name in config.aliases.items if name not in ours],
        "error pages": [str(code) for code in codes if code not in OUR_ERRORS],
    }
    return "; ".join(f"other {kind}, left alone: {', '.join(found)}" for kind, found in kinds.items() if found)


def merged(config: Mapping[str, Any], setup: Setup) -> Config:
    """Return the configuration with our properties corrected and everything else carried over."""
    result, owned = deepcopy(dict(config)), _owned(setup)
    origins = [one for one in _items(config.get("Origins")) if one["Id"] != ORIGIN]
    before: Config = dict(next((one for one in _items(config.get("Origins")) if one["Id"] == ORIGIN), {}))
    before.pop("CustomOriginConfig", None)  # an origin is of one kind
    ours = _origin(setup)
    ours["S3OriginConfig"] = before.get("S3OriginConfig", {}) | ours["S3OriginConfig"]  # others may set its time-out
    owned["Origins"] = _listed([*origins, before | ours])
    owned["DefaultCacheBehavior"] = result.get("DefaultCacheBehavior", {}) | owned["DefaultCacheBehavior"]
    errors = [one for one in _items(config.get("CustomErrorResponses")) if one["ErrorCode"] not in OUR_ERRORS]
    owned["CustomErrorResponses"] = _listed([*errors, *owned["CustomErrorResponses"]["Items"]])
    if result.get("Logging", {}).get("IncludeCookies"):
        owned["Logging"] = result["Logging"] | {"IncludeCookies": False}
    return result | owned | {"Comment": comment(setup)}


def with_alias(config: Mapping[str, Any], setup: Setup) -> Config:
    """Return the configuration with our alias and certificate attached, an earlier alias of ours taken off."""
    others = [name for name in _items(config.get("Aliases")) if name not in (setup.choices.domain, setup.made.alias)]
    found = config.get("ViewerCertificate", {}).get("MinimumProtocolVersion", MINIMUM_TLS)
    certificate = {
        "ACMCertificateArn": setup.made.certificate,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": max(found, MINIMUM_TLS, key=tls_rank),
        "CloudFrontDefaultCertificate": False,
    }
    return deepcopy(dict(config)) | {
        "Aliases": _listed([*others, setup.choices.domain]),
        "ViewerCertificate": certificate,
    }


def without_alias(config: Mapping[str, Any], setup: Setup) -> Config:
    """Return the configuration with our alias taken off, and the certificate with it when no other alias is left."""
    others = [name for name in _items(config.get("Aliases")) if name not in (setup.choices.domain, setup.made.alias)]
    result = deepcopy(dict(config)) | {"Aliases": _listed(others)}
    return result if others else result | {"ViewerCertificate": {"CloudFrontDefaultCertificate": True}}


def tls_rank(version: str) -> int:
    """Return how strict a minimum is; one we do not know is newer than all."""
    return TLS_ORDER.index(version) if version in TLS_ORDER else len(TLS_ORDER)


def _listed(items: list[Any]) -> Config:
    return {"Quantity": len(items), "Items": items} if items else {"Quantity": 0}


def _items(listed: Mapping[str, Any] | None) -> list[Any]:
    return list((listed or {}).get("Items", []))
