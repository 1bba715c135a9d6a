"""A page's elements that matter for the tag. Pure, and light: `html` finds them."""

from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

SPACE = "\t\n\f\r "
"""White space of HTML."""

RUNS = frozenset(
    f"{kind}/{name}"
    for kind, names in (
        ("application", ("ecmascript", "javascript", "x-ecmascript", "x-javascript")),
        ("text", ("ecmascript", "javascript", "jscript", "livescript", "x-ecmascript", "x-javascript")),
        ("text", tuple(f"javascript1.{minor}" for minor in range(6))),
    )
    for name in names
)
"""JavaScript MIME types (MIME Sniffing Standard): a script with another `type` isn't run."""

_DATA = frozenset({"application/json", "application/ld+json", "importmap", "speculationrules", "text/template"})
"""Types of scripts that hold data on purpose."""


class Script(Struct, frozen=True):
    """A script element."""

    source: str
    """Absolute address; empty for an inline script."""
    text: str
    attributes: dict[str, str]
    after_policies: int = 0
    """How many policies of the page's own `<meta>` elements stand before it: later ones don't hold for it."""
    later: bool = False
    """Whether a tool keeps its code or its address in an attribute of its own, to run it later."""

    @property
    def runs(self) -> bool:
        """Whether a browser runs it as it stands; consent tools change the type to hold scripts back."""
        return not self.later and not self.is_old and (self.is_module or self.kind in RUNS)

    @property
    def kind(self) -> str:
        """Its type as browsers take it: an empty one, and none, are JavaScript."""
        given = self.attributes.get("type")
        if given is None and self.attributes.get("language"):
            return f"text/{self.attributes['language'].lower()}"
        return (given or "").strip(SPACE).lower() or ("text/javascript" if not given else "")

    @property
    def is_module(self) -> bool:
        """Whether it is a module."""
        return self.kind == "module"

    @property
    def is_old(self) -> bool:
        """Whether it is only for browsers that know no modules; none of today's runs it."""
        return "nomodule" in self.attributes and not self.is_module

    @property
    def is_data(self) -> bool:
        """Whether it holds data, so that nobody ever runs it."""
        return self.kind in _DATA or self.is_old


class HtmlPage(Struct, frozen=True):
    """A page as its server sends it."""

    url: str
    scripts: tuple[Script, ...]
    images: tuple[str, ...]
    """Addresses of images, with those for visitors without JavaScript."""
    policies: tuple[str, ...]
    """Each Content-Security-Policy, from headers and from the page itself."""
    sent_policies: int = 0
    """How many of them are from headers; they stand first."""
    frames: tuple[str, ...] = ()
    """Addresses of frames."""
    inside: tuple[str, ...] = ()
    """HTML of frames that the page holds itself (`srcdoc`)."""
    refresh: str = ""
    """Where the page sends its visitors by itself; empty for nowhere."""
    deep: bool = False
    """Whether more elements stand within each other than is read."""
    asked: str = ""
    """The address that led here; empty where it is the page's own."""


def parts_of(address: str) -> SplitResult:
    """Split an address that a page names; what is no address has no parts."""
    try:
        split_address = urlsplit(address)
        _ = split_address.port
    except ValueError:
        return urlsplit("")
    return split_address
