"""Delegations to servers of no use, and resolvers with answers of their own: one row says it, the others agree."""

from dataclasses import dataclass

import dns.edns
import dns.message
import dns.rcode
import pytest

from tests.net.servers import Machine, Net, Respond, Zone, broken, example, on_loopback, plain, rrset, within
from tests.problems.dns.servers import HOST, LOOPBACK, OWN, PROOF, VALUE
from tests.problems.dns.test_table import CLOSED, MADE, UNSEEN
from tests.problems.scene import context_of, look, raised, words
from wizard.model.ports import Network
from wizard.model.results import Check, Status
from wizard.net.dns_client import THIS_COMPUTER

pytestmark = pytest.mark.anyio

SERVERS = "name-servers"
LAME, DEAD = "REFUSED", "silent"
BELOW = ("192.0.2.44", "192.0.2.45")
"""The addresses of the servers to which a part of the domain is handed on."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def whole() -> Net:
    """Return the world with both records right."""
    net = example()
    net.zones["example.com"].records |= {(HOST, "CNAME"): [f"{OWN}."], (PROOF, "CNAME"): [f"{VALUE}."]}
    net.zones["cloudfront.net"].records[OWN, "A"] = ["192.0.2.80"]
    return net


def handed_on(*modes: str) -> Net:
    """Return the world where example.com hands px.example.com on to servers that fail so."""
    net = whole()
    addresses = {f"ns{number}.gone.net": address for number, address in enumerate(BELOW[: len(modes)], 1)}
    net.zones[HOST] = Zone(HOST, addresses)
    for mode, address in zip(modes, addresses.values(), strict=True):
        net.machines[address] = Machine([net.zones[HOST]] if mode == "answer" else [], mode)
    return net


async def seen(net: Net, *, own: Net | None = None) -> dict[str, Check]:
    async with on_loopback(net, CLOSED) as network, on_loopback(own or net, CLOSED) as other:
        resolvers = network.resolvers
        if own:
            resolvers = (("the world's", *resolvers[0][1:]), (THIS_COMPUTER, *other.resolvers[0][1:]))
        at = Network(network.ports, network.authorities, resolvers)
        return await look(context_of(at, MADE, HOST, patience=0.4))


@dataclass(frozen=True)
class Delegation:
    """A part of the domain that is handed on: what each of its servers does, and what must stand in the words."""

    label: str
    modes: tuple[str, ...]
    says: tuple[str, ...]

    def __str__(self) -> str:
        return self.label


DELETE = "delete the NS record `px` in example.com"
SUB = "subdelegation-dead"
CASES = (
    Delegation("one silent", (DEAD,), (DELETE, "ns1.gone.net", "don't respond")),
    Delegation("one refuses", (LAME,), (DELETE, "ns1.gone.net", "don't serve it")),
    Delegation("one fails", ("SERVFAIL",), (DELETE, "ns1.gone.net", "don't serve it")),
    Delegation("both silent", (DEAD, DEAD), (DELETE, "ns1.gone.net, ns2.gone.net")),
    Delegation("both fail, each in its way", (DEAD, LAME), (DELETE, "ns1.gone.net, ns2.gone.net")),
)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_stale_delegation_is_said_once_and_by_its_own_name(case: Delegation) -> None:
    checks = await seen(Unresolved(**vars(handed_on(*case.modes))))
    assert raised(checks) == {SERVERS: SUB}
    found = checks[SERVERS]
    assert found.status is Status.FAILED
    for text in case.says:
        assert text in words(found)
    for text in ("registrar", "port 53", "VPN"):
        assert text not in words(found)
    for item in ("caa", "certificate-record", "pixel-record"):
        assert (checks[item].status, checks[item].evidence["blocked_by"]) == (Status.SKIPPED, SERVERS)


@pytest.mark.parametrize(("mode", "problem"), [(DEAD, "nameserver-dead"), (LAME, "nameserver-lame")])
async def test_a_part_handed_on_is_mended_where_it_is_handed_on(mode: str, problem: str) -> None:
    checks = await seen(handed_on("answer", mode))
    assert raised(checks)[SERVERS] == problem
    assert "In the zone example.com, among its NS records for px.example.com," in words(checks[SERVERS])
    assert "registrar" not in words(checks[SERVERS])


class Unresolved(Net):
    """A world whose resolver fails at what no server answers, as resolvers do."""

    def __post_init__(self) -> None:
        """Leave the machines as they are."""

    def resolver(self) -> Respond:
        inner = super().resolver()

        def respond(query: dns.message.Message) -> dns.message.Message | bytes | None:
            name = plain(query.question[0].name)
            return broken(query, "SERVFAIL") if within(name, HOST) else inner(query)

        return respond


FILTERS = (["0.0.0.0"], ["127.0.0.1"], ["0.0.0.0", "127.0.0.1"])


@pytest.mark.parametrize("addresses", FILTERS, ids=str)
async def test_a_filter_of_this_computer_is_named_and_nobody_is_told_to_wait(addresses: list[str]) -> None:
    filtered = whole()
    filtered.zones["example.com"].records = {(HOST, "A"): addresses}
    checks = await seen(whole(), own=filtered)
    assert raised(checks) == {**UNSEEN, "dns-resolvers": "resolver-blocks"}
    found = checks["dns-resolvers"]
    assert found.status is Status.WARNING
    for text in (THIS_COMPUTER, addresses[0], f"Allow {HOST}", "Waiting changes nothing"):
        assert text in words(found)
    assert "remember" not in words(found)


SAID_BY_FILTERS = {
    "forged": (4, "", "marked as Forged Answer"),
    "blocked": (15, "", "marked as Blocked"),
    "censored": (16, "", "marked as Censored"),
    "filtered": (17, "", "marked as Filtered"),
    "a policy zone": (None, "rpz.filter.test", "from the policy zone rpz.filter.test"),
}
"""How a filter says "no such name": with an extended error (RFC 8914), or with the SOA of a zone of its own (RPZ)."""


class Filtering(Net):
    """A world whose resolver says that there is no such name as the pixel's.

    Attributes:
        error: the number of an extended DNS error that goes with it; None: none.
        policy: the zone whose SOA goes with it; empty: the domain's, as with an answer that is remembered.
    """

    error: int | None = None
    policy: str = ""

    def resolver(self) -> Respond:
        inner = super().resolver()

        def respond(query: dns.message.Message) -> dns.message.Message | bytes | None:
            if not within(plain(query.question[0].name), HOST):
                return inner(query)
            response = dns.message.make_response(query, recursion_available=True)
            response.set_rcode(dns.rcode.NXDOMAIN)
            if self.policy:
                response.additional.append(rrset(self.policy, "SOA", ["ns.test. admin.test. 1 2 3 4 60"]))
            else:
                response.authority.append(self.zone_of(HOST).soa())
            if self.error is not None:
                response.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode(self.error))])
            return response

        return respond


def filtering(error: int | None, policy: str) -> Filtering:
    """Return a world that is whole but for its resolver."""
    net = Filtering(whole().zones)
    net.error, net.policy = error, policy
    return net


@pytest.mark.parametrize("how", SAID_BY_FILTERS)
async def test_a_filter_that_says_that_there_is_no_such_name_is_named(how: str) -> None:
    error, policy, says = SAID_BY_FILTERS[how]
    checks = await seen(whole(), own=filtering(error, policy))
    assert raised(checks) == {**UNSEEN, "dns-resolvers": "resolver-blocks"}
    for text in (THIS_COMPUTER, f'"no such name" ({says})', f"Allow {HOST}", "Waiting changes nothing"):
        assert text in words(checks["dns-resolvers"])


@pytest.mark.parametrize("error", [None, 0, 3, 19, 22, 23])
async def test_a_resolver_that_may_only_remember_is_not_called_a_filter(error: int | None) -> None:
    """Without an extended error, and with one that says something else: other, stale, stale NXDOMAIN, unreachable."""
    checks = await seen(whole(), own=filtering(error, ""))
    assert raised(checks) == {**UNSEEN, "dns-resolvers": "own-resolver-behind"}
    assert "Waiting changes nothing" not in words(checks["dns-resolvers"])


@pytest.mark.parametrize("addresses", FILTERS, ids=str)
async def test_where_every_resolver_blocks_the_rows_of_the_web_hang_on_it(addresses: list[str]) -> None:
    filtered = whole()
    filtered.zones["example.com"].records = {(HOST, "A"): addresses}
    async with on_loopback(whole(), CLOSED) as network, on_loopback(filtered, CLOSED) as other:
        at = Network(network.ports, network.authorities, (("one", LOOPBACK, other.resolvers[0][2]),))
        checks = await look(context_of(at, MADE, HOST, patience=5.0))
    assert raised(checks) == {"dns-resolvers": "resolver-blocks"}


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ({(HOST, "A"): ["192.0.2.7"]}, "own-resolver-behind"),
        ({(HOST, "CNAME"): ["shop.net."]}, "own-resolver-behind"),
        ({}, "own-resolver-behind"),
        ({(HOST, "A"): ["10.0.0.5"]}, "split-horizon"),
    ],
    ids=["another address", "another name", "no such name", "a private address"],
)
async def test_an_own_answer_may_be_an_older_one_and_is_never_stated_to_be(
    records: dict[tuple[str, str], list[str]], problem: str
) -> None:
    behind = whole()
    behind.zones["example.com"].records = dict(records)
    checks = await seen(whole(), own=behind)
    assert raised(checks) == {**UNSEEN, "dns-resolvers": problem}
    told = words(checks["dns-resolvers"])
    assert "remembers an older answer" not in told
    assert problem != "own-resolver-behind" or "may be an older answer" in told
