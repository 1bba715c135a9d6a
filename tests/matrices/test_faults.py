"""Every AWS call of every job meets every kind of trouble: nothing is half-made that the next run does not finish."""

import pytest

from tests.matrices.bench import Bench, report
from tests.matrices.faults import LATER, PAIRS, Trouble, cells, play
from tests.matrices.kills import Scene


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("scene", "trouble"), PAIRS, ids=[f"{scene.name}, {trouble.name}" for scene, trouble in PAIRS])
def test_trouble_is_said_rightly_and_the_job_goes_on_after_it(bench: Bench, scene: Scene, trouble: Trouble) -> None:
    share = list(cells(bench, scene, (trouble,)))
    assert share or trouble.name not in LATER  # a scene may differ from another one in later calls alone
    assert report(play(bench, cell) for cell in share) == []
