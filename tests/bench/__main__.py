"""Print every figure with the limit that it has to keep; exit 1 when one does not."""

import sys

from tests.bench.answering import answering, first_set_up, leaving
from tests.bench.checks import checks
from tests.bench.costs import costs
from tests.bench.events import events, kept_events
from tests.bench.figures import Figure
from tests.bench.road import calls, practice_road, road
from tests.bench.startup import startup
from tests.bench.wizard import wizard


def main() -> int:
    """Measure everything and print a Markdown table."""
    figures: list[Figure] = []
    print("| figure | measured | limit | kept |\n|---|---|---|---|")  # noqa: T201 - this is a report
    for measure in (
        startup,
        wizard,
        answering,
        leaving,
        first_set_up,
        calls,
        road,
        checks,
        costs,
        practice_road,
        events,
        kept_events,
    ):
        for figure in measure():
            figures.append(figure)
            print(figure.row(), flush=True)  # noqa: T201
    for figure in figures:
        for line in figure.details:
            print(line)  # noqa: T201
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
