"""The world's DNS on the wire: authorities, referrals, a caching resolver, and servers that misbehave."""

import asyncio
import socket
import subprocess
import time

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from tests.practice.conftest import HOST, Road
from tests.support import require
from wizard.practice.control_client import Control, ControlError
from wizard.practice.worldfile import WorldFile, address

NS1, NS2, REGISTRY = "192.0.2.1", "192.0.2.2", "192.0.2.3"
TEXT = "t.example.test"


def ask(
    world: WorldFile, name: str, rdtype: str, server: str = "", *, tcp: bool = False, timeout: float = 5
) -> dns.message.Message:
    """Ask the resolver, or a name server with recursion off."""
    query = dns.message.make_query(name, rdtype)
    if server:
        query.flags &= ~dns.flags.RD
    where, port = address(world.dns_authorities[server] if server else world.dns)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, where, port=port, timeout=timeout)


def texts(reply: dns.message.Message) -> list[str]:
    return [item.to_text() for rrset in reply.answer for item in rrset]


def test_a_record_is_answered_by_every_server_and_the_resolver(world: WorldFile, control: Control) -> None:
    control.add_record(TEXT, "TXT", '"hello"', ttl=120)
    for server in (NS1, NS2):
        reply = ask(world, TEXT, "TXT", server)
        assert texts(reply) == ['"hello"']
        assert reply.answer[0].ttl == 120
        assert reply.flags & dns.flags.AA
        assert not reply.flags & dns.flags.RA
    reply = ask(world, TEXT, "TXT")
    assert texts(reply) == ['"hello"']
    assert reply.flags & dns.flags.RA
    assert not reply.flags & dns.flags.AA


def test_the_walk_from_the_root_finds_the_zone(world: WorldFile) -> None:
    assert texts(ask(world, "test", "NS")) == ["a.nic.test."]
    assert texts(ask(world, "a.nic.test", "A")) == [REGISTRY]
    referral = ask(world, HOST, "A", REGISTRY)
    assert not referral.answer
    assert not referral.flags & dns.flags.AA
    assert {item.to_text() for item in referral.authority[0]} == {"ns1.provider.test.", "ns2.provider.test."}
    assert {item.to_text() for rrset in referral.additional for item in rrset} == {NS1, NS2}
    assert texts(ask(world, "example.test", "SOA", NS1))[0].endswith(" 60")
    assert texts(ask(world, "cloudfront.net", "NS")) == ["a.nic.test."]


def test_what_is_not_there(world: WorldFile, control: Control) -> None:
    control.add_record(f"a.b.{TEXT}", "TXT", '"x"')
    missing = ask(world, "nothing.example.test", "A")
    assert missing.rcode() == dns.rcode.NXDOMAIN
    assert missing.authority[0].rdtype == dns.rdatatype.SOA
    for name, rdtype in ((f"a.b.{TEXT}", "A"), (f"b.{TEXT}", "TXT"), ("example.test", "A")):
        empty = ask(world, name, rdtype)
        assert (empty.rcode(), empty.answer) == (dns.rcode.NOERROR, [])
        assert empty.authority[0].rdtype == dns.rdatatype.SOA
    assert ask(world, "nowhere.invalid", "A").rcode() == dns.rcode.NXDOMAIN


def test_a_wildcard_answers_where_nothing_is(world: WorldFile, control: Control) -> None:
    control.add_record("*.example.test", "TXT", '"wild"')
    control.add_record(f"deep.{HOST}", "TXT", '"x"')
    assert texts(ask(world, "anything.example.test", "TXT")) == ['"wild"']
    assert texts(ask(world, "any.thing.example.test", "TXT")) == ['"wild"']
    assert ask(world, HOST, "TXT").rcode() == dns.rcode.NOERROR  # an empty non-terminal blocks it
    assert texts(ask(world, HOST, "TXT")) == []


def test_a_cname_leads_to_known_distributions_only(road: Road, world: WorldFile, control: Control) -> None:
    made = road.distribution()
    control.add_record(HOST, "CNAME", made["DomainName"])
    control.add_record(f"old.{HOST}", "CNAME", "d0000000000000.cloudfront.net")
    reply = ask(world, HOST, "A")
    assert [rrset.rdtype for rrset in reply.answer] == [dns.rdatatype.CNAME, dns.rdatatype.A]
    assert texts(reply) == [f"{made['DomainName']}.", "127.0.0.1"]
    authority = ask(world, HOST, "A", NS1)
    assert texts(authority) == [f"{made['DomainName']}."]
    dangling = ask(world, f"old.{HOST}", "A")
    assert (dangling.rcode(), len(dangling.answer)) == (dns.rcode.NXDOMAIN, 1)


def test_a_cname_stands_alone(control: Control) -> None:
    control.add_record(HOST, "A", "192.0.2.9")
    with pytest.raises(ControlError, match="next to other records"):
        control.add_record(HOST, "CNAME", "x.test")
    with pytest.raises(ControlError, match="next to other records"):
        control.add_record("example.test", "CNAME", "x.test")
    assert control.remove_record(HOST, "A") == 1
    control.add_record(HOST, "CNAME", "x.test")
    with pytest.raises(ControlError, match="next to other records"):
        control.add_record(HOST, "A", "192.0.2.9")


def test_a_record_of_another_zone_or_without_sense_is_refused(control: Control) -> None:
    with pytest.raises(ControlError, match="not in the zone"):
        control.add_record("example.com", "A", "192.0.2.9")
    with pytest.raises(ControlError, match="is no A record"):
        control.add_record(HOST, "A", "not an address")


