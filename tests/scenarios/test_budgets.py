"""What a walk may ask for, counted: calls to AWS and questions to DNS servers. What goes unnoticed grows."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.inventory import Account
from tests.product import Product, not_ok
from wizard.model.ports import Aws, Ports
from wizard.model.results import Job
from wizard.practice.worldfile import WorldFile
from wizard.service import Service

pytestmark = pytest.mark.usefixtures("calm")

POLLS = frozenset({("acm", "describe_certificate"), ("cloudfront", "get_distribution"), ("s3", "list_objects_v2")})
"""Operations that waits repeat: how often is the world's doing."""

FRESH, LOOK, LOOK_IN_ROUTE53, QUESTIONS = 50, 30, 35, 39
"""Calls of a fresh setup beside polls, of a look that changes nothing, of one with records in Route 53; and questions
to DNS servers of a healthy check: each server of the zone and the resolver, about each name, once; eight of them look
for records beside the pixel's."""


def without_polls(calls: list[tuple[str, str]]) -> int:
    return sum(1 if call in POLLS else times for call, times in Counter(calls).items())


def test_a_fresh_set_up_and_looks_that_change_nothing(product: Product) -> None:
    product.new()
    assert not_ok(product.apply()) == []
    assert without_polls(product.calls) <= FRESH, sorted(product.calls)
    for job in (Job.CHECK, Job.PLAN):
        product.clear()
        assert not_ok(product.run(job, adds_records=False)) == []
        assert 0 < len(product.calls) <= LOOK, sorted(product.calls)
        assert product.writes() == []


def test_a_look_with_records_in_route_53(product: Product) -> None:
    product.control.add_zone_in_route53()
    product.new()
    assert not_ok(product.apply(adds_records=False)) == []
    product.clear()
    assert not_ok(product.check()) == []
    assert 0 < len(product.calls) <= LOOK_IN_ROUTE53, sorted(product.calls)
    assert product.writes() == []


_ports: list[Counter[int]] = []


def _hear(event: str, about: tuple[Any, ...]) -> None:
    if event == "socket.sendto":
        for seen in _ports:
            seen[about[1][1]] += 1


sys.addaudithook(_hear)  # for good: Python cannot take one back


@contextmanager
def packets() -> Iterator[Counter[int]]:
    """Count the packets that this process sends, by the port they go to."""
    seen: Counter[int] = Counter()
    _ports.append(seen)
    try:
        yield seen
    finally:
        _ports.remove(seen)


def dns_ports(world: WorldFile) -> set[int]:
    return {int(where.rpartition(":")[2]) for where in (world.dns, *world.dns_authorities.values())}


def test_a_healthy_check_asks_dns_servers_so_often_at_most(product: Product, world: WorldFile) -> None:
    product.new()
    assert not_ok(product.apply()) == []
    with packets() as seen:
        assert not_ok(product.check()) == []
    asked = sum(times for port, times in seen.items() if port in dns_ports(world))
    assert 0 < asked <= QUESTIONS


class Counting(Service):
    """The product; it counts the log files that AWS lists for it."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.environment)
        self.listed: list[int] = []

    def ports(self, *arguments: Any, **named: Any) -> Ports:
        ports = super().ports(*arguments, **named)
        return replace(ports, aws=_Lister(ports.aws, self.listed))


class _Lister:
    def __init__(self, aws: Aws, listed: list[int]) -> None:
        self.region, self._aws, self._listed = aws.region, aws, listed

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        reply = await self._aws(service, operation, **parameters)
        if operation == "list_objects_v2" and parameters["Prefix"].startswith("cf/"):
            self._listed.append(len(reply.get("Contents", ())))
        return reply


HOURS = {
    "traffic just now": ((0, 3, 5, 10, 23), [1]),
    "none for some hours": ((5, 10, 23), [0, 3]),
    "none for a day": ((26, 40), [0, 0]),
}
"""How many hours old the log files are, and how many of them each list has."""


@pytest.mark.parametrize("case", HOURS)
def test_a_check_lists_the_newest_log_files_only(product: Product, world: WorldFile, case: str) -> None:
    product.new()
    assert not_ok(product.apply()) == []
    hours, lists = HOURS[case]
    product.control.flush_logs()
    s3, bucket = Account(world).client("s3"), product.setup().made.log_bucket
    for one in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=one["Key"])
    now = datetime.now(UTC)
    for number in hours:
        key = f"cf/{now - timedelta(hours=number):%Y/%m/%d/%H}/E1.gz"
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    product.service = service = Counting(product.service)
    seen = product.run(Job.CHECK, adds_records=False, only=("first-event",))  # without the pixel, whose hits are logged
    proof = next(check for check in seen.checks if check.id == "first-event")
    assert service.listed == lists
    assert ("newest log at" if any(lists) else "no traffic since") in proof.summary
