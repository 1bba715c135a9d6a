"""CAA records as people write them, and what an authority must make of each (RFC 8659): a table of its own."""

import pytest

from tests.net.servers import example, on_loopback
from tests.probes.seen_from import HOST, context, problem
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Status
from wizard.net.dns_client import DnsClient
from wizard.net.dns_query import DnsTimeouts
from wizard.probes.caa import CaaProbe
from wizard.probes.caa_records import AMAZON, read

pytestmark = pytest.mark.anyio

GOOD, OTHER, NOBODY = '0 issue "amazon.com"', '0 issue "letsencrypt.org"', '0 issue ";"'

READABLE = (
    *(f'0 issue "{name}"' for name in sorted(AMAZON)),
    '0 issue "AMAZON.com"',
    '0 ISSUE "amazon.com"',
    '0 issue " amazon.com "',
    '0 issue "amazon.com;"',
    '0 issue "amazon.com; account=230123"',
    '0 issue "amazon.com; a=1; b=2"',
    '128 issue "amazon.com"',
    '1 issue "amazon.com"',
)
"""Records that allow Amazon."""

BROKEN = (
    '0 issue "\\"amazon.com\\""',
    "0 issue \"'amazon.com'\"",
    '0 issue "https://amazon.com"',
    '0 issue "amazon.com."',
    '0 issue "amazon.com/"',
    '0 issue "amazon,com"',
    '0 issue "amazon com"',
    '0 issue "amazon.com, letsencrypt.org"',
    '0 issue "amazon.com; account"',
    '0 issue "0 issue amazon.com"',
    '0 issue "amazon.com\\009;"',
    '0 issue "amazon.com\\194\\160"',
    '0 issue "-amazon.com"',
    '0 issue "amazon..com"',
    '0 issue "*.amazon.com"',
)
"""Records that were meant for Amazon and are malformed, so that they allow nobody."""

FINE_BESIDE = (
    '0 iodef "mailto:a@b.test"',
    '0 issuewild ";"',
    '0 issuewild "letsencrypt.org"',
    '0 tbs "x"',
    '0 issuemail ";"',
)
"""Records that say nothing of certificates for one name."""

CRITICAL = ('128 tbs "x"', '255 unknown "amazon.com"', '129 isue "amazon.com"')
"""Records whose flag forbids whoever does not know their tag."""

ALLOWED = (
    (),
    *((one,) for one in READABLE if "\\009" not in one),
    *((one,) for one in FINE_BESIDE),
    (OTHER, GOOD),
    (NOBODY, GOOD),
    (BROKEN[0], GOOD),
    ("0 issue \"'letsencrypt.org'\"", GOOD),
    (GOOD, *FINE_BESIDE),
)
FORBIDDEN = (
    *((one,) for one in BROKEN if "\\009" not in one),
    *((one,) for one in CRITICAL),
    *((one, GOOD) for one in CRITICAL),
    (OTHER,),
    (NOBODY,),
    ('0 issue ""',),
    (OTHER, *FINE_BESIDE),
    (BROKEN[0], OTHER),
    (OTHER, '0 issuewild "amazon.com"'),
    (OTHER, '0 isue "amazon.com"'),
    ('0 issue "notamazon.com"',),
    ('0 issue "aws.amazon.com"',),
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def look(records: tuple[str, ...], at: str = "example.com") -> Check:
    net = example()
    if records:
        net.zones["example.com"].records[at, "CAA"] = list(records)
    async with on_loopback(net) as network:
        return await CaaProbe(context(DnsClient(network, patience=DnsTimeouts(3.0, 1), ipv6=False))).look()


@pytest.mark.parametrize("at", ["example.com", HOST])
@pytest.mark.parametrize("records", ALLOWED, ids=str)
async def test_amazon_may(records: tuple[str, ...], at: str) -> None:
    assert (await look(records, at)).status is Status.OK


@pytest.mark.parametrize("at", ["example.com", HOST])
@pytest.mark.parametrize("records", FORBIDDEN, ids=str)
async def test_amazon_may_not_and_the_way_out_is_named(records: tuple[str, ...], at: str) -> None:
    check = await look(records, at)
    assert (check.status, problem(check)) == (Status.FAILED, "caa-forbids-amazon")
    assert check.problem is not None
    told = explain(check.problem)
    todo = told.steps[0]
    assert at in told.meaning
    if records[0] in BROKEN:
        assert "instead of adding another one" in todo
        assert GOOD in todo
        assert records[0] in told.meaning
    elif any(each in CRITICAL for each in records):
        assert "Delete that record" in todo
    else:
        assert GOOD in todo
        assert at in todo


async def test_a_cname_that_leads_nowhere_has_no_owner_whose_word_counts() -> None:
    net = example()
    net.zones["example.com"].records[HOST, "CNAME"] = ["gone.nowhere."]
    async with on_loopback(net) as network:
        probe = CaaProbe(context(DnsClient(network, patience=DnsTimeouts(3.0, 1), ipv6=False)))
        assert (await probe.look()).status is Status.OK


@pytest.mark.parametrize("text", ["", "x", '256 issue "a"', "0 issue", '0 iss_ue "a"'])
def test_what_is_no_record_is_not_read(text: str) -> None:
    assert read(text) is None
