"""CloudFront's refusals, each as boto3's modelled exception, and deployments that take their time."""

import time
from typing import Any

import pytest

from tests.practice.conftest import GIF, HOST, Clients, Road, fetch
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile


def status_of(aws: Clients, identifier: str) -> str:
    return str(aws("cloudfront").get_distribution(Id=identifier)["Distribution"]["Status"])


def test_a_used_caller_reference_is_refused(road: Road, aws: Clients) -> None:
    made = road.distribution()
    with pytest.raises(aws("cloudfront").exceptions.DistributionAlreadyExists, match=rf"Already exists: {made['Id']}$"):
        road.distribution()


def test_the_caller_reference_never_changes(road: Road, aws: Clients) -> None:
    made = road.distribution()
    with pytest.raises(aws("cloudfront").exceptions.IllegalUpdate):
        road.update(made["Id"], CallerReference="other")


def test_a_used_reference_is_said_before_its_own_alias_is_found_taken(road: Road, aws: Clients) -> None:
    arn = road.certificate()
    viewer = {
        "Aliases": {"Quantity": 1, "Items": [HOST]},
        "ViewerCertificate": {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only"},
    }
    road.distribution(**viewer)
    with pytest.raises(aws("cloudfront").exceptions.DistributionAlreadyExists):
        road.distribution(**viewer)


def test_quantities_must_match(road: Road, aws: Clients) -> None:
    with pytest.raises(aws("cloudfront").exceptions.InconsistentQuantities):
        road.distribution(Aliases={"Quantity": 2, "Items": [HOST]})


def behavior(road: Road, **changes: Any) -> dict[str, Any]:
    return {**road.config()["DefaultCacheBehavior"], **changes}


def test_an_unknown_origin_is_refused(road: Road, aws: Clients) -> None:
    with pytest.raises(aws("cloudfront").exceptions.NoSuchOrigin):
        road.distribution(DefaultCacheBehavior=behavior(road, TargetOriginId="other"))


def test_an_unknown_cache_policy_is_refused(road: Road, aws: Clients) -> None:
    with pytest.raises(aws("cloudfront").exceptions.NoSuchCachePolicy):
        road.distribution(DefaultCacheBehavior=behavior(road, CachePolicyId="00000000-ea69-4f5a-8f0a-000000000000"))


def test_an_unknown_response_headers_policy_is_refused(road: Road, aws: Clients) -> None:
    with pytest.raises(aws("cloudfront").exceptions.NoSuchResponseHeadersPolicy):
        road.distribution(DefaultCacheBehavior=behavior(road, ResponseHeadersPolicyId="00000000-0000"))


def test_an_unknown_key_group_is_refused(road: Road, aws: Clients) -> None:
    group = {"Enabled": True, "Quantity": 1, "Items": ["00000000-0000"]}
    with pytest.raises(aws("cloudfront").exceptions.TrustedKeyGroupDoesNotExist):
        road.distribution(DefaultCacheBehavior=behavior(road, TrustedKeyGroups=group))


def test_an_unknown_access_control_is_refused(road: Road, aws: Clients) -> None:
    road.oac = "E00000000000"
    with pytest.raises(aws("cloudfront").exceptions.InvalidOriginAccessControl):
        road.distribution()


def test_access_control_and_access_identity_exclude_each_other(road: Road, aws: Clients) -> None:
    road.distribution()
    origin = road.config()["Origins"]["Items"][0]
    origin["S3OriginConfig"] = {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"}
    with pytest.raises(aws("cloudfront").exceptions.IllegalOriginAccessConfiguration):
        road.distribution(CallerReference="two", Origins={"Quantity": 1, "Items": [origin]})


def test_an_alias_needs_a_certificate(road: Road, aws: Clients) -> None:
    with pytest.raises(aws("cloudfront").exceptions.InvalidViewerCertificate, match="must attach a trusted"):
        road.distribution(Aliases={"Quantity": 1, "Items": [HOST]})


def test_a_pending_certificate_is_refused(road: Road, aws: Clients) -> None:
    made = road.distribution()
    with pytest.raises(aws("cloudfront").exceptions.InvalidViewerCertificate, match="isn't valid"):
        road.attach(made["Id"], road.request_certificate(HOST))


def test_a_certificate_of_another_region_is_refused(road: Road, aws: Clients) -> None:
    made = road.distribution()
    arn = aws("acm", "eu-central-1").request_certificate(DomainName=HOST, ValidationMethod="DNS")["CertificateArn"]
    road.certificate()
    assert aws("acm", "eu-central-1").describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    with pytest.raises(aws("cloudfront").exceptions.InvalidViewerCertificate, match="isn't in us-east-1"):
        road.attach(made["Id"], arn)


def test_a_certificate_must_cover_the_alias(road: Road, aws: Clients) -> None:
    made = road.distribution()
    arn = road.certificate("*.example.test")
    with pytest.raises(aws("cloudfront").exceptions.InvalidViewerCertificate, match="doesn't cover"):
        road.attach(made["Id"], arn, f"deep.{HOST}")
    assert road.attach(made["Id"], arn)["DistributionConfig"]["Aliases"]["Items"] == [HOST]


def test_a_certificate_issued_this_moment_is_not_known_to_cloudfront_yet(
    road: Road, aws: Clients, control: Control
) -> None:
    made = road.distribution()
    arn = road.certificate()
    control.set_pace(1000)  # usable hours after it was issued
    with pytest.raises(aws("cloudfront").exceptions.InvalidViewerCertificate):
        road.attach(made["Id"], arn)
    control.set_pace(0.05)  # half a second
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            road.attach(made["Id"], arn)
        except aws("cloudfront").exceptions.InvalidViewerCertificate:
            continue
        break
    assert time.monotonic() < deadline


def test_an_alias_belongs_to_one_distribution(road: Road, aws: Clients) -> None:
    road.whole()
    other = road.distribution(CallerReference="two")
    [row] = aws("acm").list_certificates()["CertificateSummaryList"]
    with pytest.raises(aws("cloudfront").exceptions.CNAMEAlreadyExists, match="associated with a different resource"):
        road.attach(other["Id"], row["CertificateArn"])


def test_an_alias_of_another_account_is_refused(road: Road, aws: Clients, control: Control) -> None:
    made, arn = road.distribution(), road.certificate()
    control.claim_alias(HOST)
    with pytest.raises(aws("cloudfront").exceptions.CNAMEAlreadyExists, match="associated with a different resource"):
        road.attach(made["Id"], arn)


def test_a_wildcard_of_another_account_answers_for_a_name_until_it_is_an_alias_here(
    road: Road, world: WorldFile, aws: Clients, control: Control
) -> None:
    road.pixel()
    made, arn = road.distribution(), road.certificate("*.example.test")
    road.read_policy(made)
    control.claim_alias("*.example.test")
    assert b"another account" in fetch(world, HOST).data
    with pytest.raises(aws("cloudfront").exceptions.CNAMEAlreadyExists):
        road.attach(made["Id"], arn, "*.example.test")
    road.attach(made["Id"], arn, HOST)
    assert fetch(world, HOST).data == GIF
    assert b"another account" in fetch(world, f"other-{HOST}").data


@pytest.mark.parametrize("name", [HOST, "*.example.test"])
def test_a_name_that_points_to_another_distribution_is_refused(
    road: Road, aws: Clients, control: Control, name: str
) -> None:
    made, arn = road.distribution(), road.certificate("*.example.test")  # no record below HOST: the wildcard holds
    control.add_record(name, "CNAME", "d0000000000000.cloudfront.net")
    with pytest.raises(aws("cloudfront").exceptions.CNAMEAlreadyExists, match="incorrectly configured DNS record"):
        road.attach(made["Id"], arn)


def test_a_name_that_points_to_this_distribution_already_is_fine(road: Road, control: Control) -> None:
    made, arn = road.distribution(), road.certificate()
    control.add_record(HOST, "CNAME", made["DomainName"])
    assert road.attach(made["Id"], arn)


def test_it_must_be_disabled_and_deployed_before_it_is_deleted(road: Road, aws: Clients, control: Control) -> None:
    cloudfront = aws("cloudfront")
    made = road.distribution()

    def delete() -> None:
        etag = cloudfront.get_distribution_config(Id=made["Id"])["ETag"]
        cloudfront.delete_distribution(Id=made["Id"], IfMatch=etag)

    with pytest.raises(cloudfront.exceptions.DistributionNotDisabled):
        delete()
    control.set_pace(10)
    road.update(made["Id"], Enabled=False)
    with pytest.raises(cloudfront.exceptions.DistributionNotDisabled):
        delete()
    control.set_pace(0)
    road.update(made["Id"], Comment="again")
    delete()
    with pytest.raises(cloudfront.exceptions.NoSuchDistribution):
        cloudfront.get_distribution(Id=made["Id"])


def test_an_access_control_in_use_is_not_deleted(road: Road, aws: Clients) -> None:
    cloudfront = aws("cloudfront")
    made = road.distribution()
    etag = cloudfront.get_origin_access_control(Id=road.oac)["ETag"]
    with pytest.raises(cloudfront.exceptions.OriginAccessControlInUse):
        cloudfront.delete_origin_access_control(Id=road.oac, IfMatch=etag)
    off = road.update(made["Id"], Enabled=False)
    etag_off = cloudfront.get_distribution_config(Id=off["Id"])["ETag"]
    cloudfront.delete_distribution(Id=off["Id"], IfMatch=etag_off)
    cloudfront.delete_origin_access_control(Id=road.oac, IfMatch=etag)


def test_a_response_headers_policy_in_use_is_not_deleted(road: Road, aws: Clients) -> None:
    cloudfront = aws("cloudfront")
    made = cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": "own",
            "CustomHeadersConfig": {"Quantity": 1, "Items": [{"Header": "x-a", "Value": "b", "Override": True}]},
        }
    )
    policy = made["ResponseHeadersPolicy"]["Id"]
    road.distribution(DefaultCacheBehavior=behavior(road, ResponseHeadersPolicyId=policy))
    with pytest.raises(cloudfront.exceptions.ResponseHeadersPolicyInUse):
        cloudfront.delete_response_headers_policy(Id=policy, IfMatch=made["ETag"])


def test_a_stale_etag_is_refused(road: Road, aws: Clients) -> None:
    made = road.distribution()
    stale = aws("cloudfront").get_distribution_config(Id=made["Id"])
    road.update(made["Id"], Comment="newer")
    with pytest.raises(aws("cloudfront").exceptions.PreconditionFailed):
        aws("cloudfront").update_distribution(
            Id=made["Id"], IfMatch=stale["ETag"], DistributionConfig=stale["DistributionConfig"]
        )


def test_it_is_in_progress_until_deployed_in_every_reply(road: Road, aws: Clients, control: Control) -> None:
    control.set_pace(1000)  # deployed after two days
    made = road.distribution()
    [row] = aws("cloudfront").list_distributions()["DistributionList"]["Items"]
    assert {made["Status"], row["Status"], status_of(aws, made["Id"])} == {"InProgress"}
    control.set_pace(0.005)  # after 0.9 s
    started = time.monotonic()
    road.update(made["Id"], Comment="sooner")
    while status_of(aws, made["Id"]) != "Deployed":
        assert time.monotonic() - started < 60
    assert time.monotonic() - started > 0.9
    control.set_pace(1000)
    assert road.update(made["Id"], Comment="again")["Status"] == "InProgress"
