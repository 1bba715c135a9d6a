"""Secrets in this process's reach, masked in whatever it says about an internal error."""

from collections.abc import Iterator
from contextlib import suppress

from wizard.credentials import shared_files
from wizard.model import masking


def secrets() -> frozenset[str]:
    """Return every secret that this process holds, and those in the shared files. Blocking."""
    return masking.held().union(value for value in _of_files() if len(value) >= masking.SHORTEST)


def masked(text: str) -> str:
    """Return a text without any of them. Blocking."""
    return masking.masked(masking.without(text, secrets()))


def _of_files() -> Iterator[str]:
    with suppress(Exception):  # this runs when something is wrong already; what cannot be read cannot be shown either
        for profile in shared_files.read().profiles.values():
            for part in (profile.config, profile.credentials):
                yield from (str(value) for name, value in part.items() if name.upper() in masking.SECRETS)
