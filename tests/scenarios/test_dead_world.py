"""A check where nothing answers any more: each row gets its verdict, in its order, and nothing is called wrong."""

from dataclasses import replace
from typing import Any

import anyio

from tests.engine.parts import Look, Row
from tests.engine.parts import context as empty_context
from tests.product import Product
from wizard.documents import json_envelope
from wizard.engine import walks
from wizard.engine.progress import Progress
from wizard.model.context import CHECK_LIMIT, ROW_LIMIT, Context
from wizard.model.ports import Ports
from wizard.model.results import Check, Job, Status
from wizard.model.setup import Made, Setup, SetupChoices
from wizard.net.clock import SystemClock
from wizard.stages import stages
from wizard.storage.setup_state import MemoryState


class Hole:
    """Stands for AWS, DNS and the web of which nothing ever comes back."""

    region = "eu-central-1"

    async def __call__(self, *_: Any, **__: Any) -> Any:
        await anyio.sleep_forever()

    def __getattr__(self, name: str) -> Any:
        return self.__call__


def dead() -> Progress:
    """Check a finished setup in such a world, with short limits."""
    made = Made(
        account="123456789012",
        content_bucket="content",
        log_bucket="logs",
        distribution="E1",
        distribution_domain="d1.cloudfront.net",
        alias="e.shop.example",
        certificate="arn:aws:acm:us-east-1:123456789012:certificate/1",
        validation_name="_x.e.shop.example",
        validation_value="_y.acm-validations.aws",
        hosted_zone="",
        delivery="1",
    )
    setup = Setup(name="main", id="0a1b2c3d", created=0.0, choices=SetupChoices(domain="e.shop.example"), made=made)
    hole: Any = Hole()
    ports = Ports(hole, hole, hole, SystemClock(0.0))
    context = Context(ports, MemoryState(setup), row_limit=2.0, check_limit=3.0)
    rows = stages(context)
    progress = walks.progress_for(Job.CHECK, rows, "main")

    async def look() -> None:
        await walks.check(rows, context, progress)

    anyio.run(look)
    assert [item.id for item in progress.snapshot.items] == [node.id for node in walks.nodes_of(rows)]
    return progress


def test_every_row_gets_a_verdict_and_none_is_called_wrong() -> None:
    progress = dead()
    assert progress.snapshot.finished
    assert [check.id for check in progress.snapshot.checks] == [item.id for item in progress.snapshot.items]
    found = {check.status for check in progress.snapshot.checks}
    assert Status.UNKNOWN in found
    assert Status.FAILED not in found
    assert {check.problem.id for check in progress.snapshot.checks if check.problem} == {"slow"}


def test_the_same_dead_world_looks_the_same_twice() -> None:
    assert dead().snapshot == dead().snapshot


def test_items_that_wait_for_each_other_share_the_time_of_the_whole() -> None:
    around = replace(empty_context(), check_limit=0.5)

    class Chained(Look):
        async def look(self) -> Check:
            await anyio.sleep(0.05)
            return self.ok("seen")

    names = [f"item{number}" for number in range(200)]
    nodes: list[Any] = [Chained(around, name, lambda probe: probe.ok("")) for name in names]
    for node, before in zip(nodes[1:], names, strict=False):
        node.parent = before
    rows: Any = (Row(*nodes),)
    progress = walks.progress_for(Job.CHECK, rows, "main")

    async def look() -> None:
        await walks.check(rows, around, progress)

    anyio.run(look)  # one after the other they would take ten seconds
    found = [check.status for check in progress.snapshot.checks]
    assert len(found) == len(names)
    assert found.count(Status.OK) < 15
    assert set(found) <= {Status.OK, Status.UNKNOWN, Status.SKIPPED}
    assert found[-1] is Status.SKIPPED


def test_no_item_may_outlive_the_whole_and_the_whole_ends_in_time() -> None:
    assert ROW_LIMIT <= 10.0
    assert ROW_LIMIT <= CHECK_LIMIT < 15.0


def test_the_same_world_gives_the_same_document_twice(product: Product) -> None:
    product.stand()
    first, second = ([shown(check) for check in product.check().checks] for _ in range(2))
    assert first == second


def shown(check: Check) -> dict[str, Any]:
    """Return all that is said of a check, but for what each check changes itself: by asking, it is written to the log.

    Its evidence names the single request, so that AWS's support can find it.
    """
    told = {key: value for key, value in json_envelope.check(check, "main").items() if key != "evidence"}
    return {**told, "summary": told["summary"].partition("; newest log at ")[0]}
