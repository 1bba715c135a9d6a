"""A page's HTML as a browser reads it: scripts, images, frames, and policies that matter for the tag. Pure.

Lexbor builds the tree by the HTML Standard with scripting switched on: what stands in comments, text areas, templates,
and `<noscript>` is no script there, so it is none here.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin

from selectolax.lexbor import LexborHTMLParser

from wizard.model.ports import Response
from wizard.snowplow.csp import split
from wizard.snowplow.pagecheck.charset import decoded
from wizard.snowplow.pagecheck.elements import SPACE, HtmlPage, Script

__all__ = ["LIMIT", "HtmlPage", "Script", "read", "read_text"]

LIMIT = 8 * 1024 * 1024
"""Bytes of a page that are read; pages of that size exist, larger ones are no pages."""

MOST_ELEMENTS = 20_000
"""Scripts, images and frames of a page that are looked at."""

_HANDLERS = frozenset({"onload", "onpageshow"})
"""Attributes whose code runs without the visitor's doing."""

_KEPT = re.compile(r"data-(?:\w+-)*src|consent-original-src\w*")
"""Attributes in which tools keep a script's address to run it later."""

_REFRESH = re.compile(r"""^\s*(\d*)[\d.]*\s*[;,\s]\s*(?:url\s*=)?\s*(.*)$""", re.IGNORECASE | re.DOTALL)
DEEPEST = 512
"""Elements within each other, as in Chromium: for each element a parser walks through all that are open around it."""

_MATTERS = "script,img,image,base,meta,iframe,frame,noscript,[onload],[onpageshow]"
_TAG = re.compile(r"<(?:!--|(/?)([a-z][a-z0-9-]*))", re.IGNORECASE)
_TEXTS = {
    **{
        name: re.compile(f"</{name}", re.IGNORECASE)
        for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noscript", "noframes", "noembed")
    },
    "!--": re.compile("-->"),
}
"""Elements that hold text, whatever it looks like, and how they end."""

