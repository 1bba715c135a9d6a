"""A removal in its order, stopped and continued, and what it says while it waits."""

from collections.abc import Sequence

import pytest

from tests.drift.standing import Behind
from tests.inventory import Account
from tests.product import DOMAIN, Product, not_ok, verdicts
from wizard.model.results import Actor, Job, Snapshot, Status, Wait

pytestmark = pytest.mark.usefixtures("calm")  # what is refused once would stand twice in the order

LOGS_TOO = {"delete-logs": "yes"}
ORDER = (
    ("cloudfront", "UpdateDistribution"),  # the alias off
    ("cloudfront", "UpdateDistribution"),  # switched off
    ("logs", "DeleteDelivery"),
    ("logs", "DeleteDeliveryDestination"),
    ("logs", "DeleteDeliverySource"),
    ("cloudfront", "DeleteDistribution"),
    ("cloudfront", "DeleteOriginAccessControl"),
    ("s3", "DeleteBucket"),
)


def gone(product: Product) -> bool:
    return not any(Account(product.world).inventory().values())


def test_everything_is_taken_down_after_what_stands_on_it(product: Product) -> None:
    product.stand()
    product.run(Job.REMOVE)
    written = product.writes()
    certificate = ("acm", "DeleteCertificate")
    known = [call for call in written if call in ORDER]
    assert _sorted(known) == list(ORDER)
    assert written.index(("cloudfront", "DeleteDistribution")) < written.index(certificate)
    assert written[0] == ("cloudfront", "UpdateDistribution")


def _sorted(written: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Source and destination are independent of each other, so they count in one order."""
    pair = [("logs", "DeleteDeliveryDestination"), ("logs", "DeleteDeliverySource")]
    at = sorted(written.index(call) for call in pair)
    result = list(written)
    assert at[1] - at[0] == 1
    result[at[0]], result[at[1]] = pair
    return result


def test_nothing_is_touched_before_the_pixels_record_is_gone(product: Product) -> None:
    product.stand()
    waits = product.run(Job.REMOVE, adds_records=False, patience=0)
    assert verdicts(waits)["pixel-record"] is Status.WAITING
    assert [change.record.name for change in waits.changes if change.record and change.actor is Actor.USER] == [DOMAIN]
    assert product.writes() == []
    problem = next(check.problem for check in waits.checks if check.id == "pixel-record")
    assert problem is not None
    assert problem.id == "record-to-delete"


def test_in_route_53_the_records_go_first_and_last(product: Product) -> None:
    product.control.add_zone_in_route53()
    product.new()
    product.apply()
    product.clear()
    assert not_ok(product.run(Job.REMOVE, adds_records=False, answers=LOGS_TOO)) == []
    written = product.writes()
    records = [at for at, (_, operation) in enumerate(written) if operation == "ChangeResourceRecordSets"]
    assert records[0] < written.index(("cloudfront", "UpdateDistribution"))
    assert len(records) == 2
    assert gone(product)


def test_it_may_stop_at_every_wait_and_go_on(product: Product) -> None:
    product.stand()
    product.control.set_pace(0.002)
    runs = 0
    finished = False
    while not finished:
        last = product.run(Job.REMOVE, adds_records=runs > 0, patience=0, answers=LOGS_TOO)
        product.control.remove_record(DOMAIN, "CNAME")
        finished = last.status in (Status.OK, Status.WARNING)
        runs += 1
        assert Status.FAILED not in verdicts(last).values(), not_ok(last)
    assert runs > 2
    assert gone(product)
    assert product.service.store.names() == ()


def test_waits_are_explained(product: Product) -> None:
    product.stand()
    product.control.set_pace(0.01)
    seen: dict[str, Wait] = {}

    async def front(progress: object) -> None:
        async for update in progress.updates():  # type: ignore[attr-defined]
            seen.update({item.id: item.wait for item in update.snapshot.items if item.wait})

    _run_with(product, front)
    assert seen["pixel-record"].actor is Actor.USER
    assert seen["serving"].actor is Actor.AWS
    assert "disabling" in seen["serving"].subject
    assert seen["serving"].since > 0


def _run_with(product: Product, front: object) -> Snapshot:
    import anyio  # noqa: PLC0415

    running = product.service.start(Job.REMOVE, "main", patience=20.0)

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(product.user, running.progress)
            group.start_soon(front, running.progress)  # type: ignore[arg-type]
            await running.run()

    anyio.run(both)
    return running.progress.snapshot


WRITES = (
    ("s3", "CreateBucket"),
    ("s3", "PutObject"),
    ("s3", "PutBucketPolicy"),
    ("s3", "PutBucketLifecycleConfiguration"),
    ("acm", "RequestCertificate"),
    ("cloudfront", "CreateOriginAccessControl"),
    ("cloudfront", "CreateDistributionWithTags"),
    ("cloudfront", "UpdateDistribution"),
    ("logs", "PutDeliverySource"),
    ("logs", "PutDeliveryDestination"),
    ("logs", "CreateDelivery"),
)


@pytest.mark.parametrize(("service", "operation"), WRITES)
def test_a_set_up_that_stopped_anywhere_is_removed(product: Product, service: str, operation: str) -> None:
    product.new()
    product.control.fail(service, operation, "AccessDenied", 403, times=99)
    half = product.apply(patience=0.0, adds_records=False)
    assert half.status is not Status.OK
    product.control.clear_faults()
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert gone(product)
    assert product.service.store.names() == ()


def test_a_set_up_that_stopped_after_its_records_is_removed(product: Product) -> None:
    product.new()
    product.control.fail("cloudfront", "UpdateDistribution", "AccessDenied", 403, times=99)
    product.apply(patience=3.0)
    product.control.clear_faults()
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert gone(product)


def test_a_removal_that_is_through_is_through(product: Product, behind: Behind) -> None:
    product.stand()
    product.run(Job.REMOVE)
    product.clear()
    again = product.run(Job.REMOVE)
    assert again.status in (Status.OK, Status.WARNING)
    assert product.writes() == []
    assert behind.made.log_bucket is not None
