"""Whatever a DNS server says: nothing crashes, nothing steers the terminal, nothing hangs, and no list is endless."""

import contextlib

import anyio
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.net.servers import Net, Zone, dns_server, example, on_loopback, rrset
from tests.probes.seen_from import HOST, OWN, ScriptedDns, answer, context
from tests.problems.scene import context_of, look, red, words
from wizard.model.edit_distance import letters_apart
from wizard.model.ports import DelegatedZone, DnsAnswer, DnsOutcome, NameServer
from wizard.model.results import Status
from wizard.model.setup import Made
from wizard.model.terminal_text import MOST, brief, printable
from wizard.net.dns_client import DnsClient
from wizard.net.dns_query import DnsTimeouts, Said, ask, understand
from wizard.net.dns_zones import ADDRESSES, SERVERS
from wizard.probes.caa_records import allows
from wizard.probes.name_servers import NameServersLook, NameServersProbe, family_of, serial
from wizard.probes.resolvers import ResolversProbe, is_private
from wizard.resources.dns.manual_record import ManualRecord
from wizard.resources.dns.record_state import Evidence, diagnose, stray_names
from wizard.resources.dns.record_values import same


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


LABELS = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=5).map(
    lambda each: dns.name.Name([*each, b""])
)
TYPES = st.sampled_from(["A", "AAAA", "CNAME", "NS", "SOA", "TXT", "CAA", "TYPE65500"])
RCODES = st.sampled_from(
    [dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTAUTH]
)
MADE = Made(distribution_domain=OWN, records_seen={"pixel-record": 1.0})
ASKED = dns.name.from_text(f"{HOST}.")


@st.composite
def record_sets(draw: st.DrawFn) -> dns.rrset.RRset:
    """Make a record set as a server could send it: any octets in its names and data."""
    kind = draw(TYPES)
    made = dns.rrset.RRset(draw(st.one_of(st.just(ASKED), LABELS)), dns.rdataclass.IN, dns.rdatatype.from_text(kind))
    made.update_ttl(draw(st.integers(0, 2**31 - 1)))
    for _ in range(draw(st.integers(1, 3))):
        made.add(dns.rdata.from_wire("IN", kind, wire := draw(data(kind)), 0, len(wire)))
    return made


def data(kind: str) -> st.SearchStrategy[bytes]:
    names = LABELS.map(lambda name: name.to_wire() or b"")
    texts = st.lists(st.binary(max_size=255), min_size=1, max_size=4)
    return {
        "A": st.binary(min_size=4, max_size=4),
        "AAAA": st.binary(min_size=16, max_size=16),
        "CNAME": names,
        "NS": names,
        "SOA": st.tuples(names, names, st.binary(min_size=20, max_size=20)).map(b"".join),
        "TXT": texts.map(lambda each: b"".join(bytes([len(one)]) + one for one in each)),
        "CAA": st.binary(max_size=60).map(lambda value: b"\x00\x05issue" + value),
        "TYPE65500": st.binary(max_size=60),
    }[kind]


@st.composite
def messages(draw: st.DrawFn) -> dns.message.Message:
    """Make an answer to a question about the pixel's name, well-formed and full of surprises."""
    query = dns.message.make_query(ASKED, draw(st.sampled_from(["A", "CNAME", "TXT", "CAA"])), id=1)
    response = dns.message.make_response(query)
    response.flags |= draw(st.sampled_from([0, dns.flags.AA, dns.flags.AA | dns.flags.TC]))
    response.set_rcode(draw(RCODES))
    for section in (response.answer, response.authority, response.additional):
        section.extend(draw(st.lists(record_sets(), max_size=2)))
    return response


def harmless(said: Said) -> None:
    for text in (*said.records, *said.chain):
        assert printable(text) == text
        assert len(text) <= 2000
    assert said.ttl is None or said.ttl >= 0


@settings(deadline=None, max_examples=40)
@given(messages())
def test_any_well_formed_answer_is_understood_and_harmless(sent: dns.message.Message) -> None:
    harmless(understand(dns.message.from_wire(sent.to_wire(max_size=65_535))))


@settings(deadline=None, max_examples=40)
@given(messages(), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6), st.integers(0, 400))
def test_a_damaged_answer_is_none_or_harmless(
    sent: dns.message.Message, changes: list[tuple[int, int]], length: int
) -> None:
    damaged = bytearray(sent.to_wire(max_size=65_535))
    for at, octet in changes:
        damaged[at % len(damaged)] = octet
    with contextlib.suppress(dns.exception.DNSException):
        harmless(understand(dns.message.from_wire(bytes(damaged[: max(length, 12)]))))


