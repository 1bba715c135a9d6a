"""docs/problems.md: what people meet with setups like this, and how snowpixel answers."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wizard.knowledge.problems import explain
from wizard.model.results import Problem

CHAPTERS = {
    "A": "The account and its credentials",
    "B": "Buckets",
    "C": "Certificates",
    "N": "DNS",
    "F": "CloudFront",
    "L": "Logs",
    "P": "The pixel, in short",
    "T": "Removing, resuming, other people's changes",
    "S": "The tracker on the pages",
}
"""First letter of a row to its heading, in this order."""

HEAD = """# What goes wrong, and how snowpixel answers

Problems that people really have with a pixel on CloudFront, collected from public reports and vendors' pages.
`snowpixel explain ID` explains what a problem means and what to do. `make docs` writes this page, and a test checks it.
"""


def rows() -> dict[str, dict[str, Any]]:
    """Return all rows by id."""
    return tomllib.loads(Path(__file__).with_name("rows.toml").read_text(encoding="utf-8"))


def page() -> bytes:
    """Return the whole page."""
    return ("\n".join(_lines()) + "\n").encode()


def _lines() -> Iterator[str]:
    every = rows()
    named, handled, out = (sum(kind in row for row in every.values()) for kind in ("problems", "how", "out"))
    yield HEAD
    yield f"{len(every)} rows: {named} named by a problem, {handled} handled by design, {out} out of scope."
    for letter, title in CHAPTERS.items():
        yield from ("", f"## {title}", "", "| row | what goes wrong | how snowpixel answers |", "|---|---|---|")
        yield from (f"| {key} | {row['is']} | {_answer(row)} |" for key, row in every.items() if key[0] == letter)


def _answer(row: dict[str, Any]) -> str:
    if "problems" in row:
        return "; ".join(f"`{one}`: {explain(Problem(one)).title}" for one in row["problems"])
    return f"handled: {row['how']}" if "how" in row else f"out of scope: {row['out']}"
