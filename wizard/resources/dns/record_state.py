"""Diagnoses a CNAME from what the name servers answered: what decides that a record is wrong. Pure.

The catalogue of what goes wrong in providers' forms is ACM's own (troubleshooting DNS validation) and many users'.
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.idn import unencoded
from wizard.model.ports import DnsAnswer
from wizard.model.terminal_text import brief
from wizard.resources.dns.record_values import Mistake, core, is_address, mistake, same


class RecordState(StrEnum):
    """What is the matter with the record."""

    RIGHT = "right"
    MISSING = "missing"
    PARTIAL = "partial"
    """Some servers have it, some do not yet."""
    WRONG = "wrong"
    """A CNAME with another value."""
    MISSPELT = "misspelled"
    """A CNAME whose value is nearly the wanted one."""
    OTHER_DISTRIBUTION = "other-distribution"
    """A CNAME to a distribution of CloudFront that is not ours."""
    VALUE_DOUBLED = "value-doubled"
    """The provider appended the zone to the value."""
    SWAPPED = "swapped"
    """The value, or the name, of the other of our two records."""
    REVERSED = "reversed"
    """Name and value were typed into each other's box."""
    WRONG_TYPE = "wrong-type"
    """Our value, saved as a record of another type."""
    SEVERAL = "several"
    """More than one CNAME at the name, given by one server, where one alone can be (RFC 2181 §10.1)."""
    REDIRECTED = "redirected"
    """A DNAME above the name: no record of its own can be there (RFC 6672 §2.4)."""
    INDIRECT = "indirect"
    """A CNAME that leads to the wanted one by way of others."""
    BESIDE = "beside"
    """Right, with other records at the same name, which some resolvers get instead."""
    NAME_DOUBLED = "name-doubled"
    """The provider appended the zone to the name."""
    NO_UNDERSCORE = "no-underscore"
    """It was entered without the underscore at the beginning of its name."""
    MISPLACED = "misplaced"
    """It was entered under a name that lacks a part, or has one twice."""
    IN_THE_WAY = "in-the-way"
    """Other records at the name, beside which no CNAME can be (RFC 1034 §3.6.2)."""
    FLATTENED = "flattened"
    """The provider answers with the target's addresses instead of the CNAME."""
    PROXIED = "proxied"
    """The provider answers with addresses of its own proxy."""
    WILDCARD = "wildcard"
    """Nothing at the name itself; a wildcard record answers for it."""
    APEX = "apex"
    """The name is a zone's own name, where no CNAME can be (RFC 1034 §3.6.2, RFC 2181 §10.1)."""
    SUBZONE_APEX = "subzone-apex"
    """The same, of a zone that the domain's own zone delegates: there the name is an ordinary one."""
    MISSING_IN_SUBZONE = "missing-in-subzone"
    """Not there, and it belongs into such a zone: one that was entered in the domain's own zone is seen by nobody."""
    UNREGISTERED = "unregistered"
    """The top-level domain's servers know nothing of the domain."""
    UNREACHABLE = "unreachable"
    """No server of the zone could be asked."""


APEXES = frozenset({RecordState.APEX, RecordState.SUBZONE_APEX})


class Evidence(Struct, frozen=True, kw_only=True):
    """What was asked. Names are lower case without trailing dot; empty tuples were not asked."""

    name: str
    target: str
    zone: str
    cname: tuple[DnsAnswer, ...]
    """CNAME at the name, from each name server."""
    others: dict[str, tuple[DnsAnswer, ...]] = {}
    """A, AAAA and TXT at the name."""
    sibling: dict[str, tuple[DnsAnswer, ...]] = {}
    """CNAME, A, AAAA and TXT at a name beside it that nobody uses: only a wildcard answers there."""
    doubled: tuple[DnsAnswer, ...] = ()
    """CNAME at the name with the zone appended once more."""
    bare: tuple[DnsAnswer, ...] = ()
    """CNAME at the name without its leading underscore."""
    strays: dict[str, tuple[DnsAnswer, ...]] = {}
    """CNAME at other names under which forms save a record (see `stray_names`)."""
    parent: str = ""
    """The domain's own zone, where it delegates the record's zone; empty where the registry does."""
    front: str = ""
    """Who answers HTTP at the name's addresses: `cloudfront`, a known proxy's name, or nothing of that kind."""
    other: tuple[str, str] = ("", "")
    """Name and value of the other of the two records."""
    swapped_in: tuple[DnsAnswer, ...] = ()
    """CNAME at the wanted value with the zone appended: there it is where name and value changed places."""
    dname: tuple[str, str] = ("", "")
    """Owner and target of a DNAME above the name; empty where there is none, or no CNAME."""
    led: tuple[str, ...] = ()
    """Where the CNAME leads, name after name."""
    led_to: str = ""
    """How that ends: one of `ENDS`; empty where it was not followed, or cannot be."""


