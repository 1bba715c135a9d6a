"""The test event whose log line is lost or late: sent again by a schedule, proven by any of them, never sent more."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import count
from typing import Any

import anyio
import pytest

from tests.clocks import HOUR, MovedService
from tests.hands import Hands
from tests.problems.scene import words
from tests.product import Product, not_ok, verdicts
from wizard.engine.progress import Progress
from wizard.model.context import PROVE, YES
from wizard.model.ports import Ports, Response, Web, WebError
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.model.setup import Made, Setup
from wizard.practice.edge import FIRST_LINES
from wizard.resources.proof.first_event import sent_events
from wizard.service import Service
from wizard.storage.allowed_changes import start_name_anew
from wizard.storage.setup_state import MemoryState

MINUTE = 60.0

SLOW = 10_000.0
"""A pace at which the practice world writes no log line within the test."""


class CountingService(MovedService):
    """The product whose clock can be moved; it counts the test events that leave it, and may lose some on the way."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.sent: list[str] = []
        self.failing: Iterator[str] = iter(())
        """Kinds of `WebError` with which the next events fail."""

    def ports(self, *arguments: Any, **named: Any) -> Ports:
        ports = super().ports(*arguments, **named)
        return replace(ports, web=_CountingWeb(ports.web, self))


class _CountingWeb:
    def __init__(self, web: Web, service: CountingService) -> None:
        self._web, self._service = web, service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._web, name)

    async def get(self, url: str, **options: Any) -> Response:
        if "aid=snowpixel-check" in url:
            self._service.sent.append(url)
            if kind := next(self._service.failing, ""):
                raise WebError(kind, "no way there")
        return await self._web.get(url, **options)


def counting(product: Product) -> CountingService:
    service = product.service = CountingService(product.service)
    return service


def seed_that_loses_every_first_line() -> str:
    return next(
        seed
        for seed in map(str, count())
        if all(sha256(f"{seed}/{number}".encode()).digest()[0] % 2 == 0 for number in range(FIRST_LINES))
    )


def visits(product: Product, service: Service, number: int) -> None:
    """Let somebody meet the pixel, so that the distribution's first lines are over."""
    setup = product.setup()
    web = service.ports(setup.choices).web

    async def visit() -> None:
        for _ in range(number):
            await web.get(f"https://{setup.made.distribution_domain}/i")

    anyio.run(visit)


def event(snapshot: Snapshot) -> Check:
    return next(check for check in snapshot.checks if check.id == "first-event")


def until_sent(product: Product, service: CountingService, job: Job) -> Snapshot:
    """Run a walk as often as it takes until the event was sent."""
    for _ in range(60):
        last = product.run(job, adds_records=False, patience=0.5)
        if service.sent:
            assert len(service.sent) == 1
            return last
    raise AssertionError("no event was ever sent")


def waiting_for_its_line(product: Product) -> CountingService:
    """Set up to the end, and begin a proof anew whose log line never comes."""
    product.new(domain=None)
    assert not_ok(product.apply()) == []
    service = counting(product)
    product.control.set_pace(SLOW)
    assert event(looked(product, answers={PROVE: YES})).status is Status.WAITING
    return service


def looked(product: Product, job: Job = Job.APPLY, **options: Any) -> Snapshot:
    """Run a walk over the event alone that does what can be done now, as after a restart."""
    return product.run(job, adds_records=False, **{"patience": 0, "only": ("first-event",), **options})


@pytest.mark.parametrize("job", [Job.APPLY, Job.REPAIR])
def test_an_event_whose_line_is_lost_is_sent_again_and_proven_by_the_second(product: Product, job: Job) -> None:
    product.new(domain=None)
    service = counting(product)
    product.control.settings(lost_log_seed=seed_that_loses_every_first_line())
    assert event(until_sent(product, service, job)).status is Status.WAITING
    visits(product, service, FIRST_LINES)
    service.clock.ahead = 19 * MINUTE
    assert event(product.run(job, adds_records=False, patience=0)).status is Status.WAITING
    assert len(service.sent) == 1
    service.clock.ahead = 21 * MINUTE
    assert not_ok(product.run(job, adds_records=False)) == []
    made = product.setup().made
    assert made.proof is not None
    assert made.proof.event["Application"] == "snowpixel-check"
    assert [made.proof.request_id] == list(made.events_sent_again)
    assert made.proof.request_id != made.event_request_id
    assert len(service.sent) == 2


def test_any_of_the_events_proves(product: Product) -> None:
    service = waiting_for_its_line(product)
    service.clock.ahead = 21 * MINUTE
    assert event(looked(product)).observed.count("UTC") == 2
    product.control.set_pace(0)
    product.control.flush_logs()
    assert not_ok(looked(product)) == []
    made = product.setup().made
    assert made.proof is not None
    assert (made.proof.request_id, made.proof.sent_at) == (made.event_request_id, made.event_sent_at)


ON_TIME = {0: 1, 19: 1, 20: 2, 21: 2, 59: 2, 61: 3, 62: 3, 239: 3, 241: 4, 300: 4, 2880: 4}
LATE = {0: 1, 600: 2, 601: 2, 639: 2, 640: 3, 641: 3, 819: 3, 820: 4, 900: 4, 5000: 4}


