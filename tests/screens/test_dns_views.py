"""The view of propagation: who sees a record, from the servers' own words to the lines on the page."""

import asyncio

from screens.texts.check_details import stage_text
from screens.texts.dns_view_table import seen_by
from tests.net.servers import Zone, example, on_loopback
from tests.probes.seen_from import HOST, OWN, ScriptedDns, ScriptedWeb, answer, context
from tests.product import Product
from wizard.engine.verdicts import verdict
from wizard.model.ports import DnsOutcome, WebError
from wizard.model.results import Check, Status
from wizard.model.setup import Made
from wizard.net.dns_client import DnsClient
from wizard.net.dns_query import DnsTimeouts
from wizard.net.dns_views import DnsView, ServerKind, dns_views
from wizard.probes.resolvers import OWN as OWN_RESOLVER
from wizard.probes.resolvers import ResolversProbe
from wizard.resources.dns.manual_record import ManualRecord


def lines_of(check: Check) -> list[str]:
    return [line.plain for line in seen_by(check)]


def test_each_name_server_says_whether_it_has_the_record() -> None:
    net = example()
    zone = net.zones["example.com"]
    zone.records[HOST, "CNAME"] = [f"{OWN}."]
    net.machines["192.0.2.3"].zones = [Zone("example.com", zone.servers)]

    async def look() -> Check:
        async with on_loopback(net) as network:
            dns = DnsClient(network, patience=DnsTimeouts(0.4, 1), ipv6=False)
            record = ManualRecord(context(dns, ScriptedWeb(WebError("connect", "no"))), "pixel-record")
            return verdict(record, await record.read())

    found = asyncio.run(look())

    assert found.status is Status.WAITING
    assert lines_of(found) == [
        "●○ Name servers of your domain: 1 of 2",
        "  ✓ ns1.example.com  sees it",
        "  … ns2.provider.net  not yet",
    ]


def test_resolvers_are_told_apart_by_kind_and_by_what_they_say() -> None:
    dns = ScriptedDns(
        answer("Cloudflare 1.1.1.1", records=("192.0.2.80",), chain=(OWN,)),
        answer("Google 8.8.8.8", DnsOutcome.NXDOMAIN, ttl=300),
        answer("Quad9 9.9.9.9", DnsOutcome.TIMEOUT),
        answer(OWN_RESOLVER, records=("192.0.2.7",), chain=("old.example.net",)),
    )
    made = Made(distribution_domain=OWN, records_seen={"pixel-record": 1.0})

    found = asyncio.run(ResolversProbe(context(dns, made=made)).look())

    assert dns_views(found) == (
        DnsView(ServerKind.PUBLIC, "Cloudflare 1.1.1.1", "yes"),
        DnsView(ServerKind.PUBLIC, "Google 8.8.8.8", "not yet"),
        DnsView(ServerKind.PUBLIC, "Quad9 9.9.9.9", "no response"),
        DnsView(ServerKind.OWN, OWN_RESOLVER, "something else: 192.0.2.7"),
    )
    assert lines_of(found) == [
        "●○○ Public DNS resolvers: 1 of 3",
        "  ✓ Cloudflare 1.1.1.1  sees it",
        "  … Google 8.8.8.8  not yet",
        "  … Quad9 9.9.9.9  no response",
        "○ This computer: 0 of 1",
        f"  … {OWN_RESOLVER}  something else: 192.0.2.7",
    ]


def test_a_check_that_asked_nobody_has_no_table() -> None:
    assert seen_by(None) == ()
    assert seen_by(Check("tls", "https", Status.OK, "well", evidence={"zone": "example.com"})) == ()


def test_the_row_of_dns_shows_who_sees_it_in_a_practice_world(product: Product) -> None:
    product.new()

    row = next(stage for stage in product.apply().stages if stage.id == "dns")

    told = stage_text(row).plain
    assert "Name servers of your domain: 2 of 2" in told
    assert "Public DNS resolvers: 1 of 1" in told
