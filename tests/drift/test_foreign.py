"""What others add and what does no harm: mentioned, never counted as wrong, kept when ours is put right beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.drift.standing import Behind
from tests.product import not_ok
from wizard.model.results import Job, Status

Config = dict[str, Any]


@dataclass(frozen=True)
class Addition:
    """Something of somebody else's beside ours.

    Attributes:
        item: where `check` mentions it.
        add: adds it.
        said: a part of what the check says it observed.
        there: whether it is there.
        drift: changes something of ours on the same object, so that a repair has to write there.
    """

    item: str
    add: Callable[[Behind], object]
    said: str
    there: Callable[[Behind], bool]
    drift: Callable[[Behind], object]


STATEMENT = {
    "Sid": "SomebodyElses",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutBucketWebsite",
    "Resource": "arn:aws:s3:::{bucket}",
}
RULE = {
    "ID": "somebody-elses",
    "Status": "Enabled",
    "Filter": {"Prefix": "tmp/"},
    "Expiration": {"Days": 3},
}


def _policy(bucket: Callable[[Behind], str], item: str, *, named: bool) -> Addition:
    def statement(behind: Behind) -> Config:
        made = STATEMENT | {"Resource": f"arn:aws:s3:::{bucket(behind)}"}
        return made if named else {key: value for key, value in made.items() if key != "Sid"}

    return Addition(
        item,
        lambda b: b.policy(bucket(b), lambda statements: statements.insert(0, statement(b))),
        "1 more of somebody else's",
        lambda b: any(each["Action"] == "s3:PutBucketWebsite" for each in b.statements(bucket(b))),
        lambda b: b.policy(bucket(b), lambda statements: statements.pop()),
    )


def _lifecycle(bucket: Callable[[Behind], str], item: str) -> Addition:
    def spoil(rules: list[Config]) -> None:
        next(each for each in rules if each["ID"] == "snowpixel").update(Status="Disabled")

    return Addition(
        item,
        lambda b: b.lifecycle(bucket(b), lambda rules: rules.insert(0, dict(RULE))),
        "somebody-elses",
        lambda b: "somebody-elses" in [each["ID"] for each in b.rules(bucket(b))],
        lambda b: b.lifecycle(bucket(b), spoil),
    )


def _content(behind: Behind) -> str:
    return behind.content


def _logs(behind: Behind) -> str:
    return behind.logs


def _bucket_tags(bucket: Callable[[Behind], str], item: str) -> Addition:
    return Addition(
        item,
        lambda b: b.tag_bucket(bucket(b), lambda tags: tags.update(team="web")),
        "team=web",
        lambda b: b.tags_of(bucket(b)).get("team") == "web",
        lambda b: b.tag_bucket(bucket(b), lambda tags: tags.pop("snowpixel:setup")),
    )


def _spoil(behind: Behind) -> None:
    behind.edit(lambda config: config.update(HttpVersion="http2"))


def _listed(items: list[Any]) -> Config:
    return {"Quantity": len(items), "Items": items}


def _origin(config: Config) -> None:
    items = config["Origins"]["Items"]
    other = items[0] | {"Id": "api", "DomainName": "api.example.com", "OriginAccessControlId": ""}
    del other["S3OriginConfig"]
    other["CustomOriginConfig"] = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    config["Origins"] = _listed([other, *items])


def _behavior(config: Config) -> None:
    config["CacheBehaviors"] = _listed([config["DefaultCacheBehavior"] | {"PathPattern": "/files/*"}])


NO_PAGE = {"ResponsePagePath": "", "ResponseCode": ""}
"""What an error response without a page of its own needs in an update (terraform-provider-aws #48288)."""


def _error(config: Config) -> None:
    config["CustomErrorResponses"] = _listed(
        [*config["CustomErrorResponses"]["Items"], {"ErrorCode": 502, "ErrorCachingMinTTL": 60, **NO_PAGE}]
    )


def _on_distribution(add: Callable[[Config], None], said: str, there: Callable[[Config], bool]) -> Addition:
    return Addition("distribution", lambda b: b.edit(add), said, lambda b: there(b.configuration()), _spoil)


def _file(behind: Behind) -> bool:
    return "robots.txt" in [each["Key"] for each in behind.s3.list_objects_v2(Bucket=behind.content)["Contents"]]


def _distribution_tags(behind: Behind) -> Config:
    found = behind.aws("cloudfront").list_tags_for_resource(Resource=behind.arn)["Tags"]["Items"]
    return {each["Key"]: each["Value"] for each in found}


ADDITIONS = {
    "a statement on the content bucket": _policy(_content, "content-bucket.policy", named=True),
    "a statement without a name": _policy(_content, "content-bucket.policy", named=False),
    "a statement on the log bucket": _policy(_logs, "log-bucket.policy", named=True),
    "a lifecycle rule on the content bucket": _lifecycle(_content, "content-bucket.lifecycle"),
    "a lifecycle rule on the log bucket": _lifecycle(_logs, "log-bucket.lifecycle"),
    "a tag on the content bucket": _bucket_tags(_content, "content-bucket"),
    "a tag on the log bucket": _bucket_tags(_logs, "log-bucket"),
    "a file in the content bucket": Addition(
        "content-bucket",
        lambda b: b.s3.put_object(Bucket=b.content, Key="robots.txt", Body=b"User-agent: *"),
        "robots.txt",
        _file,
        lambda b: b.tag_bucket(b.content, lambda tags: tags.pop("snowpixel:id")),
    ),
    "a tag on the distribution": Addition(
        "distribution",
        lambda b: b.aws("cloudfront").tag_resource(Resource=b.arn, Tags={"Items": [{"Key": "team", "Value": "web"}]}),
        "team=web",
        lambda b: _distribution_tags(b).get("team") == "web",
        lambda b: b.aws("cloudfront").untag_resource(Resource=b.arn, TagKeys={"Items": ["snowpixel:id"]}),
    ),
    "an origin": _on_distribution(
        _origin, "api", lambda config: "api" in [each["Id"] for each in config["Origins"]["Items"]]
    ),
    "a behavior": _on_distribution(
        _behavior, "/files/*", lambda config: config["CacheBehaviors"]["Items"][0]["PathPattern"] == "/files/*"
    ),
    "an error page": _on_distribution(
        _error, "502", lambda config: 502 in [each["ErrorCode"] for each in config["CustomErrorResponses"]["Items"]]
    ),
    "stricter TLS": Addition(
        "alias",
        lambda b: b.edit(lambda config: config["ViewerCertificate"].update(MinimumProtocolVersion="TLSv1.3_2025")),
        "TLSv1.3_2025",
        lambda b: b.configuration()["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.3_2025",
        lambda b: b.edit(lambda config: config.update(Aliases={"Quantity": 0})),
    ),
    "a tag on the certificate": Addition(
        "certificate",
        lambda b: b.aws("acm").add_tags_to_certificate(
            CertificateArn=b.made.certificate, Tags=[{"Key": "team", "Value": "web"}]
        ),
        "team=web",
        lambda b: (
            {"Key": "team", "Value": "web"}
            in b.aws("acm").list_tags_for_certificate(CertificateArn=b.made.certificate)["Tags"]
        ),
        lambda b: b.aws("acm").remove_tags_from_certificate(
            CertificateArn=b.made.certificate, Tags=[{"Key": "snowpixel:id"}]
        ),
    ),
    "a cheaper price class": Addition(
        "distribution",
        lambda b: b.edit(lambda config: config.update(PriceClass="PriceClass_100")),
        "",
        lambda b: b.configuration()["PriceClass"] == "PriceClass_100",
        _spoil,
    ),
}


@pytest.mark.parametrize("name", ADDITIONS)
def test_what_others_add_is_mentioned_and_kept(name: str, standing: Callable[[str], Behind]) -> None:
    addition, behind = ADDITIONS[name], standing("domain")
    addition.add(behind)
    assert addition.there(behind)
    looked = behind.product.check()
    assert not_ok(looked) == []
    found = next(check for check in looked.checks if check.id == addition.item)
    assert found.status is Status.OK
    assert addition.said in found.observed
    behind.product.clear()
    assert behind.product.run(Job.REPAIR).done == ()
    assert behind.product.writes() == []
    addition.drift(behind)
    assert not_ok(behind.product.run(Job.REPAIR)) == []
    assert addition.there(behind)
    assert not_ok(behind.product.check()) == []