@pytest.mark.parametrize("schedule", [ON_TIME, LATE], ids=["on time", "after a night away"])
def test_never_more_events_than_the_schedule_says_however_often_it_is_started_anew(
    product: Product, schedule: dict[int, int]
) -> None:
    service = waiting_for_its_line(product)
    for minute, number in schedule.items():
        service.clock.ahead = minute * MINUTE + 1
        looked(product, Job.CHECK)
        looked(product, Job.PLAN)
        looked(product)
        looked(product, Job.REPAIR)
        assert len(service.sent) == number, minute
    made = product.setup().made
    assert len({made.event_request_id, *made.events_sent_again}) == 4


def test_once_the_last_one_has_had_its_time_it_says_what_to_look_at_and_goes_on_looking(product: Product) -> None:
    service = waiting_for_its_line(product)
    for minute in (21, 61, 241, 255):
        service.clock.ahead = minute * MINUTE
        assert event(looked(product)).problem is None
    service.clock.ahead = 257 * MINUTE
    for job in (Job.APPLY, Job.REPAIR, Job.CHECK):
        found = event(looked(product, job))
        assert (found.status, found.problem and found.problem.id) == (Status.WAITING, "event-not-logged")
        made = product.setup().made
        for said in (f"sent 4 test events, the first on {_said_in(found)}", made.log_bucket, made.distribution):
            assert said
            assert said in words(found)
    product.control.set_pace(0)
    product.control.flush_logs()
    assert not_ok(looked(product)) == []
    assert product.setup().made.proof is not None
    assert len(service.sent) == 4


def _said_in(check: Check) -> str:
    return check.observed.removeprefix("sent on ").partition(",")[0]


def test_a_new_proof_begins_the_schedule_anew(product: Product) -> None:
    service = waiting_for_its_line(product)
    service.clock.ahead = 21 * MINUTE
    looked(product)
    before = product.setup().made
    looked(product, answers={PROVE: YES})
    made = product.setup().made
    assert made.event_request_id not in {before.event_request_id, *before.events_sent_again}
    assert made.events_sent_again == {}
    service.clock.ahead += 19 * MINUTE
    looked(product)
    assert len(service.sent) == 3
    service.clock.ahead += 2 * MINUTE
    looked(product)
    assert len(service.sent) == 4


def test_an_event_whose_save_was_lost_is_sent_once_more_at_most(product: Product) -> None:
    service = waiting_for_its_line(product)
    service.clock.ahead = 21 * MINUTE
    looked(product)
    with product.service.store.writing("main", "killed") as state:
        state.record(events_sent_again={})
    for _ in range(3):
        looked(product)
    assert len(service.sent) == 3


LOOKS = 10

OVER = 40 * MINUTE
"""When a walk that began after 21 minutes, and has 10, is over; the next event is due after 60."""


@pytest.mark.parametrize("kinds", [("resolve",), ("connect", "connect"), ("tls",)])
def test_a_network_that_is_lost_when_the_event_is_sent_again_ends_no_wait(
    product: Product, kinds: tuple[str, ...]
) -> None:
    service = waiting_for_its_line(product)
    service.sent.clear()
    service.failing = iter(kinds)
    service.clock.ahead = 21 * MINUTE

    async def until_it_is_sent(progress: Progress) -> None:
        async for _ in progress.updates():
            if len(service.sent) > len(kinds):
                service.clock.ahead = OVER

    product.user = until_it_is_sent  # type: ignore[method-assign]
    found = event(product.run(Job.APPLY, patience=10 * MINUTE, only=("first-event",)))
    assert (found.status, found.problem) == (Status.WAITING, None)
    assert len(service.sent) == len(kinds) + 1
    assert len(product.setup().made.events_sent_again) == 1


def test_an_event_whose_answer_is_lost_may_have_arrived_so_it_counts_as_sent(product: Product) -> None:
    service = waiting_for_its_line(product)
    service.sent.clear()
    service.failing = iter(("timeout",))
    service.clock.ahead = 21 * MINUTE

    async def look_often(progress: Progress) -> None:
        looks = 0
        async for _ in progress.updates():
            looks += 1
            service.clock.ahead = OVER if looks > LOOKS else service.clock.ahead
            progress.look_now()

    product.user = look_often  # type: ignore[method-assign]
    found = event(product.run(Job.APPLY, patience=10 * MINUTE, only=("first-event",)))
    assert (found.status, found.problem) == (Status.WAITING, None)
    assert len(service.sent) == 1
    assert product.setup().made.events_sent_again == {}


def test_a_pixel_that_takes_no_event_any_more_is_said(product: Product) -> None:
    service = waiting_for_its_line(product)
    Hands(product).delete("i")
    service.clock.ahead = 21 * MINUTE
    found = event(looked(product))
    assert (found.status, found.problem and found.problem.id) == (Status.FAILED, "event-not-sent")


def test_another_domain_forgets_every_event() -> None:
    made = Made(event_request_id="a", event_sent_at=1.0, events_sent_again={"b": 2.0, "c": 3.0})
    assert sent_events(made) == {"a": 1.0, "b": 2.0, "c": 3.0}
    state = MemoryState(Setup(name="main", id="00000000", created=0.0, made=made))
    start_name_anew(state)
    assert sent_events(state.setup.made) == {}


def ahead_of_the_hour(now: Callable[[], float]) -> float:
    """Return by how much a clock is fast that is in the next hour already."""
    return HOUR - now() % HOUR + 1


def test_a_clock_that_is_fast_does_not_hide_the_log_file(product: Product) -> None:
    product.new(domain=None)
    service = counting(product)
    service.clock.ahead = ahead_of_the_hour(service.clock.now)
    done = product.run(Job.APPLY, adds_records=False)
    assert verdicts(done)["first-event"] is Status.OK, event(done)
    assert len(service.sent) == 1
