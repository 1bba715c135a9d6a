"""Certificates that will not be issued are replaced, three times at most; one that covers the name is offered."""

from collections.abc import Callable

import pytest
from botocore.session import Session

from tests.clocks import HOUR, MovedService
from tests.drift.standing import Behind
from tests.inventory import Account
from tests.product import DOMAIN, Product, not_ok, verdicts
from wizard.knowledge import problems
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.resources.certificate.certificate import DECISION, MOST_REPLACED

PARENT = DOMAIN.partition(".")[2]
LOGS_TOO = {"delete-logs": "yes"}


def _check(snapshot: Snapshot, item: str) -> Check:
    return next(check for check in snapshot.checks if check.id == item)


def _pending(product: Product) -> str:
    """Set up as far as it goes without the user's records, and return the certificate."""
    product.new()
    product.run(Job.APPLY, adds_records=False, patience=0)
    return product.setup().made.certificate or ""


def _writes(product: Product) -> list[str]:
    return [operation for service, operation in product.writes() if service == "acm"]


# Dead ones.

FAULTS: dict[str, Callable[[Product, str], None]] = {
    "CAA_ERROR": lambda product, arn: product.control.fail_certificate(arn, "CAA_ERROR"),
    "OTHER": lambda product, arn: product.control.fail_certificate(arn, "OTHER"),
    "VALIDATION_TIMED_OUT": lambda product, arn: product.control.time_out_certificate(arn),
}


@pytest.mark.parametrize("reason", FAULTS)
@pytest.mark.parametrize("job", [Job.APPLY, Job.REPAIR])
def test_a_dead_certificate_is_replaced(product: Product, behind: Behind, reason: str, job: Job) -> None:
    dead = _pending(product)
    before = product.setup().made
    FAULTS[reason](product, dead)
    product.clear()
    found = {check.id: check for check in product.check().checks}
    assert found["certificate"].status is Status.FAILED
    assert reason in found["certificate"].observed
    assert found["certificate"].problem is not None
    assert found["certificate"].problem.id == "certificate-dead"
    assert [item for item, check in found.items() if check.status is Status.FAILED] == ["certificate"]
    plan = product.run(Job.PLAN, adds_records=False)
    assert [change.action for change in plan.changes if change.resource == "certificate"] == ["replace"]
    assert _writes(product) == []
    assert not_ok(product.run(job)) == []
    assert _writes(product) == ["RequestCertificate", "DeleteCertificate"]
    after = product.setup().made
    assert behind.certificates() == [after.certificate]
    assert after.certificate != dead
    assert (after.validation_name, after.validation_value) == (before.validation_name, before.validation_value)
    assert (after.certificates_replaced, after.certificates_former) == (0, ()), "issued: the count begins anew"


def test_a_certificate_that_dies_while_it_is_waited_for_is_replaced(product: Product, behind: Behind) -> None:
    product.new()
    failed: list[str] = []

    class Watch(list[tuple[str, str]]):
        """Lets the certificate fail once, after its record is known."""

        def append(self, call: tuple[str, str]) -> None:
            super().append(call)
            arn = product.setup().made.certificate
            if call == ("acm", "describe_certificate") and arn and not failed and self.count(call) > 1:
                failed.append(arn)
                product.control.fail_certificate(arn, "OTHER")

    product.calls = Watch()
    assert not_ok(product.apply()) == []
    assert failed
    assert behind.certificates() == [product.setup().made.certificate]
    assert product.setup().made.certificates_replaced == 0


def test_after_three_times_it_says_so_and_stops(product: Product) -> None:
    _pending(product)
    for _ in range(MOST_REPLACED):
        product.control.fail_certificate(_current(product), "OTHER")
        product.run(Job.APPLY, adds_records=False, patience=0)
    assert product.setup().made.certificates_replaced == MOST_REPLACED
    product.control.fail_certificate(_current(product), "OTHER")
    product.clear()
    for job in (Job.APPLY, Job.PLAN, Job.CHECK):
        found = _check(product.run(job, adds_records=False, patience=0), "certificate")
        assert found.status is Status.FAILED
        assert found.problem is not None
        assert found.problem.id == "certificate-dead"
        assert ": OTHER." in problems.explain(found.problem).meaning
    assert _writes(product) == []


