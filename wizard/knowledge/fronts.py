"""Proxies in front of CloudFront, recognized by the headers of an answer: `assets/fronts.toml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec.toml
from msgspec import Struct

CLOUDFLARE = "Cloudflare"

_ITS_OWN = ("", "amazons3", "cloudfront")
"""What `server` says in answers of CloudFront itself: of S3's files, its own pages, or nothing."""


class Front(Struct, frozen=True, forbid_unknown_fields=True):
    """A proxy: its name, and by what its answers are known."""

    name: str
    servers: tuple[str, ...] = ()
    """Beginnings of its `server` header, in lower case."""
    headers: tuple[str, ...] = ()
    """Headers that no other sends, in lower case."""


class _Book(Struct, frozen=True, forbid_unknown_fields=True):
    front: tuple[Front, ...]


@cache
def fronts() -> tuple[Front, ...]:
    """Return all known proxies.

    Raises:
        msgspec.ValidationError: the data file was edited wrongly; the text names the place.
    """
    return msgspec.toml.decode(files("assets").joinpath("fronts.toml").read_bytes(), type=_Book).front


def front_of(headers: Mapping[str, str]) -> str:
    """Return who answered last, where that was a proxy and not CloudFront; empty where none shows.

    Proxies pass CloudFront's headers on, so these prove only that CloudFront answered somewhere behind.

    Args:
        headers: of an answer, names in lower case.
    """
    server = headers.get("server", "").lower()
    for front in fronts():
        if server.startswith(front.servers) or any(each in headers for each in front.headers):
            return front.name
    if "x-amz-cf-id" not in headers:
        return ""
    last = headers.get("via", "").rpartition(",")[2].strip()
    via = last.partition(" ")[2] or last
    itself = via if last and "cloudfront" not in last.lower() else server if server not in _ITS_OWN else ""
    return f"a proxy that calls itself {itself}" if itself else ""
