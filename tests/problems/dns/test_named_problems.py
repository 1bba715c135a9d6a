"""Every problem of the domain's own DNS, provoked at real name servers and read as a user reads it.

`rows` are the rows of the catalogue of what goes wrong in the field that a case stands for.
"""

from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.probes.seen_from import NOW
from tests.problems.dns.servers import (
    FIRST,
    GOOD,
    HOST,
    LOOPBACK,
    OWN,
    PIXEL_RECORD,
    PROOF,
    PROOF_RECORD,
    REGISTRY,
    VALUE,
    ZONE,
    Internet,
    Place,
    failing,
    internet,
)
from tests.problems.scene import context_of, look, raised, red, words
from wizard.model.ports import Network
from wizard.model.results import Status
from wizard.model.setup import Made
from wizard.model.validators import host_name
from wizard.net.dns_client import THIS_COMPUTER
from wizard.probes.eventual_consistency import until

pytestmark = pytest.mark.anyio

MADE = Made(
    distribution_domain=OWN,
    validation_name=f"{PROOF}.",
    validation_value=f"{VALUE}.",
    records_seen={"pixel-record": 1.0, "certificate-record": 1.0},
)
OLD_DS = f"{ZONE}. DS 31589 13 2 CDE0D742D6998AA554A92D890F8184C698CFAC8A26FA59875A990C03E576343C"
CLOSED = (LOOPBACK, 9)


@dataclass(frozen=True)
class Case:
    """One scenario.

    Attributes:
        problem: the id that the user is told.
        rows: the rows of the catalogue that it covers.
        item: the row of the checklist that says it.
        net: the internet that has the problem.
        status: the verdict.
        says: what of the user's own must stand in the words.
        domain: the pixel's name.
        new: whether the setup never stood.
        also: other problems whose row may be red for the same cause.
        caa: how both of the domain's servers fail at questions for CAA (see `failing`).
        own: whether the unbound that knows older answers is this computer's own, and another one is the world's.
    """

    problem: str
    rows: tuple[str, ...]
    item: str
    net: Internet
    status: Status = Status.FAILED
    says: tuple[str, ...] = ()
    domain: str = HOST
    new: bool = False
    also: frozenset[str] = field(default_factory=frozenset)
    caa: str = ""
    own: bool = False


def pixel(*lines: str) -> Internet:
    return Internet(records=(PROOF_RECORD, *lines))


def proof(*lines: str) -> Internet:
    return Internet(records=(PIXEL_RECORD, *lines))


P, C = "pixel-record", "certificate-record"
W = Status.WARNING
ANOTHER = "d9zzzzzzzzzzzz.cloudfront.net"

BLOCK = "x" * 255
INTERNATIONAL = host_name(f"Blätter.{ZONE}")