class Finding(Struct, frozen=True):
    """The diagnosis."""

    state: RecordState
    having: int = 0
    """How many servers have exactly the record."""
    asked: int = 0
    """How many servers answered at all."""
    observed: str = ""
    """What is there instead, as short plain text."""
    at_odds: tuple[DnsAnswer, ...] = ()
    """Answers without the record, at further addresses of servers that have it."""
    mistake: Mistake | None = None
    """What was done to the wanted value, where it is recognized in what is there."""
    type: str = ""
    """The type as which our value was saved."""


ENDS = HERE, LOOP, NOWHERE, SOMEWHERE = "here", "loop", "nowhere", "somewhere"
"""How a chain of CNAMEs ends: at the wanted value, in a circle, at a name that does not exist, or at another."""


def diagnose(evidence: Evidence) -> Finding:
    """Say what is the matter."""
    seen = [answer for answer in evidence.cname if answer.seen]
    having = sum(has(answer, evidence.target) for answer in seen)
    found = _plainly(evidence, seen, having) or _closer(evidence)
    return replace(found, having=having, asked=len(seen))


def _plainly(evidence: Evidence, seen: list[DnsAnswer], having: int) -> Finding | None:
    """Say what follows from the answers for the name itself; None where it is not there as wanted."""
    if not seen:
        return Finding(RecordState.UNREACHABLE)
    if "." not in evidence.zone:
        return Finding(RecordState.UNREGISTERED)
    if having == len(seen):
        if beside := _listed(evidence.others):
            return Finding(RecordState.BESIDE, observed=brief(beside))
        at_odds = tuple(each for answer in seen for each in answer.at_odds if not has(each, evidence.target))
        return Finding(RecordState.RIGHT, at_odds=at_odds)
    return Finding(RecordState.PARTIAL, observed=f"{having} of {len(seen)} name servers") if having else None


def _closer(evidence: Evidence) -> Finding:
    """Say what there is instead of the record."""
    if evidence.name == evidence.zone:
        apex = RecordState.SUBZONE_APEX if evidence.parent else RecordState.APEX
        return Finding(apex, observed=brief(_listed(evidence.others)))
    missing = Finding(RecordState.MISSING_IN_SUBZONE if evidence.parent else RecordState.MISSING)
    return _wrong_value(evidence) or _elsewhere(evidence) or _beside(evidence) or missing


def stray_names(name: str, zone: str) -> tuple[str, ...]:
    """Return names that a record ends up under when too much or too little of it is typed into a form.

    Of `_x.px.example.com`: only the first part (`_x.example.com`), all but the first (`px.example.com`), all but the
    last (`_x.px.example.example.com`); the zone twice more, or the part before it twice; with a blank, quotes or a
    scheme, and `www.` in front. Of international names, too: the letters as they are, where a form does not know them.
    Names with a mistyped letter cannot be guessed, and no zone lists its names to strangers.
    """
    if not zone or not name.endswith(f".{zone}"):
        return ()
    host = name.removesuffix(f".{zone}")
    first, _, rest = name.partition(".")
    typed = (
        first,
        name.rpartition(".")[0],
        unencoded(host),
        f"{name}.{zone}",
        f"{host}.{host}",
        f"{host}\\032",
        f"\\032{host}",
        f'\\"{host}\\"',
        f"https://{host}",
        f"http://{host}",
        f"www.{host}",
        f"_{host}",
    )
    strays = (*(f"{each}.{zone}" for each in typed), *((rest,) if rest != zone else ()))
    return tuple(each for each in dict.fromkeys(strays) if each not in (name, f"{name}.{zone}"))


def has(answer: DnsAnswer, target: str) -> bool:
    """Whether a server's answer is the record as wanted, and nothing else."""
    return bool(answer.records) and all(same(value, target) for value in answer.records)


def _values(answers: tuple[DnsAnswer, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for answer in answers for value in answer.records))


def _listed(others: dict[str, tuple[DnsAnswer, ...]]) -> list[str]:
    return [f"{rdtype} {value}" for rdtype, answers in others.items() for value in sorted(_values(answers))]


