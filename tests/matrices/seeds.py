"""Everything shown late: each job in worlds that show what is new in other orders, and then its removal."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.matrices.bench import Bench, Outcome, settle
from tests.matrices.kills import Scene
from wizard.model.results import Job

SEEDS = 20
"""Worlds for each job; a seed decides for how many looks each thing and each setting stays unseen."""

MADE, GONE = "one run makes it whole", "one removal leaves nothing"


@dataclass(frozen=True)
class Cell:
    """One job in one world.

    Attributes:
        scene: the job and where it starts.
        seed: the world's.
    """

    scene: Scene
    seed: int

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"{self.scene.name} / seed {self.seed}"


def cells(scene: Scene) -> Iterator[Cell]:
    """Name every cell of a scene."""
    return (Cell(scene, seed) for seed in range(SEEDS))


def play(bench: Bench, cell: Cell) -> Iterator[tuple[str, Outcome]]:
    """Play one cell: the job, once, and then a removal, once."""
    yield (GONE if cell.scene.job is Job.REMOVE else MADE), settle(cell.name, lambda: _job(bench, cell))
    if cell.scene.job is not Job.REMOVE:
        yield GONE, settle(f"{cell.name} / removed", bench.removed)


def _job(bench: Bench, cell: Cell) -> list[str]:
    cell.scene.prepare(bench)
    bench.control.settings(staleness_seed=cell.name)
    return bench.resume(cell.scene.job)
