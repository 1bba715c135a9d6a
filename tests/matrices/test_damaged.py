"""A damaged state file stops every job before AWS is asked anything, and the copy before it brings the setup back."""

import os
from collections.abc import Callable
from functools import partial

import pytest

from tests.matrices.bench import Bench, report, settle
from tests.matrices.kills import SCENES, Scene, boundaries
from tests.matrices.victim import NAME, Moment, Order
from tests.matrices.watching import Event
from wizard.commands.output.exit_codes import ExitCode, of_error
from wizard.model.results import Job
from wizard.storage.store import StoreError

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda data: data[: len(data) // 2],
    "garbage": lambda data: os.urandom(len(data)),
}


def refused(bench: Bench, damage: str, job: Job) -> None:
    """Damage the file, and see the job refused with the way out and without a call."""
    path = bench.product.service.store.path(NAME)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    bench.product.clear()
    with pytest.raises(StoreError, match="Restore it, then try again: cp ") as error:
        bench.run(job)
    assert of_error(error.value) is ExitCode.USAGE
    assert bench.control.calls() == []


def put_back(bench: Bench) -> None:
    """Do what the message says, which takes a person longer than AWS needs to show what it has made."""
    bench.control.calm()
    path = bench.product.service.store.path(NAME)
    path.write_bytes(path.with_suffix(".previous").read_bytes())


@pytest.mark.parametrize("job", Job)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_with_a_way_out(bench: Bench, damage: str, job: Job) -> None:
    bench.green()
    refused(bench, damage, job)
    put_back(bench)
    assert bench.finished(bench.run(Job.APPLY)) == []


HALFWAY = [scene for scene in SCENES if scene.name in ("setup", "removal")]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scene", HALFWAY, ids=[scene.name for scene in HALFWAY])
@pytest.mark.parametrize("part", range(2))
def test_the_same_after_every_write_of_a_job_cut_off(bench: Bench, scene: Scene, part: int) -> None:
    events = [event for event in boundaries(bench, scene) if event.service][part::2]
    assert events
    outcomes = (settle(event.name, partial(cut_off, bench, scene, event, scene.job)) for event in events)
    assert report(outcomes) == []


@pytest.mark.timeout(1800)
def test_what_the_copy_before_does_not_know_is_removed_too(bench: Bench) -> None:
    scene = SCENES[0]
    events = [event for event in boundaries(bench, scene) if event.service]
    assert scene.job is Job.APPLY
    assert events
    outcomes = (settle(event.name, partial(cut_off, bench, scene, event, Job.REMOVE)) for event in events)
    assert report(outcomes) == []


def cut_off(bench: Bench, scene: Scene, event: Event, then: Job) -> list[str]:
    """Cut the power after a write, damage what the file says then in every way, and go on from the copy before it."""
    scene.prepare(bench)
    if not bench.victims.die_at(Order(str(bench.home), scene.job, scene.answers, event.name, Moment.AFTER)):
        return ["the boundary was not reached"]
    path = bench.product.service.store.path(NAME)
    whole = path.read_bytes()
    for damage in DAMAGES:
        path.write_bytes(whole)
        refused(bench, damage, then)
    put_back(bench)
    return bench.resume(then)
