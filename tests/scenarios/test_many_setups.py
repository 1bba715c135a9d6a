"""Several setups checked at the same moment: told in their order, as soon as it can be, and the DNS asked once."""

from collections.abc import Sequence
from typing import Any

import anyio
from msgspec.structs import replace

from tests.product import DOMAIN, Product, not_ok
from tests.scenarios.test_budgets import QUESTIONS, dns_ports, packets
from wizard.commands.check import AT_ONCE, CheckedSetup, Wish, look_at_all
from wizard.practice.worldfile import WorldFile
from wizard.service import PreparedWalk, Service


class Waiting(Service):
    """The product; its check of the last setup begins when something else has happened.

    Args:
        service: the product to be like.
        last: the setup.
    """

    def __init__(self, service: Service, last: str) -> None:
        super().__init__(service.environment)
        self._last = last
        self.happened = anyio.Event()

    def start(self, *arguments: Any, **named: Any) -> PreparedWalk:
        walk = super().start(*arguments, **named)
        return _Late(walk, self.happened) if arguments[1] == self._last else walk


class _Late(PreparedWalk):
    def __init__(self, walk: PreparedWalk, begin: anyio.Event) -> None:
        super().__init__(walk.progress, walk._hold, walk._walk, walk._after)
        self._begin = begin

    async def run(self) -> None:
        await self._begin.wait()
        await super().run()


def copies(product: Product, number: int) -> Sequence[str]:
    """Have so many setups, all of them of the same things."""
    product.stand()
    setup = product.setup()
    for each in range(1, number):
        product.service.store.save(replace(setup, name=f"copy{each}", original=setup.known_as))
    return ("main", *(f"copy{each}" for each in range(1, number)))


def test_each_is_told_in_its_turn_and_none_waits_for_a_later_one(product: Product) -> None:
    names = copies(product, AT_ONCE + 2)
    told: list[str] = []

    async def look() -> list[CheckedSetup]:
        service = Waiting(product.service, names[-1])

        def tell(one: CheckedSetup) -> None:
            told.append(one.name)
            if told == list(names[:-1]):
                service.happened.set()  # or the last one waits for good

        return await look_at_all(service, names, Wish(), tell)

    found = anyio.run(look)
    assert told == [one.name for one in found] == list(names)
    assert [check for one in found if one.snapshot for check in not_ok(one.snapshot)] == []


def test_what_cannot_be_read_is_told_in_its_turn_too(product: Product) -> None:
    names = copies(product, 3)
    product.service.store.path(names[1]).write_text("{", encoding="utf-8")
    told: list[tuple[str, bool]] = []

    async def look() -> list[CheckedSetup]:
        return await look_at_all(product.service, names, Wish(), lambda one: told.append((one.name, bool(one.error))))

    anyio.run(look)
    assert told == [(names[0], False), (names[1], True), (names[2], False)]


def test_the_dns_is_asked_no_more_for_many_setups_of_a_name_than_for_one(product: Product, world: WorldFile) -> None:
    names = copies(product, 5)
    assert product.setup("copy4").choices.domain == DOMAIN
    with packets() as seen:
        anyio.run(look_at_all, product.service, names, Wish())
    assert 0 < sum(times for port, times in seen.items() if port in dns_ports(world)) <= QUESTIONS
