"""DNS records and the certificate, changed behind our back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.drift.proving import FAILED, SKIPPED, Drift, assert_green, prove
from tests.drift.standing import Behind
from tests.product import DOMAIN, not_ok, verdicts
from wizard.model.results import Job

LOST = {"dns-resolvers": SKIPPED, "tls": SKIPPED, "pixel-https": SKIPPED, "http-redirect": SKIPPED}
"""Nobody finds the name: the world's memory may still hold it, so these wait."""


def _validation(behind: Behind) -> tuple[str, str]:
    return behind.made.validation_name or "", behind.made.validation_value or ""


def _replace(behind: Behind, name: str, value: str) -> None:
    behind.control.remove_record(name, "CNAME")
    behind.control.add_record(name, "CNAME", value)


MANUAL = {
    "the pixel's removed": Drift(
        "pixel-record", lambda b: b.control.remove_record(DOMAIN, "CNAME"), (), also=LOST, edge_forgot=True
    ),
    "the certificate's removed": Drift(
        "certificate-record", lambda b: b.control.remove_record(_validation(b)[0], "CNAME"), ()
    ),
}


@pytest.mark.parametrize("name", MANUAL)
def test_a_record_at_the_provider(name: str, standing: Callable[[str], Behind]) -> None:
    prove(MANUAL[name], standing("domain"))


@pytest.mark.parametrize("item", ["pixel-record", "certificate-record"])
def test_a_record_at_the_provider_that_says_something_else(item: str, standing: Callable[[str], Behind]) -> None:
    """The user corrects it: removes the wrong one and adds the right one, which the plan shows."""
    behind = standing("domain")
    name, right = (DOMAIN, behind.made.distribution_domain or "") if item == "pixel-record" else _validation(behind)
    _replace(behind, name, "elsewhere.example.test")
    check = behind.product.check()
    assert verdicts(check)[item] is FAILED
    plan = behind.product.run(Job.PLAN, adds_records=False)
    assert [(change.resource, change.record.value) for change in plan.changes if change.record] == [(item, right)]
    assert len(plan.changes) == 1
    behind.product.clear()
    waits = behind.product.run(Job.REPAIR, adds_records=False, patience=0)
    assert verdicts(waits)[item] is FAILED
    _replace(behind, name, right)
    behind.control.forget_cache()
    assert not_ok(behind.product.run(Job.REPAIR, adds_records=False)) == []
    assert behind.product.writes() == []
    assert_green(behind)


def _delete_sets(name: Callable[[Behind], str], *types: str) -> Callable[[Behind], None]:
    def happen(behind: Behind) -> None:
        found = [each for each in behind.record_sets(name(behind)) if each["Type"] in types]
        behind.change_sets("DELETE", *found)

    return happen


def _pixel(_: Behind) -> str:
    return DOMAIN


ROUTE53 = {
    "the pixel's, both families": Drift(
        "pixel-record", _delete_sets(_pixel, "A", "AAAA"), ("ChangeResourceRecordSets",), also=LOST, edge_forgot=True
    ),
    "the pixel's, IPv6 only": Drift(
        "pixel-record", _delete_sets(_pixel, "AAAA"), ("ChangeResourceRecordSets",), ("AAAA",)
    ),
    "the certificate's": Drift(
        "certificate-record",
        _delete_sets(lambda b: _validation(b)[0], "CNAME"),
        ("ChangeResourceRecordSets",),
    ),
}


@pytest.mark.parametrize("name", ROUTE53)
def test_a_record_in_route_53(name: str, standing: Callable[[str], Behind]) -> None:
    prove(ROUTE53[name], standing("route53"))


def _elsewhere(behind: Behind, item: str) -> dict[str, Any]:
    name = DOMAIN if item == "pixel-record" else _validation(behind)[0]
    return {
        "Name": f"{name}.",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "elsewhere.example.test."}],
    }


@pytest.mark.parametrize("item", ["pixel-record", "certificate-record"])
def test_a_record_in_route_53_that_says_something_else_is_said_and_never_overwritten(
    item: str, standing: Callable[[str], Behind]
) -> None:
    behind = standing("route53")
    name = DOMAIN if item == "pixel-record" else _validation(behind)[0]
    before = behind.record_sets(name)
    behind.change_sets("DELETE", *before)
    behind.change_sets("CREATE", _elsewhere(behind, item))
    behind.product.clear()
    assert verdicts(behind.product.check())[item] is FAILED
    repaired = behind.product.run(Job.REPAIR)
    found = next(check for check in repaired.checks if check.id == item)
    assert (found.status, found.problem and found.problem.id) == (FAILED, "record-in-the-way")
    assert "elsewhere.example.test" in found.observed
    assert behind.product.writes() == []
    behind.change_sets("DELETE", _elsewhere(behind, item))
    behind.control.forget_cache()
    assert not_ok(behind.product.run(Job.REPAIR)) == []
    assert_green(behind)


def test_the_certificates_tags(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        tags = [{"Key": "snowpixel:id"}, {"Key": "snowpixel:setup"}]
        behind.aws("acm").remove_tags_from_certificate(CertificateArn=behind.made.certificate, Tags=tags)

    prove(Drift("certificate", happen, ("AddTagsToCertificate",), ("tags",)), standing("domain"))


def test_the_certificate_deleted_after_another_was_put_in_its_place(standing: Callable[[str], Behind]) -> None:
    def happen(behind: Behind) -> None:
        other = behind.certificate(f"*.{DOMAIN.partition('.')[2]}")
        behind.edit(lambda config: config["ViewerCertificate"].update(ACMCertificateArn=other, Certificate=other))
        behind.aws("acm").delete_certificate(CertificateArn=behind.made.certificate)

    behind = standing("domain")
    drift = Drift(
        "certificate",
        happen,
        ("RequestCertificate", "UpdateDistribution"),
        also={"certificate-issued": SKIPPED, "alias": FAILED},
        planned=frozenset({"certificate-issued", "alias"}),
    )
    prove(drift, behind)
    assert behind.made.certificates_replaced == 0
