"""The stages of a set-up, in the order a user sees them: read this file first.

Each stage is a row of the checklist. The order is for the reader; what has to wait for what is said by the `needs` of the
resources and probes themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.walk import Node
from wizard.scope import Scope


@dataclass(frozen=True)
class Stage:
    """A row of the checklist."""

    id: str
    title: str
    why: str
    nodes: Sequence[Node]


def stages(scope: Scope) -> tuple[Stage, ...]:
    return ()
