"""CloudFront's document: a creation may leave much out, CloudFront fills it in, and an update must name it all."""

from typing import Any

import pytest

from tests.practice.conftest import Clients, Road

SHORT = {"ErrorCode": 404, "ErrorCachingMinTTL": 10}
FULL = {**SHORT, "ResponsePagePath": "", "ResponseCode": ""}


def errors(*items: dict[str, Any]) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": list(items)}


def stored(aws: Clients, made: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = aws("cloudfront").get_distribution(Id=made["Id"])["Distribution"]["DistributionConfig"]
    return config


def test_a_creation_may_name_an_error_response_in_short_and_it_is_shown_in_full(road: Road, aws: Clients) -> None:
    made = road.distribution(CustomErrorResponses=errors(SHORT))
    assert made["DistributionConfig"]["CustomErrorResponses"]["Items"] == [FULL]
    assert stored(aws, made)["CustomErrorResponses"]["Items"] == [FULL]
    listed = aws("cloudfront").list_distributions()["DistributionList"]["Items"][0]
    assert listed["CustomErrorResponses"]["Items"] == [FULL]


@pytest.mark.parametrize("left_out", ["ResponsePagePath", "ResponseCode", "ErrorCachingMinTTL"])
def test_an_update_must_name_an_error_response_in_full(road: Road, aws: Clients, left_out: str) -> None:
    made = road.distribution()
    short = {name: value for name, value in FULL.items() if name != left_out}
    with pytest.raises(aws("cloudfront").exceptions.IllegalUpdate, match="custom error responses does not exist"):
        road.update(made["Id"], CustomErrorResponses=errors(FULL, {**short, "ErrorCode": 403}))
    assert road.update(made["Id"], CustomErrorResponses=errors(FULL))


FILLED_IN = {
    "Aliases": {"Quantity": 0},
    "OriginGroups": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "Staging": False,
}


def test_what_a_creation_leaves_out_is_filled_in(road: Road, aws: Clients) -> None:
    found = stored(aws, road.distribution())
    assert {name: found.get(name) for name in FILLED_IN} == FILLED_IN
    behavior, [origin] = found["DefaultCacheBehavior"], found["Origins"]["Items"]
    off = {"Enabled": False, "Quantity": 0}
    assert (behavior["TrustedSigners"], behavior["TrustedKeyGroups"]) == (off, off)
    assert behavior["AllowedMethods"]["CachedMethods"]["Quantity"] == 2
    assert behavior["FieldLevelEncryptionId"] == ""
    assert (origin["OriginPath"], origin["CustomHeaders"], origin["ConnectionAttempts"]) == ("", {"Quantity": 0}, 3)
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": "", "OriginReadTimeout": 30}
    assert found["ViewerCertificate"]["CertificateSource"] == "cloudfront"


def test_the_certificate_is_shown_in_its_older_spelling_too(road: Road) -> None:
    made, arn = road.distribution(), road.certificate()
    shown = road.attach(made["Id"], arn)["DistributionConfig"]["ViewerCertificate"]
    assert (shown["Certificate"], shown["CertificateSource"]) == (arn, "acm")
    assert shown["CloudFrontDefaultCertificate"] is False


@pytest.mark.parametrize(
    "left_out",
    [
        "Aliases",
        "CacheBehaviors",
        "CustomErrorResponses",
        "DefaultRootObject",
        "HttpVersion",
        "Logging",
        "PriceClass",
        "Restrictions",
        "ViewerCertificate",
        "WebACLId",
    ],
)
def test_an_update_that_leaves_a_member_out_is_refused(road: Road, aws: Clients, left_out: str) -> None:
    made = road.distribution()
    cloudfront = aws("cloudfront")
    now = cloudfront.get_distribution_config(Id=made["Id"])
    config = {name: value for name, value in now["DistributionConfig"].items() if name != left_out}
    with pytest.raises(cloudfront.exceptions.IllegalUpdate, match=f"{left_out} is required for updates"):
        cloudfront.update_distribution(Id=made["Id"], IfMatch=now["ETag"], DistributionConfig=config)
