"""The hostname that a flag gave, looked up: whether its domain exists, and whether something is served there."""

from collections.abc import Iterator, Sequence
from typing import Any

import anyio
import click
from msgspec import Struct

from wizard.commands import environment, event_loop, run_walk
from wizard.commands.output import checklist_lines
from wizard.commands.session import Session
from wizard.documents import json_envelope
from wizard.model.ports import DnsUnreachableError
from wizard.model.results import Check
from wizard.model.terminal_text import printable
from wizard.net.dns_client import DnsClient
from wizard.net.dns_operator import DnsOperator, dns_operator
from wizard.resources.dns.name_before import judged
from wizard.resources.dns.record_kinds import PIXEL

LONGEST_LOOK = 4.0
"""Seconds after which the setup is saved and nothing is said of its name: `plan` looks again."""


class Told(Struct, frozen=True):
    """What has to be said of a name.

    Attributes:
        summary: one line.
        check: with its problem; None where the summary is the whole of it.
    """

    summary: str
    check: Check | None = None

    def lines(self, setup: str) -> Iterator[str]:
        """Yield it in words, with what to do."""
        yield f"Warning: {printable(self.summary)}"
        yield from checklist_lines.troubles([self.check] if self.check else [], setup)

    def data(self, setup: str) -> dict[str, Any]:
        """Return it for a document."""
        return {
            "message": self.summary,
            "problem": json_envelope.problem(self.check.problem, setup) if self.check else None,
        }


def warned(session: Session, host: str, setup: str) -> list[dict[str, Any]]:
    """Look a name up at its domain's own name servers, say on stderr what is the matter, and return it for a document.

    Where nobody can be asked, nothing is said.
    """
    try:
        network = environment.network(session)
    except click.UsageError:  # saving needs no world, and whatever comes next says that it is missing
        return []
    session.again = f"plan {setup}"  # it is saved: that is how an interrupted look goes on
    found = event_loop.run(lambda: _looked_up(DnsClient(network), host), lambda: run_walk.farewell(session))
    told = told_of(found) if found else ()
    for one in told:
        for line in one.lines(setup):
            session.note(line)
    return [one.data(setup) for one in told]


async def _looked_up(dns: DnsClient, host: str) -> DnsOperator | None:
    with anyio.move_on_after(LONGEST_LOOK):
        try:
            return await dns_operator(dns, host)
        except DnsUnreachableError:
            return None
    return None


def told_of(found: DnsOperator) -> Sequence[Told]:
    """Return what has to be said of a name that was looked up: nothing where it is free."""
    if found.trouble:
        return (Told(found.trouble),)
    reading = judged(found)
    if reading is None or reading.status is None:
        return ()
    check = Check(
        PIXEL,
        "dns",
        reading.status,
        reading.summary,
        observed=reading.observed,
        expected=reading.expected,
        problem=reading.problem,
    )
    return (Told(reading.summary, check),)
