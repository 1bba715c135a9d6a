"""What a tag lacks whose tracker isn't served yet, and how to add it, from `assets/snippets/missing.toml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec.toml
from msgspec import Struct

TRACKER_PLACEHOLDER = "https://YOUR-WEB-SERVER/sp.js"
"""Stands in the tag until the user knows where their copy of the tracker is."""


class MissingTracker(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a tag doesn't work yet, and what helps."""

    missing: str
    command: str
    """For the plain front ends, with NAME for the setup."""
    button: str
    """For the wizard."""
    otherwise: str = ""
    """What else the user can do; empty where there is nothing."""

    @property
    def in_commands(self) -> str:
        """What the plain front ends say."""
        return _together(self.missing, self.command, self.otherwise)

    @property
    def in_wizard(self) -> str:
        """What the wizard says."""
        return _together(self.missing, self.button, self.otherwise)


def _together(*sentences: str) -> str:
    return " ".join(filter(None, sentences)).format(placeholder=TRACKER_PLACEHOLDER)


@cache
def _texts() -> Mapping[str, MissingTracker]:
    text = files("assets").joinpath("snippets", "missing.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, MissingTracker])


def missing_tracker(*, chosen: bool) -> MissingTracker:
    """Return what is said.

    Args:
        chosen: whether the setup is to serve a tracker, and it isn't in place yet.
    """
    return _texts()["not-in-place" if chosen else "unserved"]
