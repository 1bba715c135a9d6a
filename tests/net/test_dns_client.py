"""The DNS side of the network: real packets to scripted servers on loopback."""

import anyio
import dns.flags
import dns.message
import dns.rcode
import pytest

from tests.net.servers import Machine, Net, Zone, dns_server, example, fill, on_loopback, rrset
from wizard.model.ports import DnsOutcome, DnsUnreachableError, Network
from wizard.model.terminal_text import printable
from wizard.net.dns_client import THIS_COMPUTER, DnsClient
from wizard.net.dns_query import DnsTimeouts, ask

pytestmark = pytest.mark.anyio

QUICK = DnsTimeouts(0.4, 1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def net() -> Net:
    return example()


async def test_zone_is_found_with_its_delegated_servers(net: Net) -> None:
    async with on_loopback(net) as network:
        zone = await DnsClient(network, ipv6=False).zone_of("PX.Example.com.")
    assert zone.name == "example.com"
    assert [(server.name, server.addresses) for server in zone.servers] == [
        ("ns1.example.com", ("192.0.2.2",)),
        ("ns2.provider.net", ("192.0.2.3",)),
    ]


async def test_resolvers_never_hear_the_name_nor_anything_that_may_not_exist_yet(net: Net) -> None:
    async with on_loopback(net) as network:
        dns = DnsClient(network, ipv6=False)
        await dns.ask_authorities("_x.px.example.com", "CNAME")
        await dns.ask_authorities("px.example.com", "CNAME")
    assert not [each for each in net.heard if each[0].endswith("example.com") and each[1] != "A"]
    assert net.negative == {}


async def test_a_zone_cut_right_at_the_name_is_seen() -> None:
    net = example()
    cut = Zone("px.example.com", {"ns.elsewhere.net": "192.0.2.7"})
    net = Net({**net.zones, "px.example.com": cut})
    async with on_loopback(net) as network:
        zone = await DnsClient(network, ipv6=False).zone_of("px.example.com")
    assert (zone.name, zone.servers[0].name) == ("px.example.com", "ns.elsewhere.net")


async def test_a_cut_whose_two_zones_are_on_the_same_server_is_seen() -> None:
    net = example()
    cut = Zone("px.example.com", dict(net.zones["example.com"].servers))
    net = Net({**net.zones, "px.example.com": cut})
    async with on_loopback(net) as network:
        assert (await DnsClient(network, ipv6=False).zone_of("_x.px.example.com")).name == "px.example.com"


async def test_every_authority_is_asked_without_recursion_and_in_order(net: Net) -> None:
    net.zones["example.com"].records["px.example.com", "CNAME"] = ["D1.CloudFront.net."]
    async with on_loopback(net) as network:
        answers = await DnsClient(network, ipv6=False).ask_authorities("px.example.com", "CNAME")
    assert [(a.server, a.outcome, a.records, a.chain, a.ttl) for a in answers] == [
        ("ns1.example.com", DnsOutcome.ANSWER, ("d1.cloudfront.net",), (), 300),
        ("ns2.provider.net", DnsOutcome.ANSWER, ("d1.cloudfront.net",), (), 300),
    ]
    assert not any(recursive for machine in net.machines.values() for _, _, recursive in machine.heard)


async def test_negative_answers_carry_how_long_they_are_remembered(net: Net) -> None:
    net.zones["example.com"].records["px.example.com", "TXT"] = ['"here"']
    async with on_loopback(net) as network:
        dns = DnsClient(network, ipv6=False)
        nothing = await dns.ask_authorities("nothing.example.com", "CNAME")
        no_data = await dns.ask_authorities("px.example.com", "CNAME")
    assert {(a.outcome, a.ttl) for a in nothing} == {(DnsOutcome.NXDOMAIN, 60)}
    assert {(a.outcome, a.ttl) for a in no_data} == {(DnsOutcome.NODATA, 60)}


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [("silent", DnsOutcome.TIMEOUT), ("SERVFAIL", DnsOutcome.SERVFAIL), ("REFUSED", DnsOutcome.REFUSED)],
)
async def test_each_failure_of_a_server_is_its_own_outcome(net: Net, mode: str, outcome: DnsOutcome) -> None:
    net.machines["192.0.2.3"].mode = mode
    async with on_loopback(net) as network:
        answers = await DnsClient(network, patience=QUICK, ipv6=False).ask_authorities("px.example.com", "CNAME")
    assert [a.outcome for a in answers] == [DnsOutcome.NXDOMAIN, outcome]


