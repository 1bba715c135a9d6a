"""Chaos: every operation meets each answer that passes by itself, and one run still ends well."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.inventory import Account, expected
from tests.product import Product, not_ok
from tests.scenarios.test_passing_refusals import stuck
from wizard.model.context import DELETE_LOGS, YES
from wizard.model.results import Job
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

OVER_BOTOCORE = 4
"""Once more than botocore tries by itself (standard mode: three attempts)."""

Operation = tuple[str, str]
Inject = Callable[[Control, Operation], None]
SETTINGS = ("PutBucketPolicy", "PutBucketLifecycleConfiguration", "PutPublicAccessBlock", "PutBucketTagging")


def refusing(code: str, status: int, message: str = "", times: int = OVER_BOTOCORE) -> Inject:
    return lambda control, at: control.fail(*at, code, status, times, message=message or "Injected by the test")


ANSWERS: dict[str, tuple[Callable[[Operation], bool], Inject]] = {
    "throttled": (lambda _: True, lambda control, at: control.throttle(*at, times=OVER_BOTOCORE)),
    "unavailable": (lambda _: True, refusing("ServiceUnavailable", 503)),
    "failing": (lambda _: True, refusing("InternalError", 500)),
    "connection cut": (lambda _: True, lambda control, at: control.reset_connection(*at, times=OVER_BOTOCORE)),
    "reply lost": (lambda _: True, lambda control, at: control.drop_reply(*at)),
    "bucket busy": (lambda at: at[1] in SETTINGS, refusing("OperationAborted", 409, times=2)),
    "logs busy": (
        lambda at: at[0] == "logs" and "Delivery" in at[1] and not at[1].startswith(("Get", "Describe")),
        refusing("ConflictException", 400, "Requested resource is currently being updated. Please try again later.", 2),
    ),
    "logs unaware": (
        lambda at: at == ("logs", "PutDeliverySource"),
        refusing("ResourceNotFoundException", 400, "Cannot access provided service.", 2),
    ),
    "edited meanwhile": (lambda at: at[1] == "UpdateDistribution", refusing("PreconditionFailed", 412, times=2)),
    "not disabled": (lambda at: at[1] == "DeleteDistribution", refusing("DistributionNotDisabled", 409, times=2)),
    "still in use": (
        lambda at: at[1] == "DeleteOriginAccessControl",
        refusing("OriginAccessControlInUse", 409, times=2),
    ),
    "certificate in use": (lambda at: at[1] == "DeleteCertificate", refusing("ResourceInUseException", 400, times=2)),
}
"""What real AWS answers for a moment, and which operations may meet it."""


OPTIONS: dict[Job, dict[str, Any]] = {Job.APPLY: {}, Job.REMOVE: {"answers": {DELETE_LOGS: YES}}}

_seen: dict[Job, set[Operation]] = {}


def called(control: Control) -> set[Operation]:
    return {(service, operation) for service, operation, _ in control.calls() if service != "sts"}


@pytest.fixture
def operations(product: Product, control: Control) -> dict[Job, set[Operation]]:
    """Operations that a walk was seen to call, looked at once."""
    if not _seen:
        product.new()
        for job, given in OPTIONS.items():
            control.clear_calls()
            product.run(job, **given)
            _seen[job] = called(control)
        control.reset()
    return _seen


@pytest.mark.timeout(600)
@pytest.mark.parametrize("answer", ANSWERS)
def test_every_operation_meets_what_passes_by_itself(
    product: Product, control: Control, world: WorldFile, operations: dict[Job, set[Operation]], answer: str
) -> None:
    meets, inject = ANSWERS[answer]
    product.new("chaos")
    met = {job: sorted(filter(meets, found)) for job, found in operations.items()}
    assert any(met.values())
    for at in met[Job.APPLY]:
        inject(control, at)
    assert not_ok(product.run(Job.APPLY, "chaos", patience=600.0)) == []
    assert Account(world).inventory() == expected(product.setup("chaos"))
    control.clear_faults()
    for at in met[Job.REMOVE]:
        inject(control, at)
    assert stuck(product.run(Job.REMOVE, "chaos", patience=600.0, **OPTIONS[Job.REMOVE])) == []
    assert {kind: names for kind, names in Account(world).inventory().items() if names} == {}
