"""Typed and pasted access keys: cleaned, and checked by their shape before anything is called."""

import re

from wizard.aws.keys import Keys, Secret
from wizard.model.validators import InvalidChoice

_ID = re.compile(r"[A-Z0-9]{16,128}")
_SECRET = re.compile(r"[A-Za-z0-9/+=]{40}")
_NAMED = re.compile(
    r"(?:^|[\s;])(?:export\s+|set\s+|setx\s+|\$env:)?[\"']?(?:aws_)?"
    r"(access_?key_?id|secret_?access_?key|session_?token|security_?token)[\"']?\s*(?:[=:]|\s)\s*"
    r"[\"'`]?([A-Za-z0-9/+=]+)",
    re.IGNORECASE,
)
"""A key with its name, as in a shell line, an ini file, JSON of the AWS CLI or a table of the console."""
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
"""Characters that web pages hide in what is copied."""

PARTS = {"accesskeyid": "id", "secretaccesskey": "secret", "sessiontoken": "token", "securitytoken": "token"}


def parts(text: str) -> dict[str, str]:
    """Return the keys that a paste of several lines names: `id`, `secret`, `token`, as far as they are in it."""
    found = _NAMED.findall(text.translate(_INVISIBLE))
    return {PARTS[name.lower().replace("_", "")]: value for name, value in found}


def cleaned(text: str, part: str = "") -> str:
    """Take off blanks, quotes, line ends and the name before a key; of several named keys take the one asked for.

    Args:
        text: what was pasted.
        part: `id`, `secret` or `token`.
    """
    named = parts(text)
    if named:
        return named.get(part) or next(iter(named.values()))
    return "".join(text.translate(_INVISIBLE).split()).strip("'\"`,;")


def key_id(text: str) -> str:
    """Clean an access key id.

    Raises:
        InvalidChoice: it does not have the shape of one. The text never repeats what was typed.
    """
    value = cleaned(text, "id")
    if _SECRET.fullmatch(value) and not _ID.fullmatch(value):
        raise InvalidChoice(
            "This looks like the secret access key. The access key ID is the shorter one, usually AKIA…."
        )
    if not _ID.fullmatch(value):
        raise InvalidChoice("An access key ID has at least 16 capital letters and digits; most begin with AKIA.")
    return value


def secret(text: str) -> str:
    """Clean a secret access key.

    Raises:
        InvalidChoice: it does not have the shape of one. The text never repeats what was typed.
    """
    value = cleaned(text, "secret")
    if not _SECRET.fullmatch(value):
        raise InvalidChoice(f"A secret access key has 40 characters; this has {len(value)}. Copy all of it again.")
    return value


def token(text: str) -> str:
    """Clean a session token; empty is fine."""
    return cleaned(text, "token") if text.strip() else ""


def code(text: str) -> str:
    """Clean an MFA code.

    Raises:
        InvalidChoice: it doesn't have 6 digits.
    """
    value = "".join(text.split())
    if not re.fullmatch(r"[0-9]{6}", value):
        raise InvalidChoice("An MFA code has 6 digits and changes every 30 seconds.")
    return value


def needs_token(access_key_id: str, session_token: str) -> bool:
    """Whether these are keys for a few hours, which only work together with their token."""
    return access_key_id.startswith("ASIA") and not session_token


def pair(access_key_id: str, secret_access_key: str, session_token: str = "") -> Keys:
    """Put typed keys together; from here on the secret is masked."""
    return Keys(access_key_id, Secret(secret_access_key), Secret(session_token) if session_token else None)


def from_lines(text: str) -> Keys:
    """Read keys as a script hands them in: a line each (id, secret, perhaps a token), or a paste that names them.

    Raises:
        InvalidChoice: they do not have the shape of keys. The text never repeats what was given.
    """
    named = parts(text)
    lines = [line for line in text.splitlines() if line.strip()] + [""] * 3
    identifier = key_id(named.get("id", lines[0]) if named else lines[0])
    hidden = secret(named.get("secret", "") if named else lines[1])
    session = token(named.get("token", "") if named else lines[2])
    if needs_token(identifier, session):
        raise InvalidChoice("Keys that begin with ASIA only work with their session token: add it as a third line.")
    return pair(identifier, hidden, session)
