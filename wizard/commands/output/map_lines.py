"""The map of a setup in lines: a list of its parts, in the order of the drawing."""

import sys
from collections.abc import Iterator

from wizard.commands.output.plain_lines import Ink
from wizard.model.results import Snapshot
from wizard.model.setup import Setup
from wizard.model.terminal_text import printable
from wizard.wording.setup_map import Part, SetupMap, heading, setup_map


def lines(drawn: SetupMap, ink: Ink) -> Iterator[str]:
    """Yield what stands over it, and a line for each part, with its state where a walk has found one."""
    yield heading()
    widest = max(len(part.title) for part in drawn.parts)
    looked = any(part.view.status for part in drawn.parts)
    for part in drawn.parts:
        state = f"{_state(part, ink)}  " if looked else ""
        more = ", ".join(printable(text) for text in (part.name, part.note) if text)
        yield f"  {state}{part.title:<{widest}}  {more}".rstrip()


def found(setup: Setup, snapshot: Snapshot) -> Iterator[str]:
    """Yield the map of a setup as a walk found it, for stdout."""
    yield from lines(setup_map(setup.choices, setup.made, snapshot), Ink.of(sys.stdout))


def _state(part: Part, ink: Ink) -> str:
    status = part.view.status
    return ink.badge(status) if status else ink.blank
