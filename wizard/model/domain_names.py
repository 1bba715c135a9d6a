"""Whose a domain name is: endings below which domains are registered, platforms of others, and names of no public DNS.

The endings are the Public Suffix List's; `assets/domains.toml` holds what it does not tell.
"""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec.toml
from msgspec import Struct

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_PRIVATE = "// ===BEGIN PRIVATE DOMAINS==="


class _Book(Struct, frozen=True, forbid_unknown_fields=True):
    registries: tuple[str, ...]
    platforms: dict[str, str]
    special: dict[str, str]


@cache
def _book() -> _Book:
    return msgspec.toml.decode(files("assets").joinpath("domains.toml").read_bytes(), type=_Book)


@cache
def _list() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - a large list, which most commands do not need

    return PublicSuffixList(accept_unknown=False)


@cache
def _owners() -> dict[str, str]:
    """Return the endings of the list's private part with whose they are, as its comments say."""
    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8").partition(_PRIVATE)[2]
    found: dict[str, str] = {}
    owner, heading = "", True
    for line in text.splitlines():
        if line.startswith("//"):
            owner = re.split(r"\s+:|\s+https?:", line[2:].strip(), maxsplit=1)[0] if heading else owner
            heading = False
        elif line:
            found[line.removeprefix("!").removeprefix("*.")] = owner
        else:
            heading = True
    return found


def shared(name: str) -> bool:
    """Whether domains are registered below `name`, or it is a whole top-level domain: `com`, `co.uk`, `github.io`."""
    return "." not in name or bool(_list().is_public(name))


def registered(name: str) -> str:
    """Return the domain that `name` is or belongs to, as it is registered; empty for an ending itself."""
    if shared(name):
        return ""
    known: str | None = _list().privatesuffix(name)
    return known or ".".join(name.split(".")[-2:])


def platform(name: str) -> str:
    """Return whose name this is, where it is a platform's (a host's, a CDN's), whose DNS its users cannot edit."""
    labels = name.split(".")
    endings = [".".join(labels[start:]) for start in range(len(labels))]
    book = _book()
    if mine := next((book.platforms[each] for each in endings if each in book.platforms), ""):
        return mine
    owners = _owners()
    private = next((each for each in endings if each in owners), "")
    return "" if not private or private in book.registries else (owners[private] or "somebody else")


def special(name: str) -> str:
    """Return why no name with this ending is in the public DNS; empty where it may be."""
    return _book().special.get(name.rpartition(".")[2], "")
