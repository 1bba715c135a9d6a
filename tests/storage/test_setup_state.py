"""Branches of a walk save at the same time: none waits longer than for its own change, and no older state ever wins."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from msgspec.structs import replace

from tests.engine.parts import Nowhere, Thing, Things, walk
from wizard.engine.write_ahead import WriteAhead
from wizard.model.context import Context
from wizard.model.ports import Ports
from wizard.model.results import Actor, Job
from wizard.model.setup import Setup, SetupChoices
from wizard.model.threads import in_thread, to_the_end
from wizard.net.clock import SystemClock
from wizard.storage.setup_state import MemoryState, SavedState
from wizard.storage.store import Store, StoreError

LONG = 30.0
"""Seconds after which a test that hangs is given up."""


class Gated(Store):
    """A store on a disk that takes its time: a save ends when the test says so."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.begun: list[Setup] = []
        self.gate = threading.Event()
        self.gate.set()

    def save(self, setup: Setup, *, keep: bool = True) -> None:
        self.begun.append(setup)
        assert self.gate.wait(LONG)
        super().save(setup, keep=keep)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Gated]:
    gated = Gated(tmp_path)
    gated.create("main", SetupChoices())
    gated.begun.clear()
    yield gated
    gated.gate.set()


def run(work: Callable[[], Awaitable[Any]]) -> None:
    async def limited() -> None:
        with anyio.fail_after(LONG):
            await work()

    anyio.run(limited)


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - what is waited for happens on other threads
        await anyio.sleep(0.001)


def test_a_save_keeps_nobody_waiting_but_those_who_wait_for_it(store: Gated) -> None:
    state = SavedState(store, store.load("main"))
    through: list[str] = []

    async def branch() -> None:
        state.record(account="111111111111")
        await state.saved()
        through.append("saved")

    async def work() -> None:
        store.gate.clear()
        async with anyio.create_task_group() as group:
            group.start_soon(branch)
            await until(lambda: len(store.begun) == 1)
            for _ in range(100):
                await anyio.lowlevel.checkpoint()  # the loop turns while the disk is busy
            assert through == []
            assert state.setup.made.account == "111111111111"
            store.gate.set()
        assert through == ["saved"]
        assert store.load("main").made.account == "111111111111"

    run(work)


def test_branches_that_save_meanwhile_share_the_next_save(store: Gated) -> None:
    state = SavedState(store, store.load("main"))

    async def branch(**made: Any) -> None:
        state.record(**made)
        await state.saved()
        saved = store.load("main").made
        assert {name: getattr(saved, name) for name in made} == made

    async def work() -> None:
        store.gate.clear()
        async with anyio.create_task_group() as group:
            group.start_soon(partial(branch, account="111111111111"))
            await until(lambda: len(store.begun) == 1)
            others = ("alias", "distribution", "delivery", "caller_reference", "certificate_token")
            for name in others:
                group.start_soon(partial(branch, **{name: name}))
            await until(lambda: state.setup.made.certificate_token is not None)
            store.gate.set()
        assert len(store.begun) == 2

    run(work)


def test_what_may_wait_rides_along_with_the_next_save(store: Gated) -> None:
    state = SavedState(store, store.load("main"))

    async def work() -> None:
        state.stands("alias", now=True)
        await state.saved()
        assert store.begun == []
        assert store.load("main").stood == ()
        state.record(account="111111111111")
        await state.saved()
        assert store.load("main").stood == ("alias",)
        state.stands("serving", now=True)
        await state.saved(riding=True)
        assert store.load("main").stood == ("alias", "serving")
        assert len(store.begun) == 2
        await state.saved(riding=True)
        assert len(store.begun) == 2

    run(work)


def test_at_the_end_everything_is_saved_also_what_may_wait(store: Gated) -> None:
    with store.writing("main", "test") as state:
        state.stands("alias", now=True)
        assert store.begun == []
    assert store.load("main").stood == ("alias",)
    assert len(store.begun) == 1


def test_after_the_end_a_branch_that_was_given_up_writes_nothing(store: Gated) -> None:
    with store.writing("main", "test") as state:
        pass
    state.record(account="111111111111")
    run(state.saved)
    assert store.begun == []


def test_a_file_that_was_deleted_on_purpose_stays_away(store: Gated) -> None:
    with store.writing("main", "test") as state:
        state.stands("alias", now=False)
        state.record(account="111111111111")
        state.drop()
        store.delete("main")
        run(state.saved)
    assert store.names() == ()


def test_a_save_that_is_given_up_halfway_never_wins_over_a_later_one(store: Gated) -> None:
    state = SavedState(store, store.load("main"))

    async def work() -> None:
        store.gate.clear()
        state.record(account="111111111111")
        async with anyio.create_task_group() as group:
            group.start_soon(state.saved)
            await until(lambda: len(store.begun) == 1)
            group.cancel_scope.cancel()
        state.record(account="222222222222")
        async with anyio.create_task_group() as group:
            group.start_soon(state.saved)
            await anyio.lowlevel.checkpoint()
            store.gate.set()
        assert store.load("main").made.account == "222222222222"
        assert [setup.made.account for setup in store.begun] == ["111111111111", "222222222222"]

    run(work)


