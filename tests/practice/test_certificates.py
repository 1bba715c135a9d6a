"""ACM as AWS behaves: pending until its record is in DNS, and in use while a distribution presents it."""

import re
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.practice.conftest import HOST, Clients, Road
from wizard.practice.control_client import Control


def record_of(road: Road, arn: str, which: int = 0) -> dict[str, str]:
    record: dict[str, str] = road.describe(arn)["DomainValidationOptions"][which]["ResourceRecord"]
    return record


@pytest.mark.parametrize("algorithm", ["EC_prime256v1", "RSA_4096"])
def test_certificates_with_other_keys_are_listed_only_when_asked_for(road: Road, aws: Clients, algorithm: str) -> None:
    usual, acm = road.request_certificate(HOST), aws("acm")
    arn = acm.request_certificate(DomainName=HOST, ValidationMethod="DNS", KeyAlgorithm=algorithm)["CertificateArn"]
    listed = acm.list_certificates()["CertificateSummaryList"]
    assert [each["CertificateArn"] for each in listed] == [usual]
    [other] = acm.list_certificates(Includes={"keyTypes": [algorithm]})["CertificateSummaryList"]
    assert (other["CertificateArn"], other["KeyAlgorithm"]) == (arn, algorithm)
    assert road.describe(arn)["KeyAlgorithm"] == algorithm


def test_it_is_pending_until_its_record_is_in_dns(road: Road) -> None:
    arn = road.request_certificate(HOST)
    pending = road.describe(arn)
    assert pending["Status"] == "PENDING_VALIDATION"
    assert pending["DomainValidationOptions"][0]["ValidationStatus"] == "PENDING_VALIDATION"
    assert not {"IssuedAt", "NotBefore", "NotAfter"} & set(pending)
    road.validate(arn)
    issued = road.describe(arn)
    assert issued["Status"] == "ISSUED"
    assert issued["DomainValidationOptions"][0]["ValidationStatus"] == "SUCCESS"
    assert (issued["NotAfter"] - issued["NotBefore"]).days == 198


def test_a_wrong_value_does_not_validate(road: Road, control: Control) -> None:
    arn = road.request_certificate(HOST)
    record = record_of(road, arn)
    control.add_record(record["Name"], "CNAME", record["Value"].replace("_", "_0", 1))
    assert road.describe(arn)["Status"] == "PENDING_VALIDATION"


def test_once_issued_it_stays_issued_without_the_record(road: Road, control: Control) -> None:
    arn = road.certificate()
    control.remove_record(record_of(road, arn)["Name"], "CNAME")
    assert road.describe(arn)["Status"] == "ISSUED"


def test_the_record_has_awss_form_and_is_the_same_for_every_request(road: Road) -> None:
    first = record_of(road, road.request_certificate(HOST, token="one"))
    again = record_of(road, road.request_certificate(HOST, token="two"))
    wild = record_of(road, road.request_certificate(f"*.{HOST}", token="three"))
    assert first == again == wild
    assert re.fullmatch(rf"_[0-9a-f]{{32}}\.{re.escape(HOST)}\.", first["Name"])
    assert re.fullmatch(r"_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.", first["Value"])


def test_every_name_needs_its_record(road: Road, control: Control) -> None:
    arn = road.request_certificate(HOST, f"js.{HOST}")
    record = record_of(road, arn, 0)
    control.add_record(record["Name"], "CNAME", record["Value"])
    assert road.describe(arn)["Status"] == "PENDING_VALIDATION"
    other = record_of(road, arn, 1)
    control.add_record(other["Name"], "CNAME", other["Value"])
    assert road.describe(arn)["Status"] == "ISSUED"


def test_the_same_token_gives_the_same_certificate(road: Road, aws: Clients) -> None:
    assert road.request_certificate(HOST, token="t") == road.request_certificate(HOST, token="t")
    assert road.request_certificate(HOST, token="u") != road.request_certificate(HOST, token="t")
    assert road.request_certificate(f"x.{HOST}", token="t") != road.request_certificate(HOST, token="t")
    assert len(aws("acm").list_certificates()["CertificateSummaryList"]) == 3


