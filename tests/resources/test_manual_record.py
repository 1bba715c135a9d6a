"""The user's records, observed at real name servers on loopback; every mistake of a provider's form told apart."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.net.servers import Net, Zone, example, on_loopback
from tests.probes.seen_from import HOST, NOW, OWN, ScriptedWeb, context, response
from wizard.model.context import DOMAIN_LOST, Context
from wizard.model.ports import DnsAnswer, DnsOutcome, WebError
from wizard.model.results import Action, Actor, Status
from wizard.model.setup import Made, SetupChoices
from wizard.net.dns_client import DnsClient
from wizard.net.dns_query import DnsTimeouts
from wizard.resources.dns.manual_record import CLOSELY, ManualRecord
from wizard.resources.dns.record_state import Evidence, RecordState, diagnose, stray_names
from wizard.resources.resource import Presence, Reading

pytestmark = pytest.mark.anyio

PROOF = "_abc.px.example.com"
VALUE = "_def.acm-validations.aws"
MADE = Made(distribution_domain=OWN, validation_name=f"{PROOF}.", validation_value=f"{VALUE}.")
ZONE = "example.com"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def net() -> Net:
    return example()


class Reader:
    """Reads a record in a net, again and again with the same ledger."""

    def __init__(self, net: Net, record: str, **fields: Any) -> None:
        self.net = net
        self.record = record
        self.fields = {"made": MADE, "web": ScriptedWeb(WebError("connect", "no")), **fields}
        self.context: Context | None = None

    async def read(self, *, removing: bool = False) -> Reading:
        async with on_loopback(self.net) as network:
            dns = DnsClient(network, patience=DnsTimeouts(3.0, 1), ipv6=False)
            fresh = context(dns, **self.fields)
            self.context = Context(fresh.ports, self.context.state if self.context else fresh.state, fresh.answers)
            record = ManualRecord(self.context, self.record)
            return await (record.removal() if removing else record.read())


def problem(reading: Reading) -> str:
    return reading.problem.id if reading.problem else ""


def put(net: Net, name: str, rdtype: str, *values: str, zone: str = ZONE) -> None:
    net.zones[zone].records[name, rdtype] = list(values)


async def test_a_record_at_every_server_is_right_and_remembered(net: Net) -> None:
    put(net, HOST, "CNAME", f"{OWN}.")
    reader = Reader(net, "pixel-record")
    reading = await reader.read()
    assert reading.settled
    assert reading.presence is Presence.OURS
    assert reading.evidence == {
        "zone": ZONE,
        "name_servers": "ns1.example.com ns2.provider.net",
        "sees.name server.ns1.example.com": "yes",
        "sees.name server.ns2.provider.net": "yes",
    }
    assert reader.context is not None
    assert reader.context.made.records_seen == {"pixel-record": NOW}
    assert net.negative == {}


async def test_a_missing_record_is_asked_of_the_user_in_the_providers_form(net: Net) -> None:
    reading = await Reader(net, "certificate-record").read()
    (change,) = reading.changes
    assert (change.action, change.actor, change.typical, change.every) == (Action.CREATE, Actor.USER, 300, 5)
    assert change.record is not None
    assert (change.record.name, change.record.host, change.record.value) == (PROOF, "_abc.px", VALUE)
    assert (reading.status, problem(reading)) == (Status.WAITING, "record-missing")


async def test_looking_for_a_missing_record_spoils_no_resolver(net: Net) -> None:
    await Reader(net, "certificate-record").read()
    await Reader(net, "pixel-record").read()
    assert net.negative == {}


class Look(NamedTuple):
    """What one look said, what it asked the name servers for, and whether resolvers heard the name."""

    problem: str
    asked: set[tuple[str, str]]
    resolvers: bool


class Waiting:
    """Looks for a record again and again, as a walk that waits for it does."""

    def __init__(self, net: Net, record: str, web: ScriptedWeb | None = None) -> None:
        self.net = net
        self._record = record
        self._web = web or ScriptedWeb(WebError("connect", "no"))

    async def looks(self, *before_each: Callable[[ManualRecord], object], removing: bool = False) -> list[Look]:
        """Look once after each of these, and return what each look saw and asked."""
        seen: list[Look] = []
        async with on_loopback(self.net) as network:
            dns = DnsClient(network, patience=DnsTimeouts(3.0, 1), ipv6=False)
            record = ManualRecord(context(dns, made=MADE, web=self._web), self._record)
            for before in before_each:
                before(record)
                self.net.heard.clear()
                for machine in self.net.machines.values():
                    machine.heard.clear()
                reading = await (record.removal() if removing else record.read())
                asked = {(name, kind) for machine in self.net.machines.values() for name, kind, _ in machine.heard}
                resolvers = any(self._record_name in name for name, _, _ in self.net.heard)
                seen.append(Look(problem(reading), asked - {(name, "NS") for name, _ in asked}, resolvers))
        return seen

    @property
    def _record_name(self) -> str:
        return HOST if self._record == "pixel-record" else PROOF


def nothing(record: ManualRecord) -> None:
    del record


FEW = {(PROOF, "CNAME"), (PROOF, "A")}
"""What a look in a wait asks for at least: what the user adds, and what a provider may make of it."""


@pytest.mark.parametrize("removing", [False, True])
async def test_a_wait_asks_for_mistypings_and_wildcards_now_and_then_only(net: Net, *, removing: bool) -> None:
    looks = await Waiting(net, "certificate-record").looks(*[nothing] * (CLOSELY + 2), removing=removing)
    asked = [look.asked for look in looks]
    assert all(few == FEW for few in (*asked[1:CLOSELY], asked[CLOSELY + 1]))
    assert all(len(many) > 10 for many in (asked[0], asked[CLOSELY]))
    assert len({look.problem for look in looks}) == 1


async def test_a_wait_sees_at_once_what_is_at_the_name_itself(net: Net) -> None:
    looks = await Waiting(net, "certificate-record").looks(
        nothing,
        lambda _: put(net, PROOF, "A", "192.0.2.80"),
        nothing,
        lambda _: put(net, PROOF, "CNAME", "elsewhere.example.net."),
        lambda _: put(net, PROOF, "CNAME", f"{VALUE}."),
    )
    assert [look.problem for look in looks] == [
        "record-missing",
        "record-in-the-way",
        "record-in-the-way",
        "record-wrong-value",
        "",
    ]
    assert looks[2].asked == FEW


async def test_a_mistyping_is_seen_at_the_next_close_look_or_when_the_user_wants_to_know(net: Net) -> None:
    def mistyped(record: ManualRecord) -> None:
        del record
        put(net, f"{PROOF}.{ZONE}", "CNAME", f"{VALUE}.")

    looks = await Waiting(net, "certificate-record").looks(nothing, mistyped, ManualRecord.look_closely)
    assert [look.problem for look in looks] == ["record-missing", "record-missing", "name-doubled"]
    waited = await Waiting(example(), "certificate-record").looks(nothing)
    assert waited[0].problem == "record-missing"
    looks = await Waiting(net, "certificate-record").looks(nothing, lambda _: net.zones[ZONE].records.clear(), nothing)
    assert [look.problem for look in looks] == ["name-doubled"] * 3, "what was wrong is said until a close look"


async def test_a_wait_keeps_what_it_knows_of_who_answers_at_the_name(net: Net) -> None:
    put(net, HOST, "A", "192.0.2.80")
    web = ScriptedWeb(response(301, b"", server="cloudflare", x_amz_cf_id=None))
    looks = await Waiting(net, "pixel-record", web).looks(nothing, nothing, nothing)
    assert [look.problem for look in looks] == ["cloudflare-proxy"] * 3
    assert len(web.asked) == 1


async def test_resolvers_are_asked_now_and_then_only_where_nobody_else_can_be(net: Net) -> None:
    for machine in net.machines.values():
        machine.mode = "REFUSED" if machine.zones[0].name == ZONE else machine.mode
    looks = await Waiting(net, "pixel-record").looks(*[nothing] * (CLOSELY + 1))
    assert [look.resolvers for look in looks] == [True, *[False] * (CLOSELY - 1), True]
    assert {look.problem for look in looks} == {"dns-unreachable"}


async def test_a_record_that_was_there_and_is_gone_is_a_fault(net: Net) -> None:
    put(net, HOST, "CNAME", f"{OWN}.")
    reader = Reader(net, "pixel-record")
    await reader.read()
    net.zones[ZONE].records.clear()
    reading = await reader.read()
    assert (reading.status, problem(reading), len(reading.changes)) == (Status.FAILED, "record-missing", 1)


async def test_a_lagging_server_is_counted(net: Net) -> None:
    put(net, HOST, "CNAME", f"{OWN}.")
    net.machines["192.0.2.3"].zones = [Zone(ZONE, net.zones[ZONE].servers)]
    reading = await Reader(net, "pixel-record").read()
    assert (reading.status, problem(reading)) == (Status.WAITING, "record-partial")
    assert reading.summary == "1 of 2 name servers have px.example.com"


async def test_a_silent_server_does_not_hold_up_the_others(net: Net) -> None:
    put(net, HOST, "CNAME", f"{OWN}.")
    net.machines["192.0.2.3"].mode = "silent"
    assert (await Reader(net, "pixel-record").read()).settled


@pytest.mark.parametrize(
    ("record", "there", "expected"),
    [
        ("pixel-record", (HOST, "CNAME", "shop.example.net."), "cname-taken"),
        ("pixel-record", (HOST, "CNAME", "other.cloudfront.net."), "another-distribution"),
        ("certificate-record", (PROOF, "CNAME", "_other.acm-validations.aws."), "record-wrong-value"),
        ("certificate-record", (PROOF, "CNAME", "_dex.acm-validations.aws."), "value-misspelt"),
        ("certificate-record", (PROOF, "CNAME", f"{VALUE}.{ZONE}."), "value-doubled"),
        ("certificate-record", (f"{PROOF}.{ZONE}", "CNAME", f"{VALUE}."), "name-doubled"),
        ("certificate-record", ("abc.px.example.com", "CNAME", f"{VALUE}."), "underscore-missing"),
        ("pixel-record", (f"{HOST}.{ZONE}", "CNAME", f"{OWN}."), "name-doubled"),
        ("pixel-record", (HOST, "A", "192.0.2.1"), "record-in-the-way"),
        ("pixel-record", (HOST, "AAAA", "2001:db8::1"), "record-in-the-way"),
        ("pixel-record", (HOST, "TXT", '"hello"'), "record-in-the-way"),
        ("pixel-record", ("*.example.com", "A", "192.0.2.1"), "wildcard-answers"),
        ("pixel-record", ("*.example.com", "CNAME", "parked.test."), "wildcard-answers"),
    ],
)
async def test_each_mistake_has_a_name(net: Net, record: str, there: tuple[str, str, str], expected: str) -> None:
    put(net, *there)
    reading = await Reader(net, record).read()
    assert (reading.status, problem(reading)) == (Status.WAITING, expected)
    assert reading.changes[0].record is not None
    assert reading.problem is not None
    assert reading.problem.values["zone"] == ZONE


async def test_a_validation_value_may_lose_its_underscore(net: Net) -> None:
    put(net, PROOF, "CNAME", f"{VALUE[1:]}.")
    assert (await Reader(net, "certificate-record").read()).settled


async def test_a_wildcard_that_leads_to_us_is_as_good_as_a_record(net: Net) -> None:
    put(net, "*.example.com", "CNAME", f"{OWN}.")
    assert (await Reader(net, "pixel-record").read()).settled


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({}, "cname-flattened"), ({"server": "cloudflare", "x_amz_cf_id": None}, "cloudflare-proxy")],
)
async def test_addresses_without_a_cname_are_told_apart_by_who_answers(
    net: Net, headers: dict[str, str | None], expected: str
) -> None:
    put(net, HOST, "A", "192.0.2.80")
    reading = await Reader(net, "pixel-record", web=ScriptedWeb(response(301, b"", **headers))).read()
    assert problem(reading) == expected


async def test_a_flattened_pixel_record_is_for_the_https_probe_to_judge(net: Net) -> None:
    put(net, HOST, "A", "192.0.2.80")
    reading = await Reader(net, "pixel-record", web=ScriptedWeb(response(301, b""))).read()
    assert (reading.status, reading.settled, reading.evidence["flattened"]) == (Status.WARNING, True, "yes")


async def test_the_zones_own_name_cannot_be_a_cname(net: Net) -> None:
    reading = await Reader(net, "pixel-record", choices=SetupChoices(domain=ZONE)).read()
    assert (reading.status, problem(reading), reading.blocked) == (Status.FAILED, "apex-cname", True)


async def test_a_delegated_name_is_an_apex_too() -> None:
    net = example()
    net = Net({**net.zones, HOST: Zone(HOST, {"ns.elsewhere.net": "192.0.2.7"})})
    reading = await Reader(net, "pixel-record").read()
    assert (reading.status, problem(reading), reading.blocked) == (Status.FAILED, "apex-of-subzone", True)
    assert reading.problem is not None
    assert {name: reading.problem.values[name] for name in ("parent", "servers", "host_in_parent")} == {
        "parent": ZONE,
        "servers": "ns.elsewhere.net",
        "host_in_parent": "px",
    }


async def test_a_domain_below_a_registrys_ending_of_two_parts_is_no_subzone() -> None:
    net = example()
    there = {name: Zone(name, {"ns.nic.uk": "192.0.2.4"}) for name in ("uk", "co.uk", "example.co.uk")}
    net = Net({**net.zones, **there})
    reading = await Reader(net, "pixel-record", choices=SetupChoices(domain="e.example.co.uk")).read()
    assert (problem(reading), reading.evidence["zone"]) == ("record-missing", "example.co.uk")


def test_stray_names_are_below_the_zone_and_never_the_name_itself() -> None:
    assert stray_names(PROOF, ZONE)[:2] == ("_abc.example.com", "_abc.px.example.example.com")
    assert stray_names(HOST, ZONE)[0] == "px.example.example.com"
    for name in (HOST, PROOF):
        strays = stray_names(name, ZONE)
        assert len(set(strays)) == len(strays)
        assert all(each.endswith(f".{ZONE}") and each != name for each in strays)
    assert stray_names(ZONE, ZONE) == stray_names(HOST, "") == stray_names(HOST, "other.net") == ()


async def test_a_record_of_a_delegated_zone_is_looked_for_there(net: Net) -> None:
    net = Net({**net.zones, HOST: Zone(HOST, {"ns.elsewhere.net": "192.0.2.7"})})
    put(net, PROOF, "CNAME", f"{VALUE}.", zone=HOST)
    reading = await Reader(net, "certificate-record").read()
    assert (reading.settled, reading.evidence["zone"]) == (True, HOST)


async def test_an_unregistered_domain_is_said_to_be_one(net: Net) -> None:
    reading = await Reader(net, "pixel-record", choices=SetupChoices(domain="px.nobody.com")).read()
    assert (reading.status, problem(reading)) == (Status.FAILED, "domain-unregistered")


async def test_unreachable_dns_is_unknown_and_the_record_is_shown_all_the_same(net: Net) -> None:
    net.resolver_mode = "silent"
    reading = await Reader(net, "pixel-record").read()
    assert (reading.status, problem(reading), len(reading.changes)) == (Status.UNKNOWN, "dns-unreachable", 1)
    seen = Made(distribution_domain=OWN, records_seen={"pixel-record": NOW})
    assert (await Reader(net, "pixel-record", made=seen).read()).changes == ()


async def test_behind_a_firewall_a_resolver_that_shows_the_record_is_enough(net: Net) -> None:
    put(net, HOST, "CNAME", f"{OWN}.")
    for machine in net.machines.values():
        machine.mode = "silent"
    reading = await Reader(net, "pixel-record").read()
    assert reading.settled
    assert "resolver" in reading.summary


async def test_before_aws_has_named_the_record_there_is_nothing_to_show(net: Net) -> None:
    reading = await Reader(net, "pixel-record", made=Made()).read()
    assert (reading.presence, reading.changes[0].record) == (Presence.ABSENT, None)
    assert ManualRecord(context(made=Made()), "pixel-record").missing() == reading
    borrowed = await Reader(net, "certificate-record", made=Made(certificate_borrowed=True)).read()
    assert (borrowed.presence, borrowed.settled) == (Presence.BORROWED, True)


async def test_removal_waits_until_no_server_has_the_pixels_record(net: Net) -> None:
    put(net, HOST, "CNAME", f"{OWN}.")
    reader = Reader(net, "pixel-record")
    await reader.read()
    reading = await reader.read(removing=True)
    (change,) = reading.changes
    assert (change.action, change.actor, problem(reading)) == (Action.DELETE, Actor.USER, "record-to-delete")
    assert change.record is not None
    net.zones[ZONE].records.clear()
    assert (await reader.read(removing=True)).presence is Presence.ABSENT
    assert reader.context is not None
    assert reader.context.made.records_seen == {}


async def test_a_record_that_leads_elsewhere_by_now_is_not_ours_to_remove(net: Net) -> None:
    put(net, HOST, "CNAME", "other.cloudfront.net.")
    assert (await Reader(net, "pixel-record").read(removing=True)).settled


async def test_a_lost_domain_does_not_keep_the_removal_waiting(net: Net) -> None:
    put(net, HOST, "CNAME", f"{OWN}.")
    reading = await Reader(net, "pixel-record", answers={DOMAIN_LOST: "yes"}).read(removing=True)
    assert reading.settled


async def test_unseen_is_not_gone(net: Net) -> None:
    net.resolver_mode = "silent"
    reading = await Reader(net, "pixel-record").read(removing=True)
    assert (reading.status, reading.settled) == (Status.UNKNOWN, False)


async def test_the_certificates_record_may_go_but_nobody_waits_for_it(net: Net) -> None:
    put(net, PROOF, "CNAME", f"{VALUE}.")
    reading = await Reader(net, "certificate-record").read(removing=True)
    assert (reading.status, reading.settled, problem(reading)) == (Status.WARNING, True, "record-left-behind")


NAMES = st.sampled_from([OWN, f"{OWN}.{ZONE}", "other.test", HOST])
ANSWERS = st.lists(
    st.builds(
        DnsAnswer,
        server=st.sampled_from(["ns1", "ns2"]),
        address=st.just("192.0.2.1"),
        outcome=st.sampled_from(DnsOutcome),
        records=st.lists(NAMES, max_size=2).map(tuple),
    ),
    max_size=4,
).map(tuple)


@given(
    st.builds(
        Evidence,
        name=st.sampled_from([HOST, ZONE]),
        target=st.just(OWN),
        zone=st.sampled_from([ZONE, "com", ""]),
        cname=ANSWERS,
        others=st.dictionaries(st.sampled_from(["A", "AAAA", "TXT"]), ANSWERS),
        sibling=st.dictionaries(st.sampled_from(["CNAME", "A"]), ANSWERS),
        doubled=ANSWERS,
        bare=ANSWERS,
        strays=st.dictionaries(st.sampled_from(["a.example.com", "b.example.com"]), ANSWERS),
        parent=st.sampled_from(["", ZONE]),
        front=st.sampled_from(["", "cloudfront", "cloudflare", "nginx"]),
    )
)
def test_the_diagnosis_never_contradicts_the_name_servers(evidence: Evidence) -> None:
    finding = diagnose(evidence)
    seen = [each for each in evidence.cname if each.seen]
    having = [each for each in seen if set(each.records) == {OWN}]
    assert (finding.asked, finding.having) == (len(seen), len(having))
    assert (finding.state is RecordState.UNREACHABLE) == (not seen)
    if finding.state is RecordState.RIGHT:
        assert having == seen
    if finding.state is RecordState.PARTIAL:
        assert 0 < finding.having < finding.asked
    named = {
        RecordState.WRONG,
        RecordState.VALUE_DOUBLED,
        RecordState.IN_THE_WAY,
        RecordState.NAME_DOUBLED,
        RecordState.MISPLACED,
        RecordState.FLATTENED,
    }
    if finding.state in named:
        assert finding.observed
        assert not having
