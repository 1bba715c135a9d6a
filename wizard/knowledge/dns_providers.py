"""DNS providers and how to enter records in their forms, recognized by name servers.

The knowledge is data: `assets/dns-providers.toml`.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

import msgspec.toml
from msgspec import Struct

from wizard.model.results import Copyable, DnsRecord


class DnsProvider(Struct, frozen=True, forbid_unknown_fields=True):
    """A DNS provider and the form in which its customers enter records."""

    id: str
    name: str
    servers: tuple[str, ...] = ()
    """Endings of its name servers' names; `*` stands for any part of one label."""
    url: str = ""
    type_field: str = "Type"
    host_field: str = "Host or Name"
    value_field: str = "Value, Target or Points to"
    full_name: bool = False
    """Whether the host box wants the whole name instead of the part before the zone."""
    trailing_dot: bool = False
    """Whether a value without a dot at its end gets the zone appended."""
    note: str = ""


UNKNOWN = DnsProvider(id="unknown", name="your DNS provider")
"""Speaks in general words."""


class _Book(Struct, frozen=True, forbid_unknown_fields=True):
    provider: tuple[DnsProvider, ...]


@cache
def providers() -> tuple[DnsProvider, ...]:
    """Return all known providers.

    Raises:
        msgspec.ValidationError: the data file was edited incorrectly; the text names the place.
    """
    return msgspec.toml.decode(files("assets").joinpath("dns-providers.toml").read_bytes(), type=_Book).provider


def recognize(server_names: Iterable[str]) -> DnsProvider | None:
    """Tell the provider from a zone's name servers.

    Unknown servers do not matter; servers of two known providers do, for then nobody can say where the user edits.

    Args:
        server_names: as delegated by the parent zone, in any case, with or without the trailing dot.
    """
    found = {provider for name in server_names if (provider := _owner(name))}
    return found.pop() if len(found) == 1 else None


def instructions(provider: DnsProvider | None, record: DnsRecord) -> tuple[str, ...]:
    """Say step by step how to add a record.

    Args:
        provider: who holds the zone; None speaks in general words.
        record: what to add.
    """
    known = provider or UNKNOWN
    zone = _zone(record)
    place = f"{known.name} ({known.url})" if known.url else known.name
    steps = (
        f"Sign in to {place} and open the DNS records of {zone or 'your domain'}.",
        f'Add a record. As "{known.type_field}" choose {record.type}.',
        _host_step(known, record, zone),
        _value_step(known, record),
        known.note,
        "Leave the TTL as it is, and save.",
        f"If there is already another record for {record.name}, delete it first: a CNAME must be the only record at "
        f"its name."
        if record.type == "CNAME"
        else "",
    )
    return tuple(step for step in steps if step)


def form(provider: DnsProvider | None, record: DnsRecord) -> tuple[Copyable, ...]:
    """Return what goes into the boxes of the provider's form, in the order of type, host and value."""
    known = provider or UNKNOWN
    return (
        Copyable(known.type_field, record.type),
        Copyable(known.host_field, _host(known, record)),
        Copyable(known.value_field, _value(known, record)),
    )


def _owner(server: str) -> DnsProvider | None:
    """Find the provider whose pattern fits the most labels of the name."""
    labels = server.strip().rstrip(".").lower().split(".")
    fits = [
        (pattern.count("."), provider)
        for provider in providers()
        for pattern in provider.servers
        if _fits(labels, pattern.split("."))
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _fits(labels: list[str], pattern: list[str]) -> bool:
    end = labels[-len(pattern) :]
    return len(end) == len(pattern) and all(map(fnmatchcase, end, pattern))


def _zone(record: DnsRecord) -> str:
    """Return the zone, or an empty text while it is not known."""
    ending = record.name.removeprefix(f"{record.host}.")
    return "" if ending == record.name else ending


def _host(provider: DnsProvider, record: DnsRecord) -> str:
    return record.name if provider.full_name else record.host


def _value(provider: DnsProvider, record: DnsRecord) -> str:
    return f"{record.value}." if provider.trailing_dot and record.type == "CNAME" else record.value


def _host_step(provider: DnsProvider, record: DnsRecord, zone: str) -> str:
    box = f'In "{provider.host_field}" write: {_host(provider, record)}'
    if provider.full_name:
        return f"{box} (the whole name)."
    if not zone:
        return f"{box} (without your domain, if the form shows it next to the box and adds it automatically)."
    return f"{box} (not {record.name}: {zone} is added automatically)."


def _value_step(provider: DnsProvider, record: DnsRecord) -> str:
    box = f'In "{provider.value_field}" write: {_value(provider, record)}'
    if record.type != "CNAME":
        return box
    if provider.trailing_dot:
        return f"{box} (with the dot at the end, which keeps your domain from being appended)."
    return f"{box} (if the saved record shows your domain after it, add a dot at the end)."
