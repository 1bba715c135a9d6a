"""ACM's managed renewal: what is said of it while the certificate still works, and that the advice helps.

How it may stand is botocore's model of RenewalSummary: four states, and a reason where it failed.
"""

import datetime as dt

import pytest
from botocore.session import Session

from tests.drift.standing import Behind
from tests.product import DOMAIN, Product, not_ok
from wizard.engine.causes import hang
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Job, Problem, Snapshot, Status
from wizard.resources.certificate.certificate import DECISION

FAILED, WAITS = "certificate-not-renewed", "certificate-renewal-waits"
STATES = {"": "", "SUCCESS": "", "PENDING_AUTO_RENEWAL": "", "PENDING_VALIDATION": WAITS, "FAILED": FAILED}
"""RenewalStatus to the problem that is right; the first is before any renewal."""

ACM = Session().get_service_model("acm")
REASONS = ("", *ACM.shape_for("FailureReason").enum)
ROW, RECORD = "certificate-issued", "certificate-record"


@pytest.fixture
def behind(product: Product) -> Behind:
    """The account of a finished setup, behind the product's back."""
    product.new()
    assert not_ok(product.apply()) == []
    product.clear()
    return Behind(product)


def problems(snapshot: Snapshot) -> dict[str, str]:
    """Return all rows that are neither OK nor skipped, each with its problem's id."""
    rows = [check for check in snapshot.checks if check.status not in (Status.OK, Status.SKIPPED)]
    return {check.id: check.problem.id if check.problem else "" for check in rows}


def row(snapshot: Snapshot, item: str = ROW) -> Check:
    return next(check for check in snapshot.checks if check.id == item)


def current(product: Product) -> str:
    return product.setup().made.certificate or ""


def certificate_writes(product: Product) -> list[str]:
    return [operation for service, operation in product.writes() if service == "acm"]


def test_the_table_has_every_state_of_acms_model() -> None:
    assert set(ACM.shape_for("RenewalStatus").enum) == set(STATES) - {""}


def test_each_state_and_each_reason_is_said_by_one_yellow_row(product: Product, behind: Behind) -> None:
    del behind
    tried = [(state, reason) for state in STATES for reason in (REASONS if state == "FAILED" else ("",))]
    for state, reason in tried:
        product.control.renew_certificate(current(product), state, reason)
        seen = product.check()
        assert problems(seen) == ({ROW: STATES[state]} if STATES[state] else {}), (state, reason)
        found = row(seen)
        assert found.status is (Status.WARNING if STATES[state] else Status.OK)
        assert ("renew" in found.observed) == (state in ("PENDING_AUTO_RENEWAL", "PENDING_VALIDATION", "FAILED"))
        if found.problem:
            told = explain(found.problem)
            assert reason in told.meaning
            assert dt.datetime.now(dt.UTC).date().isoformat()[:7] in told.meaning
            assert "`snowpixel repair NAME`" in told.steps[-1]
            assert "{" not in " ".join((told.meaning, *told.steps))
    assert certificate_writes(product) == []


@pytest.mark.parametrize("state", [state for state, problem in STATES.items() if problem])
def test_a_repair_requests_another_one_and_the_row_is_green(product: Product, behind: Behind, state: str) -> None:
    old = current(product)
    product.control.renew_certificate(old, state, "CAA_ERROR" if state == "FAILED" else "")
    found = row(product.check()).problem
    assert found is not None
    assert found.id in ("certificate-not-renewed", "certificate-renewal-waits")
    assert not_ok(product.apply()) == [row(product.check())]  # nothing that nobody asked for is done
    assert certificate_writes(product) == []
    assert not_ok(product.run(Job.REPAIR)) == []
    requested, *then = certificate_writes(product)
    assert (requested, set(then)) == ("RequestCertificate", {"DeleteCertificate"})  # refused until the name has moved
    assert behind.certificates() == [current(product)] != [old]
    assert behind.configuration()["ViewerCertificate"]["ACMCertificateArn"] == current(product)
    assert problems(product.check()) == {}


@pytest.mark.parametrize("state", [state for state, problem in STATES.items() if problem])
def test_of_a_borrowed_one_it_is_said_who_can_do_something(product: Product, state: str) -> None:
    theirs = Behind(product).certificate(DOMAIN)
    product.new()
    assert not_ok(product.apply(answers={DECISION: theirs})) == []
    product.control.renew_certificate(theirs, state)
    product.clear()
    assert problems(product.run(Job.REPAIR)) == {ROW: STATES[state]}
    assert certificate_writes(product) == []
    found = row(product.check()).problem
    assert found is not None
    assert "`snowpixel set NAME --certificate new`, then `snowpixel apply NAME`" in explain(found).steps[-1]
    product.service.choose("main", certificate="new")
    assert not_ok(product.apply()) == []
    assert certificate_writes(product) == ["RequestCertificate"]
    assert sorted(Behind(product).certificates()) == sorted([theirs, current(product)])


@pytest.mark.parametrize("state", [state for state, problem in STATES.items() if problem])
def test_where_the_record_is_gone_its_row_says_it(product: Product, behind: Behind, state: str) -> None:
    del behind
    name = product.setup().made.validation_name or ""
    product.control.remove_record(name, "CNAME")
    product.control.renew_certificate(current(product), state)
    seen = product.check()
    assert problems(seen) == {RECORD: "record-missing"}
    assert row(seen).status is Status.SKIPPED
    assert row(seen).evidence["blocked_by"] == RECORD


def test_where_caa_forbids_it_its_row_says_it(product: Product, behind: Behind) -> None:
    del behind
    product.control.add_record(product.world.zone, "CAA", '0 issue "letsencrypt.org"')
    product.control.renew_certificate(current(product), "FAILED", "CAA_ERROR")
    seen = product.check()
    assert problems(seen) == {"caa": "caa-forbids-amazon"}
    assert row(seen).evidence["blocked_by"] == "caa"


@pytest.mark.parametrize("problem", [FAILED, WAITS])
def test_the_days_that_are_left_are_not_a_second_matter(problem: str) -> None:
    said = Check(ROW, "certificate", Status.WARNING, "not renewed", problem=Problem(problem))
    ending = Check("tls", "https", Status.WARNING, "30 days left", problem=Problem("certificate-expiring"))
    over = Check("tls", "https", Status.FAILED, "expired", problem=Problem("certificate-expired"))
    assert hang({ROW: said, "tls": ending})["tls"].status is Status.SKIPPED
    assert hang({ROW: said, "tls": over})["tls"] == over
