"""Content-Security-Policy: parses a page's policies, and tells what they allow. Pure.

What is allowed is compared as browsers do (W3C Content Security Policy, level 3), as far as a tag is concerned.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, unquote, urlsplit

SOURCES = {"script": ("script-src-elem", "script-src", "default-src"), "connect": ("connect-src", "default-src")}
"""What is asked for, and which directives decide, the first that is there."""

MOST = 200
"""Words of a directive that are read."""

_BLANK = re.compile("[\t\n\f\r ]+")
"""What separates words: ASCII white space alone."""

Directives = dict[str, list[str]]


def parsed(policy: str) -> Directives:
    """Split a policy; of a directive that stands twice the first counts.

    What holds other letters than ASCII's visible ones is no directive and no source (the standard's grammar): browsers
    pass over it, and no header could carry it.
    """
    found: Directives = {}
    for part in policy.split(";"):
        name, *sources = [each for each in _BLANK.split(part) if each][:MOST] or [""]
        if name and _visible(name):
            found.setdefault(name.lower(), [each for each in sources if _visible(each)])
    return found


def _visible(word: str) -> bool:
    return word.isascii() and word.isprintable()


def split(headers: Iterable[str]) -> tuple[str, ...]:
    """Return the policies in header values: a comma separates policies, each of which must allow what is done."""
    return tuple(one.strip() for header in headers for one in header.split(",") if one.strip())


def deciding(directives: Directives, what: str) -> list[str] | None:
    """Return the sources that decide on `script`, `connect` or `image`; None where nothing limits it."""
    names = SOURCES.get(what) or ("img-src", "default-src")
    return next((directives[name] for name in names if name in directives), None)


def allows(policy: str, what: str, url: str, page: str) -> bool:
    """Whether a policy lets a page load a script or an image from `url`, or connect to it.

    Args:
        policy: one policy.
        what: `script`, `connect` or `image`.
        url: the absolute address.
        page: the page's own address, for `'self'`.
    """
    sources = deciding(parsed(policy), what)
    if sources is None:
        return True
    if what == "script" and _has(sources, "'strict-dynamic'"):
        return True  # a script that an allowed script adds is allowed; whether that one is, see `allows_inline`
    return any(_matches(source, url, page) for source in sources)


def allows_element(policy: str, url: str, page: str, attributes: Mapping[str, str]) -> bool:
    """Whether a policy lets a page's own `<script src>` load.

    Args:
        policy: one policy.
        url: the script's absolute address.
        page: the page's own address.
        attributes: the element's; its nonce counts, and its hashes if the policy has each of them.
    """
    sources = deciding(parsed(policy), "script")
    if sources is None or _has_nonce(sources, nonce_of(attributes)):
        return True
    hashes = [_plain_hash(f"'{one}'") for one in attributes.get("integrity", "").split()]
    if hashes and all(one in {_plain_hash(source) for source in sources} for one in hashes):
        return True
    return not _has(sources, "'strict-dynamic'") and any(_matches(source, url, page) for source in sources)


def allows_inline(policy: str, digest: str | Iterable[str], nonce: str | None) -> bool:
    """Whether a policy lets an inline script run.

    Args:
        policy: one policy.
        digest: the script's hash as a policy writes it, with quotes, or its hashes (see `hashes_of`).
        nonce: the script element's nonce, if it has one that counts (see `nonce_of`).
    """
    sources = deciding(parsed(policy), "script")
    if sources is None or (nonce and _has_nonce(sources, nonce)):
        return True
    wanted = {_plain_hash(one) for one in ((digest,) if isinstance(digest, str) else digest)}
    if any(_plain_hash(source) in wanted for source in sources):
        return True
    strict = any(_HASH.fullmatch(source) or _NONCE.fullmatch(source) for source in sources)
    return _has(sources, "'unsafe-inline'") and not strict and not _has(sources, "'strict-dynamic'")


def hashes_of(script: str) -> tuple[str, ...]:
    """Return the hashes that allow an inline script of exactly this text, as policies write them."""
    content = script.encode("utf-8", "replace")
    names = ("sha256", "sha384", "sha512")
    return tuple(f"'{name}-{base64.b64encode(hashlib.new(name, content).digest()).decode()}'" for name in names)


def nonce_of(attributes: Mapping[str, str]) -> str | None:
    """Return an element's nonce; None where it has none, or one that doesn't count."""
    smuggled = any(mark in f"{name}={value}".lower() for name, value in attributes.items() for mark in _INSIDE_NONCE)
    return None if smuggled else attributes.get("nonce") or None


def runs_scripts(policy: str) -> bool:
    """Whether a policy that a server sends lets the page run scripts at all (`sandbox`)."""
    sandbox = parsed(policy).get("sandbox")
    return sandbox is None or _has(sandbox, "allow-scripts")


def guards_addresses(policy: str) -> bool:
    """Whether a policy refuses plain texts as addresses of scripts (Trusted Types)."""
    return _has(parsed(policy).get("require-trusted-types-for", []), "'script'")


_HASH = re.compile(r"'(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_NONCE = re.compile(r"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_INSIDE_NONCE = ("<script", "<style")
"""What no attribute may hold for a nonce to count: it could have been smuggled into a tag that was not closed."""


def _has(sources: Iterable[str], keyword: str) -> bool:
    """Whether a keyword is among the sources; keywords have no case, nonces and hashes do."""
    return any(source.lower() == keyword for source in sources)


def _has_nonce(sources: Iterable[str], nonce: str | None) -> bool:
    return any(found[1] == nonce for source in sources if (found := _NONCE.fullmatch(source)))


def _plain_hash(source: str) -> tuple[str, str]:
    """Return a hash's algorithm and value; both ways to write Base64 count."""
    found = _HASH.fullmatch(source)
    if not found:
        return ("", source)
    value = found[2].replace("-", "+").replace("_", "/").rstrip("=")
    return found[1].lower(), value + "=" * (-len(value) % 4)


