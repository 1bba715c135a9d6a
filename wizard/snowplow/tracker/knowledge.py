"""Tracker versions and marks from `assets/tracker.toml`."""

from functools import cache
from importlib.resources import files

import msgspec.toml
from msgspec import Struct


class Knowledge(Struct, frozen=True):
    """Where trackers come from."""

    version: str
    """The version that a new setup begins with."""
    release: str
    """URL of a release's file, with `{version}` and `{file}`."""
    files: tuple[str, ...]
    package: str
    """What the npm client calls it."""
    bundle: str
    """Path of the minified bundle in the package."""
    oldest: str
    """The oldest version that a pixel can serve."""


@cache
def knowledge() -> Knowledge:
    """Return it, read once."""
    return msgspec.toml.decode(files("assets").joinpath("tracker.toml").read_bytes(), type=Knowledge)
