"""The walks by themselves, over small items whose world is a dictionary."""

from dataclasses import replace

import anyio
import pytest

from tests.engine.parts import Asking, Look, Stubborn, Thing, Things, context, walk
from wizard.engine.progress import Progress
from wizard.model.results import Action, Actor, Check, Job, Phase, Status


@pytest.fixture
def things() -> Things:
    return Things()


def status_of(progress: Progress, name: str) -> Status:
    return next(check.status for check in progress.snapshot.checks if check.id == name)


def test_apply_makes_what_is_missing_in_the_order_of_needs(things: Things) -> None:
    around = context()
    roof = Thing(around, things, "roof", needs=("walls",))
    progress = walk(Job.APPLY, around, roof, Thing(around, things, "walls"))
    assert things.log == ["read walls", "create walls", "read walls", "read roof", "create roof", "read roof"]
    assert progress.snapshot.status is Status.OK
    assert [change.resource for change in progress.snapshot.done] == ["walls", "roof"]
    assert progress.snapshot.finished


def test_what_hangs_on_something_just_made_is_not_looked_for(things: Things) -> None:
    around = context()
    walk(Job.APPLY, around, Thing(around, things, "house"), Thing(around, things, "door", parent="house"))
    assert things.log == ["read house", "create house", "read house", "create door", "read door"]


def test_apply_of_what_is_there_only_reads(things: Things) -> None:
    around = context()
    things["house"] = "there"
    assert walk(Job.APPLY, around, Thing(around, things, "house")).snapshot.done == ()
    assert things.log == ["read house"]


def test_a_plan_lists_every_change_and_makes_none(things: Things) -> None:
    around = context()
    progress = walk(Job.PLAN, around, Thing(around, things, "house"), Thing(around, things, "door", parent="house"))
    assert [change.resource for change in progress.snapshot.changes] == ["house", "door"]
    assert things.log == ["read house"]


def test_what_stood_once_and_is_gone_is_a_fault_and_else_unfinished(things: Things) -> None:
    around = context()
    house = Thing(around, things, "house")
    assert status_of(walk(Job.CHECK, around, house), "house") is Status.WAITING
    walk(Job.APPLY, around, house)
    del things["house"]
    assert status_of(walk(Job.CHECK, around, house), "house") is Status.FAILED


def test_a_check_skips_what_hangs_on_something_absent(things: Things) -> None:
    around = context()
    progress = walk(Job.CHECK, around, Thing(around, things, "house"), Thing(around, things, "door", parent="house"))
    assert status_of(progress, "door") is Status.SKIPPED
    assert things.log == ["read house"]


def test_a_change_that_is_never_shown_is_made_once_and_given_up(things: Things) -> None:
    around = context()
    progress = walk(Job.APPLY, around, Stubborn(around, things, "house"))
    assert things.log.count("create house") == 1
    check = next(each for each in progress.snapshot.checks if each.id == "house")
    assert (check.status, check.problem and check.problem.id) == (Status.FAILED, "not-shown")


def test_a_crash_in_one_item_is_a_row_and_others_go_on(things: Things) -> None:
    around = context()

    def crash(_: Look) -> Check:
        raise ZeroDivisionError("by design")

    progress = walk(Job.CHECK, around, Look(around, "broken", crash), Thing(around, things, "house"))
    broken = next(check for check in progress.snapshot.checks if check.id == "broken")
    assert broken.status is Status.UNKNOWN
    assert broken.problem is not None
    assert broken.problem.id == "crash"
    assert status_of(progress, "house") is Status.WAITING


def test_a_check_that_takes_too_long_is_unknown(things: Things) -> None:
    around = replace(context(), row_limit=0.01)

    class Slow(Thing):
        async def read(self) -> object:  # type: ignore[override]
            await anyio.sleep_forever()
            return None

    progress = walk(Job.CHECK, around, Slow(around, things, "house"))
    assert status_of(progress, "house") is Status.UNKNOWN


def test_only_a_failure_blocks_what_needs_it(things: Things) -> None:
    around = context()
    warned = Look(around, "warned", lambda probe: probe.report(Status.WARNING, "so so"))
    failed = Look(around, "failed", lambda probe: probe.report(Status.FAILED, "no"))
    unknown = Look(around, "unknown", lambda probe: probe.report(Status.UNKNOWN, "dark"))
    progress = walk(
        Job.APPLY,
        around,
        warned,
        failed,
        unknown,
        Thing(around, things, "one", needs=("warned",)),
        Thing(around, things, "two", needs=("failed",)),
        Thing(around, things, "three", needs=("unknown",)),
        Thing(around, things, "four", needs=("two",)),
    )
    assert [status_of(progress, name) for name in ("one", "two", "three", "four")] == [
        Status.OK,
        Status.SKIPPED,
        Status.OK,
        Status.SKIPPED,
    ]


