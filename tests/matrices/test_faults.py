"""Every AWS call of every job meets every kind of trouble: nothing is half-made that the next run does not finish."""

import pytest

from tests.matrices.bench import Bench, report
from tests.matrices.faults import JOBS, TROUBLES, Trouble, cells, play
from tests.matrices.kills import Scene


@pytest.mark.timeout(900)
@pytest.mark.parametrize("trouble", TROUBLES, ids=[trouble.name for trouble in TROUBLES])
@pytest.mark.parametrize("scene", JOBS, ids=[scene.name for scene in JOBS])
def test_trouble_is_said_rightly_and_the_job_goes_on_after_it(bench: Bench, scene: Scene, trouble: Trouble) -> None:
    share = list(cells(bench, scene, (trouble,)))
    assert share
    assert report(play(bench, cell) for cell in share) == []
