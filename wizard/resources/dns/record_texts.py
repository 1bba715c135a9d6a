"""What is said of a DNS record in each of its states: the line on its row, the problem, and what fills its texts."""

from wizard.knowledge.fronts import CLOUDFLARE
from wizard.resources.dns.record_state import LOOP, NOWHERE, Evidence, Finding, RecordState
from wizard.resources.dns.record_values import is_address

SUMMARIES = {
    RecordState.MISSING: "{name} isn't there yet",
    RecordState.PARTIAL: "{having} of {asked} name servers have {name}",
    RecordState.WRONG: "{name} points to {observed} instead of {target}",
    RecordState.MISSPELT: "{name} points to {observed}, which is nearly {target}",
    RecordState.SWAPPED: "{name} has the value of the other record: {observed}",
    RecordState.REVERSED: "Name and value are swapped: the record was added as {observed}",
    RecordState.WRONG_TYPE: "The value of {name} was saved as a record of type {type} instead of CNAME",
    RecordState.OTHER_DISTRIBUTION: "{name} points to another distribution, {observed}",
    RecordState.VALUE_DOUBLED: "The value of {name} ends with the domain twice: {observed}",
    RecordState.NAME_DOUBLED: "The record was added as {observed}: the provider adds the domain automatically",
    RecordState.NO_UNDERSCORE: "The record was added as {observed}, without the underscore at the beginning",
    RecordState.SEVERAL: "{name} has more than one CNAME: {observed}",
    RecordState.REDIRECTED: "{dname} redirects every name below it to {dname_target}, so {name} can't have a record",
    RecordState.MISPLACED: "The record was added as {observed}, which isn't quite its name",
    RecordState.IN_THE_WAY: "Other records are at {name}: {observed}",
    RecordState.FLATTENED: "{name} returns CloudFront's addresses instead of the CNAME",
    RecordState.PROXIED: "{front} answers for {name}, in front of CloudFront",
    RecordState.WILDCARD: "A wildcard record answers for {name}: {observed}",
    RecordState.APEX: "{name} is a zone's own name, which can't hold a CNAME",
    RecordState.SUBZONE_APEX: "{name} is a zone of its own, delegated by {parent}; its top can't hold a CNAME",
    RecordState.MISSING_IN_SUBZONE: ("{name} isn't there yet; it belongs in {zone}, a zone of its own beside {parent}"),
    RecordState.UNREGISTERED: "The domain of {name} doesn't exist: it isn't registered, has expired, or is misspelled",
    RecordState.UNREACHABLE: "The name servers of {zone} don't respond from here",
}

PROBLEMS = {
    RecordState.MISSING: "record-missing",
    RecordState.PARTIAL: "record-partial",
    RecordState.WRONG: "record-wrong-value",
    RecordState.MISSPELT: "value-misspelt",
    RecordState.SWAPPED: "values-swapped",
    RecordState.REVERSED: "name-and-value-swapped",
    RecordState.WRONG_TYPE: "record-type",
    RecordState.OTHER_DISTRIBUTION: "another-distribution",
    RecordState.VALUE_DOUBLED: "value-doubled",
    RecordState.NAME_DOUBLED: "name-doubled",
    RecordState.NO_UNDERSCORE: "underscore-missing",
    RecordState.MISPLACED: "name-misplaced",
    RecordState.SEVERAL: "cnames-several",
    RecordState.REDIRECTED: "dname-above",
    RecordState.IN_THE_WAY: "record-in-the-way",
    RecordState.FLATTENED: "cname-flattened",
    RecordState.PROXIED: "cloudflare-proxy",
    RecordState.WILDCARD: "wildcard-answers",
    RecordState.APEX: "apex-cname",
    RecordState.SUBZONE_APEX: "apex-of-subzone",
    RecordState.MISSING_IN_SUBZONE: "record-missing-in-subzone",
    RecordState.UNREGISTERED: "domain-unregistered",
    RecordState.UNREACHABLE: "dns-unreachable",
}

LOOKED_RIGHT = frozenset({RecordState.RIGHT, RecordState.INDIRECT, RecordState.BESIDE})
"""States in which the name leads where it should."""


def problem_of(state: RecordState, evidence: Evidence, *, pixel: bool) -> str:
    """Return the id of the problem that a state is."""
    if state is RecordState.WRONG and pixel and not is_address(evidence.cname[0].records[0], evidence.zone):
        return "cname-taken"
    if state is RecordState.PROXIED and evidence.front != CLOUDFLARE:
        return "proxy-in-front"
    return "record-wrong-value" if state is RecordState.INDIRECT else PROBLEMS[state]


def values_of(finding: Finding, evidence: Evidence) -> dict[str, str]:
    """Return what fills the texts of the problem, beside what every problem of a record is told."""
    other_name, other_target = evidence.other
    return {
        "how": _how(finding),
        "use": _use(evidence),
        "type": finding.type,
        "front": evidence.front,
        "dname": evidence.dname[0],
        "dname_target": evidence.dname[1],
        "other_name": other_name,
        "other_target": other_target,
        "compared": "CloudFront answers there.",
    }


def _how(finding: Finding) -> str:
    """Say what became of the wanted value, in a sentence."""
    found = finding.mistake
    if found is None:
        return ""
    how = list(found.how)
    if found.doubled:
        how.append("with the domain after it")
    if found.letters:
        how.append("with " + ("one letter" if found.letters == 1 else f"{found.letters} letters") + " lost or mistyped")
    return f"It is the right value, saved {', and '.join(how)}."


def _use(evidence: Evidence) -> str:
    """Say whether anything can be in use where a CNAME leads that is not ours."""
    if evidence.led_to == LOOP:
        return "It points back to itself, so nothing can answer there."
    if evidence.led_to == NOWHERE:
        return f"{evidence.led[-1]} doesn't exist, so nothing answers there: it may be left over from earlier."
    return "If that is in use, another service would stop working."


VALIDATED = "The certificate you chose is already validated: no record is needed"


def unprovided(title: str) -> str:
    """Say that a record can't be entered before AWS has said what it holds."""
    return f"{title}: AWS hasn't provided its content yet"


def nothing_of_ours(title: str) -> str:
    """Say that there is no record to remove."""
    return f"{title}: nothing of snowpixel's to delete"


def no_longer(name: str, target: str) -> str:
    """Say that a record is removed."""
    return f"{name} no longer points to {target}"