CASES = (
    Case("name-doubled", ("C1",), C, proof(f"{PROOF}.{ZONE}. CNAME {VALUE}."), says=(f"{PROOF}.{ZONE}", "`_abc.px`")),
    Case(
        "value-doubled", ("C2",), C, proof(f"{PROOF}. CNAME {VALUE}.{ZONE}."), says=(f"{VALUE}.{ZONE}", f"`{VALUE}.`")
    ),
    Case("record-missing", ("C3",), C, proof(), says=(PROOF, VALUE, ZONE)),
    Case("record-missing", ("C3", "C21"), C, proof(), Status.WAITING, (PROOF, VALUE), new=True),
    Case(
        "record-missing-in-subzone",
        ("C5",),
        C,
        Internet(sub=(f"{HOST}. A 192.0.2.1",)),
        says=(f"where {HOST} is managed (ns2.provider.net)", f"added it in {ZONE}", VALUE, "name `_abc`"),
        also=frozenset({"apex-of-subzone"}),
    ),
    Case("name-misplaced", ("C8",), C, proof(f"_abc.{ZONE}. CNAME {VALUE}."), says=(f"_abc.{ZONE}", "`_abc.px`")),
    Case(
        "name-misplaced",
        ("C8", "all but the last part"),
        C,
        proof(f"_abc.px.example.{ZONE}. CNAME {VALUE}."),
        says=(f"_abc.px.example.{ZONE}", "`_abc.px`"),
    ),
    Case(
        "underscore-missing",
        ("C6",),
        C,
        proof(f"abc.px.{ZONE}. CNAME {VALUE}."),
        says=("abc.px.example.com", "`_abc.px`"),
    ),
    Case(
        "record-in-the-way",
        ("C7", "N13"),
        C,
        proof(f'{PROOF}. TXT "old proof"', f"*.{ZONE}. CNAME x.net."),
        says=("old proof", PROOF),
    ),
    Case(
        "value-misspelt", ("C8",), C, proof(f"{PROOF}. CNAME {VALUE.replace('456', '465')}."), says=("2 letters", VALUE)
    ),
    Case("value-misspelt", ("C8",), P, pixel(f"{HOST}. CNAME {OWN.replace('f7', 'f')}."), says=("one letter", OWN)),
    Case(
        "name-misplaced",
        ("N20",),
        P,
        pixel(f"bl\\195\\164tter.{ZONE}. CNAME {OWN}."),
        says=(f"bl\\195\\164tter.{ZONE}", f"AWS and browsers look up {INTERNATIONAL}", "`xn--bltter-cua`"),
        domain=INTERNATIONAL,
    ),
    Case(
        "caa-forbids-amazon",
        ("C9", "C11"),
        "caa",
        Internet(records=(PIXEL_RECORD, PROOF_RECORD, f'{ZONE}. CAA 0 issue "letsencrypt.org"')),
        says=("letsencrypt.org", ZONE, HOST),
    ),
    Case(
        "caa-forbids-amazon",
        ("C10",),
        "caa",
        Internet(
            records=(PROOF_RECORD, f"{HOST}. CNAME pages.host.net."),
            elsewhere=("pages.host.net. A 192.0.2.1", 'pages.host.net. CAA 0 issue "digicert.com"'),
        ),
        says=("pages.host.net", "digicert.com"),
        also=frozenset({"cname-taken"}),
    ),
    Case(
        "caa-unreadable",
        ("C12",),
        "caa",
        Internet(),
        Status.UNKNOWN,
        (f"For {HOST} they answer servfail",),
        caa="SERVFAIL",
    ),
    Case(
        "caa-unreadable",
        ("C12", "no answer"),
        "caa",
        Internet(),
        Status.UNKNOWN,
        (f"For {HOST} they answer timeout",),
        caa="silent",
    ),
    Case(
        "cname-taken",
        ("N17", "a loop"),
        P,
        pixel(f"{HOST}. CNAME a.{ZONE}.", f"a.{ZONE}. CNAME {HOST}."),
        says=(f"{HOST} is a CNAME to a.{ZONE}", OWN),
    ),
    Case(
        "cname-taken",
        ("N19", "control characters and markup"),
        P,
        pixel(f"{HOST}. CNAME a\\027[31m[red]{{name}}.{ZONE}."),
        says=(f"a\\027[31m[red]{{name}}.{ZONE}", OWN),
    ),
    Case(
        "record-in-the-way",
        ("C7", "64 KB of text"),
        C,
        proof(f"{PROOF}. TXT {' '.join([BLOCK] * 220)}"),
        says=(f'TXT "{BLOCK[:100]}', PROOF),
    ),
    Case("record-partial", ("N5",), P, Internet(second=(PROOF_RECORD,)), says=("1 of 2", HOST)),
    Case(
        "serials-differ",
        ("N5",),
        "name-servers",
        Internet(serials=(7, 6)),
        W,
        ("ns1.example.com: 7", "ns2.provider.net: 6"),
    ),
    Case("nameserver-lame", ("N5", "C4"), "name-servers", Internet(serving=(FIRST,)), W, ("ns2.provider.net", ZONE)),
    Case("nameserver-dead", ("N5",), "name-servers", Internet(up=(FIRST,)), W, ("ns2.provider.net (192.0.2.3)", ZONE)),
    Case(
        "address-at-odds",
        ("N5",),
        P,
        Internet(six=(PROOF_RECORD, f"{HOST}. CNAME old.net.")),
        W,
        ("ns2.provider.net at 2001:db8::3: old.net", OWN, HOST),
    ),
    Case(
        "address-at-odds",
        ("N5", "not there at all"),
        C,
        Internet(six=(PIXEL_RECORD,)),
        W,
        ("ns2.provider.net at 2001:db8::3: nothing", VALUE, PROOF),
    ),
    Case(
        "serials-differ",
        ("N5", "IPv6"),
        "name-servers",
        Internet(six=GOOD, six_serial=6),
        W,
        ("ns1.example.com: 7", "ns2.provider.net at 192.0.2.3: 7", "ns2.provider.net at 2001:db8::3: 6"),
    ),
    Case(
        "nameserver-dead",
        ("N5", "IPv6"),
        "name-servers",
        Internet(six=GOOD, six_up=(REGISTRY,)),
        W,
        ("ns2.provider.net (2001:db8::3)", ZONE),
    ),
    Case(
        "delegation-lame",
        ("C4", "N22"),
        "name-servers",
        Internet(serving=()),
        says=("ns1.example.com", "ns2.provider.net", ZONE),
    ),
    Case(
        "nameservers-dead", ("N21",), "name-servers", Internet(up=()), says=("ns1.example.com, ns2.provider.net", ZONE)
    ),
    Case(
        "delegation-differs",
        ("C4", "N22"),
        "name-servers",
        Internet(named=("ns1.example.com.", "ns9.provider.net.")),
        W,
        ("ns9.provider.net", "ns2.provider.net"),
    ),
    Case(
        "nameserver-misspelt",
        ("N27", "the domain appended"),
        "name-servers",
        Internet(delegated=("ns1.example.com.", "ns2.provider.net.example.com.")),
        W,
        (
            "ns2.provider.net.example.com",
            "replace ns2.provider.net.example.com with ns2.provider.net",
            "At the registrar",
        ),
    ),
    Case(
        "nameserver-misspelt",
        ("N27", "a letter"),
        "name-servers",
        Internet(delegated=("ns1.example.com.", "ns2.provder.net.")),
        W,
        ("replace ns2.provder.net with ns2.provider.net",),
    ),
    Case("domain-unregistered", ("N21",), P, Internet(delegated=None), says=(HOST,)),
    Case("dnssec-broken", ("N6",), "dns-resolvers", Internet(anchor=OLD_DS), says=(HOST, "DS record")),
    Case("apex-cname", ("N7",), P, Internet(), says=(ZONE, f"px.{ZONE}"), domain=ZONE),
    Case(
        "apex-of-subzone",
        ("N8",),
        P,
        Internet(sub=(PROOF_RECORD,)),
        says=(f"{ZONE} delegates {HOST} to ns2.provider.net", f"px.{HOST}", f"CNAME `px` to `{OWN}`"),
    ),
    Case(
        "record-in-the-way",
        ("N9",),
        P,
        pixel(f"{HOST}. A 192.0.2.1", f"{HOST}. AAAA 2001:db8::1"),
        says=("A 192.0.2.1", "AAAA 2001:db8::1", OWN),
    ),
    Case("wildcard-answers", ("N11",), P, Internet(records=(f"*.{ZONE}. A 192.0.2.1",)), says=(ZONE, "192.0.2.1", OWN)),
    Case("wildcard-answers", ("N12",), C, proof(f"*.px.{ZONE}. CNAME parked.net."), says=("parked.net", PROOF, VALUE)),
    Case(
        "cname-indirect",
        ("N17",),
        "dns-resolvers",
        pixel(f"{HOST}. CNAME x.{ZONE}.", f"x.{ZONE}. CNAME {OWN}."),
        W,
        (f"x.{ZONE}", OWN),
        also=frozenset({"cname-taken"}),
    ),
    Case(
        "negative-answer-cached",
        ("N1",),
        "dns-resolvers",
        Internet(records=(PROOF_RECORD,), later=(PIXEL_RECORD,)),
        Status.WAITING,
        (HOST, "1 of 1 resolvers", "until ", "unbound: not known yet, kept until "),
    ),
    Case(
        "negative-answer-cached",
        ("N1", "no such name"),
        "dns-resolvers",
        Internet(later=(f"e.{ZONE}. CNAME {OWN}.",), early=f"e.{ZONE}"),
        Status.WAITING,
        (f"e.{ZONE}", "until ", "unbound: not known yet, kept until "),
        domain=f"e.{ZONE}",
    ),
    Case(
        "older-answer-cached",
        ("N19",),
        "dns-resolvers",
        Internet(
            (PROOF_RECORD, f"{HOST}. CNAME shop.net."), later=(PIXEL_RECORD,), elsewhere=("shop.net. A 192.0.2.7",)
        ),
        Status.WAITING,
        (HOST, "1 of 1 resolvers", "unbound: elsewhere (shop.net), kept until "),
    ),
    Case(
        "own-resolver-behind",
        ("N2",),
        "dns-resolvers",
        Internet(records=(PROOF_RECORD,), later=(PIXEL_RECORD,)),
        W,
        (f"{THIS_COMPUTER}: not known yet, kept until ", "the world's: to the distribution", HOST),
        own=True,
    ),
    Case("another-distribution", ("N18", "F2"), P, pixel(f"{HOST}. 86400 CNAME {ANOTHER}."), says=(ANOTHER, OWN)),
    Case("cname-taken", ("N19",), P, pixel(f"{HOST}. 86400 CNAME shop.net."), says=("shop.net", OWN, "86400 seconds")),
)