@pytest.mark.parametrize("actor", [Actor.USER, Actor.AWS])
def test_a_wait_is_data_and_ends_when_the_world_has_changed(things: Things, actor: Actor) -> None:
    around = context()
    waits: list[float] = []

    async def front(progress: Progress) -> None:
        async for update in progress.updates():
            wait = update.snapshot.items[0].wait
            if wait and not waits:
                waits.append(wait.since)
                assert wait.actor is actor
                assert wait.subject == "make house"
                assert around.state.setup.waits == {"house": wait.since}
                things["house"] = "there"

    progress = walk(Job.APPLY, around, Thing(around, things, "house", actor=actor), front=front)
    assert waits
    assert progress.snapshot.status is Status.OK
    assert around.state.setup.waits == {}


def test_without_patience_a_walk_does_what_it_can_and_ends_unfinished(things: Things) -> None:
    around = context()
    progress = walk(
        Job.APPLY,
        around,
        Thing(around, things, "letter", actor=Actor.USER),
        Thing(around, things, "answer", needs=("letter",)),
        Thing(around, things, "house"),
        patience=0,
    )
    assert status_of(progress, "letter") is Status.WAITING
    assert status_of(progress, "answer") is Status.SKIPPED
    assert status_of(progress, "house") is Status.OK


def test_a_wait_goes_on_counting_after_a_restart(things: Things) -> None:
    around = context()
    letter = Thing(around, things, "letter", actor=Actor.AWS)
    walk(Job.APPLY, around, letter, patience=0)
    since = around.state.setup.waits["letter"]
    again = walk(Job.APPLY, around, letter, patience=0)
    assert around.state.setup.waits["letter"] == since
    assert again.snapshot.items[0].phase is Phase.DONE


class Letter(Thing):
    """Is waited for; notes what each look was asked to be."""

    def look_closely(self) -> None:
        self.things.log.append("look closely")


def test_whoever_wants_a_look_gets_a_close_one_however_long_the_wait_has_lasted(things: Things) -> None:
    around = context()
    clock = around.ports.clock
    clock.pace = 1.0  # a wait of minutes would take minutes
    around.state.waiting_since("letter", clock.now() - 24 * 3600)

    async def front(progress: Progress) -> None:
        async for update in progress.updates():
            wait = update.snapshot.items[0].wait
            if wait and "letter" not in things:
                assert wait.look_at - clock.now() > 250
                things["letter"] = "there"
                progress.look_now()

    walk(Job.APPLY, around, Letter(around, things, "letter", actor=Actor.USER), front=front)
    assert things.log == ["read letter", "look closely", "read letter"]


def test_a_walk_with_little_time_ends_on_time_however_seldom_its_wait_is_looked_at(things: Things) -> None:
    around = context()
    clock = around.ports.clock
    clock.pace = 1.0  # a pause of a wait this old takes five minutes, longer than a test may
    around.state.waiting_since("letter", clock.now() - 24 * 3600)
    progress = walk(Job.APPLY, around, Thing(around, things, "letter", actor=Actor.USER), patience=0.05)
    assert status_of(progress, "letter") is Status.WAITING
    assert things.log.count("read letter") >= 2, "once at the start, once at the end"


def test_a_decision_parks_one_branch_and_an_answer_goes_on(things: Things) -> None:
    around = context()
    house = Asking(around, things, "house")

    async def front(progress: Progress) -> None:
        async for update in progress.updates():
            if update.snapshot.decisions and status_of(progress, "shed") is Status.OK:
                progress.answer("color", "red")

    progress = walk(Job.APPLY, around, house, Thing(around, things, "shed"), front=front)
    assert house.answered == "red"
    assert progress.snapshot.status is Status.OK


def test_an_unanswered_decision_ends_the_walk_unfinished(things: Things) -> None:
    around = context()
    progress = walk(Job.APPLY, around, Asking(around, things, "house"), patience=0)
    assert status_of(progress, "house") is Status.WAITING


def test_removal_takes_first_what_stands_on_others(things: Things) -> None:
    around = context()
    walls, roof = Thing(around, things, "walls"), Thing(around, things, "roof", needs=("walls",))
    door = Thing(around, things, "door", parent="walls")
    walk(Job.APPLY, around, walls, roof, door)
    things.log.clear()
    progress = walk(Job.REMOVE, around, walls, roof, door)
    assert things == {}
    assert things.log[-1] == "delete walls"
    assert {change.action for change in progress.snapshot.done} == {Action.DELETE}
    assert around.state.setup.stood == ()
