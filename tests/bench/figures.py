"""A measured figure and its limit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report.

    Attributes:
        name: what was measured.
        value: the measured value.
        limit: the most it may be; None only reports it.
        unit: `s`, `calls` and the like.
        details: lines printed below the table.
    """

    name: str
    value: float
    limit: float | None
    unit: str
    details: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the value is within its limit."""
        return self.limit is None or self.value <= self.limit

    def row(self) -> str:
        """Return the line of a Markdown table."""
        limit = "" if self.limit is None else f"{self.limit:g} {self.unit}"
        return f"| {self.name} | {self.value:.3g} {self.unit} | {limit} | {'yes' if self.kept else 'NO'} |"
