"""Where Route 53's word on a change was lost, by a restart or with the reply, the zone's own servers are asked.

In a practice world whose Route 53 takes a while: what it says of a change, and what its servers answer, are its own.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.probes.seen_from import NOW, ScriptedDns, answer, context
from tests.product import DOMAIN, Product
from wizard.aws.errors import AwsError, translate
from wizard.model.context import Context
from wizard.model.ports import Aws, DnsOutcome
from wizard.model.results import Action, Actor, Change
from wizard.model.setup import Made, SetupChoices
from wizard.practice.control_client import Control
from wizard.resources.dns.managed_record import LONGEST, ManagedRecord
from wizard.resources.dns.route53_synced import some_have
from wizard.resources.resource import Reading
from wizard.storage.setup_state import MemoryState

pytestmark = pytest.mark.anyio

PACE = 0.05
"""Seconds a nominal second takes: a change is at the servers after a second and a half."""

PROOF, VALUE = f"_abc.{DOMAIN}", "_def.acm-validations.aws"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Deaf:
    """AWS whose replies to changes are lost once they were carried out; implements `wizard.model.ports.Aws`."""

    def __init__(self, inner: Aws) -> None:
        self.inner = inner
        self.region = inner.region

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        reply = await self.inner(service, operation, **parameters)
        if operation == "change_resource_record_sets":
            raise translate("ReadTimeoutError", "the reply was lost", f"{service}:{operation}")
        return reply


@pytest.fixture
def around(product: Product, control: Control) -> Context:
    zone = control.add_zone_in_route53()
    made = Made(hosted_zone=zone, validation_name=PROOF, validation_value=f"{VALUE}.")
    setup = context(made=made, choices=SetupChoices(domain=DOMAIN)).state.setup
    return Context(product.service.ports(setup.choices), MemoryState(setup))


async def submitted(around: Context, action: Action, *, lost: bool) -> ManagedRecord:
    """Submit the change, and return the record as it goes on: the same, without a reply, or after a restart."""
    change = Change("certificate-record", action, Actor.US, "")
    node = ManagedRecord(around, "certificate-record")
    if not lost:
        await node.carry_out(change)
        return ManagedRecord(around, "certificate-record")
    deaf = Context(replace(around.ports, aws=Deaf(around.ports.aws)), around.state)
    node = ManagedRecord(deaf, "certificate-record")
    with pytest.raises(AwsError):
        await node.carry_out(change)
    return node


async def awaited(look: Callable[[], Any]) -> Reading:
    """Look until nothing is left to do; what is left meanwhile is only to wait."""
    reading: Reading = await look()
    assert [change.actor for change in reading.changes] == [Actor.AWS]
    while not reading.settled:
        assert [change.actor for change in reading.changes] == [Actor.AWS]
        reading = await look()
    return reading


async def served(around: Context) -> list[tuple[str, ...]]:
    return [each.records for each in await around.ports.dns.ask_authorities(PROOF, "CNAME")]


@pytest.mark.parametrize("lost", [False, True], ids=["started anew", "reply lost"])
async def test_all_servers_have_the_record_before_it_counts_and_none_once_it_is_gone(
    around: Context, control: Control, product: Product, lost: bool
) -> None:
    control.set_pace(PACE)
    product.clear()
    node = await submitted(around, Action.CREATE, lost=lost)
    await awaited(node.read)
    assert all(records == (VALUE,) for records in await served(around))
    assert node.recorded
    node = await submitted(around, Action.DELETE, lost=lost)
    await awaited(node.removal)
    assert not any(await served(around))
    assert not node.recorded
    assert ("route53", "get_change") not in product.calls


async def test_a_record_put_back_is_awaited_although_it_was_there_before(around: Context, control: Control) -> None:
    around.state.record(records_seen={"certificate-record": NOW})
    control.set_pace(PACE)
    node = await submitted(around, Action.CREATE, lost=False)
    await awaited(node.read)
    assert all(records == (VALUE,) for records in await served(around))


async def test_what_is_proven_is_not_asked_again(around: Context) -> None:
    node = await submitted(around, Action.CREATE, lost=True)
    assert (await node.read()).settled
    silent = ScriptedDns()
    quiet = Context(replace(around.ports, dns=silent), around.state)
    assert (await ManagedRecord(quiet, "certificate-record").read()).settled
    assert silent.asked_of_authorities == []


async def test_servers_that_cannot_be_asked_or_say_otherwise_for_long_hold_nobody_up(around: Context) -> None:
    await submitted(around, Action.CREATE, lost=True)
    silent = ScriptedDns(authorities=(answer(outcome=DnsOutcome.TIMEOUT),))
    ports = replace(around.ports, dns=silent)
    assert not await some_have(silent, PROOF)
    assert (await ManagedRecord(Context(ports, MemoryState(around.state.setup)), "certificate-record").read()).settled
    moved = ScriptedDns(authorities=(answer(outcome=DnsOutcome.NXDOMAIN),))
    ports = replace(around.ports, dns=moved)
    state = MemoryState(around.state.setup)
    node = ManagedRecord(Context(ports, state), "certificate-record")
    assert not (await node.read()).settled
    state.waiting_since(node.id, ports.clock.now() - LONGEST - 1)
    assert (await node.read()).settled
