"""The secrets that this process can come by, to be masked in whatever it says when it goes wrong itself."""

import os
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

from wizard.aws.client import Secret
from wizard.credentials import files
from wizard.programs import SECRETS

MASK = "…"
SHORTEST = 8
"""Characters from which on something is a secret of AWS's, whose shortest have 40: a letter would be everywhere."""


def secrets() -> frozenset[str]:
    """Return every secret in memory, in the environment and in the shared files. Blocking."""
    return frozenset(value for value in (*Secret.alive(), *_of_environment(), *_of_files()) if len(value) >= SHORTEST)


def masked(text: str) -> str:
    """Return a text without any of them, however an address or a literal writes them. Blocking."""
    for secret in sorted(secrets(), key=len, reverse=True):
        for written in (secret, quote(secret, safe=""), quote(secret)):
            text = text.replace(written, MASK)
    return text


def _of_environment() -> Iterator[str]:
    yield from (os.environ.get(name, "") for name in SECRETS)


def _of_files() -> Iterator[str]:
    with suppress(Exception):  # this runs when something is wrong already; what cannot be read cannot be shown either
        for profile in files.read().profiles.values():
            for part in (profile.config, profile.credentials):
                yield from (str(value) for name, value in part.items() if name.upper() in SECRETS)
