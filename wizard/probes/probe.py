"""The base class of probes."""

from abc import ABC, abstractmethod
from typing import ClassVar

from wizard.model.context import Context
from wizard.model.results import Check, Problem, Status


class Probe(ABC):
    """One look at the world.

    Attributes:
        id: unique among resources and probes; dotted, for example `dns.authorities`.
        title: what is looked at, in plain words.
        needs: items that an apply finishes first.
        parent: the item without which this one cannot be looked at, even in a check.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    parent: ClassVar[str | None] = None

    def __init__(self, context: Context) -> None:
        self.context = context

    @abstractmethod
    async def look(self) -> Check:
        """Look once. The engine bounds the time and turns a crash into a row."""

    def ok(self, summary: str, *, observed: str = "", expected: str = "", **evidence: str) -> Check:
        """Report that all is well, with facts that other checks are weighed against."""
        return Check(self.id, "", Status.OK, summary, observed=observed, expected=expected, evidence=evidence)

    def report(
        self,
        status: Status,
        summary: str,
        problem: str | None = None,
        *,
        observed: str = "",
        expected: str = "",
        look_again: float | None = None,
        evidence: dict[str, str] | None = None,
        **values: str,
    ) -> Check:
        """Report anything else; `problem` is an id in `assets/problems.toml`, `values` fill its texts."""
        return Check(
            self.id,
            "",
            status,
            summary,
            observed=observed,
            expected=expected,
            problem=Problem(problem, values) if problem else None,
            look_again=look_again,
            evidence=evidence or {},
        )

    def without_name_servers(self, zone: str, observed: str) -> Check:
        """Report that nobody can be asked about a zone."""
        summary = f"The name servers of {zone} can't be reached from here"
        return self.report(Status.UNKNOWN, summary, "dns-unreachable", observed=observed, name=zone, zone=zone)