async def test_a_server_that_does_not_hold_the_zone_counts_as_refusing(net: Net) -> None:
    net.machines["192.0.2.3"].zones = [net.zones["com"]]  # lame: it only refers to the real servers
    async with on_loopback(net) as network:
        answers = await DnsClient(network, ipv6=False).ask_authorities("px.example.com", "CNAME")
    assert [a.outcome for a in answers] == [DnsOutcome.NXDOMAIN, DnsOutcome.REFUSED]


async def test_a_name_server_without_address_is_unreachable(net: Net) -> None:
    net.zones["example.com"].servers["ns3.gone.net"] = ""
    del net.zones["example.com"].servers["ns2.provider.net"]
    async with on_loopback(net) as network:
        answers = await DnsClient(network, ipv6=False).ask_authorities("px.example.com", "CNAME")
    assert [(a.server, a.outcome) for a in answers][1:] == [("ns3.gone.net", DnsOutcome.UNREACHABLE)]


async def test_a_domain_that_nobody_registered_is_held_by_its_top_level_zone(net: Net) -> None:
    async with on_loopback(net) as network:
        dns = DnsClient(network, ipv6=False)
        assert (await dns.zone_of("px.unregistered.com")).name == "com"
        assert (await dns.zone_of("px.example.nonsense")).name == ""


async def test_a_private_zone_below_an_unknown_top_is_found() -> None:
    servers = {"ns.corp.internal": "192.0.2.5"}
    net = Net({"": Zone("", {"a.root": "192.0.2.1"}), "corp.internal": Zone("corp.internal", servers)})
    async with on_loopback(net) as network:
        assert (await DnsClient(network, ipv6=False).zone_of("px.corp.internal")).name == "corp.internal"


async def test_silent_resolvers_mean_that_dns_is_unreachable(net: Net) -> None:
    net.resolver_mode = "silent"
    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=QUICK, ipv6=False)
        with pytest.raises(DnsUnreachableError):
            await dns.ask_authorities("px.example.com", "CNAME")
        assert [a.outcome for a in await dns.ask_resolvers("px.example.com", "A")] == [DnsOutcome.TIMEOUT]


async def test_a_firewall_that_only_lets_the_resolver_through_means_unreachable(net: Net) -> None:
    for machine in net.machines.values():
        machine.mode = "silent"
    async with on_loopback(net) as network:
        with pytest.raises(DnsUnreachableError):
            await DnsClient(network, patience=QUICK, ipv6=False).ask_authorities("px.example.com", "CNAME")


async def test_a_zone_whose_own_servers_are_all_down_is_still_named(net: Net) -> None:
    for address in ("192.0.2.2", "192.0.2.3"):
        net.machines[address].mode = "silent"
    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=QUICK, ipv6=False)
        assert (await dns.zone_of("px.example.com")).name == "example.com"
        answers = await dns.ask_authorities("px.example.com", "CNAME")
    assert {a.outcome for a in answers} == {DnsOutcome.TIMEOUT}


async def test_zones_are_remembered_until_forgotten(net: Net) -> None:
    async with on_loopback(net) as network:
        dns = DnsClient(network, ipv6=False)
        await dns.zone_of("px.example.com")
        asked = len(net.heard)
        await dns.zone_of("px.example.com")
        await dns.zone_of("other.example.com")
        assert len(net.heard) == asked
        dns.forget()
        await dns.zone_of("px.example.com")
        assert len(net.heard) > asked


