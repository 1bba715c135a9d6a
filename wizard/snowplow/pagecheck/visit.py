"""Gets a page as a browser would: redirects, robot checks, other things than pages, and the page behind a page."""

import re
from urllib.parse import urljoin

from msgspec.structs import replace

from wizard.model.ports import Response, Web, WebError
from wizard.model.results import Check, Status
from wizard.model.setup import Setup
from wizard.snowplow.pagecheck.elements import HtmlPage, parts_of
from wizard.snowplow.pagecheck.html import LIMIT, read, read_text
from wizard.snowplow.pagecheck.judge import judge
from wizard.snowplow.pagecheck.look import Look
from wizard.snowplow.pagecheck.page_tools import challenge
from wizard.snowplow.pagecheck.rows import unread, wrong

REDIRECTS = 5
MOST_FRAMES = 4
"""Frames of a page that are read."""

_READ = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""Compressions that can be read; a server that is asked for none may send one all the same."""

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_REFRESH = re.compile(r"""^\s*[\d.]*\s*[;,]\s*(?:url\s*=)?\s*["']?([^"']+)""", re.IGNORECASE)
_BEGINNINGS = ((b"%PDF", "a PDF file"), (b"{", "JSON"), (b"[", "JSON"), (b"\x89PNG", "an image"), (b"GIF8", "an image"))


class UnreadError(Exception):
    """A page of which nothing can be said.

    Attributes:
        check: the row that says why.
    """

    def __init__(self, check: Check) -> None:
        super().__init__(check.summary)
        self.check = check


async def checks_of(web: Web, setup: Setup, url: str) -> tuple[Check, ...]:
    """Get a page and judge it; a page that doesn't answer is a row too."""
    try:
        page, header = await _got(web, url)
    except UnreadError as error:
        return (error.check,)
    if Look(page, setup).tags:
        return judge(page, setup)
    target = page.refresh or header
    if target:
        try:
            page, _ = await _got(web, target)
        except UnreadError as error:
            return (error.check,)
    return await _in_frames(web, setup, page) or judge(page, setup)


async def page_of(web: Web, url: str) -> HtmlPage:
    """Get a page.

    Raises:
        UnreadError: it can't be read.
    """
    return (await _got(web, url))[0]


async def _got(web: Web, url: str) -> tuple[HtmlPage, str]:
    """Return a page, and where its server sends its visitors besides."""
    try:
        answer = await _answer(web, url)
    except WebError as error:
        raise UnreadError(unread(url, "page-unreached", str(error))) from error
    refuse_unreadable(url, answer)
    at = answer.url or url
    found = _REFRESH.match(answer.headers.get("refresh", ""))
    page = replace(read(at, answer), asked=url)
    return page, urljoin(at, found[1].strip()) if found else ""


async def _answer(web: Web, url: str) -> Response:
    """Return what answers in the end; browsers follow redirects away from HTTPS, too.

    Raises:
        WebError: nothing answers, or there are too many redirects.
    """
    try:
        return await web.get(url, limit=LIMIT, redirects=REDIRECTS)
    except WebError as error:
        if parts_of(error.location).scheme != "http":
            raise
        address = error.location
    return await web.get(address, limit=LIMIT, redirects=REDIRECTS)


def refuse_unreadable(url: str, answer: Response) -> None:
    """Make sure that an answer is a page.

    Raises:
        UnreadError: it is none, or can't be read.
    """
    tool = challenge(answer)
    if tool:
        raise UnreadError(unread(url, "page-challenge", tool, f"A robot check of {tool} responded instead of {url}"))
    if answer.status >= 400:  # noqa: PLR2004 - HTTP: errors begin here
        raise UnreadError(unread(url, "page-unreached", f"HTTP {answer.status}"))
    encodings = [one.strip().lower() for one in answer.headers.get("content-encoding", "").split(",")]
    other = [one for one in encodings if one not in _READ]
    if other:
        raise UnreadError(
            unread(url, "page-encoding", ", ".join(other), f"{url} is compressed with {', '.join(other)}")
        )
    kind = _other_kind(answer)
    if kind:
        raise UnreadError(unread(url, "page-not-page", kind, f"{url} isn't a page"))


def _other_kind(answer: Response) -> str:
    """Return what an answer is instead of a page; empty for a page."""
    given = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    beginning = answer.body[:1024].lstrip()
    named = next((name for mark, name in _BEGINNINGS if beginning.startswith(mark)), "")
    if given in _HTML:
        return ""
    if given and "/" in given:
        return named or given
    if not answer.body.strip():
        return "nothing"
    return named


async def _in_frames(web: Web, setup: Setup, page: HtmlPage) -> tuple[Check, ...]:
    """Judge the frames of a page that has no tracker itself; nothing if none of them has one for the pixel."""
    inside = [(page.url, read_text(page.url, text, page.policies)) for text in page.inside[:MOST_FRAMES]]
    for address in [one for one in page.frames if parts_of(one).scheme in ("http", "https")][:MOST_FRAMES]:
        try:
            inside.append((address, await page_of(web, address)))
        except UnreadError:
            continue
    for address, frame in inside:
        if Look(frame, setup).ours:
            where = wrong(
                "page-frame", "page-in-frame", "The tag is in a frame of the page", address, status=Status.WARNING
            )
            first, *rest = judge(frame, setup)
            return (first, where, *rest)
    return ()
