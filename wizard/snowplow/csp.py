"""Content-Security-Policy: parses a page's policies, and tells what they allow. Pure.

What is allowed is compared as browsers do (W3C Content Security Policy, level 3), as far as a tag is concerned.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

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
    """Return the sources that decide on `script` or `connect`; None where nothing limits it."""
    return next((directives[name] for name in SOURCES[what] if name in directives), None)


def allows(policy: str, what: str, url: str, page: str) -> bool:
    """Whether a policy lets a page load a script from `url`, or connect to it.

    Args:
        policy: one policy.
        what: `script` or `connect`.
        url: the absolute address.
        page: the page's own address, for `'self'`.
    """
    sources = deciding(parsed(policy), what)
    if sources is None:
        return True
    if what == "script" and "'strict-dynamic'" in sources:
        return True  # a script that an allowed script adds is allowed; whether that one is, see `allows_inline`
    return any(_matches(source, url, page) for source in sources)


def allows_inline(policy: str, digest: str, nonce: str | None) -> bool:
    """Whether a policy lets an inline script run.

    Args:
        policy: one policy.
        digest: the script's hash as a policy writes it, with quotes.
        nonce: the script element's nonce, if it has one.
    """
    sources = deciding(parsed(policy), "script")
    if sources is None or digest in sources or (nonce and f"'nonce-{nonce}'" in sources):
        return True
    strict = any(source.startswith(("'nonce-", "'sha", "'strict-dynamic'")) for source in sources)
    return "'unsafe-inline'" in sources and not strict


def _matches(source: str, url: str, page: str) -> bool:
    asked, own = urlsplit(url), urlsplit(page)
    lower = source.lower()
    if lower == "'self'":
        return (asked.scheme, asked.netloc) == (own.scheme, own.netloc)
    if lower.startswith("'"):
        return False
    if lower == "*":
        return asked.scheme in ("http", "https", own.scheme)
    if re.fullmatch(r"[a-z][a-z0-9+.-]*:", lower):
        return asked.scheme == lower[:-1] or (lower == "http:" and asked.scheme == "https")
    return _matches_host(source, asked.scheme, asked.netloc, asked.path, own.scheme)


def _matches_host(source: str, scheme: str, netloc: str, path: str, own: str) -> bool:
    given, _, rest = source.rpartition("://")
    host, slash, tail = rest.partition("/")
    wanted = given.lower() or own
    fits = scheme == wanted or (wanted == "http" and scheme == "https")
    name, _, port = host.lower().partition(":")
    asked, _, asked_port = netloc.lower().partition(":")
    same = asked.endswith(name[1:]) if name.startswith("*.") else asked == name
    ports = port in ("*", asked_port) or (port in ("", "443") and asked_port in ("", "443"))
    where = f"/{tail}" if slash else ""
    paths = not where or where == "/" or (path.startswith(where) if where.endswith("/") else path == where)
    return fits and same and ports and paths


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
    return policy.replace("'self'", f"{split_page.scheme}://{split_page.netloc}")
