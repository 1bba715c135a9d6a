"""Every mistake of the table, looked at through real name servers: one row says it, and no other row contradicts it."""

import pytest

from tests.net.servers import on_loopback
from tests.problems.dns.servers import HOST, LOOPBACK, OWN, PROOF, VALUE
from tests.problems.dns.table import CERTIFICATE, PIXEL, RIGHT, Situation, situations
from tests.problems.scene import context_of, look, raised, words
from wizard.model.results import Check, Status
from wizard.model.setup import Made

pytestmark = pytest.mark.anyio

MADE = Made(
    distribution_domain=OWN,
    validation_name=f"{PROOF}.",
    validation_value=f"{VALUE}.",
    records_seen={PIXEL: 1.0, CERTIFICATE: 1.0},
)
CLOSED = {80: (LOOPBACK, 9), 443: (LOOPBACK, 9)}
WEB = ("tls", "pixel-https", "http-redirect")
UNSEEN = dict.fromkeys(WEB, "network-unreachable")
"""Nothing answers HTTP here, which is no fault of the records."""

YELLOW = frozenset({"cname-indirect", "records-beside"})


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def seen(situation: Situation) -> dict[str, Check]:
    """Look at a situation from outside."""
    async with on_loopback(situation.net(), CLOSED) as network:
        return await look(context_of(network, MADE, HOST, patience=5.0))


def expected(situation: Situation) -> dict[str, str]:
    """Return all rows that name a problem: that of the situation and, where the name leads to us, the closed ports."""
    said = {} if situation.problem == RIGHT else {situation.item: situation.problem}
    leads_here = not situation.lost and (situation.item != PIXEL or situation.problem in {RIGHT, *YELLOW})
    return {**(UNSEEN if leads_here else {}), **said}


SITUATIONS = situations()


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
async def test_one_row_says_it_and_the_others_agree(situation: Situation) -> None:
    checks = await seen(situation)
    assert raised(checks) == expected(situation)
    for name, check in checks.items():
        assert check.status in (Status.OK, Status.SKIPPED) or name in expected(situation), (name, check)
    if situation.problem == RIGHT:
        return
    found = checks[situation.item]
    assert found.status is (Status.WARNING if situation.problem in YELLOW else Status.FAILED)
    for text in situation.says:
        assert text in words(found)
    for text in (*situation.never, "You don't have to change anything", "{"):
        assert text not in words(found)


async def test_two_records_that_changed_places_are_one_row() -> None:
    records = {(HOST, "CNAME"): [f"{VALUE}."], (PROOF, "CNAME"): [f"{OWN}."]}
    checks = await seen(Situation("both swapped", CERTIFICATE, "values-swapped", records))
    assert raised(checks) == {CERTIFICATE: "values-swapped"}
    assert all(text in words(checks[CERTIFICATE]) for text in (HOST, OWN, PROOF, VALUE))
    assert checks[PIXEL].status is Status.SKIPPED
    assert checks[PIXEL].evidence["blocked_by"] == CERTIFICATE


def test_the_table_has_every_situation_once() -> None:
    assert len({str(each) for each in SITUATIONS}) == len(SITUATIONS) > 230