def test_the_users_own_repair_asks_again_once_the_cause_is_gone(product: Product) -> None:
    _pending(product)
    for _ in range(MOST_REPLACED + 1):
        product.control.fail_certificate(product.setup().made.certificate or "", "CAA_ERROR")
        product.run(Job.APPLY, adds_records=False, patience=0)
    stopped = _check(product.check(), "certificate")
    assert (stopped.status, stopped.problem and stopped.problem.id) == (Status.FAILED, "certificate-dead")
    assert stopped.problem is not None
    assert any("`snowpixel repair NAME`" in step for step in problems.explain(stopped.problem).steps)
    product.run(Job.REPAIR, adds_records=False, patience=0)
    assert _check(product.check(), "certificate").status is not Status.FAILED
    assert not_ok(product.apply()) == []
    assert product.setup().made.certificates_replaced == 0


# One that hangs.


SLOW = 0.4
"""A pace at which the practice ACM tells a record in 2 seconds, and issues 24 seconds after it was asked."""


def _hangs(product: Product) -> MovedService:
    """Let all name servers have the record while ACM, slow as it is, does not issue."""
    service = product.service = MovedService(product.service)
    product.new()
    first = product.run(Job.APPLY, adds_records=False, patience=0)
    product.control.set_pace(SLOW)
    record = first.records[0]
    product.control.add_record(record.name, record.type, record.value)
    _until_only_acm_is_waited_for(product)
    return service


def _until_only_acm_is_waited_for(product: Product) -> None:
    for _ in range(100):
        found = verdicts(product.run(Job.APPLY, adds_records=False, patience=0))
        if found["certificate-record"] is Status.OK:
            assert found["certificate-issued"] is Status.WAITING
            return
    pytest.fail("the certificate's record never became known")


@pytest.mark.parametrize("job", [Job.APPLY, Job.REPAIR])
def test_a_certificate_that_hangs_for_an_hour_is_replaced(product: Product, behind: Behind, job: Job) -> None:
    service = _hangs(product)
    old = product.setup().made.certificate
    product.clear()
    service.clock.ahead = 0.9 * HOUR
    product.run(job, adds_records=False, patience=0)
    assert _writes(product) == []
    service.clock.ahead = 1.1 * HOUR
    looked = product.check()
    assert _check(looked, "certificate-issued").observed.startswith("PENDING_VALIDATION for over an hour")
    plan = product.run(Job.PLAN, adds_records=False)
    assert [change.action for change in plan.changes if change.resource == "certificate-issued"] == ["replace"]
    product.run(job, adds_records=False, patience=0)
    assert _writes(product) == ["RequestCertificate", "DeleteCertificate"]
    assert behind.certificates() == [product.setup().made.certificate]
    assert product.setup().made.certificate != old
    service.clock.ahead = 0.0
    product.control.set_pace(0)
    product.control.forget_cache()
    assert not_ok(product.apply()) == []
    assert product.setup().made.certificates_replaced == 0


def test_one_that_hangs_again_and_again_is_given_up_after_three_times(product: Product) -> None:
    service = _hangs(product)
    for times in range(1, MOST_REPLACED + 1):
        service.clock.ahead += 1.1 * HOUR
        product.run(Job.APPLY, adds_records=False, patience=0)
        assert product.setup().made.certificates_replaced == times
        _until_only_acm_is_waited_for(product)
    service.clock.ahead += 1.1 * HOUR
    product.clear()
    found = _check(product.run(Job.APPLY, adds_records=False, patience=0), "certificate-issued")
    assert (found.status, found.problem and found.problem.id) == (Status.FAILED, "certificate-dead")
    assert _writes(product) == []


# Borrowed ones.


def _issued(behind: Behind, *names: str, algorithm: str = "RSA_2048") -> str:
    arn = behind.certificate(*names, algorithm=algorithm)
    status = behind.aws("acm").describe_certificate(CertificateArn=arn)["Certificate"]["Status"]
    assert status == "ISSUED"
    return arn


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [(DOMAIN, "RSA_2048"), (f"*.{PARENT}", "RSA_2048"), (DOMAIN, "EC_prime256v1"), (DOMAIN, "RSA_4096")],
)
def test_a_covering_certificate_is_offered_and_borrowed_and_kept(
    product: Product, behind: Behind, name: str, algorithm: str
) -> None:
    arn = _issued(behind, name, algorithm=algorithm)
    product.new()
    parked = product.run(Job.APPLY, adds_records=False, patience=0)
    asked = next(each for each in parked.decisions if each.id == DECISION)
    assert asked.default == "new"
    assert arn in [choice.id for choice in asked.choices]
    assert arn in asked.flag
    product.clear()
    assert not_ok(product.apply(answers={DECISION: arn})) == []
    assert _writes(product) == []
    assert behind.configuration()["ViewerCertificate"]["ACMCertificateArn"] == arn
    assert product.setup().made.certificate_borrowed
    product.run(Job.REMOVE, answers=LOGS_TOO)
    left = {kind: found for kind, found in Account(product.world).inventory().items() if found}
    assert left == {"certificates": [arn]}


