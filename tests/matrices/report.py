"""Plays whole matrices on several processes and tells in Markdown how many cells ended right."""

import multiprocessing
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET
from zlib import crc32

from tests.matrices import faults, kills, seeds
from tests.matrices.bench import Bench, Outcome, set_up
from tests.scenarios.test_outages import JOBS
from wizard.practice import process

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Played:
    """One cell that was played.

    Attributes:
        scene: the job.
        how: what was done to it.
        outcome: how it ended.
    """

    scene: str
    how: str
    outcome: Outcome


def _kills(bench: Bench, mine: "Share") -> Iterator[Played]:
    for scene in kills.SCENES:
        for cell in kills.cells(bench, scene):
            if mine.takes(cell.name):
                yield Played(scene.name, cell.how, kills.play(bench, cell))


def _faults(bench: Bench, mine: "Share") -> Iterator[Played]:
    for scene in faults.JOBS:
        for cell in faults.cells(bench, scene):
            if mine.takes(cell.name):
                yield Played(scene.name, cell.trouble.name, faults.play(bench, cell))


def _seeds(bench: Bench, mine: "Share") -> Iterator[Played]:
    for scene in kills.SCENES:
        for cell in seeds.cells(scene):
            if mine.takes(cell.name):
                yield from (Played(scene.name, how, outcome) for how, outcome in seeds.play(bench, cell))


MATRICES = {"kills": _kills, "faults": _faults, "seeds": _seeds}


@dataclass(frozen=True)
class Share:
    """One process's share of a matrix."""

    matrix: str
    number: int
    of: int

    def takes(self, cell: str) -> bool:
        """Whether a cell is in it."""
        return crc32(cell.encode()) % self.of == self.number

    def play(self) -> list[Played]:
        """Play it in a practice world of its own."""
        with TemporaryDirectory() as folder:
            try:
                with set_up(process.start(Path(folder), pace=0)) as bench:
                    return list(MATRICES[self.matrix](bench, self))
            finally:
                process.stop(Path(folder))


def play(matrix: str, processes: int) -> list[Played]:
    """Play a whole matrix."""
    shares = [Share(matrix, number, processes) for number in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return [one for played in pool.map(Share.play, shares, chunksize=1) for one in played]


def drifts(processes: int) -> list[Played]:
    """Run the drift tests on so many processes."""
    return [case.played("drift", case.parameters) for case in _tests("tests/drift", processes)]


def outages(processes: int) -> list[Played]:
    """Run every job while something fails, and with a wrong clock, on so many processes."""
    played = []
    for case in _tests("tests/scenarios/test_outages.py", processes):
        job, _, what = case.parameters.partition("-")
        if job in JOBS and what:
            played.append(case.played(job, what))
    return played


@dataclass(frozen=True)
class _Case:
    """A test that was run."""

    name: str
    parameters: str
    right: bool

    def played(self, scene: str, how: str) -> Played:
        """Return it as a cell of a matrix."""
        return Played(scene, how, Outcome(self.name, () if self.right else ("failed",)))


def _tests(where: str, processes: int) -> list[_Case]:
    with TemporaryDirectory() as folder:
        results = Path(folder, "results.xml")
        command = [sys.executable, "-m", "pytest", "-q", f"-n{processes}", where, f"--junitxml={results}"]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        cases = ET.parse(results).getroot().iter("testcase")
        return [_Case(one.get("name", ""), one.get("name", "").partition("[")[2][:-1], not len(one)) for one in cases]


def table(played: Sequence[Played], columns: Iterable[str]) -> list[str]:
    """Return a Markdown table: a row for each job, a column for each kind, `right/tried` in the cells."""
    kinds = list(columns)
    tried = Counter((one.scene, one.how) for one in played)
    right = Counter((one.scene, one.how) for one in played if not one.outcome.wrong)
    lines = ["| job | " + " | ".join(kinds) + " | all |", "|---" * (len(kinds) + 2) + "|"]
    for scene in dict.fromkeys(one.scene for one in played):
        figures = [f"{right[scene, kind]}/{tried[scene, kind]}" if tried[scene, kind] else "" for kind in kinds]
        whole = sum(one.scene == scene for one in played)
        good = sum(one.scene == scene and not one.outcome.wrong for one in played)
        lines.append(f"| {scene} | {' | '.join(figures)} | {good}/{whole} |")
    good = sum(not one.outcome.wrong for one in played)
    return [*lines, f"| **all** {'| ' * len(kinds)}| **{good}/{len(played)}** |"]
