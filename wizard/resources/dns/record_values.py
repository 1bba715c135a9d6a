"""Values of a CNAME as people type them: what was wrapped around the right one, or is missing from it. Pure."""

import re
import unicodedata
from collections.abc import Callable
from ipaddress import ip_address

from msgspec import Struct

from wizard.model.edit_distance import NEAR, letters_apart

_ESCAPE = re.compile(r"\\(\d{3})|\\(.)", re.DOTALL)
_QUOTES = "\"'`´“”„‘’‚«»<>()[]{}"  # noqa: RUF001 - as word processors write them
_WORDS = re.compile(r"^\s*(?:(?:cname|alias|aname|txt|in|\d+)[\s=:]+)+", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+-]*:[/\\]*(?=[^\d/\\])", re.IGNORECASE)
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_BOUNDS = ".,;:!/\\|="
_PARTS = 2
"""Parts of a name that are too few for its end to tell anything."""


class Mistake(Struct, frozen=True):
    """What became of the wanted value.

    Attributes:
        how: the mistakes, each as a phrase that follows "it was saved"; empty where only the zone was appended.
        doubled: whether the zone stands behind it.
        letters: letters that are wrong besides.
    """

    how: tuple[str, ...] = ()
    doubled: bool = False
    letters: int = 0


def same(value: str, target: str) -> bool:
    """Whether a CNAME value is the wanted one; a validation value may lose its leading underscore (ACM's guide)."""
    return value == target or (target.startswith("_") and value == target[1:])


def mistake(value: str, target: str, zone: str) -> Mistake | None:
    """Say how a value came out of the wanted one; None where it is another value altogether.

    Args:
        value: as the name servers give it, in presentation form.
        target: the wanted one.
        zone: which forms append.
    """
    text, how, doubled = core(value, zone, target)
    if same(text, target):
        return Mistake(how, doubled)
    if cut := _cut(text, target):
        return Mistake((*how, cut), doubled)
    apart = letters_apart(text, target)
    return Mistake(how, doubled, apart) if apart <= NEAR else None


def core(value: str, zone: str, target: str = "") -> tuple[str, tuple[str, ...], bool]:
    """Take a name out of what was typed around it.

    Returns:
        the bare name, a phrase for each thing around it, and whether the zone was appended.
    """
    text, how = unescaped(value), []
    if text.count(".") > value.replace("\\.", "").count("."):
        how.append("as a single label, with dots as ordinary characters")
    bare, doubled = _without_zone(text, zone, target)
    for phrase, strip in _STRIPS:
        stripped = strip(bare)
        if stripped != bare:
            how.append(phrase(bare) if callable(phrase) else phrase)
            bare = stripped
    bare, again = _without_zone(bare.strip("."), zone, target)
    return bare.lower(), tuple(how), doubled or again


def unescaped(value: str) -> str:
    """Return a name with its escapes (RFC 1035 §5.1) and its `xn--` parts as the letters that were typed."""
    octets = bytearray()
    end = 0
    for found in _ESCAPE.finditer(value):
        octets += value[end : found.start()].encode()
        number = int(found[1]) if found[1] else -1
        octets += bytes((number,)) if 0 <= number <= 255 else (found[2] or "").encode()  # noqa: PLR2004 - an octet
        end = found.end()
    octets += value[end:].encode()
    text = octets.decode("utf-8", "replace")
    return ".".join(_decoded(label) for label in text.split("."))


def is_address(value: str, zone: str) -> bool:
    """Whether a value is an IP address, which no CNAME can lead to."""
    text, _, _ = core(value, zone)
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _decoded(label: str) -> str:
    """Return what an `xn--` label stands for where that holds letters that nobody sees; else the label."""
    if not label.startswith("xn--"):
        return label
    try:
        read = label.removeprefix("xn--").encode().decode("punycode")
    except UnicodeError:
        return label
    return read if any(_unseen(each) for each in read) else label


def _without_zone(text: str, zone: str, target: str) -> tuple[str, bool]:
    doubled = False
    while zone and text.endswith(f".{zone}") and not same(text, target):
        text, doubled = text.removesuffix(f".{zone}"), True
    return text, doubled


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _INVISIBLE


def _visible(text: str) -> str:
    return "".join(each for each in text if not _unseen(each))


def _where_unseen(text: str) -> str:
    """Say which letters that nobody sees are where."""
    kinds = {each for each in text if _unseen(each)}
    what = "a space" if kinds <= {" ", "\u00a0", "\t"} else "an invisible character"
    place = "at its end" if _unseen(text[-1]) else "at its beginning" if _unseen(text[0]) else "inside it"
    return f"with {what} {place}, which you can't see"


def _unaddressed(text: str) -> str:
    bare = re.split(r"[/\\?#]", _SCHEME.sub("", text, count=1), maxsplit=1)[0]
    return re.sub(r":\d+$", "", bare)


def _unbound(text: str) -> str:
    return text.strip(_BOUNDS)


_BOUNDED: tuple[str, Callable[[str], str]] = (
    "with quotation marks or brackets around it",
    lambda text: text.strip(_QUOTES),
)

_STRIPS: tuple[tuple[str | Callable[[str], str], Callable[[str], str]], ...] = (
    ("with the record's type or another word in front", lambda text: _WORDS.sub("", text, count=1)),
    (_where_unseen, _visible),
    _BOUNDED,
    ("with a punctuation mark at one end", _unbound),
    ("as a web address, although a CNAME takes only the hostname", _unaddressed),
    _BOUNDED,
)


def _cut(text: str, target: str) -> str:
    """Say which part of the wanted value is missing; empty where that is not what happened."""
    if target.startswith((f"{text}.", f"_{text}.")):
        return f"without its end, {target[target.index(text) + len(text) :]}"
    if text.count(".") + 1 >= _PARTS and target.endswith(f".{text}"):
        return f"without its beginning, {target.removesuffix(text)}"
    return ""
