"""A page's HTML: scripts, images, and policies that matter for the tag. Pure."""

from html.parser import HTMLParser
from urllib.parse import SplitResult, urljoin, urlsplit

from msgspec import Struct

from wizard.model.ports import Response
from wizard.snowplow.csp import split

LIMIT = 4 * 1024 * 1024
"""Bytes of a page that are read; pages of that size exist, larger ones are no pages."""

RUNS = frozenset(
    {"", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/x-javascript"}
)
"""Values of a script's `type` that browsers run (HTML Living Standard: JavaScript MIME types)."""


class Script(Struct, frozen=True):
    """A script element."""

    source: str
    """Absolute address; empty for an inline script."""
    text: str
    attributes: dict[str, str]

    @property
    def runs(self) -> bool:
        """Whether a browser runs it as it stands; consent tools change the type to hold scripts back."""
        return self.attributes.get("type", "").strip().lower() in RUNS


class HtmlPage(Struct, frozen=True):
    """A page as its server sends it."""

    url: str
    scripts: tuple[Script, ...]
    images: tuple[str, ...]
    policies: tuple[str, ...]
    """Each Content-Security-Policy, from headers and from the page itself."""


def read(url: str, answer: Response) -> HtmlPage:
    """Read an answer as a page."""
    parser = _Reader(url)
    parser.feed(answer.body.decode(_charset(answer), "replace"))
    parser.close()
    header = answer.headers.get("content-security-policy", "")
    return HtmlPage(url, tuple(parser.scripts), tuple(parser.images), (*split([header]), *parser.policies))


def parts_of(address: str) -> SplitResult:
    """Split an address that a page names; what is no address has no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _charset(answer: Response) -> str:
    name = answer.headers.get("content-type", "").partition("charset=")[2].strip('"; ') or "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name


class _Reader(HTMLParser):
    """Collects scripts, images and policies; whatever else is wrong with the page does not matter here."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[Script] = []
        self.images: list[str] = []
        self.policies: list[str] = []
        self._base = url
        self._open: dict[str, str] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name.lower(): value or "" for name, value in attrs}
        if tag == "script":
            self._open, self._text = found, []
        elif tag == "img" and found.get("src"):
            self.images.append(self._absolute(found["src"]))
        elif tag == "base" and found.get("href"):
            self._base = self._absolute(found["href"])
        elif tag == "meta" and found.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(found.get("content", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._open is not None:
            source = self._absolute(self._open["src"]) if self._open.get("src") else ""
            self.scripts.append(Script(source, "".join(self._text), self._open))
            self._open = None

    def _absolute(self, address: str) -> str:
        try:
            return urljoin(self._base, address.strip())
        except ValueError:
            return address
