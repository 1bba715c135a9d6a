"""Refusals and outages that pass by themselves: one run ends well, with exactly one of each, and nothing stays."""

import anyio
import pytest

from tests.inventory import Account
from tests.product import Product, not_ok
from wizard.engine.progress import Progress
from wizard.model.context import DELETE_LOGS, YES
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile


def stuck(done: Snapshot) -> list[Check]:
    """Return what a removal did not get done; that a record is left at the user's provider is only a warning."""
    return [check for check in not_ok(done) if check.status is not Status.WARNING]


PASSING = ("not-disabled", "precondition", "access-control-in-use", "young-distribution", "logs-busy", "bucket-busy")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kinds", [*((kind,) for kind in PASSING), PASSING], ids="+".join)
def test_what_aws_refuses_for_a_moment_is_waited_out(
    product: Product, control: Control, world: WorldFile, kinds: tuple[str, ...]
) -> None:
    account = Account(world)
    control.settings(momentary=dict.fromkeys(kinds, 2))
    product.new()
    assert not_ok(product.apply()) == []
    found = account.inventory()
    assert {kind: len(names) for kind, names in found.items() if kind != "buckets"} == dict.fromkeys(
        ("distributions", "access", "certificates", "sources", "destinations", "deliveries"), 1
    )
    assert stuck(product.run(Job.REMOVE, answers={DELETE_LOGS: YES})) == []
    assert {kind: names for kind, names in account.inventory().items() if names} == {}


CUTS = (
    ("acm", "DescribeCertificate"),
    ("cloudfront", "GetDistribution"),
    ("s3", "ListObjectsV2"),
    ("logs", "GetDelivery"),
)


@pytest.mark.parametrize(("service", "operation"), CUTS)
def test_a_lost_network_only_pauses_a_walk(product: Product, control: Control, service: str, operation: str) -> None:
    said: list[str] = []

    async def watch(progress: Progress) -> None:
        async for update in progress.updates():
            said.extend(item.wait.subject for item in update.snapshot.items if item.wait)

    async def front(progress: Progress) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(product.user, progress)
            group.start_soon(watch, progress)

    product.new()
    control.reset_connection(service, operation, times=9)  # three attempts of botocore's, three times over
    walk = product.service.start(Job.APPLY, "main")
    anyio.run(product._run, walk, front)
    assert not_ok(walk.progress.snapshot) == []
    assert any(text.startswith("No connection to AWS since ") for text in said)


@pytest.mark.parametrize("code", ["Throttling", "OperationAborted"])
def test_a_busy_aws_only_pauses_a_removal(product: Product, control: Control, code: str) -> None:
    product.stand()
    control.fail("s3", "*", code, 400, times=3)
    assert stuck(product.run(Job.REMOVE, patience=None)) == []
