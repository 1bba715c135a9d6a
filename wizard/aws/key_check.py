"""What is wrong with the form of an access key, secret key or session token, seen before anything is signed with it.

botocore puts all three into HTTP headers or signs with them as they are. A line end, a blank or a quotation mark then
fails far away, in words that repeat the secret.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from wizard.model.masking import hold
from wizard.model.results import Problem

ID, SECRET, TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
"""The three parts, as the shared AWS files name them."""

VARIABLES = {
    ID: ("AWS_ACCESS_KEY_ID",),
    SECRET: ("AWS_SECRET_ACCESS_KEY",),
    TOKEN: ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
}

PARTS = {ID: "the access key ID", SECRET: "the secret access key", TOKEN: "the session token"}

_KEY_ID = re.compile(r"\w+", re.ASCII)
"""IAM API reference, `accessKeyIdType`: `[\\w]+`."""

_ID, _SECRET = re.compile(r"A[KS]IA[A-Z0-9]{16}"), re.compile(r"[A-Za-z0-9/+]{40}")
"""The shapes of today's key IDs and secrets (IAM guide: unique identifiers)."""

LEFT_OVER = "is left over from another key: an access key ID that begins with AKIA goes without a token"

_QUOTES = "\"'`“”‘’"  # noqa: RUF001 - what word processors make of quotation marks

_METHODS = {
    "explicit": "{part} that was typed or pasted",
    "shared-credentials-file": "{name} in the AWS credentials file",
    "config-file": "{name} in the AWS config file",
    "custom-process": "{part} that the profile's program prints",
    **dict.fromkeys(("assume-role", "assume-role-with-web-identity"), "{part} that assuming the role returned"),
    "sso": "{part} that single sign-on returned",
    "login": "{part} of this `aws login` session",
    "iam-role": "{part} that this machine's role returned",
    "container-role": "{part} that this container's role returned",
}
"""botocore's names for where credentials come from (`Credentials.method`) to what a user calls the part there."""


class UnusableKeysError(Exception):
    """A part of a key cannot be one as it stands.

    Attributes:
        place: which part, and where it comes from.
        fault: what is wrong with it, as the end of a sentence; never what it holds.
    """

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(f"{place} {fault}")
        self.place = place
        self.fault = fault


@lru_cache(maxsize=16)
def fault(part: str, value: str) -> str | None:
    """Say what is wrong with the form of a key's part, as the end of a sentence; None if nothing is.

    Args:
        part: `ID`, `SECRET` or `TOKEN`.
        value: what it holds; the answer never repeats it.
    """
    if not value.strip():
        return "contains only spaces" if value else "is empty"
    if re.search(r"\s[#;]", value):
        return "has a comment after it, which these files treat as part of the value"
    found = _at_an_end(value) or _within(value)
    if found is None and part == ID and not _KEY_ID.fullmatch(value):
        return "contains a character other than letters and digits"
    return found


def check(credentials: Any) -> None:
    """Look at the keys that a request is about to be signed with, and mask them from now on. May block.

    Args:
        credentials: botocore's, of any kind; None where nothing is signed.

    Raises:
        UnusableKeysError: a part of them cannot be one.
    """
    if credentials is None:
        return
    keys = credentials.get_frozen_credentials()
    parts = {ID: keys.access_key or "", SECRET: keys.secret_key or "", TOKEN: keys.token}
    given = {part: value for part, value in parts.items() if value is not None}
    for part, value in given.items():
        if part != ID and isinstance(value, str):
            hold(value)
    for part, value in given.items():
        wrong = fault(part, value) if isinstance(value, str) else "isn't a string"  # a program's JSON may hold anything
        if wrong:
            raise UnusableKeysError(_place(part, str(getattr(credentials, "method", ""))), wrong)


def problem(
    parts: Mapping[str, Any], place: str, where: Callable[[str], str], name: Callable[[str], str] = str
) -> Problem | None:
    """Say what is missing or wrong in keys that stand somewhere, without asking anybody; None if nothing is.

    Args:
        parts: `ID`, `SECRET` and `TOKEN` to what they hold; a part that is not there is left out or empty.
        place: where they stand.
        where: says where one part stands.
        name: what a part is called there.
    """
    held = {part: str(parts.get(part) or "") for part in (ID, SECRET, TOKEN)}
    missing = [part for part in (ID, SECRET) if not held[part]]
    if not missing and held[ID].startswith("ASIA") and not held[TOKEN]:
        missing = [TOKEN]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        return Problem("keys-incomplete", {"place": place, "missing": " and ".join(map(name, missing)), "are": are})
    if _ID.fullmatch(held[SECRET]) and _SECRET.fullmatch(held[ID]):
        return Problem(
            "keys-unusable", {"place": where(ID), "message": "contains the secret: the two values are swapped"}
        )
    if held[ID].startswith("AKIA") and held[TOKEN]:
        return Problem("keys-unusable", {"place": where(TOKEN), "message": LEFT_OVER})
    wrong = ((part, fault(part, value)) for part, value in held.items() if value)
    found = next(((part, told) for part, told in wrong if told), None)
    return Problem("keys-unusable", {"place": where(found[0]), "message": found[1]}) if found else None


def variable(part: str) -> str:
    """Return the environment variable that holds a part."""
    return f"the variable {next((one for one in VARIABLES[part] if os.environ.get(one)), VARIABLES[part][0])}"


def _place(part: str, method: str) -> str:
    if method == "env":
        return variable(part)
    return _METHODS.get(method, "{part}").format(part=PARTS[part], name=part)


def _at_an_end(value: str) -> str | None:
    ends = [end for end, character in (("begins", value[0]), ("ends", value[-1])) if _name(character)]
    names = {_name(value[0] if end == "begins" else value[-1]) for end in ends}
    return f"{' and '.join(ends)} with {' and '.join(sorted(filter(None, names)))}" if ends else None


def _within(value: str) -> str | None:
    names = sorted({name for character in value if (name := _name(character)) and character not in _QUOTES})
    return f"contains {' and '.join(names)}" if names else None


def _name(character: str) -> str | None:
    """Name a character that no part of a key has; None for all others."""
    if character in "\r\n\u2028\u2029\x85":
        return "an invisible line ending"
    if character in _QUOTES:
        return "a quotation mark"
    if character.isspace():
        return "a space"
    if unicodedata.category(character)[0] == "C":
        return "an invisible character"
    return None if character.isascii() else "a character outside ASCII"