def test_a_caa_record_for_another_authority_makes_it_fail(road: Road, control: Control) -> None:
    control.add_record("example.test", "CAA", '0 issue "letsencrypt.org"')
    failed = road.describe(road.request_certificate(HOST))
    assert (failed["Status"], failed["FailureReason"]) == ("FAILED", "CAA_ERROR")
    control.add_record("example.test", "CAA", '0 issue "amazon.com"')
    assert road.describe(road.request_certificate(HOST, token="again"))["Status"] == "PENDING_VALIDATION"


def test_caa_of_a_cnames_target_counts(road: Road, control: Control) -> None:
    control.add_record("old.example.test", "CAA", '0 issue "letsencrypt.org"')
    control.add_record(HOST, "CNAME", "old.example.test")
    assert road.describe(road.request_certificate(HOST))["Status"] == "FAILED"


def test_the_list_shows_what_holds_here_and_filters_by_it(road: Road, aws: Clients) -> None:
    issued = road.certificate(HOST)
    pending = road.request_certificate(f"later.{HOST}", token="later")

    def listed(*statuses: str) -> dict[str, Any]:
        rows = aws("acm").list_certificates(CertificateStatuses=list(statuses))["CertificateSummaryList"]
        return {row["CertificateArn"]: row for row in rows}

    assert set(listed()) == {issued, pending}
    assert set(listed("ISSUED")) == {issued}
    assert set(listed("PENDING_VALIDATION")) == {pending}
    assert listed("ISSUED")[issued]["SubjectAlternativeNameSummaries"] == [HOST]
    assert listed("ISSUED")[issued]["InUse"] is False


def test_it_is_not_deleted_while_in_use(road: Road, aws: Clients) -> None:
    distribution = road.whole()
    [row] = aws("acm").list_certificates()["CertificateSummaryList"]
    arn = row["CertificateArn"]
    assert road.describe(arn)["InUseBy"] == [distribution["ARN"]]
    with pytest.raises(aws("acm").exceptions.ResourceInUseException):
        aws("acm").delete_certificate(CertificateArn=arn)
    road.update(distribution["Id"], Aliases={"Quantity": 0}, ViewerCertificate={"CloudFrontDefaultCertificate": True})
    aws("acm").delete_certificate(CertificateArn=arn)
    with pytest.raises(aws("acm").exceptions.ResourceNotFoundException):
        road.describe(arn)


def test_the_first_name_is_not_longer_than_64_octets(road: Road) -> None:
    with pytest.raises(ClientError, match="64 octets"):
        road.request_certificate(f"{'x' * 60}.example.test")


def test_it_can_be_made_to_fail_or_time_out(road: Road, control: Control) -> None:
    arn = road.request_certificate(HOST)
    control.fail_certificate(arn, "DOMAIN_NOT_ALLOWED")
    assert road.describe(arn)["FailureReason"] == "DOMAIN_NOT_ALLOWED"
    late = road.request_certificate(HOST, token="late")
    control.time_out_certificate(late)
    assert road.describe(late)["Status"] == "VALIDATION_TIMED_OUT"


def test_with_a_pace_record_and_issue_take_their_time(road: Road, control: Control) -> None:
    control.set_pace(1000)
    started = time.monotonic()
    arn = road.request_certificate(HOST)
    assert "ResourceRecord" not in road.describe(arn)["DomainValidationOptions"][0]
    control.set_pace(0.01)  # record after 0.05 s, issue 0.6 s after the record is live
    while "ResourceRecord" not in road.describe(arn)["DomainValidationOptions"][0]:
        assert time.monotonic() - started < 60
    road.validate(arn)
    live = time.monotonic()
    control.set_pace(10)  # ten minutes
    assert road.describe(arn)["Status"] == "PENDING_VALIDATION"
    control.set_pace(0.01)
    while road.describe(arn)["Status"] != "ISSUED":
        assert time.monotonic() - live < 60
    assert time.monotonic() - started > 0.6