FINE = ("name-servers", "pixel-record", "certificate-record", "caa", "dns-resolvers")


def resolvers(place: Place, case: Case) -> tuple[tuple[str, str, int], ...]:
    """Return the resolvers to ask: unbound, which may know older answers, and the world's where that one is our own."""
    if case.own:
        return (("the world's", LOOPBACK, place.fresh), (THIS_COMPUTER, LOOPBACK, place.resolver))
    return (("unbound", LOOPBACK, place.resolver),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.problem}-{'-'.join(case.rows)}")
async def test_it_is_named_with_the_users_own_values_and_nothing_else_is_red(case: Case, tmp_path: Path) -> None:
    with internet(tmp_path, case.net) as place:
        made, ipv6 = replace(MADE, records_seen={}) if case.new else MADE, case.net.six is not None
        async with failing(place, "CAA", case.caa) if case.caa else nullcontext(place.authorities) as authorities:
            network = Network({80: CLOSED, 443: CLOSED}, authorities, resolvers(place, case))
            checks = await look(context_of(network, made, case.domain, ipv6=ipv6))
    found = checks[case.item]
    assert (raised(checks).get(case.item), found.status) == (case.problem, case.status), (found, raised(checks))
    for text in case.says:
        assert text in words(found)
    assert len(words(found)) < 3000
    assert all(each.isprintable() for check in checks.values() for each in (check.summary, check.observed))
    if case.net.later:
        assert found.problem is not None
        assert 0 < int(found.problem.values["seconds"]) <= (300 if case.net.elsewhere else 120)  # TTL; SOA MINIMUM
        assert until(NOW, int(found.problem.values["seconds"])) in words(found)
    assert red(checks) - {case.problem} <= case.also


