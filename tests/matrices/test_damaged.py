"""A damaged state file stops every job before AWS is asked anything, and the copy before it brings the setup back."""

import os
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.matrices.bench import Bench, Outcome, report, settle
from tests.matrices.cuts import Cuts
from tests.matrices.kills import SCENES, Cell, Scene, boundaries, cut
from tests.matrices.victim import NAME, Moment
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
    assert report(cut_off(bench, scene, scene.job, slice(part, None, 2))) == []


@pytest.mark.timeout(1800)
def test_what_the_copy_before_does_not_know_is_removed_too(bench: Bench) -> None:
    scene = SCENES[0]
    assert scene.job is Job.APPLY
    assert report(cut_off(bench, scene, Job.REMOVE)) == []


def cut_off(bench: Bench, scene: Scene, then: Job, part: slice = slice(None)) -> Iterator[Outcome]:
    """Cut the power after each write to AWS, damage what the file says then, and go on from the copy before it."""
    with Cuts(bench=bench, wanted=lambda event, moment: bool(event.service) and moment is Moment.AFTER) as cuts:
        events = [event for event in boundaries(bench, scene, cuts) if event.service][part]
    assert events
    for event in events:
        yield settle(event.name, partial(gone_on, bench, Cell(scene, event, f"damaged, then {then}"), then, cuts))


def gone_on(bench: Bench, cell: Cell, then: Job, cuts: Cuts) -> list[str]:
    """Cut the power after a write, damage the file in every way, and say what is wrong after going on."""
    cell.scene.prepare(bench)
    if not cut(bench, cell, Moment.AFTER, cuts):
        return ["the boundary was not reached"]
    path = bench.product.service.store.path(NAME)
    whole = path.read_bytes()
    for damage in DAMAGES:
        path.write_bytes(whole)
        refused(bench, damage, then)
    put_back(bench)
    return bench.resume(then)
