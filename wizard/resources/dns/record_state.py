"""Diagnoses a CNAME from what the name servers answered: what decides that a record is wrong. Pure.

The catalogue of what goes wrong in providers' forms is ACM's own (troubleshooting DNS validation) and many users'.
"""

from enum import StrEnum

from msgspec import Struct

from wizard.model.idn import unencoded
from wizard.model.ports import DnsAnswer
from wizard.model.terminal_text import brief


class RecordState(StrEnum):
    """What is the matter with the record."""

    RIGHT = "right"
    MISSING = "missing"
    PARTIAL = "partial"
    """Some servers have it, some do not yet."""
    WRONG = "wrong"
    """A CNAME with another value."""
    MISSPELT = "misspelt"
    """A CNAME whose value is nearly the wanted one."""
    OTHER_DISTRIBUTION = "other-distribution"
    """A CNAME to a distribution of CloudFront that is not ours."""
    VALUE_DOUBLED = "value-doubled"
    """The provider appended the zone to the value."""
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
    """Who answers HTTP at the name's addresses: `cloudfront`, `cloudflare` or something else."""


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


def same(value: str, target: str) -> bool:
    """Whether a CNAME value is the wanted one; a validation value may lose its leading underscore (ACM's guide)."""
    return value == target or (target.startswith("_") and value == target[1:])


def diagnose(evidence: Evidence) -> Finding:
    """Say what is the matter."""
    seen = [answer for answer in evidence.cname if answer.seen]
    having = sum(has(answer, evidence.target) for answer in seen)

    def found(state: RecordState, observed: str = "") -> Finding:
        return Finding(state, having, len(seen), observed)

    at_odds = tuple(each for answer in seen for each in answer.at_odds if not has(each, evidence.target))

    if not seen:
        return found(RecordState.UNREACHABLE)
    if "." not in evidence.zone:
        return found(RecordState.UNREGISTERED)
    if having == len(seen):
        return Finding(RecordState.RIGHT, having, len(seen), at_odds=at_odds)
    if having:
        return found(RecordState.PARTIAL, f"{having} of {len(seen)} name servers")
    if evidence.name == evidence.zone:
        return found(RecordState.SUBZONE_APEX if evidence.parent else RecordState.APEX, brief(_listed(evidence.others)))
    missing = (RecordState.MISSING_IN_SUBZONE if evidence.parent else RecordState.MISSING, "")
    state, observed = _wrong_value(evidence) or _elsewhere(evidence) or _beside(evidence) or missing
    return found(state, observed)


def stray_names(name: str, zone: str) -> tuple[str, ...]:
    """Return names that a record ends up under when too much or too little of it is typed into a form.

    Of `_x.px.example.com`: only the first part (`_x.example.com`), and all but the last (`_x.px.example.example.com`).
    Of international names, too: the letters as they are, where a form does not know them.
    Names with a mistyped letter cannot be guessed, and no zone lists its names to strangers.
    """
    if not zone or not name.endswith(f".{zone}"):
        return ()
    short = f"{name.partition('.')[0]}.{zone}"
    cut = f"{name.rpartition('.')[0]}.{zone}"
    raw = f"{unencoded(name.removesuffix(f'.{zone}'))}.{zone}"
    return tuple(each for each in (short, cut, raw) if each != name)


def has(answer: DnsAnswer, target: str) -> bool:
    """Whether a server's answer is the record as wanted."""
    return any(same(value, target) for value in answer.records)


def _values(answers: tuple[DnsAnswer, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for answer in answers for value in answer.records))


def _listed(others: dict[str, tuple[DnsAnswer, ...]]) -> list[str]:
    return [f"{rdtype} {value}" for rdtype, answers in others.items() for value in sorted(_values(answers))]


def _wrong_value(evidence: Evidence) -> tuple[RecordState, str] | None:
    """A CNAME is there, with another value."""
    values = _values(evidence.cname)
    if not values:
        return None
    if set(values) <= set(_values(evidence.sibling.get("CNAME", ()))):
        return RecordState.WILDCARD, f"CNAME {values[0]}"
    doubled = {f"{evidence.target}.{evidence.zone}", f"{evidence.target.removeprefix('_')}.{evidence.zone}"}
    return (RecordState.VALUE_DOUBLED if set(values) & doubled else _kind_of_wrong(values[0], evidence.target)), values[
        0
    ]


CLOUDFRONT = ".cloudfront.net"
NEAR = 2
"""Letters that may differ for a value to count as mistyped: so many that no two real ones are ever so alike."""


def _kind_of_wrong(value: str, target: str) -> RecordState:
    if letters_apart(value, target) <= NEAR:
        return RecordState.MISSPELT
    both = value.endswith(CLOUDFRONT) and target.endswith(CLOUDFRONT)
    return RecordState.OTHER_DISTRIBUTION if both else RecordState.WRONG


def letters_apart(one: str, other: str) -> int:
    """Return the edit distance: letters to add, take away or change (Levenshtein). At most 255 each, as in the DNS."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for column, wanted in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (letter != wanted))
    return row[-1]


def _elsewhere(evidence: Evidence) -> tuple[RecordState, str] | None:
    """The record exists, under a name that it was not meant for."""
    if any(has(answer, evidence.target) for answer in evidence.doubled):
        return RecordState.NAME_DOUBLED, f"{evidence.name}.{evidence.zone}"
    if any(has(answer, evidence.target) for answer in evidence.bare):
        return RecordState.NO_UNDERSCORE, evidence.name.removeprefix("_")
    stray = (name for name, answers in evidence.strays.items() if any(has(each, evidence.target) for each in answers))
    return next(((RecordState.MISPLACED, name) for name in stray), None)


def _beside(evidence: Evidence) -> tuple[RecordState, str] | None:
    """Other records are at the name, its own or those of a wildcard."""
    found = _listed(evidence.others)
    if not found:
        return None
    text = brief(found)
    by_front = {"cloudfront": RecordState.FLATTENED, "cloudflare": RecordState.PROXIED}
    if evidence.front in by_front:
        return by_front[evidence.front], text
    return (RecordState.WILDCARD if set(found) <= set(_listed(evidence.sibling)) else RecordState.IN_THE_WAY), text