async def test_resolvers_follow_the_chain(net: Net) -> None:
    net.zones["example.com"].records["px.example.com", "CNAME"] = ["d1.cloudfront.net."]
    net.zones["cloudfront.net"].records["d1.cloudfront.net", "A"] = ["192.0.2.80", "192.0.2.81"]
    async with on_loopback(net) as network:
        (answer,) = await DnsClient(network, ipv6=False).ask_resolvers("px.example.com", "A")
    assert answer.server == "resolver"
    assert set(answer.records) == {"192.0.2.80", "192.0.2.81"}
    assert answer.chain == ("d1.cloudfront.net",)


async def test_an_authority_whose_chain_leaves_the_zone_answers_with_the_chain_alone(net: Net) -> None:
    net.zones["example.com"].records["px.example.com", "CNAME"] = ["d1.cloudfront.net."]
    async with on_loopback(net) as network:
        answer, _ = await DnsClient(network, ipv6=False).ask_authorities("px.example.com", "A")
    assert (answer.outcome, answer.records, answer.chain) == (DnsOutcome.ANSWER, (), ("d1.cloudfront.net",))


async def test_long_answers_come_over_tcp(net: Net) -> None:
    net.zones["example.com"].records["px.example.com", "TXT"] = [f'"{number:0200}"' for number in range(20)]
    async with on_loopback(net) as network:
        answer, _ = await DnsClient(network, ipv6=False).ask_authorities("px.example.com", "TXT")
    assert len(answer.records) == 20


async def test_a_server_that_knows_no_edns_is_asked_without(net: Net) -> None:
    zone = net.zones["example.com"]

    def old(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        if query.edns >= 0:
            response.use_edns(False)
            response.set_rcode(dns.rcode.FORMERR)
            return response
        return fill(response, zone, "px.example.com", "CNAME")

    zone.records["px.example.com", "CNAME"] = ["d1.cloudfront.net."]
    async with dns_server(old) as port:
        said = await ask("127.0.0.1", port, "px.example.com", "CNAME", recursive=False, patience=QUICK)
    assert said.records == ("d1.cloudfront.net",)


async def test_a_loop_and_rubbish_are_failures_of_the_server() -> None:
    def loop(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.answer += [rrset("a.test", "CNAME", ["b.test."]), rrset("b.test", "CNAME", ["a.test."])]
        return response

    async with dns_server(loop) as port:
        said = await ask("127.0.0.1", port, "a.test", "A", recursive=True, patience=QUICK)
    assert said.outcome is DnsOutcome.SERVFAIL
    async with dns_server(lambda _query: b"rubbish") as port:
        said = await ask("127.0.0.1", port, "a.test", "A", recursive=True, patience=QUICK)
    assert said.outcome is DnsOutcome.TIMEOUT  # an answer that cannot be read is as none: anybody can send it


async def test_a_lost_packet_is_asked_again() -> None:
    heard: list[int] = []

    def forgetful(query: dns.message.Message) -> dns.message.Message | None:
        heard.append(query.id)
        if len(heard) == 1:
            return None
        response = dns.message.make_response(query)
        response.answer.append(rrset("a.test", "A", ["192.0.2.1"]))
        return response

    async with dns_server(forgetful) as port:
        said = await ask("127.0.0.1", port, "a.test", "A", recursive=True, patience=DnsTimeouts(0.4, 2))
    assert said.records == ("192.0.2.1",)


async def test_impossible_names_are_not_sent() -> None:
    for name in ("a" * 64 + ".test", "a..test"):
        said = await ask("127.0.0.1", 9, name, "A", recursive=True, patience=QUICK)
        assert said.outcome is DnsOutcome.NXDOMAIN


async def test_a_server_with_two_addresses_is_tried_at_both(net: Net) -> None:
    net.machines["192.0.2.22"] = Machine([], mode="silent")

    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=QUICK, ipv6=False)
        zone = await dns.zone_of("px.example.com")
        both = zone.servers[0].__class__("ns1.example.com", ("192.0.2.22", "192.0.2.2"))
        answer = await dns._ask_server(both, "px.example.com", "CNAME")
    assert (answer.address, answer.outcome) == ("192.0.2.2", DnsOutcome.NXDOMAIN)


async def test_a_silent_address_beside_others_is_waited_for_once_in_a_check(net: Net) -> None:
    silent = Machine([], mode="silent")
    net.machines["192.0.2.22"] = silent
    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=QUICK, ipv6=False)
        zone = await dns.zone_of("px.example.com")
        both = zone.servers[0].__class__("ns1.example.com", ("192.0.2.22", "192.0.2.2"))
        alone = zone.servers[0].__class__("ns3.example.com", ("192.0.2.22",))
        for _ in range(3):
            said = await dns._ask_each(both, "px.example.com", "CNAME")
            assert [each.outcome for each in said] == [DnsOutcome.TIMEOUT, DnsOutcome.NXDOMAIN]
        assert len(silent.heard) == 1
        await dns._ask_each(alone, "px.example.com", "CNAME")
        assert len(silent.heard) == 2
        dns.forget()
        await dns._ask_each(both, "px.example.com", "CNAME")
    assert len(silent.heard) == 3


