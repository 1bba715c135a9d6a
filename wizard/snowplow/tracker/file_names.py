"""File names of the tracker that no block list matches."""

import re
import secrets
from urllib.parse import SplitResult, urlsplit

from wizard.model.validators import BLOCKED_WORDS
from wizard.snowplow.tracker.tracker_file import UNKNOWN, TrackerError, plain_address

LETTERS = "bcdfghjkmnpqrstvwxz23456789"
"""Without vowels a name never happens to be a word, and without 0, 1 and l it can be read out."""

LENGTH = 10

_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.js")


def new_key(version: str) -> str:
    """Return a fresh path for a version: what is cached for a year must never change its meaning."""
    folder = version if version != UNKNOWN else "v"
    return f"{folder}/{_word()}.js"


def _word() -> str:
    """Return random letters that cannot be an age, a version or a listed word: 37 bits and more."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def served_at(text: str) -> str:
    """Clean the address at which the user's own web server will serve the file.

    Args:
        text: an https address of a file, or of a folder when it ends in a slash: then a name is made up.

    Raises:
        TrackerError: it cannot be used, or block lists know it.
    """
    text = plain_address(text)
    if not text:
        raise TrackerError("Enter the address at which your web server will serve the file.")
    if not text.startswith("https://"):
        raise TrackerError("The address has to begin with https://: browsers block anything else on HTTPS pages.")
    split = _split(text)
    if split.query or split.fragment:
        raise TrackerError("The address has to be a plain one, without ? and #.")
    path = f"{split.path}{_word()}.js" if split.path.endswith("/") else split.path
    if not _FILE.fullmatch(path.rpartition("/")[2]):
        raise TrackerError("The address has to end with the file name, such as /assets/hk3v9x.js, or with a slash.")
    _refuse_listed(path)
    return f"https://{split.netloc}{path}"


def _split(text: str) -> SplitResult:
    try:
        split = urlsplit(text)
        known = bool(split.hostname) and (split.port is None or split.port > 0)  # reading the port checks it
    except ValueError as error:
        raise TrackerError(f"{text} isn't an address.") from error
    if not known:
        raise TrackerError(f"{text} isn't an address: the hostname is missing.")
    return split


def _refuse_listed(path: str) -> None:
    word = next((word for word in (*BLOCKED_WORDS, "/sp.js", "/sp.lite.js") if word in path.lower()), None)
    if word:
        raise TrackerError(
            f'The address contains "{word}", and block lists look for that. Choose a neutral name, such as '
            f"/assets/{_word()}.js."
        )
