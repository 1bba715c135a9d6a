"""Whatever we set in CloudFront, changed behind our back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.drift.proving import FAILED, NAME_PROBES, PIXEL_PROBES, SKIPPED, WAITING, Drift, assert_green, prove
from tests.drift.standing import Behind
from tests.product import DOMAIN, not_ok
from wizard.model.results import Job
from wizard.resources.distribution.distribution_config import CACHING_OPTIMIZED

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
Config = dict[str, Any]


def _set(**changes: Any) -> Callable[[Behind], None]:
    return lambda behind: behind.edit(lambda config: config.update(changes))


def _behavior(**changes: Any) -> Callable[[Behind], None]:
    return lambda behind: behind.edit(lambda config: config["DefaultCacheBehavior"].update(changes))


def _origin(**changes: Any) -> Callable[[Behind], None]:
    return lambda behind: behind.edit(lambda config: config["Origins"]["Items"][0].update(changes))


def _viewer(**changes: Any) -> Callable[[Behind], None]:
    return lambda behind: behind.edit(lambda config: config["ViewerCertificate"].update(changes))


def _methods(allowed: list[str], cached: list[str]) -> Config:
    return {
        "Quantity": len(allowed),
        "Items": allowed,
        "CachedMethods": {"Quantity": len(cached), "Items": cached},
    }


def _errors(*items: Config) -> Callable[[Behind], None]:
    return _set(CustomErrorResponses={"Quantity": len(items), "Items": list(items)} if items else {"Quantity": 0})


def _kept(code: int, seconds: int = 10, **more: Any) -> Config:
    return {"ErrorCode": code, "ErrorCachingMinTTL": seconds, "ResponsePagePath": "", "ResponseCode": "", **more}


def _only_signed(behind: Behind) -> Callable[[Config], None]:
    """Make a key group, and ask viewers for its signature."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    text = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    cloudfront, name = behind.aws("cloudfront"), uuid4().hex
    config = {"CallerReference": name, "Name": name, "EncodedKey": text}
    made = cloudfront.create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"]
    group = cloudfront.create_key_group(KeyGroupConfig={"Name": name, "Items": [made]})["KeyGroup"]["Id"]
    asked = {"Enabled": True, "Quantity": 1, "Items": [group]}
    return lambda config: config["DefaultCacheBehavior"].update(TrustedKeyGroups=asked)