async def test_an_international_name_is_looked_up_in_its_ascii_form_and_shown_in_both(tmp_path: Path) -> None:
    with internet(tmp_path, Internet((PROOF_RECORD, f"{INTERNATIONAL}. CNAME {OWN}."))) as place:
        network = Network({80: CLOSED, 443: CLOSED}, place.authorities, (("unbound", LOOPBACK, place.resolver),))
        checks = await look(context_of(network, MADE, INTERNATIONAL))
    assert INTERNATIONAL == "xn--bltter-cua.example.com"
    assert {name: checks[name].status for name in FINE} == dict.fromkeys(FINE, Status.OK), raised(checks)
    assert checks["dns-resolvers"].summary == f"blätter.example.com ({INTERNATIONAL}) points to your distribution"


async def test_a_computer_without_ipv6_blames_no_server_for_it(tmp_path: Path) -> None:
    with internet(tmp_path, Internet(six=GOOD, six_up=())) as place:
        network = Network({80: CLOSED, 443: CLOSED}, place.authorities, (("unbound", LOOPBACK, place.resolver),))
        checks = await look(context_of(network, MADE, HOST, ipv6=True))
    assert {name: checks[name].status for name in FINE} == dict.fromkeys(FINE, Status.OK), raised(checks)


@pytest.mark.parametrize("six", [None, GOOD], ids=["IPv4", "IPv4 and IPv6"])
async def test_a_healthy_domain_has_no_problem_in_its_dns(six: tuple[str, ...] | None, tmp_path: Path) -> None:
    with internet(tmp_path, Internet(six=six)) as place:
        network = Network(
            {80: CLOSED, 443: CLOSED},
            place.authorities,
            (("unbound", LOOPBACK, place.resolver),),
        )
        checks = await look(context_of(network, MADE, HOST, ipv6=six is not None))
    assert {name: checks[name].status for name in FINE} == dict.fromkeys(FINE, Status.OK), raised(checks)
