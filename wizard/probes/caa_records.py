"""CAA records read as a certificate authority must read them (RFC 8659): what is malformed allows nobody. Pure."""

import re

from msgspec import Struct

AMAZON = frozenset({"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"})
"""Issuer names of which one must be allowed (ACM user guide, "Set up a CAA record")."""

WANTED = '0 issue "amazon.com"'

CRITICAL = 128
"""Flag: an issuer that does not know the property must not issue (RFC 8659 §4.1)."""

KNOWN = frozenset({"issue", "issuewild", "iodef", "issuemail", "contactemail", "contactphone", "issuevmc"})

_RECORD = re.compile(r'(\d{1,3})\s+([A-Za-z0-9]+)\s+(?:"((?:[^"\\]|\\.)*)"|(\S*))', re.DOTALL)
_LABEL = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*"
_PARAMETER = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*[ \t]*=[ \t]*[\x21-\x3a\x3c-\x7e]*"
_ISSUER = re.compile(
    rf"[ \t]*(?P<name>{_LABEL}(?:\.{_LABEL})*)?[ \t]*"
    rf"(?:;[ \t]*(?:{_PARAMETER}[ \t]*(?:;[ \t]*{_PARAMETER}[ \t]*)*;?)?[ \t]*)?"
)
"""The value of `issue` (RFC 8659 §4.2): an issuer's name or none, then parameters."""


class CaaRecord(Struct, frozen=True):
    """One record: its flags, its tag in lower case, and its value; `text` is how it was written."""

    text: str
    flags: int
    tag: str
    value: str

    @property
    def issuer(self) -> str | None:
        """Whom an `issue` record allows: a name in lower case, empty for nobody; None where it is malformed."""
        found = _ISSUER.fullmatch(self.value)
        return (found["name"] or "").lower() if found else None


def read(text: str) -> CaaRecord | None:
    """Read a record in presentation form; None where it cannot be read."""
    found = _RECORD.fullmatch(text)
    if found is None or int(found[1]) > 255:  # noqa: PLR2004 - one octet
        return None
    quoted, bare = found[3], found[4]
    value = re.sub(r"\\(\d{3})|\\(.)", _unescaped, quoted) if quoted is not None else bare
    return CaaRecord(text, int(found[1]), found[2].lower(), value)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1])) if found[1] else found[2]


def allows(records: tuple[str, ...]) -> bool:
    """Whether a CAA record set lets Amazon issue for a name that is no wildcard; what cannot be read forbids."""
    known = [read(record) for record in records]
    if any(each is None or (each.flags & CRITICAL and each.tag not in KNOWN) for each in known):
        return False
    issuers = [each.issuer for each in known if each and each.tag == "issue"]
    return not issuers or bool(AMAZON & set(issuers))


def forbidding(records: tuple[str, ...], at: str, domain: str) -> tuple[str, str]:
    """Say why a record set forbids Amazon, and what to do about it.

    Args:
        records: that are there.
        at: whose they are.
        domain: of the certificate.
    """
    if broken := _broken(records):
        why = f"The record `{broken}` can't be read as it is, and a malformed record allows nobody."
        todo = (
            f"Change that record instead of adding another one: it must be `{WANTED}`, with only the name in the "
            f"value box."
        )
    elif critical := _critical(records):
        why = f"The record `{critical}` has the critical flag and a tag that certificate authorities don't know."
        todo = f"Delete that record at {at}, or set its flag to 0."
    else:
        why = "Amazon isn't among those allowed."
        todo = f"Add one more CAA record at {at}: `{WANTED}`. Keep the existing ones."
        if near := _misused(records):
            why += f" The record `{near}` names Amazon, but its tag is not `issue`, which is what matters here."
            todo = f"Change that record at {at} to `{WANTED}`, or add this one beside it."
    through = (
        f" {domain} is a CNAME that points to {at}, whose owner decides as long as it does: correct the record first."
    )
    return why, todo + (through if at != domain and not domain.endswith(f".{at}") else "")


def _broken(records: tuple[str, ...]) -> str:
    """Return the record that is malformed: first one that was meant for Amazon, then any that decides."""
    known = {record: read(record) for record in records}
    wrong = [record for record, each in known.items() if each is None or (each.tag == "issue" and each.issuer is None)]
    return next((each for each in wrong if "amazon" in each.lower()), next(iter(_unread(known)), ""))


def _unread(known: dict[str, CaaRecord | None]) -> list[str]:
    """Return what cannot be read at all; a malformed `issue` of somebody else's changes nothing for Amazon."""
    return [record for record, each in known.items() if each is None]


def _critical(records: tuple[str, ...]) -> str:
    known = [each for record in records if (each := read(record))]
    return next((each.text for each in known if each.flags & CRITICAL and each.tag not in KNOWN), "")


def _misused(records: tuple[str, ...]) -> str:
    """Return a record that names Amazon under another tag than `issue`."""
    known = [each for record in records if (each := read(record))]
    return next((each.text for each in known if each.tag != "issue" and each.issuer in AMAZON), "")