@pytest.mark.parametrize(
    "names", [(f"other.{PARENT}",), (f"*.{DOMAIN}",), (PARENT,)], ids=["another name", "deeper", "the parent"]
)
def test_a_certificate_that_does_not_cover_is_not_offered(
    product: Product, behind: Behind, names: tuple[str, ...]
) -> None:
    _issued(behind, *names)
    product.new()
    done = product.apply()
    assert done.decisions == ()
    assert not_ok(done) == []
    assert not product.setup().made.certificate_borrowed


def test_one_that_is_not_issued_is_not_offered(product: Product, behind: Behind) -> None:
    arn = _issued(behind, f"*.{PARENT}")
    product.control.time_out_certificate(arn)
    product.new()
    done = product.apply()
    assert done.decisions == ()
    assert not_ok(done) == []


def test_the_harmless_answer_requests_a_new_one(product: Product, behind: Behind) -> None:
    arn = _issued(behind, f"*.{PARENT}")
    product.new()
    assert not_ok(product.apply(answers={DECISION: "new"})) == []
    assert sorted(behind.certificates()) == sorted([arn, product.setup().made.certificate or ""])


def test_a_borrowed_certificate_that_dies_is_said_and_never_touched(product: Product, behind: Behind) -> None:
    arn = _issued(behind, DOMAIN)
    product.new()
    product.apply(answers={DECISION: arn})
    product.control.fail_certificate(arn, "OTHER")
    product.clear()
    found = _check(product.run(Job.REPAIR, patience=0), "certificate")
    assert (found.status, found.problem and found.problem.id) == (Status.FAILED, "certificate-dead")
    assert _writes(product) == []


def test_another_name_of_somebody_elses_is_kept_beside_ours(product: Product, behind: Behind) -> None:
    arn = _issued(behind, f"*.{PARENT}")
    product.new()
    product.apply(answers={DECISION: arn})

    def add(config: dict[str, object]) -> None:
        config["Aliases"] = {"Quantity": 2, "Items": [f"f.{PARENT}", DOMAIN]}

    behind.edit(add)
    looked = product.check()
    assert not_ok(looked) == []
    assert f"f.{PARENT}" in _check(looked, "distribution").observed
    behind.edit(lambda config: config["ViewerCertificate"].update(MinimumProtocolVersion="TLSv1.2_2018"))
    assert not_ok(product.run(Job.REPAIR)) == []
    assert sorted(behind.configuration()["Aliases"]["Items"]) == [DOMAIN, f"f.{PARENT}"]


def test_a_replaced_certificate_that_is_still_attached_goes_once_cloudfront_lets_go(
    product: Product, behind: Behind
) -> None:
    """Another domain needs another certificate; the one before is attached until the alias has moved."""
    product.stand()
    product.service.choose("main", domain=f"f.{PARENT}")
    product.apply()
    product.apply()
    assert behind.certificates() == [product.setup().made.certificate]
    assert product.setup().made.certificates_former == ()


AGAIN, ONCE_TOLD = True, False
REASONS = {
    "NO_AVAILABLE_CONTACTS": AGAIN,
    "ADDITIONAL_VERIFICATION_REQUIRED": ONCE_TOLD,
    "DOMAIN_NOT_ALLOWED": ONCE_TOLD,
    "INVALID_PUBLIC_DOMAIN": ONCE_TOLD,
    "DOMAIN_VALIDATION_DENIED": ONCE_TOLD,
    "CAA_ERROR": AGAIN,
    "OTHER": AGAIN,
    **dict.fromkeys(
        (
            "PCA_LIMIT_EXCEEDED", "PCA_INVALID_ARN", "PCA_INVALID_STATE", "PCA_REQUEST_FAILED",
            "PCA_NAME_CONSTRAINTS_VALIDATION", "PCA_RESOURCE_NOT_FOUND", "PCA_INVALID_ARGS", "PCA_INVALID_DURATION",
            "PCA_ACCESS_DENIED", "SLR_NOT_FOUND",
        ),
        AGAIN,
    ),
}  # fmt: skip
"""ACM's FailureReason to whether a new request may help by itself (AGAIN), or only once somebody changed something.

The last ones are of private authorities: a certificate of ours never has them, and one that is asked for in its place
is public.
"""

