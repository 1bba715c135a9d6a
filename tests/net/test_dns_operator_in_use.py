"""What is at a hostname before it becomes the pixel's: said at the door, and no resolver learns of it."""

import pytest

from tests.net.servers import Net, example, on_loopback
from tests.probes.seen_from import ScriptedWeb, context
from wizard.model.results import Status
from wizard.model.setup import Made, SetupChoices
from wizard.net.dns_client import DnsClient
from wizard.net.dns_operator import DnsOperator, dns_operator
from wizard.net.dns_query import DnsTimeouts
from wizard.resources.dns.manual_record import ManualRecord
from wizard.resources.resource import Reading

pytestmark = pytest.mark.anyio

ZONE = "example.com"
HOST = f"e.{ZONE}"
TAKEN = {
    "CNAME": (["shop.net."], "CNAME shop.net"),
    "A": (["192.0.2.7"], "A 192.0.2.7"),
    "AAAA": (["2001:db8::7"], "AAAA 2001:db8::7"),
}
"""Type of record by which something is served to what is there, and how it is told."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def asked(net: Net, host: str = HOST) -> DnsOperator:
    async with on_loopback(net) as network:
        return await dns_operator(DnsClient(network, patience=DnsTimeouts(3.0, 1), ipv6=False), host)


async def planned(net: Net, host: str = HOST) -> Reading:
    """Read the pixel's record as a plan does before anything was made."""
    async with on_loopback(net) as network:
        dns = DnsClient(network, patience=DnsTimeouts(3.0, 1), ipv6=False)
        scope = context(dns, ScriptedWeb(), choices=SetupChoices(domain=host), made=Made(account="123456789012"))
        return await ManualRecord(scope, "pixel-record").read()


def heard(net: Net, host: str) -> bool:
    """Whether a resolver was asked for the name, or for anything below its zone."""
    return any(host in name for name, _, _ in net.heard)


@pytest.mark.parametrize("rdtype", TAKEN)
async def test_a_name_that_serves_something_is_said_to_with_a_free_one(rdtype: str) -> None:
    content, told = TAKEN[rdtype]
    net = example()
    net.zones[ZONE].records[HOST, rdtype] = content
    net.zones[ZONE].records["hi.example.com", "A"] = ["192.0.2.8"]
    found = await asked(net)
    assert (found.serves, found.free) == (told, f"hub.{ZONE}")
    assert found.doubtful
    reading = await planned(net)
    assert reading.problem is not None
    assert (reading.status, reading.problem.id) == (Status.WARNING, "name-in-use")
    assert told in reading.summary
    assert reading.problem.values["free"] == f"hub.{ZONE}"
    assert len(reading.changes) == 1
    assert not heard(net, HOST)
    assert net.negative == {}


@pytest.mark.parametrize("rdtype", TAKEN)
async def test_what_only_a_wildcard_answers_is_free(rdtype: str) -> None:
    net = example()
    net.zones[ZONE].records[f"*.{ZONE}", rdtype] = TAKEN[rdtype][0]
    assert (await asked(net)).serves == ""
    reading = await planned(net)
    assert (reading.status, reading.problem) == (None, None)


@pytest.mark.parametrize(("rdtype", "content"), [("TXT", ['"v=spf1 -all"']), ("MX", ["10 mail.shop.net."])])
async def test_what_serves_nothing_to_browsers_is_no_reason(rdtype: str, content: list[str]) -> None:
    net = example()
    net.zones[ZONE].records[HOST, rdtype] = content
    assert (await asked(net)).serves == ""


async def test_a_free_name_is_free_and_no_resolver_hears_of_it() -> None:
    net = example()
    found = await asked(net)
    assert (found.serves, found.zone) == ("", ZONE)
    assert (await planned(net)).problem is None
    assert not heard(net, HOST)
    assert net.negative == {}


async def test_a_domain_that_does_not_exist_is_said_before_anything_is_made() -> None:
    net = example()
    found = await asked(net, "e.nobody.com")
    assert "doesn't exist" in found.told
    assert found.doubtful
    reading = await planned(net, "e.nobody.com")
    assert reading.problem is not None
    assert (reading.status, reading.problem.id, reading.changes) == (Status.FAILED, "domain-unregistered", ())
    assert not heard(net, "nobody.com")


async def test_where_the_dns_cannot_be_asked_nothing_is_claimed() -> None:
    net = example()
    net.resolver_mode = "silent"
    assert (await planned(net)).problem is None
    assert "reserved for examples" in DnsOperator("e.example.org", "example.org").trouble