class Full(Gated):
    """A store on a disk that may be full."""

    full = False

    def save(self, setup: Setup, *, keep: bool = True) -> None:
        if self.full:
            raise StoreError("the disk is full")
        super().save(setup, keep=keep)


@pytest.fixture
def full(store: Gated) -> Full:
    disk = Full(store.home)
    disk.full = True
    return disk


def test_whoever_waits_hears_that_it_cannot_be_saved_and_the_end_does_not_say_it_again(full: Full) -> None:
    with full.writing("main", "test") as state:
        for account in ("111111111111", "222222222222"):
            state.record(account=account)
            with pytest.raises(StoreError, match="disk is full"):
                run(state.saved)
    assert full.load("main").made.account is None


def test_where_nobody_waited_the_end_says_that_it_cannot_be_saved(full: Full) -> None:
    with pytest.raises(StoreError, match="disk is full"), full.writing("main", "test") as state:
        state.record(account="111111111111")


def test_what_could_not_be_saved_at_first_is_saved_as_soon_as_there_is_room(full: Full) -> None:
    with full.writing("main", "test") as state:
        state.record(account="111111111111")
        with pytest.raises(StoreError):
            run(state.saved)
        full.full = False
    assert full.load("main").made.account == "111111111111"


class Noting:
    """AWS that notes what it is asked."""

    region = "nowhere"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert service == "any"
        self.asked.append(operation)
        return parameters

    async def ends(self) -> float | None:
        return None


LOOKS = ("get_bucket_policy", "list_objects_v2", "head_object", "describe_certificate", "simulate_principal_policy")
CHANGES = ("create_bucket", "put_object", "update_distribution", "delete_bucket", "request_certificate", "tag_resource")


@pytest.mark.parametrize("operation", CHANGES)
def test_a_call_that_changes_something_waits_for_the_disk_and_looks_do_not(store: Gated, operation: str) -> None:
    state, noting = SavedState(store, store.load("main")), Noting()
    aws = WriteAhead(noting, state)  # only these two of its methods are used

    async def work() -> None:
        store.gate.clear()
        state.record(caller_reference="ours")
        async with anyio.create_task_group() as group:
            group.start_soon(aws, "any", operation)
            await until(lambda: len(store.begun) == 1)
            for look in LOOKS:
                await aws("any", look)
            assert noting.asked == list(LOOKS)
            store.gate.set()
        assert noting.asked == [*LOOKS, operation]

    run(work)


def test_a_call_is_not_made_where_what_announces_it_cannot_be_saved(full: Full) -> None:
    state, noting = SavedState(full, full.load("main")), Noting()
    state.record(caller_reference="ours")
    aws = WriteAhead(noting, state)
    with pytest.raises(StoreError):
        run(lambda: aws("any", "create_distribution_with_tags"))
    assert noting.asked == []


class Late(Thing):
    """Is looked at only once the test says so."""

    begin: anyio.Event

    async def read(self) -> Any:
        await self.begin.wait()
        return await super().read()


def test_before_a_long_pause_also_what_may_wait_is_saved(store: Gated) -> None:
    things = Things()
    ports = Ports(aws=Nowhere(), dns=Nowhere(), web=Nowhere(), clock=SystemClock(1.0))
    around = Context(ports, SavedState(store, store.load("main")))
    letter = _Patient(around, things, "letter", actor=Actor.USER)
    house = Late(around, things, "house")

    async def front(progress: Any) -> None:
        with anyio.fail_after(LONG):
            await until(lambda: "letter" in store.load("main").waits)
            await around.state.saved(riding=True)  # the save before the pause is over, and takes nothing along any more
            house.begin.set()
            await until(lambda: around.state.setup.stood == ("house",))
            assert store.load("main").stood == ()
            progress.look_now()
            await until(lambda: store.load("main").stood == ("house",))
            things["letter"] = "there"
            progress.look_now()

    async def ready() -> None:
        house.begin = anyio.Event()

    anyio.run(ready)
    walk(Job.APPLY, around, letter, house, front=front)


class _Patient(Thing):
    """Is waited for in long pauses."""

    def missing(self) -> Any:
        reading = super().missing()
        return replace(reading, changes=tuple(replace(change, every=3600) for change in reading.changes))


def test_what_is_done_to_the_end_is_done_before_a_cancellation_counts() -> None:
    gate, done = threading.Event(), threading.Event()

    def slow() -> None:
        gate.wait(LONG)
        done.set()

    async def work() -> None:
        task = asyncio.ensure_future(to_the_end(slow))
        await anyio.lowlevel.checkpoint()
        for _ in range(3):
            task.cancel()
            await anyio.lowlevel.checkpoint()
        assert not task.done()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done.is_set()

    run(work)


def test_in_memory_there_is_nothing_to_wait_for(store: Gated) -> None:
    state = MemoryState(store.load("main"))
    state.record(account="111111111111")
    run(state.saved)
    assert store.begun == []
    run(lambda: in_thread(store.load, "main"))
    assert store.load("main").made.account is None
