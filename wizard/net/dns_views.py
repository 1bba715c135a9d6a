"""What each name server and resolver says of a DNS record, as evidence of a check.

The kinds differ in what their word means. The domain's own name servers are the truth; public resolvers show what most
visitors get; this computer's own resolver only explains what its user sees.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum

from msgspec import Struct

from wizard.model.ports import DnsAnswer, DnsOutcome
from wizard.model.results import Check
from wizard.model.terminal_text import brief

PREFIX = "sees."
"""Evidence that begins so names a kind and a server; its value is what that one says."""

YES = "yes"


class ServerKind(StrEnum):
    """Whose server it is."""

    AUTHORITY = "name server"
    PUBLIC = "public resolver"
    OWN = "this computer"


class DnsView(Struct, frozen=True):
    """One server's word."""

    kind: ServerKind
    server: str
    says: str
    """`yes`, or in plain words what it says instead."""

    @property
    def has(self) -> bool:
        """Whether it shows the record as wanted."""
        return self.says == YES


REFUSALS = {
    DnsOutcome.REFUSED: "doesn't serve the domain",
    DnsOutcome.SERVFAIL: "fails",
    DnsOutcome.BOGUS: "refuses: invalid signatures",
}


def word(answer: DnsAnswer) -> str:
    """Return in plain words what a server said that does not show the record."""
    if answer.absent:
        return "not yet"
    if not answer.seen:
        return REFUSALS.get(answer.outcome, "no response")
    return f"something else: {brief(sorted(answer.records) or answer.chain[-1:])}"


def evidence(
    kind: Callable[[DnsAnswer], ServerKind], answers: Iterable[DnsAnswer], has: Callable[[DnsAnswer], bool]
) -> dict[str, str]:
    """Return the evidence of a look.

    Args:
        kind: whose server gave an answer.
        answers: what the servers said.
        has: whether an answer shows the record as wanted.
    """
    return {f"{PREFIX}{kind(one)}.{one.server}": YES if has(one) else word(one) for one in answers}


def dns_views(check: Check) -> tuple[DnsView, ...]:
    """Return who sees what, from a check's evidence, the servers in the order in which they were asked."""
    said = {key.removeprefix(PREFIX): says for key, says in check.evidence.items() if key.startswith(PREFIX)}
    parted = ((key.partition("."), says) for key, says in said.items())
    return tuple(DnsView(ServerKind(kind), server, says) for (kind, _, server), says in parted)
