"""Which consent tool a page uses, from `assets/consent.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from wizard.snowplow.pagecheck.html import HtmlPage


@cache
def _tools() -> tuple[tuple[str, tuple[str, ...]], ...]:
    entries = tomllib.loads(files("assets").joinpath("consent.toml").read_text(encoding="utf-8"))["tool"]
    return tuple((str(one["name"]), tuple(one["marks"])) for one in entries)


def consent_tool(page: HtmlPage) -> str | None:
    """Return the tool's name, None where none is recognized."""
    texts = [
        " ".join([script.source, *(f"{name}={value}" for name, value in script.attributes.items())]).lower()
        for script in page.scripts
    ]
    return next((name for name, marks in _tools() if any(mark in text for mark in marks for text in texts)), None)
