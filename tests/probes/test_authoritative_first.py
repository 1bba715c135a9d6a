"""No resolver hears of a name before the domain's own servers have it; and what helps where port 53 is closed."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import dns.message
import pytest
import trustme

from tests.net.servers import Net, Zone, _stream, dns_over_https, example, http_server, on_loopback
from tests.probes.seen_from import HOST, OWN
from tests.problems.scene import context_of, look, raised, red
from wizard.model.ports import DnsOutcome, Network
from wizard.model.results import Status
from wizard.model.setup import Made
from wizard.model.threads import in_thread
from wizard.net.dns_client import DnsClient
from wizard.net.dns_over_https import ask_over_https
from wizard.net.dns_query import DnsTimeouts
from wizard.net.dns_resolvers import PUBLIC
from wizard.net.tls_trust import verifying

pytestmark = pytest.mark.anyio

PROBES = ("dns-resolvers", "tls", "pixel-https", "http-redirect")
DNS_ROWS = ("pixel-record", "caa", "name-servers")
CLOSED = ("127.0.0.1", 9)
PORTS = {80: CLOSED, 443: CLOSED}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def asked(net: Net) -> set[str]:
    return {name for name, _, _ in net.heard if name.endswith("example.com") and not name.startswith("ns")}


async def test_a_check_of_a_missing_record_asks_no_resolver_for_it() -> None:
    net = example()
    async with on_loopback(net, PORTS) as network:
        checks = await look(context_of(network, Made(distribution_domain=OWN), HOST, patience=0.4))
    assert {name: checks[name].status for name in PROBES} == dict.fromkeys(PROBES, Status.SKIPPED)
    assert all(checks[name].evidence["blocked_by"] == "pixel-record" for name in PROBES)
    assert all(HOST in checks[name].summary for name in PROBES)
    assert (asked(net), net.negative) == (set(), {})


async def test_one_server_of_two_is_too_early_the_first_time_and_enough_later() -> None:
    net = example()
    net.zones["example.com"].records[HOST, "CNAME"] = [f"{OWN}."]
    net.machines["192.0.2.3"].zones = [Zone("example.com", net.zones["example.com"].servers)]
    async with on_loopback(net, PORTS) as network:
        checks = await look(context_of(network, Made(distribution_domain=OWN), HOST, patience=0.4))
        assert checks["dns-resolvers"].status is Status.SKIPPED
        assert "1 of 2" in checks["dns-resolvers"].summary
        assert asked(net) == set()
        made = Made(distribution_domain=OWN, records_seen={"pixel-record": 1.0})
        checks = await look(context_of(network, made, HOST, patience=0.4))
    assert asked(net) == {HOST}
    assert not checks["dns-resolvers"].evidence.get("blocked_by")


async def test_where_nobody_answers_it_is_unknown_and_within_the_time_of_one_check() -> None:
    net = example()
    net.resolver_mode = "silent"
    async with on_loopback(net, PORTS) as network:
        checks = await look(context_of(network, Made(distribution_domain=OWN), HOST, patience=0.4))
    assert {name: checks[name].status for name in PROBES} == dict.fromkeys(PROBES, Status.UNKNOWN)
    assert not any(check.problem and check.problem.id == "slow" for check in checks.values())


@pytest.fixture
def trusted(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """Return the TLS side of the first two public resolvers, and the file of who vouches for them."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(name for _, _, name in PUBLIC[:2])).configure_cert(context)
    return context, str(tmp_path / "ca.pem")


async def test_where_port_53_is_closed_the_public_resolvers_are_asked_over_tls(
    trusted: tuple[ssl.SSLContext, str],
) -> None:
    net = example()
    net.zones["example.com"].records[HOST, "A"] = ["192.0.2.80"]
    server = await asyncio.start_server(lambda r, w: _stream(net.resolver(), r, w), "127.0.0.1", 0, ssl=trusted[0])
    async with server:
        at = server.sockets[0].getsockname()
        network = Network({53: CLOSED, 853: at, 443: CLOSED}, {}, (), ca_file=trusted[1])
        answers = await DnsClient(network, patience=DnsTimeouts(3, 1), ipv6=False).ask_resolvers(HOST, "A")
    assert [answer.seen for answer in answers[:3]] == [True, True, False]  # the third's certificate has another name
    assert answers[0].records == ("192.0.2.80",)


