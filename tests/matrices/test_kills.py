"""Power is cut around everything that a job writes, and replies are lost: nothing is lost or doubled."""

from zlib import crc32

import pytest

from tests.matrices.bench import Bench, report
from tests.matrices.kills import SCENES, Scene, share

PARTS = {"setup": 6, "repair, bucket and alias and delivery gone": 2, "repair, distribution gone": 3, "removal": 5}
"""Tests that share a scene's cells, so that several processes can take them; whole scenes otherwise."""

SHARES = [(scene, part) for scene in SCENES for part in range(PARTS.get(scene.name, 1))]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("scene", "part"), SHARES, ids=[f"{scene.name} {part + 1}" for scene, part in SHARES])
def test_after_every_interruption_the_job_ends_whole(bench: Bench, scene: Scene, part: int) -> None:
    parts = PARTS.get(scene.name, 1)
    assert report(share(bench, scene, lambda name: crc32(name.encode()) % parts == part)) == []
