"""No resolver hears of a name before the domain's own servers have it; and what helps where port 53 is closed."""

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme

from tests.net.servers import Net, Zone, _stream, example, on_loopback
from tests.probes.surroundings import HOST, OWN
from tests.problems.scene import look, scope_of
from wizard.net.recursion import PUBLIC
from wizard.net.resolve import Resolver
from wizard.net.wire import Patience
from wizard.results import Status
from wizard.setups import Made
from wizard.world import Network, Outcome

pytestmark = pytest.mark.anyio

PROBES = ("dns-resolvers", "tls", "pixel-https", "http-redirect")
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
        checks = await look(scope_of(network, Made(distribution_domain=OWN), HOST, patience=0.4))
    assert {name: checks[name].status for name in PROBES} == dict.fromkeys(PROBES, Status.SKIPPED)
    assert all(checks[name].evidence["blocked_by"] == "pixel-record" for name in PROBES)
    assert all(HOST in checks[name].summary for name in PROBES)
    assert (asked(net), net.negative) == (set(), {})


async def test_one_server_of_two_is_too_early_the_first_time_and_enough_later() -> None:
    net = example()
    net.zones["example.com"].records[HOST, "CNAME"] = [f"{OWN}."]
    net.machines["192.0.2.3"].zones = [Zone("example.com", net.zones["example.com"].servers)]
    async with on_loopback(net, PORTS) as network:
        checks = await look(scope_of(network, Made(distribution_domain=OWN), HOST, patience=0.4))
        assert checks["dns-resolvers"].status is Status.SKIPPED
        assert "1 of 2" in checks["dns-resolvers"].summary
        assert asked(net) == set()
        made = Made(distribution_domain=OWN, records_seen={"pixel-record": 1.0})
        checks = await look(scope_of(network, made, HOST, patience=0.4))
    assert asked(net) == {HOST}
    assert not checks["dns-resolvers"].evidence.get("blocked_by")


async def test_where_nobody_answers_it_is_unknown_and_within_the_time_of_one_check() -> None:
    net = example()
    net.resolver_mode = "silent"
    async with on_loopback(net, PORTS) as network:
        checks = await look(scope_of(network, Made(distribution_domain=OWN), HOST, patience=0.4))
    assert {name: checks[name].status for name in PROBES} == dict.fromkeys(PROBES, Status.UNKNOWN)
    assert not any(check.problem and check.problem.id == "slow" for check in checks.values())


async def test_where_port_53_is_closed_the_public_resolvers_are_asked_over_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(name for _, _, name in PUBLIC[:2])).configure_cert(context)  # not the third's
    net = example()
    net.zones["example.com"].records[HOST, "A"] = ["192.0.2.80"]
    server = await asyncio.start_server(lambda r, w: _stream(net.resolver(), r, w), "127.0.0.1", 0, ssl=context)
    async with server:
        at = server.sockets[0].getsockname()
        network = Network({53: CLOSED, 853: at}, {}, (), ca_file=str(tmp_path / "ca.pem"))
        answers = await Resolver(network, patience=Patience(3, 1), ipv6=False).ask_resolvers(HOST, "A")
    assert [answer.seen for answer in answers[:3]] == [True, True, False]  # the third's certificate has another name
    assert answers[0].records == ("192.0.2.80",)


async def test_a_server_of_old_software_that_cannot_do_tls_changes_nothing() -> None:
    network = Network({53: CLOSED, 853: CLOSED}, {}, ())
    resolver = Resolver(network, patience=Patience(0.4, 1), ipv6=False)
    for _ in range(2):
        answers = await resolver.ask_resolvers(HOST, "A")
        assert {answer.outcome for answer in answers} <= {Outcome.UNREACHABLE, Outcome.TIMEOUT}
