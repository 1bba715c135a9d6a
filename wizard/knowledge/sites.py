"""Where the tag is pasted, by what a site is made with, from `assets/sites.toml`."""

from functools import cache
from importlib.resources import files

import msgspec.toml
from msgspec import Struct


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of site, and the steps to put the tag into it."""

    id: str
    title: str
    variant: str
    """Which tag goes there: a value of `wizard.snowplow.snippet_builder.Variant`."""
    steps: tuple[str, ...]
    link: str
    """The vendor's own page about it."""


class _Book(Struct, frozen=True, forbid_unknown_fields=True):
    site: tuple[Site, ...]


@cache
def sites() -> tuple[Site, ...]:
    """Return all kinds of sites, the most common first.

    Raises:
        msgspec.ValidationError: the data file was edited wrongly; the text names the place.
    """
    return msgspec.toml.decode(files("assets").joinpath("sites.toml").read_bytes(), type=_Book).site
