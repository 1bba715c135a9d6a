"""Secret masking: replaces secrets in any text that leaves the engine, by value where held and by name elsewhere."""

import json
import os
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

SECRETS = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)
"""Variables whose value is a secret (AWS SDKs and tools reference, settings reference)."""

MASK = "…"
"""What stands in place of a secret."""

SHORTEST = 8
"""Characters from which on a value is masked; AWS's shortest secret has 40, and a single letter would be everywhere."""

_NAMES = (
    r"(?:aws_?)?secret_?(?:access_?)?key|(?:aws_?|x-amz-)?(?:session|security)[_-]?token|"
    r"(?:access|refresh|id|auth|bearer|authorization)_?token|client_?secret|api_?key|passw(?:or)?d|"
    r"x-amz-(?:signature|credential)|signature|credential"
)
"""Fields that are secret by name, as AWS (STS, SSO, `aws login`, SigV4) and URLs name them."""

_MAY_HOLD = re.compile(r"(?i)secret|token|sign|credential|passw|authorization|api_?key|://")
"""Whether the slower patterns below are worth trying."""

_ELEMENT = re.compile(rf"(?i)(<(?:\w+:)?({_NAMES})(?:\s[^>]*)?>)[^<]+")
_FIELD = re.compile(
    rf"""(?ix) (?<![\w-]) ((?:{_NAMES}) (?:\\*["'])? \s* (?:[=:]|%3d) \s*) (\\*["']?) ([^\s"'&,;<>\\]{{4,}})"""
)
_HEADER = re.compile(r"(?i)\b((?:proxy-)?authorization\s*[:=]\s*)[^\r\n\"']+")
_USERINFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/?#\"'<>]*@")

_held: set[str] = set()


def hold(secret: str) -> None:
    """Mask a secret from now on, for as long as this process lives."""
    if len(secret.strip()) >= SHORTEST:
        _held.update((secret, secret.strip()))


def held() -> frozenset[str]:
    """Return the secrets that this process holds: those it was given or has signed with, and its environment's."""
    variables = (os.environ.get(name, "") for name in SECRETS)
    return frozenset(_held).union(*({one, one.strip()} for one in variables if len(one.strip()) >= SHORTEST))


def without(text: str, secrets: frozenset[str]) -> str:
    """Return a text without any of some secrets, however an address or a literal writes them."""
    for written in _written(secrets):
        text = text.replace(written, MASK)
    return text


@lru_cache(maxsize=4)
def _written(secrets: frozenset[str]) -> tuple[str, ...]:
    """Return secrets as texts, addresses and literals write them, longest first."""
    ways = ({one, quote(one, safe=""), quote(one), json.dumps(one)[1:-1], repr(one)[1:-1]} for one in secrets)
    return tuple(sorted(set().union(*ways), key=len, reverse=True))


def masked(text: str) -> str:
    """Return a text without secrets: those held, the values of fields that are secret by name, and URLs' userinfo."""
    return _masked(text, held())


def _masked(text: str, secrets: frozenset[str]) -> str:
    text = without(text, secrets)
    if not _MAY_HOLD.search(text):
        return text
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    text = _HEADER.sub(rf"\1{MASK}", text)
    text = _ELEMENT.sub(rf"\1{MASK}", text)
    return _FIELD.sub(rf"\1\2{MASK}", text)


def all_masked(data: Any) -> Any:
    """Return plain data or records with every text in them masked; the same object where nothing had to be."""
    return _all_masked(data, held())


def _all_masked(data: Any, secrets: frozenset[str]) -> Any:
    if isinstance(data, str):
        return data if (new := _masked(data, secrets)) == data else new  # members of enumerations stay what they are
    if isinstance(data, Struct):
        parts = ((name, getattr(data, name)) for name in data.__struct_fields__)
        changed = {name: new for name, old in parts if (new := _all_masked(old, secrets)) is not old}
        return replace(data, **changed) if changed else data
    if isinstance(data, dict):
        return _kept(data, {key: _all_masked(value, secrets) for key, value in data.items()})
    if isinstance(data, tuple | list):
        return _kept(data, type(data)(_all_masked(one, secrets) for one in data))
    return data


def _kept(old: Any, new: Any) -> Any:
    """Return the old container where all its parts are the old ones."""
    parts = zip(old.values(), new.values(), strict=True) if isinstance(old, dict) else zip(old, new, strict=True)
    return old if all(one is other for one, other in parts) else new