async def test_where_the_port_of_dns_over_tls_is_closed_too_they_are_asked_over_https(
    trusted: tuple[ssl.SSLContext, str],
) -> None:
    net = example()
    net.zones["example.com"].records[HOST, "A"] = ["192.0.2.80"]
    site = dns_over_https(net.resolver())
    with http_server(site, trusted[0]) as port:
        network = Network({53: CLOSED, 853: CLOSED, 443: ("127.0.0.1", port)}, {}, (), ca_file=trusted[1])
        resolver = DnsClient(network, patience=DnsTimeouts(3, 1), ipv6=False)
        for _ in range(2):  # the second time by the way that is known
            answers = await resolver.ask_resolvers(HOST, "A")
            assert [answer.seen for answer in answers[:3]] == [True, True, False]
            assert (answers[0].records, answers[0].ttl) == (("192.0.2.80",), 300)
        nothing = await resolver.ask_resolvers("nothing.example.com", "A")
    assert [answer.outcome for answer in nothing[:2]] == [DnsOutcome.NXDOMAIN] * 2
    assert {headers["host"] for _, headers in site.heard} == {name for _, _, name in PUBLIC[:2]}
    assert {headers["accept"] for _, headers in site.heard} == {"application/dns-message"}


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"status": 302, "headers": {"Location": "https://portal.test/"}}, DnsOutcome.UNREACHABLE),
        ({"headers": {"Content-Type": "text/html"}}, DnsOutcome.UNREACHABLE),
        ({"answer": None, "body": b"rubbish"}, DnsOutcome.SERVFAIL),
        ({"answer": None, "body": dns.message.make_query("other.test", "A").to_wire()}, DnsOutcome.SERVFAIL),
    ],
    ids=["a portal's redirect", "a portal's page", "no DNS message", "another question's"],
)
async def test_what_is_no_answer_over_https_is_taken_for_none(
    changed: dict[str, Any], outcome: DnsOutcome, trusted: tuple[ssl.SSLContext, str]
) -> None:
    site = replace(dns_over_https(example().resolver()), **changed)
    query = dns.message.make_query(HOST, "A")
    with http_server(site, trusted[0]) as port:
        context = verifying(trusted[1])
        said = await in_thread(
            ask_over_https, query, PUBLIC[0][2], PUBLIC[0][1], where=("127.0.0.1", port), trust=context, seconds=3.0
        )
    assert (said.outcome, said.message) == (outcome, None)


async def test_a_network_that_lets_only_https_out_is_seen_through_a_resolver_and_nothing_is_red(
    trusted: tuple[ssl.SSLContext, str],
) -> None:
    net = example()
    net.zones["example.com"].records[HOST, "CNAME"] = [f"{OWN}."]
    net.zones["cloudfront.net"].records[OWN, "A"] = ["192.0.2.80"]
    with http_server(dns_over_https(net.resolver()), trusted[0]) as port:
        ports = {53: CLOSED, 853: CLOSED, 443: ("127.0.0.1", port), 80: CLOSED}
        network = Network(ports, {}, (), ca_file=trusted[1])
        context = context_of(network, Made(distribution_domain=OWN), HOST, patience=2.5, attempts=1)
        await context.ports.dns.ask_resolvers("com", "SOA")  # finds the way that is open
        checks = await look(context)
    assert (checks["pixel-record"].status, checks["dns-resolvers"].status) == (Status.OK, Status.OK), raised(checks)
    assert (checks["caa"].status, checks["name-servers"].status) == (Status.UNKNOWN, Status.UNKNOWN)
    assert red({name: checks[name] for name in (*DNS_ROWS, "dns-resolvers")}) == set()


async def test_where_every_way_is_closed_it_is_unseen_and_nothing_is_wrong() -> None:
    network = Network({53: CLOSED, 853: CLOSED, 443: CLOSED, 80: CLOSED}, {}, ())
    seen = Made(distribution_domain=OWN, records_seen={"pixel-record": 1.0})
    checks = await look(context_of(network, seen, HOST, patience=0.4))
    rows = (*DNS_ROWS, *PROBES)
    assert {name: checks[name].status for name in rows} == dict.fromkeys(rows, Status.UNKNOWN)
    assert {raised(checks)[name] for name in DNS_ROWS} == {"dns-unreachable"}
    assert red(checks) == set()


async def test_a_server_of_old_software_that_can_do_neither_changes_nothing() -> None:
    network = Network({53: CLOSED, 853: CLOSED, 443: CLOSED}, {}, ())
    resolver = DnsClient(network, patience=DnsTimeouts(0.4, 1), ipv6=False)
    for _ in range(2):
        answers = await resolver.ask_resolvers(HOST, "A")
        assert {answer.outcome for answer in answers} <= {DnsOutcome.UNREACHABLE, DnsOutcome.TIMEOUT}