def test_a_negative_answer_is_remembered_and_authorities_know_better(world: WorldFile, control: Control) -> None:
    control.set_pace(60)  # the SOA's 60 s become an hour
    assert ask(world, TEXT, "TXT").rcode() == dns.rcode.NXDOMAIN
    control.add_record(TEXT, "TXT", '"x"')
    assert texts(ask(world, TEXT, "TXT", NS1)) == ['"x"']
    assert ask(world, TEXT, "TXT").rcode() == dns.rcode.NXDOMAIN


def test_a_negative_answer_is_forgotten_in_time(world: WorldFile, control: Control) -> None:
    control.set_pace(0.01)  # the SOA's 60 s become 0.6 s
    started = time.monotonic()
    assert ask(world, TEXT, "TXT").rcode() == dns.rcode.NXDOMAIN
    control.add_record(TEXT, "TXT", '"x"')
    while not texts(ask(world, TEXT, "TXT")):
        assert time.monotonic() - started < 60
    assert time.monotonic() - started > 0.6


def test_the_askers_spelling_comes_back(world: WorldFile, control: Control) -> None:
    control.add_record(TEXT, "TXT", '"x"')
    reply = ask(world, "T.eXample.TEST", "TXT")
    assert reply.question[0].name.to_text() == "T.eXample.TEST."
    assert reply.answer[0].name.to_text() == "T.eXample.TEST."


@pytest.mark.parametrize("server", ["", NS1])
def test_zone_transfers_and_any_are_refused(world: WorldFile, server: str) -> None:
    assert ask(world, "example.test", "ANY", server).rcode() == dns.rcode.REFUSED
    assert ask(world, "example.test", "AXFR", server, tcp=True).rcode() == dns.rcode.REFUSED


def test_a_name_server_refuses_foreign_zones(world: WorldFile) -> None:
    assert ask(world, "cloudfront.net", "SOA", NS1).rcode() == dns.rcode.REFUSED


def test_a_long_answer_is_cut_on_udp_and_whole_on_tcp(world: WorldFile, control: Control) -> None:
    for number in range(30):
        control.add_record(TEXT, "TXT", f'"{number:03}{"x" * 60}"')
    assert ask(world, TEXT, "TXT", NS1).flags & dns.flags.TC
    assert len(texts(ask(world, TEXT, "TXT", NS1, tcp=True))) == 30


def test_a_broken_packet_is_answered_with_formerr(world: WorldFile) -> None:
    broken = dns.message.make_query(TEXT, "A").to_wire()[:-3]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(5)
        udp.sendto(broken, address(world.dns))
        reply = udp.recv(512)
    assert reply[:2] == broken[:2]
    assert reply[3] & 15 == dns.rcode.FORMERR
    assert reply[2] & 0x80


def test_a_server_can_be_silent_fail_or_refuse(world: WorldFile, control: Control) -> None:
    control.add_record(TEXT, "TXT", '"x"')
    control.silence_dns(NS2)
    with pytest.raises(dns.exception.Timeout):
        ask(world, TEXT, "TXT", NS2, timeout=0.3)
    assert texts(ask(world, TEXT, "TXT", NS1)) == ['"x"']
    control.silence_dns(NS2, "servfail")
    assert ask(world, TEXT, "TXT", NS2).rcode() == dns.rcode.SERVFAIL
    control.silence_dns(NS2, "refused")
    assert ask(world, TEXT, "TXT", NS2).rcode() == dns.rcode.REFUSED
    control.silence_dns(None)
    assert texts(ask(world, TEXT, "TXT", NS2)) == ['"x"']


def test_the_resolver_uses_whoever_answers(world: WorldFile, control: Control) -> None:
    control.add_record(TEXT, "TXT", '"x"')
    control.silence_dns(NS1)
    assert texts(ask(world, TEXT, "TXT")) == ['"x"']
    control.silence_dns(NS2)
    assert ask(world, TEXT, "TXT").rcode() == dns.rcode.SERVFAIL
    control.silence_dns("resolver")
    with pytest.raises(dns.exception.Timeout):
        ask(world, TEXT, "TXT", timeout=0.3)
    with pytest.raises(ControlError, match="no name server"):
        control.silence_dns("192.0.2.99")


def test_a_server_can_lag_behind(world: WorldFile, control: Control) -> None:
    control.lag_dns(NS2, 3600)
    control.add_record(TEXT, "TXT", '"x"')
    assert texts(ask(world, TEXT, "TXT", NS1)) == ['"x"']
    assert ask(world, TEXT, "TXT", NS2).rcode() == dns.rcode.NXDOMAIN
    control.lag_dns(NS2, 0)
    assert texts(ask(world, TEXT, "TXT", NS2)) == ['"x"']


def test_five_hundred_questions_at_once(world: WorldFile, control: Control) -> None:
    control.add_record(TEXT, "TXT", '"x"')
    where, port = address(world.dns)

    async def all_of_them() -> list[dns.message.Message]:
        queries = [dns.message.make_query(TEXT, "TXT") for _ in range(500)]
        return await asyncio.gather(*(dns.asyncquery.udp(q, where, port=port, timeout=10) for q in queries))

    assert all(texts(reply) for reply in asyncio.run(all_of_them()))


@pytest.mark.parametrize("flags", [[], ["+tcp"], ["+norecurse"], ["+noedns"], ["+bufsize=512"]])
def test_dig_reads_it(world: WorldFile, control: Control, flags: list[str]) -> None:
    control.add_record(TEXT, "TXT", '"x"')
    where, port = address(world.dns)
    command = [require("dig"), f"@{where}", "-p", str(port), TEXT, "TXT", "+tries=1", "+time=5", *flags]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout
    assert "status: NOERROR" in shown
    assert '"x"' in shown
    assert "WARNING" not in shown