@settings(deadline=None, max_examples=10)
@given(messages())
def test_any_answer_off_the_wire_ends_in_an_outcome(sent: dns.message.Message) -> None:
    wire = sent.to_wire(max_size=65_535)

    async def asked() -> Said:
        async with dns_server(lambda query: query.id.to_bytes(2, "big") + wire[2:]) as port:
            return await ask("127.0.0.1", port, HOST, "A", recursive=True, patience=DnsTimeouts(0.2, 1))

    said = anyio.run(asked)
    assert isinstance(said.outcome, DnsOutcome)
    harmless(said)


ALPHABET = st.text(alphabet="abc.-_", max_size=12)


@given(ALPHABET, ALPHABET, ALPHABET)
def test_the_distance_of_two_names_is_a_distance(one: str, other: str, third: str) -> None:
    apart = letters_apart(one, other)
    assert apart == letters_apart(other, one)
    assert (apart == 0) == (one == other)
    assert abs(len(one) - len(other)) <= apart <= max(len(one), len(other))
    assert letters_apart(one, third) <= apart + letters_apart(other, third)


@given(st.text(max_size=30), st.data(), st.characters())
def test_one_letter_added_changed_or_lost_is_one_letter_apart(name: str, draw: st.DataObject, letter: str) -> None:
    at = draw.draw(st.integers(0, len(name)))
    assert letters_apart(name, name[:at] + letter + name[at:]) == 1
    assert letters_apart(name, name[:at] + letter + name[at + 1 :]) <= 1
    assert letters_apart(name, name[:at] + name[at + 1 :]) == (at < len(name))


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_value_is_the_wanted_one_but_for_its_first_underscore(value: str, target: str) -> None:
    assert same(value, value)
    assert same(value, target) == (target in (value, f"_{value}"))


@given(st.text(max_size=60), st.text(max_size=60))
def test_stray_names_are_always_others_in_the_same_zone(name: str, zone: str) -> None:
    assert all(each.endswith(f".{zone}") and each != name for each in stray_names(name, zone))


ANY = st.text(max_size=40)
ADDRESSED = st.sampled_from(["192.0.2.2", "192.0.2.3", "2001:db8::2", "2001:db8::3", "", "no address"])
ANSWERS = st.lists(
    st.builds(
        DnsAnswer,
        server=st.sampled_from(["ns1", "ns2", "ns3"]),
        address=ADDRESSED,
        outcome=st.sampled_from(DnsOutcome),
        records=st.lists(ANY, max_size=3).map(tuple),
        chain=st.lists(ANY, max_size=2).map(tuple),
        ttl=st.none() | st.integers(0, 2**31 - 1),
    ),
    min_size=1,
    max_size=6,
).map(tuple)
DELEGATED = DelegatedZone("example.com", (NameServer("ns1", ("192.0.2.2",)), NameServer("ns2", ("2001:db8::2",))))


@settings(deadline=None, max_examples=40)
@given(ANSWERS, ANSWERS, st.frozensets(st.sampled_from([4, 6])))
def test_whatever_name_servers_say_has_a_verdict_and_is_red_only_if_none_serves(
    ns: tuple[DnsAnswer, ...], soa: tuple[DnsAnswer, ...], works: frozenset[int]
) -> None:
    probe = NameServersProbe(context(ScriptedDns(answer(outcome=DnsOutcome.ANSWER))))
    check = anyio.run(probe._judge, HOST, NameServersLook(DELEGATED, ns, soa, works))
    serving = any(each.seen for each in ns)
    assert check.status in ((Status.OK, Status.WARNING) if serving else (Status.UNKNOWN, Status.FAILED))
    if check.status is not Status.OK:
        assert words(check)


@settings(deadline=None, max_examples=40)
@given(ANSWERS)
def test_whatever_resolvers_say_has_a_verdict(answers: tuple[DnsAnswer, ...]) -> None:
    check = anyio.run(ResolversProbe(context(ScriptedDns(*answers))).look)
    if not any(each.seen for each in answers) and not any(each.outcome is DnsOutcome.BOGUS for each in answers):
        assert check.status is Status.UNKNOWN
    if check.status is not Status.OK:
        assert words(check)


