"""`python -m tests.matrices`: play all matrices, print how many cells ended right, and write docs/matrices.md.

`--only kills outages` plays these chapters and leaves the others of the page as they are.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.matrices import seeds, terraform
from tests.matrices.bench import Outcome
from tests.matrices.kills import FORGOTTEN, LOST, LOST_ONCE, REMOVED
from tests.matrices.report import ROOT, Played, drifts, outages, play, table
from tests.matrices.victim import Moment

PAGE = ROOT / "docs" / "matrices.md"

HEAD = """# Nothing lost: the figures

Written by `python -m tests.matrices`, which plays every cell on practice AWS: nothing is sampled. A cell has ended
right when the resumed job leaves exactly one of each resource, counted by listing the account; when all checks are ok;
when the ids in the state file are those that the account lists; and, for a removal, when nothing is left.

The gate (`.ci/run`) plays every power cut, every outage, and every drift on each change; there, nine of ten power cuts
begin with the world and the files as they were remembered at that moment, and one kills a process. The faults and what
is shown late are played by `make matrices` alone, so their figures are as old as the last change of their chapter.
"""

KILLS = """## Power cuts

The process is killed (SIGKILL) just before and just after every AWS write and every write of the state file, and
between the two file operations of each save; then the same command is run again. *Reply lost once*: the write happened
and the client's own second try met its effect. *Lost for good*: the walk gave up, and the next one went on.
*State file deleted*: the setup was found again in the account by its tags and names. *Removed then*: the incomplete
setup was removed instead of continued. Cells: ended right/played.
"""

FAULTS = """## Faults

Every AWS call that a job makes meets every kind of trouble. Trouble that passes (*once*) must not be noticed; trouble
that stays must stop the item with the right verdict and problem; once it has ended, the job must complete. Cells: ended
right/played.
"""

OUTAGES = """## Outages

Each job while the network fails for real (ports where nobody listens, or nobody answers), while memory or open files
run out, and with a wrong clock. Right is: no row that blames the setup, exit 3, and afterward the same job ends well.
A wrong clock is one failed row, exit 1, and nothing is changed. Cells: ended right/played.
"""

LATE = f"""## Shown late

Each job in {seeds.SEEDS} worlds, which show what was just made or changed after zero to three looks, each thing and
each setting by its own chance; then a removal. Cells: ended right/played.
"""

DRIFT = """## Drift

Each property that snowpixel sets was changed outside it; check, plan, and repair had to name and fix exactly that:
"""


HEADINGS = {
    name: head.partition("\n")[0]
    for name, head in (("kills", KILLS), ("faults", FAULTS), ("outages", OUTAGES), ("late", LATE), ("drift", DRIFT))
}


@dataclass(frozen=True)
class Chapter:
    """What one matrix came to.

    Attributes:
        text: its chapter of the page.
        wrong: the cells that did not end right.
    """

    text: str
    wrong: tuple[Outcome, ...]


CHAPTERS: dict[str, Callable[[int], Chapter]] = {
    "kills": lambda processes: _counted(
        KILLS, play("kills", processes), lambda played: table(played, [*Moment, LOST_ONCE, LOST, FORGOTTEN, REMOVED])
    ),
    "faults": lambda processes: _counted(FAULTS, play("faults", processes), _turned),
    "outages": lambda processes: _counted(OUTAGES, outages(processes), _turned),
    "late": lambda processes: _counted(
        LATE, play("seeds", processes), lambda played: table(played, [seeds.MADE, seeds.GONE])
    ),
    "drift": lambda processes: _counted(DRIFT, drifts(processes), _sum),
}
"""The chapters of the page in their order, each with what plays it on so many processes."""


def main() -> int:
    """Play, print and write; return 1 when a cell did not end right."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrices", description=__doc__)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="practice worlds at the same time")
    parser.add_argument("--only", nargs="+", choices=CHAPTERS, default=list(CHAPTERS), help="the other chapters stay")
    parser.add_argument("--terraform-plugins", type=Path, help="folder with Terraform's AWS provider, to compare with")
    arguments = parser.parse_args()
    began = time.monotonic()
    played = {name: CHAPTERS[name](arguments.processes) for name in arguments.only}
    compared = terraform.chapter(arguments.terraform_plugins)
    PAGE.parent.mkdir(exist_ok=True)
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    kept = {name: text for name in CHAPTERS if (text := _chapter_of(before, name))}
    texts = kept | {name: chapter.text for name, chapter in played.items()}
    text = "\n".join([HEAD, *(texts[name] for name in CHAPTERS if name in texts), compared])
    PAGE.write_text(text, encoding="utf-8")
    print(text)  # noqa: T201 - its job
    wrong = [outcome for chapter in played.values() for outcome in chapter.wrong]
    for outcome in wrong:
        print(f"{outcome.cell}: {'; '.join(outcome.wrong)}", file=sys.stderr)  # noqa: T201
    print(f"{time.monotonic() - began:.0f} seconds", file=sys.stderr)  # noqa: T201
    return 1 if wrong else 0


def _counted(head: str, played: list[Played], lines: Callable[[list[Played]], list[str]]) -> Chapter:
    wrong = tuple(one.outcome for one in played if one.outcome.wrong)
    return Chapter("\n".join([head, *lines(played), ""]), wrong)


def _chapter_of(page: str, name: str) -> str:
    """Return a chapter as the page has it, "" if it has none."""
    _, heading, rest = page.partition(f"{HEADINGS[name]}\n")
    chapter, _, _ = rest.partition("\n## ")
    return f"{heading}{chapter}" if heading else ""


def _sum(played: list[Played]) -> list[str]:
    right = sum(not one.outcome.wrong for one in played)
    return [f"{right} of {len(played)} ended right."]


def _turned(troubled: list[Played]) -> list[str]:
    """Put the kinds of trouble, of which there are many, into the rows."""
    turned = [Played(one.how, one.scene, one.outcome) for one in troubled]
    lines = table(turned, dict.fromkeys(one.how for one in turned))
    return [lines[0].replace("| job |", "| trouble |", 1), *lines[1:]]


if __name__ == "__main__":
    sys.exit(main())
