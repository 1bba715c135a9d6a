"""The board: snapshots out, answers in, and nothing lost for who comes late or reads slowly."""

import anyio

from tests.engine.parts import Look, Row, context
from wizard.engine import walks
from wizard.engine.progress import Progress
from wizard.model.results import Action, Actor, Change, Check, Job, Phase, Status, Update
from wizard.net.clock import SystemClock


def progress() -> Progress:
    around = context()
    row = Row(Look(around, "one", lambda probe: probe.ok("fine")), Look(around, "two", lambda probe: probe.ok("fine")))
    rows: object = (row,)
    return walks.progress_for(Job.CHECK, rows, "test")  # type: ignore[arg-type]


def test_who_joins_late_sees_everything() -> None:
    shown = progress()
    shown.change("one", phase=Phase.DONE, check=Check("one", "credentials", Status.OK, "fine"))
    shown.finish()

    async def read() -> list[Update]:
        return [update async for update in shown.updates()]

    updates = anyio.run(read)
    assert [update.snapshot.finished for update in updates] == [True]
    assert updates[0].snapshot.checks[0].summary == "fine"


def test_who_reads_slowly_misses_steps_but_never_the_last() -> None:
    shown = progress()

    async def read() -> list[int]:
        seen = []
        async for update in shown.updates():
            seen.append(update.sequence)
            if not update.snapshot.finished:
                for text in ("a", "b", "c"):
                    shown.change("one", activity=text)
                shown.finish()
        return seen

    assert anyio.run(read) == [0, 4]


def test_numbers_only_grow_and_snapshots_stay_as_they_were() -> None:
    shown = progress()
    before = shown.snapshot
    shown.change("two", activity="looking")
    assert shown.sequence == 1
    assert before.items[1].activity == ""
    assert shown.snapshot.items[1].activity == "looking"


def test_a_pause_ends_at_once_when_somebody_wants_a_look() -> None:
    shown = progress()

    async def paused() -> bool:
        async with anyio.create_task_group() as group:
            group.start_soon(shown.pause, SystemClock(1.0), 3600.0)
            await anyio.lowlevel.checkpoint()
            shown.look_now()
        return True

    assert anyio.run(paused)


def test_a_pause_says_whether_somebody_wants_a_look() -> None:
    shown, told = progress(), list[bool]()

    async def pause(seconds: float) -> None:
        told.append(await shown.pause(SystemClock(1.0), seconds, "one"))

    async def paused() -> None:
        await pause(0)
        async with anyio.create_task_group() as group:
            group.start_soon(pause, 3600.0)
            await anyio.lowlevel.checkpoint()
            shown.look_now()
        await pause(0)

    anyio.run(paused)
    assert told == [False, True, False]


def test_who_wants_a_look_while_an_item_is_looked_at_does_not_wait_for_its_next_pause() -> None:
    shown = progress()

    async def paused() -> list[bool]:
        shown.look_now()
        first = await shown.pause(SystemClock(1.0), 3600.0, "one")
        shown.look_now()
        again = await shown.pause(SystemClock(1.0), 3600.0, "one")
        return [first, again, await shown.pause(SystemClock(1.0), 0.0, "one")]

    assert anyio.run(paused) == [True, True, False]


def test_a_flattened_name_is_no_fault_once_https_is_proven() -> None:
    around = context()
    names = ("pixel-record", "pixel-https")
    rows: object = (Row(*(Look(around, name, lambda probe: probe.ok("")) for name in names)),)
    shown = walks.progress_for(Job.CHECK, rows, "test")  # type: ignore[arg-type]
    bare = Check("pixel-record", "dns", Status.WARNING, "no CNAME", evidence={"flattened": "yes"})
    shown.change("pixel-record", check=bare)
    assert statuses(shown) == [Status.WARNING]
    shown.change("pixel-https", check=Check("pixel-https", "https", Status.OK, "answers"))
    assert statuses(shown) == [Status.OK, Status.OK]


def statuses(shown: Progress) -> list[Status]:
    return [check.status for check in shown.snapshot.checks]


def test_a_snapshot_is_put_together_when_somebody_reads_it_and_not_at_each_change() -> None:
    shown = progress()
    before = shown.snapshot
    assert shown.snapshot is before
    shown.change("one", check=Check("one", "credentials", Status.OK, "fine"))
    for number in range(500):
        shown.change("two", activity=str(number))
    assert shown._drawn == (0, before)
    assert shown.sequence == 501
    after = shown.snapshot
    assert after.items[1].activity == "499"
    assert shown.snapshot is after
    shown.carried_out(Change("one", Action.CREATE, Actor.US, "made"))
    shown.finish()
    assert [one.summary for one in shown.snapshot.done] == ["made"]
    assert shown.snapshot.finished
    assert (after.done, after.finished) == ((), False)
