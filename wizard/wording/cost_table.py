"""The monthly cost as a table: a row for each price, and what was assumed."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from wizard.knowledge.costs import Estimate

CENT = Decimal("0.01")


class CostRow(Struct, frozen=True):
    """One price.

    Attributes:
        label: what for.
        price: a month's, in the estimate's currency; `free` where it costs nothing.
        quantity: how much of what, and how much of it is free.
        charged: whether it costs anything.
    """

    label: str
    price: str
    quantity: str
    charged: bool


def title(events: int) -> str:
    """Say what the table is for."""
    return f"For {events:,} events a month, once the oldest logs start to expire:"


def total(cost: Estimate) -> str:
    """Say what it is in all."""
    return f"{_about(cost.total, cost)} a month"


def money(cost: Estimate) -> str:
    """Return the sum, as people write it."""
    return _written(cost.total, cost)


def _written(amount: Decimal, cost: Estimate) -> str:
    return f"${amount:.2f}" if cost.currency == "USD" else f"{amount:.2f} {cost.currency}"


def more(cost: Estimate) -> str:
    """Say what serving the tracker beside the pixel adds; empty where there is nothing to say."""
    if not cost.for_tracker:
        return ""
    return f"Serving the tracker adds {_about(cost.for_tracker, cost)} a month."


def _about(amount: Decimal, cost: Estimate) -> str:
    return f"about {_written(amount, cost)}" if amount >= CENT / 2 else f"less than {_written(CENT, cost)}"


def rows(cost: Estimate) -> Iterator[CostRow]:
    """Yield a row for each price."""
    for line in cost.lines:
        free = f" ({line.free.normalize():f} of it free)" if line.free and not line.is_free else ""
        price = "free" if line.is_free else f"{line.amount:.2f}"
        quantity = f"{line.quantity.normalize():,f} x {line.unit}{free}"
        yield CostRow(line.label, price, quantity, charged=not line.is_free)


def prices_of(cost: Estimate) -> str:
    """Say how old the prices are."""
    return f"Prices as of {cost.as_of:%B} {cost.as_of.day}, {cost.as_of.year}."