PLAIN_HTTP = {"http-redirect": FAILED}
SETTINGS: dict[str, tuple[Callable[[Behind], None], tuple[str, ...], Any]] = {
    "default root object gone": (_set(DefaultRootObject=""), ("DefaultRootObject",), {}),
    "origin: another bucket": (
        _origin(DomainName="somebody-elses.s3.eu-central-1.amazonaws.com"),
        ("Origin",),
        {},
    ),
    "origin: a folder in it": (_origin(OriginPath="/old"), ("OriginPath",), {}),
    "origin: no access control": (_origin(OriginAccessControlId=""), ("OriginAccessControlId",), {}),
    "http is served": (_behavior(ViewerProtocolPolicy="allow-all"), ("ViewerProtocolPolicy",), PLAIN_HTTP),
    "http is refused": (_behavior(ViewerProtocolPolicy="https-only"), ("ViewerProtocolPolicy",), PLAIN_HTTP),
    "all methods": (_behavior(AllowedMethods=_methods(ALL_METHODS, ["GET", "HEAD"])), ("AllowedMethods",), {}),
    "OPTIONS is kept too": (
        _behavior(AllowedMethods=_methods(["GET", "HEAD", "OPTIONS"], ["GET", "HEAD", "OPTIONS"])),
        ("AllowedMethods", "CachedMethods"),
        {},
    ),
    "caching off": (_behavior(CachePolicyId=CACHING_DISABLED), ("CachePolicyId",), {}),
    "no CORS": (_behavior(ResponseHeadersPolicyId=""), ("ResponseHeadersPolicyId",), PIXEL_PROBES),
    "only signed URLs": (lambda behind: behind.edit(_only_signed(behind)), ("Only signed URLs",), PIXEL_PROBES),
    "no compression": (_behavior(Compress=False), ("Compress",), {}),
    "errors kept for long": (_errors(_kept(403, 300), _kept(404)), ("403 cached for",), {}),
    "errors not spoken of": (_errors(), ("403 cached for", "404 cached for"), {}),
    "errors answered by a page": (
        _errors(_kept(403), _kept(404, ResponsePagePath="/i", ResponseCode="200")),
        ("404 cached for",),
        {},
    ),
    "no HTTP/3": (_set(HttpVersion="http2"), ("HttpVersion",), {}),
    "no IPv6": (_set(IsIPV6Enabled=False), ("IPv6",), {}),
    "another comment": (_set(Comment="mine"), ("Comment",), {}),
    "cookies in the logs": (
        _set(Logging={"Enabled": False, "IncludeCookies": True, "Bucket": "", "Prefix": ""}),
        ("Cookies in the logs",),
        {},
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_the_distribution(name: str, standing: Callable[[str], Behind]) -> None:
    happen, names, also = SETTINGS[name]
    prove(Drift("distribution", happen, ("UpdateDistribution",), names, also), standing("domain"))


def test_a_repair_keeps_how_long_somebody_lets_cloudfront_wait_for_the_bucket(
    standing: Callable[[str], Behind],
) -> None:
    def happen(config: Config) -> None:
        config["Origins"]["Items"][0]["S3OriginConfig"]["OriginReadTimeout"] = 55
        config["HttpVersion"] = "http2"

    behind = standing("domain")
    prove(Drift("distribution", lambda b: b.edit(happen), ("UpdateDistribution",), ("HttpVersion",)), behind)
    assert behind.configuration()["Origins"]["Items"][0]["S3OriginConfig"]["OriginReadTimeout"] == 55


def test_several_settings_at_once_are_put_right_by_one_call(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        behind.edit(lambda config: config.update(HttpVersion="http1.1", DefaultRootObject="index.html", Comment="mine"))

    names = ("HttpVersion", "DefaultRootObject", "Comment")
    prove(Drift("distribution", happen, ("UpdateDistribution",), names), standing("domain"))


def test_the_distributions_tags(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        keys = {"Items": ["snowpixel:id", "snowpixel:setup"]}
        behind.aws("cloudfront").untag_resource(Resource=behind.arn, TagKeys=keys)

    prove(Drift("distribution", happen, ("TagResource",), ("tags",)), standing("domain"))


def test_tags_are_put_back_before_settings_because_the_permission_hangs_on_them(
    standing: Callable[[str], Behind],
) -> None:
    def happen(behind: Behind) -> None:
        behind.edit(lambda config: config.update(HttpVersion="http2"))
        behind.aws("cloudfront").untag_resource(Resource=behind.arn, TagKeys={"Items": ["snowpixel:id"]})

    behind = standing("domain")
    prove(Drift("distribution", happen, ("TagResource", "UpdateDistribution"), ("tags", "HttpVersion")), behind)


def test_switched_off(standing: Callable[[str], Behind]) -> None:
    seen = {**PIXEL_PROBES, **PLAIN_HTTP}
    drift = Drift("serving", _set(Enabled=False), ("UpdateDistribution",), ("Enabled",), seen, edge_forgot=True)
    prove(drift, standing("domain"))


def _swap(behind: Behind) -> None:
    other = behind.certificate(f"*.{DOMAIN.partition('.')[2]}")
    behind.edit(lambda config: config["ViewerCertificate"].update(ACMCertificateArn=other, Certificate=other))


NAME: dict[str, tuple[Callable[[Behind], None], tuple[str, ...], Any]] = {
    "alias detached": (
        _set(Aliases={"Quantity": 0}),
        ("alias",),
        NAME_PROBES,
    ),
    "alias and certificate detached": (
        _set(Aliases={"Quantity": 0}, ViewerCertificate={"CloudFrontDefaultCertificate": True}),
        ("alias", "certificate", "TLS by", "oldest TLS"),
        NAME_PROBES,
    ),
    "another certificate": (_swap, ("certificate",), {}),
    "older TLS": (_viewer(MinimumProtocolVersion="TLSv1"), ("oldest TLS",), {}),
}


@pytest.mark.parametrize("name", NAME)
def test_the_name_on_the_distribution(name: str, standing: Callable[[str], Behind]) -> None:
    happen, names, also = NAME[name]
    prove(Drift("alias", happen, ("UpdateDistribution",), names, also), standing("domain"))


ACCESS = {
    "Name": "renamed",
    "Description": "mine",
    "SigningBehavior": "no-override",
    "OriginAccessControlOriginType": "mediastore",
}


@pytest.mark.parametrize("name", ACCESS)
def test_a_setting_of_the_access_control(name: str, standing: Callable[[str], Behind]) -> None:
    drift = Drift(
        "origin-access", lambda b: b.edit_access(**{name: ACCESS[name]}), ("UpdateOriginAccessControl",), (name,)
    )
    prove(drift, standing("domain"))


def test_the_access_control_deleted(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        _origin(OriginAccessControlId="")(behind)
        cloudfront = behind.aws("cloudfront")
        found = cloudfront.get_origin_access_control(Id=behind.made.origin_access_control)
        cloudfront.delete_origin_access_control(Id=behind.made.origin_access_control, IfMatch=found["ETag"])

    drift = Drift(
        "origin-access",
        happen,
        ("CreateOriginAccessControl", "UpdateDistribution"),
        also={"distribution": FAILED},
        planned=frozenset({"distribution"}),
    )
    prove(drift, standing("domain"))


def test_the_distribution_deleted_where_route_53_holds_the_name(standing: Callable[[str], Behind]) -> None:
    """Our own records that still lead to the deleted one are ours: they are taken away, then made anew."""
    behind = standing("route53")
    behind.delete_distribution()
    behind.control.forget_cache()
    behind.product.clear()
    assert not_ok(behind.product.run(Job.REPAIR)) == []
    assert {each["AliasTarget"]["DNSName"].rstrip(".") for each in behind.record_sets(DOMAIN)} == {
        behind.made.distribution_domain
    }
    assert_green(behind)


def test_the_distribution_deleted(standing: Callable[[str], Behind]) -> None:
    """What carries its id is made anew or named in the plan too: policy, log source, delivery, the pixel's record."""
    behind = standing("domain")
    skipped = {"alias": SKIPPED, "serving": SKIPPED}
    drift = Drift(
        "distribution",
        Behind.delete_distribution,
        (
            "CreateDistributionWithTags",
            "PutBucketPolicy",
            "DeleteDelivery",
            "DeleteDeliverySource",
            "PutDeliverySource",
            "CreateDelivery",
        ),
        also=skipped | dict.fromkeys(("pixel-direct", "pixel-https", "tls", "http-redirect"), WAITING),
        planned=frozenset({*skipped, "content-bucket.policy", "pixel-record", "delivery-source", "delivery"}),
        retried="UpdateDistribution",
    )
    prove(drift, behind)
    assert behind.configuration()["DefaultCacheBehavior"]["CachePolicyId"] == CACHING_OPTIMIZED
