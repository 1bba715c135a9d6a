"""Checks: against the slowest of their items, and of many setups at once."""

import resource
import sys
import time
from collections.abc import Iterator

import anyio
from msgspec.structs import replace

from tests.bench.figures import Figure
from tests.bench.road import a_product
from tests.product import Product
from wizard.commands.check import Wish, look_at_all
from wizard.model.results import Job, Status

MANY = (1, 10, 100)
RUNS = 3
MEBIBYTE = 2**20
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes that `ru_maxrss` counts in."""


def checks() -> Iterator[Figure]:
    """Measure a healthy check against its slowest item by itself, then 1, 10 and 100 setups."""
    with a_product() as product:
        product.new()
        product.apply()
        product.check()
        whole = min(_timed(product) for _ in range(RUNS))
        items = [item.id for item in product.check().items]
        alone = {item: min(_timed(product, item) for _ in range(RUNS)) for item in items}
        slowest = max(alone, key=alone.__getitem__)
        yield Figure("check of a healthy setup", whole, 15, "s")
        yield Figure(f"its slowest item by itself ({slowest}, with the account)", alone[slowest], 10, "s")
        yield from _many(product)


def _timed(product: Product, only: str | None = None) -> float:
    begun = time.monotonic()
    product.run(Job.CHECK, adds_records=False, only=(only,) if only else None)
    return time.monotonic() - begun


def _many(product: Product) -> Iterator[Figure]:
    setup = product.setup()
    for number in range(1, max(MANY)):
        product.service.store.save(replace(setup, name=f"copy{number}", original=setup.known_as))
    names = product.service.store.names()
    for count in MANY:
        chosen = [setup.name, *(name for name in names if name != setup.name)][:count]
        begun = time.monotonic()
        found = anyio.run(look_at_all, product.service, chosen, Wish())
        took = time.monotonic() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT / MEBIBYTE
        seen = [check for one in found if one.snapshot for check in one.snapshot.checks]
        wrong = sum(check.status is not Status.OK for check in seen)
        yield Figure(f"check of {count} setups ({len(seen)} rows)", took, None, "s")
        yield Figure("rows of these that are not ok", wrong, 0, "rows")
        yield Figure(f"most memory up to then, {count} setups", peak, None, "MiB")
