"""Tools that pages hold besides the tag, from `assets/page_tools.toml`: tag managers, delaying tools, robot checks."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from wizard.model.ports import Response
from wizard.snowplow.pagecheck.elements import Script

_BEGINNING = 40_000
"""Bytes of a page in which a robot check shows: those pages are short."""


@cache
def _tools(kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(files("assets").joinpath("page_tools.toml").read_text(encoding="utf-8"))[kind])


def tag_manager(addresses: Iterable[str]) -> str | None:
    """Return the address of a tag manager among these; None where there is none."""
    return next((one for one in addresses if _named("manager", one)), None)


def is_library(address: str) -> bool:
    """Whether a script is known to hold no tracker of the site's."""
    return _named("library", address) is not None


def _named(kind: str, address: str) -> str | None:
    lower = address.lower()
    return next((str(tool["name"]) for tool in _tools(kind) if any(mark in lower for mark in tool["marks"])), None)


def delayer(script: Script, all_scripts: Iterable[Script]) -> str | None:
    """Return the tool that runs a held script later; None where none is known."""
    kind = script.attributes.get("type", "").strip().lower()
    texts = [_attributes(one) for one in all_scripts]
    for tool in _tools("delayer"):
        typed = any(kind == one or (one.startswith("-") and kind.endswith(one)) for one in tool["types"])
        if typed and (not tool["marks"] or any(mark in text for mark in tool["marks"] for text in texts)):
            return str(tool["name"])
    return None


def _attributes(script: Script) -> str:
    return " ".join([script.source, *(f"{name}={value}" for name, value in script.attributes.items())]).lower()


def challenge(answer: Response) -> str | None:
    """Return whose robot check answered in the page's place; None for a page."""
    text = answer.body[:_BEGINNING].decode("latin-1").lower() if len(answer.body) < _BEGINNING else ""
    for tool in _tools("challenge"):
        if any(name in answer.headers for name in tool["headers"]) or any(mark in text for mark in tool["marks"]):
            return str(tool["name"])
    return None
