"""How a tracker file is served: every way a web server can get it wrong, told apart from one response. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec import Struct

from wizard.model.digest import integrity
from wizard.model.ports import Response
from wizard.model.setup import TrackerFile
from wizard.snowplow.tracker.tracker_file import TrackerError, recognize

CONTENT_TYPE = "text/javascript"
"""The type of JavaScript since RFC 9239; the older ones are the same to every browser."""

CACHE_CONTROL = "public, max-age=31536000, immutable"
"""A year without asking again: another version gets another address."""

SCRIPTS = frozenset({"text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript"})
ASKING = {"Origin": "https://example.com", "Accept-Encoding": "gzip"}
"""As a page on another site asks for a script with `crossorigin`."""

ANSWER_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer, unpacked: more than any tracker, so that a wrong file is still recognized."""

_GZIP = b"\x1f\x8b"
_OK = 200
_WEEK = 7 * 86_400
_MOVED = (301, 302, 303, 307, 308)


class DeliveryFault(Struct, frozen=True):
    """What is wrong with how the file is delivered."""

    problem: str
    summary: str
    serious: bool = True
    """Whether browsers will not run the file."""
    observed: str = ""
    expected: str = ""


def faults(answer: Response, file: TrackerFile, url: str) -> tuple[DeliveryFault, ...]:
    """Return what is wrong with an answer to `ASKING`, the worst first; nothing if all is well.

    Args:
        answer: what came back; its body is already uncompressed once, if it says that it was packed.
        file: what should come.
        url: what was asked for.
    """
    if answer.status != _OK:
        return (_refused(answer, url),)
    found = (*_content(answer, file, url), *_headers(answer, url))
    return tuple(sorted(found, key=lambda fault: not fault.serious))


def undecodable(url: str, reason: str) -> DeliveryFault:
    """Say that the answer claims to be packed and is not."""
    return DeliveryFault(
        "tracker-encoding-false",
        f"{url} claims to be compressed with gzip, but isn't",
        observed=reason,
        expected="Content-Encoding only on compressed files",
    )


def _refused(answer: Response, url: str) -> DeliveryFault:
    observed = f"HTTP {answer.status}"
    if answer.status in _MOVED:
        where = answer.headers.get("location", "nowhere")
        return DeliveryFault("tracker-moved", f"{url} redirects browsers to {where}", observed=f"{observed}, {where}")
    if answer.status in (404, 410):
        return DeliveryFault("tracker-missing", f"There is no file at {url}", observed=observed, expected="HTTP 200")
    return DeliveryFault("tracker-refused", f"{url} responds with HTTP status {answer.status}", observed=observed)


def _content(answer: Response, file: TrackerFile, url: str) -> Iterator[DeliveryFault]:
    encoding = answer.headers.get("content-encoding", "")
    if answer.body.startswith(_GZIP):
        yield _packed_wrongly(encoding, url)
        return
    if integrity(answer.body) != file.sha384:
        yield _another(answer, file, url)
        return
    kind = _type(answer)
    if kind not in SCRIPTS:
        yield DeliveryFault(
            "tracker-type",
            f"{url} is delivered as '{kind or 'nothing in particular'}', which browsers may refuse to run",
            observed=kind or "no Content-Type",
            expected=CONTENT_TYPE,
        )
    if not encoding or encoding == "identity":
        yield DeliveryFault(
            "tracker-not-packed",
            f"{url} is delivered uncompressed: {len(answer.body):,} bytes, about three times as many as needed",
            serious=False,
            observed="no Content-Encoding",
            expected="gzip or br",
        )


def _packed_wrongly(encoding: str, url: str) -> DeliveryFault:
    if encoding:
        return DeliveryFault(
            "tracker-packed-twice",
            f"{url} is compressed with gzip twice",
            observed=f"Content-Encoding: {encoding}, and gzip again within",
            expected="compressed once",
        )
    return DeliveryFault(
        "tracker-encoding-missing",
        f"{url} is compressed with gzip, but doesn't say so: browsers can't run it",
        observed="gzip without Content-Encoding",
        expected="Content-Encoding: gzip",
    )


def _another(answer: Response, file: TrackerFile, url: str) -> DeliveryFault:
    expected = f"{file.version}, {file.sha384}"
    if _type(answer) == "text/html" or answer.body[:200].lstrip().startswith(b"<"):
        return DeliveryFault("tracker-is-page", f"{url} returns a web page instead of the file", expected=expected)
    try:
        found = recognize(answer.body)
        observed = f"tracker {found.version}, {found.sha384}"
    except TrackerError as error:
        observed = str(error)
    return DeliveryFault("tracker-differs", f"{url} isn't the file you agreed to", observed=observed, expected=expected)


def _headers(answer: Response, url: str) -> Iterator[DeliveryFault]:
    headers = answer.headers
    allowed = headers.get("access-control-allow-origin", "")
    if allowed not in ("*", ASKING["Origin"]):
        yield DeliveryFault(
            "tracker-cors",
            f"{url} doesn't let pages of other origins check the file (`integrity`), so they won't run it",
            observed=allowed or "no Access-Control-Allow-Origin",
            expected="*",
        )
    caching = headers.get("cache-control", "")
    if _max_age(caching) < _WEEK or "no-store" in caching.lower():
        yield DeliveryFault(
            "tracker-caching",
            f"browsers don't cache {url} for long, so returning visitors load it again and again",
            serious=False,
            observed=caching or "no Cache-Control",
            expected=CACHE_CONTROL,
        )
    if "set-cookie" in headers:
        yield DeliveryFault("tracker-cookie", f"{url} sets a cookie, which a static file shouldn't", serious=False)
    if headers.get("content-encoding") and "accept-encoding" not in headers.get("vary", "").lower():
        yield DeliveryFault(
            "tracker-vary",
            f"{url} doesn't say that compressed and uncompressed responses differ, so caches in between may mix them "
            f"up",
            serious=False,
            observed=headers.get("vary", "no Vary"),
            expected="Vary: Accept-Encoding",
        )


def needs_cors(url: str, pages: tuple[str, ...]) -> bool:
    """Whether some page is known to be of another origin than the file, or none is known at all."""
    return not pages or any(urlsplit(page)[:2] != urlsplit(url)[:2] for page in pages)


def _type(answer: Response) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _max_age(caching: str) -> int:
    found = re.search(r"max-age=(\d{1,10})", caching.lower())
    return int(found[1]) if found else 0
