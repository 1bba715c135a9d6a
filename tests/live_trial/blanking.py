"""Blanks the ids in AWS's replies: the same id always becomes the same stand-in, and the shape of each is kept.

What the trial knows is replaced by name; what only looks like an id, by its shape. Stand-ins pass unchanged, so that
blanking twice is blanking once, and they are those of `tests/recordings/`.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import partial
from itertools import count

from wizard.documents.redaction import FILES
from wizard.model.masking import masked
from wizard.model.setup import Setup
from wizard.resources.distribution.distribution_config import CACHING_OPTIMIZED, SIMPLE_CORS
from wizard.resources.dns.hosted_zones import CLOUDFRONT_ZONE

ACCOUNT, DOMAIN, ZONE, SETUP = "111122223333", "e.example.org", "example.org", "0a1b2c3d"
"""Stand-ins of the account, the pixel's hostname, the domain it is in, and the setup's id."""

STAND_INS = {
    "account": ACCOUNT,
    "distribution": "E1EXAMPLE0001",
    "distribution_domain": "d111111abcdef8.cloudfront.net",
    "origin_access_control": "E2EXAMPLE0002",
    "certificate": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11112222-3333-4444-8555-666677778888",
    "hosted_zone": "Z0EXAMPLE0001",
    "delivery": "EXAMPLEdelivery1",
    "caller_reference": f"snowpixel-{SETUP}-11112222",
    "validation_value": "_fedcba9876543210fedcba9876543210.jkddzztszm.acm-validations.aws",
}
"""What the setup's own ids become, by the fields of `wizard.model.setup.Made`: the recordings have the same."""

PROOF = "_0123456789abcdef0123456789abcdef"
"""The first label of the validation record's name."""

SHORTEST = 6
"""Letters from which on a known value is replaced wherever it stands."""

_PUBLIC = frozenset({CACHING_OPTIMIZED, SIMPLE_CORS, CLOUDFRONT_ZONE})
"""Ids that are the same in every account."""

_FIXED = _PUBLIC | {
    ACCOUNT, PROOF, "11112222-3333-4444-8555-666677778888", "11111111-2222-4333-8444-555555555555", "d111111abcdef8",
    "_fedcba9876543210fedcba9876543210", "jkddzztszm", "person1",
}  # fmt: skip
"""Stand-ins that are never given to anything else, and ids that are everybody's."""

_ENDINGS = FILES | {"jpg"}

_HOSTS = ("amazonaws.com", "amazon.com", "cloudfront.net", "acm-validations.aws", ".example", *(
    f"example.{ending}" for ending in ("org", "com", "net")
))  # fmt: skip
"""Names of the services themselves, and stand-ins."""

_ELEMENTS = (
    "RequestId|HostId|DisplayName|NextMarker|NextToken|nextToken|ContinuationToken|NextContinuationToken|"
    "PaginationToken|SourcePolicyId|Serial"
)


def _accounts(number: int) -> str:
    return ACCOUNT if number == 1 else f"{number:04d}" * 3


_SHAPES: tuple[tuple[str, str, Callable[[int], str]], ...] = (
    ("account", r"(?<!\d)(?<!-[0-9a-f]{4}-)\d{12}(?!\d)", _accounts),
    ("key", r"\bA(?:[KS]I|[GINPR][A-Z])A[A-Z0-9]{12,}\b", lambda n: f"AKIAIOSFODNN{n}EXAMPLE"),
    (
        "uuid", r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
        lambda n: f"11112222-3333-4444-8555-{666677778887 + n:012d}",
    ),
    ("distribution's name", r"\bd[a-z0-9]{12,14}(?=\.cloudfront\.net)", lambda n: f"d{111110 + n}abcdef8"),
    ("of CloudFront", r"\bE(?=[A-Z]*\d)[A-Z0-9]{9,19}\b", lambda n: f"E{n}EXAMPLE{n:04d}"),
    ("zone", r"\bZ(?=[A-Z]*\d)[A-Z0-9]{9,31}\b", lambda n: f"Z{n - 1}EXAMPLE{n:04d}"),
    ("change", r"(?<=/change/)[A-Z0-9]+", lambda n: f"C{n}EXAMPLE{n:04d}"),
    ("proof", r"_[0-9a-f]{32}\b", lambda n: f"_{n:032x}"),
    ("proof's zone", r"\b[a-z]{6,14}(?=\.acm-validations\.aws)", lambda n: f"{'abcdefghij'[n % 10] * 10}"),
    ("delivery", r"(?<=:delivery:)[A-Za-z0-9]{8,}", lambda n: f"EXAMPLEdelivery{n}"),
    ("reference", rf"(?<=snowpixel-{SETUP}-)[0-9a-f]{{8}}\b", lambda n: f"{11112221 + n}"),
    ("owner", r"\b[0-9a-f]{64}\b", lambda n: f"{n:064x}"),
    ("mail", r"[\w.+-]+@(?:[\w-]+\.)+\w+", lambda n: f"person{n}@example.com"),
    (
        "name server", r"\bns-\d+\.awsdns-\d+\.[a-z]+(?:\.[a-z]+)?",
        lambda n: f"ns-{n}.awsdns-{n:02d}.example",
    ),
)  # fmt: skip
"""Kind, shape, and stand-in by number."""