OF_OURS = [reason for reason in REASONS if not reason.startswith(("PCA_", "SLR_"))]


def test_the_table_has_every_reason_of_acms_model() -> None:
    model = Session().get_service_model("acm")
    assert set(model.shape_for("FailureReason").enum) == set(REASONS)


def test_a_refused_certificate_was_not_changed_by_anybody(product: Product) -> None:
    """Each reason has a cause and a next step of its own, and no row says that somebody changed something."""
    steps: set[str] = set()
    for reason in OF_OURS:
        product.control.fail_certificate(_pending(product) if not steps else _current(product), reason)
        found = {check.id: check for check in product.check().checks}
        problem = found["certificate"].problem
        assert problem is not None
        assert (problem.id, problem.values["reason"]) == ("certificate-dead", reason)
        steps.add(problems.explain(problem).steps[0])
        assert not [check.id for check in found.values() if check.problem and check.problem.id == "drift"]
    assert len(steps) == len(OF_OURS)


@pytest.mark.parametrize("reason", REASONS)
def test_a_new_request_is_made_where_it_may_help_and_else_once_the_user_says_so(
    product: Product, behind: Behind, reason: str
) -> None:
    """Every request counts against ACM's yearly limit, also one that is refused for the same reason."""
    dead = _pending(product)
    product.control.fail_certificate(dead, reason)
    product.clear()
    for _ in range(2):
        found = _check(product.run(Job.APPLY, adds_records=False, patience=0), "certificate")
    if REASONS[reason] is AGAIN:
        assert _writes(product) == ["RequestCertificate", "DeleteCertificate"]
        return
    assert _writes(product) == []
    assert (found.status, found.problem and found.problem.id) == (Status.FAILED, "certificate-dead")
    assert found.problem is not None
    assert "`snowpixel repair NAME`" in problems.explain(found.problem).steps[-1]
    product.run(Job.REPAIR, adds_records=False, patience=0)
    assert _writes(product) == ["RequestCertificate", "DeleteCertificate"]
    product.control.fail_certificate(_current(product), reason)
    product.clear()
    product.run(Job.APPLY, adds_records=False, patience=0)
    assert _writes(product) == []
    assert not_ok(product.run(Job.REPAIR)) == []  # what stood in the way is gone: the one that it requests is issued
    assert _writes(product) == ["RequestCertificate", "DeleteCertificate"]
    assert behind.certificates() == [_current(product)]


def test_a_repair_that_is_refused_again_asks_once(product: Product) -> None:
    """The cause is not gone: the walk that the user asked for makes one request, and stops at its refusal."""
    _pending(product)
    product.control.fail_certificate(_current(product), "DOMAIN_NOT_ALLOWED")

    class Refusing(list[tuple[str, str]]):
        """Lets every certificate fail as soon as it was requested."""

        def append(self, call: tuple[str, str]) -> None:
            super().append(call)
            if call == ("acm", "describe_certificate"):
                product.control.fail_certificate(_current(product), "DOMAIN_NOT_ALLOWED")

    product.calls = Refusing()
    product.clear()
    found = _check(product.run(Job.REPAIR, patience=5), "certificate")
    assert (found.status, found.problem and found.problem.id) == (Status.FAILED, "certificate-dead")
    assert _writes(product) == ["RequestCertificate", "DeleteCertificate"]


def test_a_borrowed_certificate_that_died_gives_way_to_one_of_our_own(product: Product, behind: Behind) -> None:
    """What the text says is done: the user's certificate stays, and another one takes its place."""
    arn = _issued(behind, DOMAIN)
    product.new()
    product.apply(answers={DECISION: arn})
    product.control.fail_certificate(arn, "OTHER")
    problem = _check(product.check(), "certificate").problem
    assert problem is not None
    assert problem.id == "certificate-dead"
    assert "`snowpixel set NAME --certificate new`, then `snowpixel apply NAME`" in problems.explain(problem).steps[-1]
    product.service.choose("main", certificate="new")
    assert not [check for check in product.check().checks if check.problem and check.problem.id in ("drift", "gone")]
    product.clear()
    assert not_ok(product.apply()) == []
    assert _writes(product) == ["RequestCertificate"]
    assert sorted(behind.certificates()) == sorted([arn, _current(product)])
    assert behind.configuration()["ViewerCertificate"]["ACMCertificateArn"] == _current(product) != arn


def _current(product: Product) -> str:
    return product.setup().made.certificate or ""