_SELF_CLOSING = frozenset(
    {
        *("area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img", "input"),
        *("li", "link", "meta", "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "track", "wbr"),
    }
)
"""Elements that end by themselves (HTML Standard, optional tags and void elements), so that they don't pile up."""


def read(url: str, answer: Response) -> HtmlPage:
    """Read an answer as a page."""
    header = answer.headers.get("content-security-policy", "")
    return read_text(url, decoded(answer.body, answer.headers.get("content-type", "")), split([header]))


def read_text(url: str, text: str, policies: tuple[str, ...] = ()) -> HtmlPage:
    """Read HTML as a page.

    Args:
        url: its address.
        text: the HTML.
        policies: what its server sent with it.
    """
    reader = _Reader(url)
    reader.read(text)
    return HtmlPage(
        url,
        tuple(reader.scripts),
        tuple(reader.images),
        (*policies, *reader.policies),
        len(policies),
        tuple(reader.frames),
        tuple(reader.inside),
        reader.refresh,
        reader.deep,
    )


class _Reader:
    """Collects what matters; whatever else is wrong with the page does not matter here."""

    def __init__(self, url: str) -> None:
        self.scripts: list[Script] = []
        self.images: list[str] = []
        self.policies: list[str] = []
        self.frames: list[str] = []
        self.inside: list[str] = []
        self.refresh = ""
        self.deep = False
        self._url = self._base = url
        self._based = False
        self._look = {
            "script": self._script,
            "img": self._image,
            "image": self._image,
            "base": self._based_on,
            "meta": self._meta,
            "iframe": self._frame,
            "frame": self._frame,
            "noscript": self._no_script,
        }

    def read(self, text: str) -> None:
        """Read a whole document."""
        self.deep = _piled_up(text)
        if self.deep:
            return
        # NUL is a letter for the standard's parser, but ends the text for some builds of Lexbor.
        tree = LexborHTMLParser(text.replace("\0", "\ufffd").encode("utf-8", "replace"), scripting=True)
        for node in _elements(tree):
            if len(self.scripts) + len(self.images) + len(self.frames) >= MOST_ELEMENTS:
                break
            handle = self._look.get(node.tag or "")
            attributes = {name.lower(): value or "" for name, value in node.attributes.items()}
            if handle:
                handle(node, attributes)
            self._handlers(attributes)

    def _script(self, node: Any, attributes: dict[str, str]) -> None:
        given, text = attributes.get("src", attributes.get("href", attributes.get("xlink:href"))), _content(node)
        kept = next((value for name, value in attributes.items() if _KEPT.fullmatch(name) and value), None)
        if given is None and kept and not text.strip():
            self._from(kept, attributes, later=True)
        elif given is None:
            self._add("", text, attributes)
        else:
            self._from(given, attributes, later=False)

    def _from(self, address: str, attributes: dict[str, str], *, later: bool) -> None:
        """Add a script that an attribute names or holds."""
        if address.strip(SPACE)[:5].lower() == "data:":
            self._add("", _data(address), attributes, later=later)
        elif address.strip(SPACE):
            self._add(self._absolute(address), "", attributes, later=later)

    def _add(self, source: str, text: str, attributes: dict[str, str], *, later: bool = False) -> None:
        self.scripts.append(Script(source, text, attributes, len(self.policies), later))

    def _handlers(self, attributes: dict[str, str]) -> None:
        for name in _HANDLERS & attributes.keys():
            if attributes[name].strip():
                self._add("", f"(function () {{ {attributes[name]}\n}})()", {"onload": ""})

    def _image(self, _node: Any, attributes: dict[str, str]) -> None:
        if attributes.get("src"):
            self.images.append(self._absolute(attributes["src"]))

    def _no_script(self, node: Any, _attributes: dict[str, str]) -> None:
        """Read the images for visitors without JavaScript, whose HTML is mere text to everybody else."""
        text = _content(node)
        inside = LexborHTMLParser("" if _piled_up(text) else text)
        for image in inside.css("img[src]"):
            self.images.append(self._absolute(image.attributes.get("src") or ""))

    def _based_on(self, _node: Any, attributes: dict[str, str]) -> None:
        if attributes.get("href") and not self._based:
            self._based = True
            self._base = self._absolute(attributes["href"])

    def _meta(self, _node: Any, attributes: dict[str, str]) -> None:
        kind, content = attributes.get("http-equiv", "").strip().lower(), attributes.get("content", "")
        if kind == "content-security-policy":
            self.policies.append(content)
        elif kind == "refresh" and not self.refresh:
            found = _REFRESH.match(content)
            target = self._absolute(found[2].strip().strip("\"'")) if found and found[2].strip() else ""
            self.refresh = target if target.partition("#")[0] != self._url.partition("#")[0] else ""

    def _frame(self, _node: Any, attributes: dict[str, str]) -> None:
        if "srcdoc" in attributes:
            self.inside.append(attributes["srcdoc"])
        elif attributes.get("src"):
            self.frames.append(self._absolute(attributes["src"]))

    def _absolute(self, address: str) -> str:
        address = address.strip(SPACE).translate({9: None, 10: None, 13: None}).replace("\\", "/")
        try:
            return urljoin(self._base, address)
        except ValueError:
            return address


def _elements(tree: LexborHTMLParser) -> Iterator[Any]:
    """Yield a document's elements in order, with those in shadow trees that its HTML declares."""
    yield from tree.css(_MATTERS)
    for fragment in tree.template_fragments():
        if fragment.parent is not None and "shadowrootmode" in fragment.parent.attributes:
            yield from fragment.css(_MATTERS)


def _piled_up(text: str) -> bool:
    """Whether more elements may be open at a time than is read."""
    depth = after = 0
    for found in _TAG.finditer(text) if text.count("<") > DEEPEST else ():
        name = (found[2] or "!--").lower()
        if found.start() < after or name in _SELF_CLOSING:
            continue
        if name in _TEXTS and not found[1]:  # what stands in these elements, and in comments, is text
            end = _TEXTS[name].search(text, found.end())
            if end is None:
                return False
            after = end.start() + (name == "!--")
            depth += name != "!--"
        else:
            depth = max(depth - 1, 0) if found[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False


def _content(node: Any) -> str:
    return str(node.text(deep=True, separator="", strip=False) or "")


def _data(address: str) -> str:
    """Return the script that a `data:` address holds."""
    head, _, body = address.strip(SPACE).partition(",")
    raw = unquote_to_bytes(body)
    if head.lower().rstrip().endswith(";base64"):
        try:
            raw = base64.b64decode(raw + b"=" * (-len(raw) % 4))
        except binascii.Error:
            raw = b""
    return raw.decode("utf-8", "replace")
