"""CAA against real servers, and what resolvers say."""

import re

import pytest

from tests.net.servers import Net, example, on_loopback
from tests.probes.seen_from import HOST, NOW, OWN, ScriptedDns, answer, context, problem
from wizard.model.ports import DnsAnswer, DnsOutcome
from wizard.model.results import Check, Status
from wizard.model.setup import Made, SetupChoices
from wizard.net.dns_client import THIS_COMPUTER, DnsClient
from wizard.net.dns_query import DnsTimeouts
from wizard.probes.caa import CaaProbe
from wizard.probes.caa_records import allows
from wizard.probes.eventual_consistency import until
from wizard.probes.resolvers import OWN as OWN_RESOLVER
from wizard.probes.resolvers import ResolversProbe

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def net() -> Net:
    return example()


async def caa(net: Net) -> Check:
    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=DnsTimeouts(0.4, 1), ipv6=False)
        return await CaaProbe(context(dns)).look()


async def test_no_caa_record_anywhere_lets_amazon_issue_and_spoils_no_resolver(net: Net) -> None:
    assert (await caa(net)).status is Status.OK
    assert net.negative == {}


async def test_the_nearest_records_decide(net: Net) -> None:
    records = net.zones["example.com"].records
    records["example.com", "CAA"] = ['0 issue "letsencrypt.org"']
    check = await caa(net)
    assert (check.status, problem(check)) == (Status.FAILED, "caa-forbids-amazon")
    assert [each.value for each in check.copy] == ["example.com", '0 issue "amazon.com"']
    records[HOST, "CAA"] = ['0 issue "amazontrust.com"']
    assert (await caa(net)).status is Status.OK


async def test_the_owner_of_a_cnames_target_decides(net: Net) -> None:
    net.zones["example.com"].records[HOST, "CNAME"] = ["pages.cloudfront.net."]
    net.zones["cloudfront.net"].records["pages.cloudfront.net", "CAA"] = ['0 issue "digicert.com"']
    check = await caa(net)
    assert problem(check) == "caa-forbids-amazon"
    assert "pages.cloudfront.net" in check.summary


async def test_servers_that_fail_on_caa_are_unreadable_not_forbidding(net: Net) -> None:
    for address in ("192.0.2.2", "192.0.2.3"):
        net.machines[address].mode = "SERVFAIL"
    check = await caa(net)
    assert (check.status, problem(check), check.observed) == (Status.UNKNOWN, "caa-unreadable", "servfail")


async def test_no_dns_at_all_is_unknown(net: Net) -> None:
    net.resolver_mode = "silent"
    check = await caa(net)
    assert (check.status, problem(check)) == (Status.UNKNOWN, "dns-unreachable")


async def test_without_a_domain_nothing_is_asked() -> None:
    assert (await CaaProbe(context(choices=SetupChoices())).look()).status is Status.SKIPPED
    assert (await ResolversProbe(context(choices=SetupChoices())).look()).status is Status.SKIPPED
    assert (await ResolversProbe(context(made=Made())).look()).status is Status.SKIPPED


@pytest.mark.parametrize(
    ("records", "allowed"),
    [
        ((), True),
        (('0 issue ";"',), False),
        (('0 issue ";"', '0 issue "amazon.com"'), True),
        (('0 issue "AmazonAWS.com; account=1"',), True),
        (('0 issuewild ";"', '0 iodef "mailto:a@b"'), True),
        (('128 tbs "unknown"',), False),
        (('0 tbs "unknown"',), True),
        (('0 issue "notamazon.com"',), False),
    ],
)
def test_caa_records_are_read_as_the_standard_says(records: tuple[str, ...], allowed: bool) -> None:
    assert allows(records) is allowed


HERE = answer("a", chain=(OWN,), records=("192.0.2.80",))
NOWHERE = answer("b", DnsOutcome.NXDOMAIN, ttl=120)
OLD = answer("b", chain=("old.test",), records=("192.0.2.1",), ttl=30)
FLAT = answer("a", records=("192.0.2.80",))
SILENT = answer("c", DnsOutcome.TIMEOUT)
BETWEEN = answer("a", chain=("x.example.com", OWN), records=("192.0.2.80",))


@pytest.mark.parametrize(
    ("answers", "status", "expected", "again"),
    [
        ((HERE, SILENT), Status.OK, "", None),
        ((SILENT,), Status.UNKNOWN, "dns-unreachable", None),
        ((HERE, NOWHERE), Status.WAITING, "negative-answer-cached", 121),
        ((HERE, OLD), Status.WAITING, "older-answer-cached", 31),
        ((HERE, answer("b", records=("192.0.2.1",), ttl=30)), Status.WAITING, "older-answer-cached", 31),
        ((NOWHERE,), Status.WAITING, "negative-answer-cached", 121),
        ((FLAT,), Status.WARNING, "cname-flattened", None),
        ((BETWEEN,), Status.WARNING, "cname-indirect", None),
        ((HERE, answer(OWN_RESOLVER, DnsOutcome.NXDOMAIN, ttl=86_400)), Status.WARNING, "own-resolver-behind", None),
        ((HERE, answer(OWN_RESOLVER, records=("10.0.0.5",), ttl=60)), Status.WARNING, "split-horizon", None),
    ],
)
async def test_what_resolvers_say(
    answers: tuple[DnsAnswer, ...], status: Status, expected: str, again: float | None
) -> None:
    check = await ResolversProbe(context(ScriptedDns(*answers))).look()
    assert (check.status, problem(check), check.look_again) == (status, expected, again)


async def test_flattened_answers_are_marked_for_weighing_and_expected_of_route_53() -> None:
    assert (await ResolversProbe(context(ScriptedDns(FLAT))).look()).evidence["flattened"] == "yes"
    made = Made(distribution_domain=OWN, hosted_zone="Z1")
    assert (await ResolversProbe(context(ScriptedDns(FLAT), made=made)).look()).status is Status.OK
    check = await ResolversProbe(context(ScriptedDns(FLAT, NOWHERE), made=made)).look()
    assert (check.status, check.look_again) == (Status.WAITING, 121)


def test_the_time_at_which_an_answer_is_forgotten_stands_while_the_seconds_run() -> None:
    assert until(NOW, 119) == until(NOW + 50, 69) == until(NOW + 118, 1)
    assert re.fullmatch(r"\d\d:\d\d \S.*", until(NOW, 119))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d \S.*", until(NOW, 86_400))
    assert until(NOW, None) == until(NOW, 0)


async def test_nobody_is_asked_again_at_once_nor_only_in_hours() -> None:
    for ttl, again in ((0, 5), (86_400, 300)):
        check = await ResolversProbe(context(ScriptedDns(answer(outcome=DnsOutcome.NODATA, ttl=ttl)))).look()
        assert check.look_again == again


def test_the_probe_knows_the_systems_resolver_by_its_label() -> None:
    assert OWN_RESOLVER == THIS_COMPUTER