@settings(deadline=None, max_examples=40)
@given(ANSWERS, st.dictionaries(st.sampled_from(["A", "AAAA", "TXT"]), ANSWERS), ANSWERS)
def test_whatever_is_at_a_name_has_a_diagnosis_of_readable_length(
    cname: tuple[DnsAnswer, ...], others: dict[str, tuple[DnsAnswer, ...]], doubled: tuple[DnsAnswer, ...]
) -> None:
    evidence = Evidence(name=HOST, target=OWN, zone="example.com", cname=cname, others=others, doubled=doubled)
    assert len(diagnose(evidence).observed) <= (MOST + 1) * 130


@given(st.text(max_size=80), st.lists(ANY, max_size=4).map(tuple))
def test_single_values_are_read_without_a_crash(text: str, records: tuple[str, ...]) -> None:
    assert family_of(text) in (0, 4, 6)
    assert isinstance(is_private(text), bool)
    assert isinstance(allows(records), bool)
    assert isinstance(serial(DnsAnswer("ns1", "", DnsOutcome.ANSWER, records)), str)


@given(st.lists(st.text(max_size=300), max_size=40))
def test_a_list_for_readers_is_never_long(values: list[str]) -> None:
    assert len(brief(values)) <= (MOST + 1) * 130
    assert brief(values[:MOST]) == ", ".join(each if len(each) <= 120 else each[:120] + "…" for each in values[:MOST])


@pytest.mark.anyio
async def test_thousands_of_records_are_named_in_a_few_words() -> None:
    net = example()
    records = net.zones["example.com"].records
    records[HOST, "A"] = [f"10.{number // 250}.{number % 250}.1" for number in range(1500)]
    closed = ("127.0.0.1", 9)
    async with on_loopback(net, {80: closed, 443: closed}) as network:
        reading = await ManualRecord(context_of(network, MADE, HOST, patience=20), "pixel-record").read()
    assert reading.problem is not None
    assert reading.problem.id == "record-in-the-way"
    assert "A 10.0.0.1" in reading.observed
    assert "and 1492 more" in reading.observed
    assert len(reading.summary) < 1000


@pytest.mark.anyio
async def test_of_hundreds_of_name_servers_a_few_are_asked() -> None:
    servers = {f"ns{number}.provider.net": "192.0.2.3" for number in range(200)}
    net = example()
    net = Net({**net.zones, "example.com": Zone("example.com", servers)})
    async with on_loopback(net) as network:
        zone = await DnsClient(network, patience=DnsTimeouts(20, 1), ipv6=False).zone_of(HOST)
    assert len(zone.servers) == SERVERS == len({name for name, _, _ in net.heard if name.endswith("provider.net")})


@pytest.mark.anyio
async def test_addresses_of_a_server_are_few_and_always_in_the_same_order() -> None:
    net = example()
    async with on_loopback(net) as network:
        found = await DnsClient(network, ipv6=False)._zones._servers(
            ("ns.test", "ns.test"), {"ns.test": ("2001:db8::9", *(f"192.0.2.{number}" for number in range(30, 9, -1)))}
        )
    assert found == (NameServer("ns.test", (*(f"192.0.2.{number}" for number in range(10, 18)), "2001:db8::9")),)
    assert len(found[0].addresses) == ADDRESSES + 1


@pytest.mark.anyio
async def test_a_name_that_leads_in_a_circle_ends_every_look() -> None:
    net = example()
    records = net.zones["example.com"].records
    records[HOST, "CNAME"], records["a.example.com", "CNAME"] = ["a.example.com."], [f"{HOST}."]
    closed = ("127.0.0.1", 9)
    async with on_loopback(net, {80: closed, 443: closed}) as network:
        checks = await look(context_of(network, MADE, HOST))
    assert red(checks) == {"cname-taken"}
    assert (checks["caa"].status, checks["caa"].evidence["blocked_by"]) == (Status.SKIPPED, "pixel-record")


def test_the_loop_of_one_message_is_a_failure_of_the_server() -> None:
    response = dns.message.make_response(dns.message.make_query(ASKED, "A"))
    response.answer += [rrset(HOST, "CNAME", [f"{HOST}."])]
    assert understand(dns.message.from_wire(response.to_wire())).outcome is DnsOutcome.SERVFAIL