def _matches(source: str, url: str, page: str) -> bool:
    try:
        asked, own = urlsplit(url), urlsplit(page)
    except ValueError:
        return False
    lower = source.lower()
    if lower == "'self'":
        return _is_self(asked, own)
    if lower.startswith("'"):
        return False
    if lower == "*":
        return asked.scheme in ("http", "https", "ws", "wss", own.scheme)
    if re.fullmatch(r"[a-z][a-z0-9+.-]*:", lower):
        return _scheme_fits(lower[:-1], asked.scheme)
    return _matches_host(source, asked, own.scheme)


def _is_self(asked: SplitResult, own: SplitResult) -> bool:
    """Whether an address is of the page's own origin, or of its secure twin (both on their scheme's port)."""
    if asked.hostname != own.hostname:
        return False
    if (asked.scheme, _port(asked)) == (own.scheme, _port(own)):
        return True
    usual = all(_port(one) == _PORTS.get(one.scheme) for one in (asked, own))
    return usual and own.scheme == "http" and asked.scheme == "https"


_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None


def _scheme_fits(wanted: str, asked: str) -> bool:
    return asked == wanted or (wanted, asked) in (("http", "https"), ("ws", "wss"), ("ws", "https"))


def _matches_host(source: str, asked: SplitResult, own: str) -> bool:
    given, _, rest = source.rpartition("://")
    host, slash, tail = rest.partition("/")
    name, _, port = host.lower().partition(":")
    found = (asked.hostname or "").lower()
    same = name == "*" or (found.endswith(name[1:]) if name.startswith("*.") else found == name)
    where = unquote(f"/{tail.partition('?')[0]}") if slash else ""
    path = unquote(asked.path or "/")
    paths = where in ("", "/") or (path.startswith(where) if where.endswith("/") else path == where)
    return _scheme_fits(given.lower() or own, asked.scheme) and same and _port_fits(port, asked) and paths


def _port_fits(port: str, asked: SplitResult) -> bool:
    found = _port(asked)
    if port in ("*", str(found)):
        return True
    return found == _PORTS.get(asked.scheme) if not port else port == "80" and found == 443  # noqa: PLR2004 - http and https


def allowing(policy: str, origin: str, nonce: str, digest: str) -> str:
    """Return a policy that also lets our own page do its work, and changes nothing for anybody else.

    Args:
        policy: the site's.
        origin: our page's.
        nonce: for policies in which addresses do not count; empty otherwise.
        digest: the hash of our page's own tag, as a policy writes it: whether the tag on the user's page may run is
            another question, which only that page answers.
    """
    directives = parsed(policy)
    kept = {name: list(sources) for name, sources in directives.items() if name not in _USELESS}
    for what, names in SOURCES.items():
        sources = deciding(directives, what)
        if sources is not None:
            ours = [origin, *_for_scripts(nonce, digest)] if what == "script" else [origin]
            target = next(name for name in names if name in directives)
            name = target if target != "default-src" else names[-2]
            kept[name] = [*(one for one in sources if one.lower() != "'none'"), *ours]
    return "; ".join(" ".join((name, *sources)) for name, sources in kept.items())


def _for_scripts(nonce: str, digest: str) -> list[str]:
    return [digest, *([f"'nonce-{nonce}'"] if nonce else [])]


_USELESS = frozenset({"sandbox", "upgrade-insecure-requests", "report-uri", "report-to", "require-trusted-types-for"})
"""Directives that would only keep our page on plain http from working, or bother the site's owner with reports."""


def of_site(policy: str, page: str) -> str:
    """Return a site's policy with its `'self'` spelt out: our page has another origin."""
    split_page = urlsplit(page)
    return re.sub("'self'", f"{split_page.scheme}://{split_page.netloc}", policy, flags=re.IGNORECASE)
