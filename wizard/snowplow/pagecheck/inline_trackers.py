"""Finds Snowplow trackers in inline scripts: names, collectors, and settings. Pure.

Scripts are read as text, not run: settings that are put together by other code are not seen, and then not judged.
"""

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from wizard.snowplow.pagecheck.html import HtmlPage, Script

_TEXT = r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_NEW = re.compile(rf"""newTracker['"]?\s*(?:,|\()\s*{_TEXT}\s*,\s*{_TEXT}""")
_COMMENT = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|//[^\n]*|/\*[\s\S]*?\*/""")
_SETTING = re.compile(r"""["']?(\w+)["']?\s*:\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|true|false|\d+)""")
_ADDRESS = re.compile(r"""["'](https?:(?:\\?/){2}[^"'\s<>]+?\.js)["']""")
_LONGEST_SETTINGS = 4000


class Tag(Struct, frozen=True):
    """One call that makes a tracker."""

    namespace: str
    collector: str
    settings: dict[str, str]
    """Those that stand there as plain texts, numbers, true or false."""
    script: Script

    @property
    def held(self) -> bool:
        """Whether the script does not run as it stands."""
        return not self.script.runs


def tags(page: HtmlPage) -> tuple[Tag, ...]:
    """Return all trackers that the page makes."""
    return tuple(tag for script in page.scripts if script.text for tag in _in(script))


def addresses(page: HtmlPage) -> tuple[str, ...]:
    """Return the addresses of scripts: of those that the page loads, and of those that inline scripts mention."""
    loaded = [script.source for script in page.scripts if script.source]
    named = [
        found[1].replace("\\/", "/") for script in page.scripts for found in _ADDRESS.finditer(_plain(script.text))
    ]
    return tuple(loaded + named)


def _in(script: Script) -> Iterator[Tag]:
    text = _plain(script.text)
    for found in _NEW.finditer(text):
        yield Tag(_value(found[1]), _value(found[2]), _settings(text[found.end() :]), script)


def _plain(text: str) -> str:
    """Drop comments, but not what only looks like one within a text."""
    return _COMMENT.sub(lambda found: found[1] or " ", text)


def _settings(rest: str) -> dict[str, str]:
    """Read the settings of the object that follows."""
    return {found[1]: _value(found[2]) for found in _SETTING.finditer(rest[: _end(rest)])}


def _end(rest: str) -> int:
    """Return where the call's settings end: at the brace that closes them, or at the call's own end."""
    depth = 0
    for at, letter in enumerate(rest[:_LONGEST_SETTINGS]):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter in "})" and depth <= 0:
            return at
    return min(len(rest), _LONGEST_SETTINGS)


def _value(text: str) -> str:
    """Return what a literal stands for."""
    if text[0] not in "\"'":
        return text
    inner = text[1:-1]
    quoted = inner.replace('\\"', '"').replace('"', '\\"').replace("\\'", "'")
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return inner