_PERSON = re.compile(r"\b((?:assumed-|federated-)?(?:user|role)/)([\w+=,.@/-]+)")
_ELEMENT = re.compile(rf"<({_ELEMENTS})>([^<]+)<")
_FIELD = re.compile(rf'"({_ELEMENTS}|requestId)"(\s*:\s*)"([^"]+)"')
_ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F.:]*)(?!\.?[\w:])")
_HOST = re.compile(r"(?i)(?<![\w.-])(?:[a-z0-9_*-]+\.)+[a-z][a-z0-9-]+(?![\w-])")
_TOKEN = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/=_-]{32,}(?![\w+/=-])")
_MIXED = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
"""What keys and tokens have of each; names and checksums do not."""


class Blank:
    """Blanks texts, one after the other, in the same way."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._given: dict[tuple[str, str], str] = {}
        self._stand_ins: set[str] = set(_FIXED)

    def know(self, value: str | None, stand_in: str) -> None:
        """Replace a value wherever it stands, from now on."""
        if value and len(value) >= SHORTEST and value != stand_in:
            self._known[value.lower()] = stand_in
            self._stand_ins.add(stand_in)

    def know_setup(self, setup: Setup) -> None:
        """Replace the ids and names of a setup, from now on."""
        made, domain = setup.made, setup.choices.domain or ""
        self.know(setup.id, SETUP)
        for name, stand_in in STAND_INS.items():
            self.know(getattr(made, name), stand_in)
        self.know((made.validation_name or "").partition(".")[0], PROOF)
        self.know(setup.choices.profile, "profile1")
        self.know(domain, DOMAIN)
        self.know(domain.partition(".")[2], ZONE)

    def begin(self) -> None:
        """Forget which stand-ins were given by shape, and number them from the start; what is known stays known."""
        self._given = {}
        self._stand_ins = {*self._known.values(), *_FIXED}

    def left_in(self, text: str) -> list[str]:
        """Return what of the known values is still in a text; nothing, if blanking is worth its name."""
        return [value for value in self._known if value in text.lower()]

    def __call__(self, text: str) -> str:
        """Return a text with all ids blanked."""
        text = masked(text)
        for value in sorted(self._known, key=len, reverse=True):
            text = re.sub(re.escape(value), self._known[value], text, flags=re.IGNORECASE)
        text = _ELEMENT.sub(lambda found: f"<{found[1]}>{self._named(found[1], found[2])}<", text)
        text = _FIELD.sub(lambda found: f'"{found[1]}"{found[2]}"{self._named(found[1], found[3])}"', text)
        text = _PERSON.sub(lambda found: f"{found[1]}{self._person(found[2])}", text)
        for kind, shape, stand_in in _SHAPES:
            text = re.sub(shape, partial(self._shaped, kind, stand_in), text)
        text = _ADDRESS.sub(lambda found: self._address(found[0]), text)
        text = _HOST.sub(lambda found: self._host(found[0]), text)
        return _TOKEN.sub(lambda found: self._token(found[0]), text)

    def tag(self, value: str) -> str:
        """Blank CloudFront's version of a thing (`ETag`), which has no shape of its own."""
        return self._instead("version", value, lambda n: f"E{n}VERSIONEXAMPLE")

    def _instead(self, kind: str, value: str, stand_in: Callable[[int], str]) -> str:
        if value in self._stand_ins or "EXAMPLE" in value:
            return value
        if (kind, value) not in self._given:
            free = (stand_in(number) for number in count(1))
            self._given[kind, value] = next(one for one in free if one not in self._stand_ins)
            self._stand_ins.add(self._given[kind, value])
        return self._given[kind, value]

    def _shaped(self, kind: str, stand_in: Callable[[int], str], found: re.Match[str]) -> str:
        return self._instead(kind, found[0], stand_in)

    def _named(self, name: str, value: str) -> str:
        return self._instead(name, value, lambda n: f"EXAMPLE{name}{n}")

    def _person(self, name: str) -> str:
        return self._instead("person", name, lambda n: f"person{n + 1}")

    def _address(self, text: str) -> str:
        try:
            version = ipaddress.ip_address(text).version
        except ValueError:
            return text
        if text.startswith(("192.0.2.", "2001:db8:")):
            return text
        return self._instead("address", text, lambda n: f"192.0.2.{n}" if version == 4 else f"2001:db8::{n:x}")

    def _host(self, text: str) -> str:
        name = text.lower()
        ours = name.endswith(_HOSTS) or name.startswith("com.amazonaws.")
        if ours or name.rpartition(".")[2] in _ENDINGS:
            return text
        return self._instead("host", name, lambda n: f"host{n}.example.net")

    def _token(self, text: str) -> str:
        a_path = ACCOUNT in text or SETUP in text
        if a_path or not all(kind.search(text) for kind in _MIXED):
            return text
        return self._instead("token", text, lambda n: f"EXAMPLEtoken{n}")