async def test_what_another_address_of_a_server_says_otherwise_comes_along(net: Net) -> None:
    net.zones["example.com"].records["px.example.com", "CNAME"] = ["d1.cloudfront.net."]
    stale = Zone("example.com", dict(net.zones["example.com"].servers))
    stale.records["px.example.com", "CNAME"] = ["old.test."]
    net.machines["192.0.2.22"] = Machine([stale])
    net.machines["192.0.2.23"] = Machine([], mode="silent")
    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=QUICK, ipv6=False)
        zone = await dns.zone_of("px.example.com")
        three = zone.servers[0].__class__("ns1.example.com", ("192.0.2.2", "192.0.2.22", "192.0.2.23"))
        answer = await dns._ask_server(three, "px.example.com", "CNAME")
    assert (answer.records, answer.address) == (("d1.cloudfront.net",), "192.0.2.2")
    assert [(each.address, each.records) for each in answer.at_odds] == [("192.0.2.22", ("old.test",))]


def test_without_given_resolvers_the_public_ones_are_asked_and_the_systems_own_last() -> None:
    network = Network({53: ("127.0.0.1", 5353)}, {}, ())
    targets = DnsClient(network, ipv6=False).targets
    assert [each.address for each in targets[:3]] == ["1.1.1.1", "8.8.8.8", "9.9.9.9"]
    assert {(each.host, each.port) for each in targets} == {("127.0.0.1", 5353)}
    assert [each.label for each in targets[3:]] in ([], [THIS_COMPUTER])


async def test_ipv6_addresses_of_name_servers_are_looked_for_where_there_is_ipv6(net: Net) -> None:
    async with on_loopback(net) as network:
        await DnsClient(network, ipv6=True).zone_of("px.example.com")
    assert ("ns2.provider.net", "AAAA", True) in net.heard


def test_nothing_that_steers_a_terminal_comes_through() -> None:
    assert printable("a\x1b[31mb\u202ec\x07\n") == "a[31mbc"
    assert len(printable("x" * 5000)) == 2000


async def test_a_dead_name_server_does_not_hold_up_finding_the_zone(net: Net) -> None:
    net.machines["192.0.2.2"].mode = "silent"
    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=DnsTimeouts(60, 1), ipv6=False)
        with anyio.fail_after(10):
            assert (await dns.zone_of("px.example.com")).name == "example.com"
