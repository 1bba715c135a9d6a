"""Saving costs little and never leaves out what makes it safe: counted, not timed."""

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import anyio
import pytest

from tests.product import Product, not_ok
from tests.storage.disk import PLACE, flushes, unsafe, watched
from tests.trackers import V4
from wizard.engine.progress import Progress
from wizard.model.ports import Aws, Ports
from wizard.model.results import Job
from wizard.model.setup import Goal, Made
from wizard.service import Service
from wizard.storage.setup_state import COPIED_EVERY

WITH_JS: dict[str, Any] = {"goals": (Goal.PIXEL, Goal.JS_BUCKET), "tracker": str(V4)}

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file is flushed"),
    pytest.mark.usefixtures("calm"),
]


@pytest.mark.parametrize(
    ("choices", "most"),
    [({}, 60), (WITH_JS, 60), ({"domain": None}, 40), ({"domain": None} | WITH_JS, 40)],
    ids=["domain", "domain, JavaScript", "no domain", "no domain, JavaScript"],
)
def test_a_fresh_set_up_flushes_little_safely_and_off_the_event_loop(
    product: Product, monkeypatch: pytest.MonkeyPatch, choices: dict[str, Any], most: int
) -> None:
    product.new(**choices)
    loop: list[int] = []

    async def front(progress: Progress) -> None:
        loop.append(threading.get_ident())
        await product.user(progress)

    running = product.service.start(Job.APPLY, "main", patience=20.0)
    with watched(monkeypatch) as seen:
        anyio.run(product._run, running, front)
    assert not_ok(running.progress.snapshot) == []
    assert len(flushes(seen)) <= most
    assert [one for one in flushes(seen) if one.thread in loop] == []
    folder = product.service.store.folder
    assert unsafe(seen, folder) == []
    previous = [one for one in seen if one.what == PLACE and one.target == folder / "main.previous"]
    saves = [one for one in seen if one.what == PLACE and one.target == folder / "main.json"]
    assert len(previous) <= 2 + len(saves) // COPIED_EVERY


@pytest.mark.parametrize("job", [Job.APPLY, Job.REPAIR])
def test_a_walk_that_changes_nothing_writes_no_set_up(
    product: Product, monkeypatch: pytest.MonkeyPatch, job: Job
) -> None:
    product.new()
    product.apply()
    with watched(monkeypatch) as seen:
        product.run(job)
    assert [one.target for one in seen if one.what == PLACE and one.path.name.startswith(".")] == []


Announced = Callable[[Mapping[str, Any], Made], bool]

ANNOUNCED: dict[tuple[str, str], Announced] = {
    ("s3", "create_bucket"): lambda asked, made: asked["Bucket"] in (made.content_bucket, made.log_bucket),
    ("acm", "request_certificate"): lambda asked, made: asked["IdempotencyToken"] == made.certificate_token,
    ("cloudfront", "create_distribution_with_tags"): lambda asked, made: (
        asked["DistributionConfigWithTags"]["DistributionConfig"]["CallerReference"] == made.caller_reference
    ),
    ("s3", "put_object"): lambda asked, made: (
        not asked["Key"].endswith(".js") or asked["Key"] in [one.key for one in made.trackers_stored]
    ),
}
"""What of a call must be in the file before it is made."""


class Reading(Service):
    """The product; whenever it calls AWS, the setup's file is read."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.environment)
        self.seen: dict[tuple[str, str], list[bool]] = {}

    def ports(self, *arguments: Any, **named: Any) -> Ports:
        ports = super().ports(*arguments, **named)
        return replace(ports, aws=_Reader(ports.aws, self))


class _Reader:
    def __init__(self, aws: Aws, service: Reading) -> None:
        self.region, self._aws, self._service = aws.region, aws, service

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        if announced := ANNOUNCED.get((service, operation)):
            made = self._service.store.load("main").made
            self._service.seen.setdefault((service, operation), []).append(announced(parameters, made))
        return await self._aws(service, operation, **parameters)


def test_what_announces_a_call_is_in_the_file_before_it(product: Product) -> None:
    product.new(**WITH_JS)
    product.service = service = Reading(product.service)
    assert not_ok(product.apply()) == []
    assert set(service.seen) == set(ANNOUNCED)
    assert [call for call, found in service.seen.items() if not all(found)] == []
