"""Typed access keys: cleaned of what pasting adds, and judged by their shape before anything is called."""

import re

from wizard.aws.client import Keys, Secret
from wizard.validators import InvalidChoice

_ID = re.compile(r"[A-Z0-9]{16,128}")
_SECRET = re.compile(r"[A-Za-z0-9/+=]{40}")
_NAMES = re.compile(
    r"^(?:export\s+)?(?:aws_)?(?:access_key_id|secret_access_key|session_token)\s*[=:]\s*", re.IGNORECASE
)


def trimmed(text: str) -> str:
    """Take off blanks, quotes and the name that stands before a key in a file."""
    return _NAMES.sub("", text.strip()).strip().strip("'\"`").strip()


def key_id(text: str) -> str:
    """Clean an access key id.

    Raises:
        InvalidChoice: it does not have the shape of one. The text never repeats what was typed.
    """
    value = trimmed(text)
    if _SECRET.fullmatch(value) and not _ID.fullmatch(value):
        raise InvalidChoice("This looks like the secret. The access key id is the shorter one, mostly AKIA….")
    if not _ID.fullmatch(value):
        raise InvalidChoice("An access key id has at least 16 capital letters and digits; most begin with AKIA.")
    return value


def secret(text: str) -> str:
    """Clean a secret access key.

    Raises:
        InvalidChoice: it does not have the shape of one. The text never repeats what was typed.
    """
    value = trimmed(text)
    if not _SECRET.fullmatch(value):
        raise InvalidChoice(f"A secret access key has 40 characters; this has {len(value)}. Copy it again, whole.")
    return value


def token(text: str) -> str:
    """Clean a session token; empty is fine."""
    return trimmed(text)


def needs_token(access_key_id: str, session_token: str) -> bool:
    """Whether these are keys for a few hours, which only work together with their token."""
    return access_key_id.startswith("ASIA") and not session_token


def pair(access_key_id: str, secret_access_key: str, session_token: str) -> Keys:
    """Put typed keys together; from here on the secret is masked."""
    return Keys(access_key_id, Secret(secret_access_key), Secret(session_token) if session_token else None)