def _wrong_value(evidence: Evidence) -> Finding | None:
    """A CNAME is there, with another value."""
    answers = tuple(answer for answer in evidence.cname if answer.seen)
    values = _values(answers)
    if not values:
        return None
    if any(len(answer.records) > 1 for answer in answers):
        return Finding(RecordState.SEVERAL, observed=brief([f"CNAME {each}" for each in values]))
    others = [each for each in values if not same(each, evidence.target)]
    if len(others) < len(values):
        return Finding(RecordState.IN_THE_WAY, observed=brief([f"CNAME {each}" for each in others]))
    value = values[0]
    if set(values) <= set(_values(evidence.sibling.get("CNAME", ()))):
        return Finding(RecordState.WILDCARD, observed=f"CNAME {value}")
    return _led(value, evidence) or _typed(value, evidence) or Finding(_kind_of_wrong(value, evidence), observed=value)


def _led(value: str, evidence: Evidence) -> Finding | None:
    """The CNAME leads to the wanted value all the same, or is what a DNAME above makes of the name."""
    if evidence.led_to == HERE:
        return Finding(RecordState.INDIRECT, observed=value)
    owner, to = evidence.dname
    made = bool(owner) and value == f"{evidence.name.removesuffix(owner)}{to}"
    return Finding(RecordState.REDIRECTED, observed=value) if made else None


def _typed(value: str, evidence: Evidence) -> Finding | None:
    """The wanted value is recognised in it."""
    if found := mistake(value, evidence.target, evidence.zone):
        only_doubled = found.doubled and not found.how and not found.letters
        state = RecordState.VALUE_DOUBLED if only_doubled else RecordState.MISSPELT
        return Finding(state, observed=value, mistake=found)
    return None


CLOUDFRONT = ".cloudfront.net"


def _kind_of_wrong(value: str, evidence: Evidence) -> RecordState:
    bare, _, _ = core(value, evidence.zone, evidence.other[1])
    if any(each and (value == each or same(bare, each)) for each in evidence.other):
        return RecordState.SWAPPED
    if is_address(value, evidence.zone):
        return RecordState.WRONG
    both = bare.endswith(CLOUDFRONT) and evidence.target.endswith(CLOUDFRONT)
    if evidence.front not in ("", CLOUDFRONT_FRONT):
        return RecordState.PROXIED
    return RecordState.OTHER_DISTRIBUTION if both else RecordState.WRONG


CLOUDFRONT_FRONT = "cloudfront"
"""What `Evidence.front` says where CloudFront itself answers."""


def _elsewhere(evidence: Evidence) -> Finding | None:
    """The record exists, under a name that it was not meant for."""
    if any(has(answer, evidence.target) for answer in evidence.doubled):
        return Finding(RecordState.NAME_DOUBLED, observed=f"{evidence.name}.{evidence.zone}")
    if any(has(answer, evidence.target) for answer in evidence.bare):
        return Finding(RecordState.NO_UNDERSCORE, observed=evidence.name.removeprefix("_"))
    own = {evidence.name, f"{evidence.name}.{evidence.zone}"}
    if own & set(_values(evidence.swapped_in)):
        return Finding(RecordState.REVERSED, observed=f"{evidence.target}.{evidence.zone}")
    stray = (name for name, answers in evidence.strays.items() if any(has(each, evidence.target) for each in answers))
    return next((Finding(RecordState.MISPLACED, observed=name) for name in stray), None)


def _beside(evidence: Evidence) -> Finding | None:
    """Other records are at the name, its own or those of a wildcard."""
    found = _listed(evidence.others)
    if not found:
        return None
    text = brief(found)
    if rdtype := _as_type(evidence):
        return Finding(RecordState.WRONG_TYPE, observed=text, type=rdtype)
    if evidence.front:
        front = RecordState.FLATTENED if evidence.front == CLOUDFRONT_FRONT else RecordState.PROXIED
        return Finding(front, observed=text)
    wild = set(found) <= set(_listed(evidence.sibling))
    return Finding(RecordState.WILDCARD if wild else RecordState.IN_THE_WAY, observed=text)


def _as_type(evidence: Evidence) -> str:
    """Return the type as which our own value was saved at the name; empty where it was not."""
    for rdtype, answers in evidence.others.items():
        for value in _values(answers):
            for part in (value.strip('"'), value.rpartition(" ")[2]):
                found = mistake(part.rstrip("."), evidence.target, evidence.zone)
                if found and not found.letters:
                    return rdtype
    return ""
