"""Which consent tool a page uses, from `assets/consent.toml`, and what holds a script back."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from msgspec import Struct

from wizard.snowplow.pagecheck.elements import HtmlPage, Script, parts_of
from wizard.snowplow.pagecheck.page_tools import delayer

_ASKS = re.compile(r"consent|cookie|gdpr|dsgvo|rgpd|\bcmp\b|privacy", re.IGNORECASE)
"""How tools that ask visitors call themselves."""


class Holder(Struct, frozen=True):
    """What holds a script back."""

    name: str
    delays: bool = False
    """Whether it runs the script later for everybody, instead of asking first."""


@cache
def _tools() -> tuple[tuple[str, tuple[str, ...]], ...]:
    entries = tomllib.loads(files("assets").joinpath("consent.toml").read_text(encoding="utf-8"))["tool"]
    return tuple((str(one["name"]), tuple(one["marks"])) for one in entries)


def consent_tool(page: HtmlPage) -> str | None:
    """Return the tool's name, None where none is recognized."""
    texts = [_text(script) for script in page.scripts]
    return next((name for name, marks in _tools() if any(mark in text for mark in marks for text in texts)), None)


def holder(page: HtmlPage, script: Script) -> Holder | None:
    """Return what holds a script back; None where nothing on the page looks like it."""
    delaying = delayer(script, page.scripts)
    if delaying:
        return Holder(delaying, delays=True)
    tool = consent_tool(page) or _unlisted(page, script)
    return Holder(tool) if tool else None


def _unlisted(page: HtmlPage, script: Script) -> str | None:
    """Name a tool that isn't in the list by what it writes into the page."""
    for one in page.scripts:
        if one is not script and one.source and _ASKS.search(_text(one)):
            return parts_of(one.source).hostname or one.source
    own = [name for name in script.attributes if name.startswith("data-") or _ASKS.search(name)]
    if own:
        return f"a tool that marks scripts with {own[0]}"
    return f"a tool that uses {script.kind}" if _ASKS.search(script.kind) else None


def _text(script: Script) -> str:
    return " ".join([script.source, *(f"{name}={value}" for name, value in script.attributes.items())]).lower()
