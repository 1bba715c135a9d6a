"""Recognizes a tracker file by its banner, version, and contents. Pure."""

import base64
import hashlib
import re
from enum import StrEnum

from msgspec import Struct

from wizard.model.digest import integrity
from wizard.model.validators import InvalidChoice, public_url
from wizard.snowplow.tracker.knowledge import knowledge

LIMIT = 1024 * 1024
"""Most bytes; today's largest build, not minified, has a quarter of it."""

SMALLEST = 4096
"""Fewest bytes: no tracker of any version is that small, error pages are."""

UNKNOWN = "own"
"""Stands for the version of a build that says none."""

_BANNER = re.compile(r"(?:tracker|analytics) for Snowplow v(\d+\.\d+\.\d+(?:-[\w.]+)?)")
_OLD_BANNER = re.compile(r"Snowplow[\s\S]{0,400}?@version\s+(\d+\.\d+\.\d+)")
_SCHEMA = "com.snowplowanalytics.snowplow/payload_data"
"""In every tracker: what it calls a batch of events."""

_MARKS = ("snowplowOutQueue", _SCHEMA)
_SHA384 = re.compile(r"sha384-[A-Za-z0-9+/]{64}")


class TrackerError(ValueError):
    """The file cannot be had or cannot be used; the text says why and what to do."""


def plain_address(text: str) -> str:
    """Clean an address that is saved, shown and perhaps put into a public tag.

    Raises:
        TrackerError: it holds a password or a signature. The text never repeats it.
    """
    try:
        return public_url(text)
    except InvalidChoice as error:
        raise TrackerError(str(error)) from None


class Flavour(StrEnum):
    """How a page uses the file."""

    TAG = "tag"
    """`sp.js`: works off the queue that the loader tag fills."""
    UMD = "umd"
    """The browser-tracker bundle: gives the page the object `snowplowBrowserTracking`."""


class Tracker(Struct, frozen=True):
    """A file that was recognized as a tracker."""

    flavour: Flavour
    version: str
    content: bytes

    @property
    def sha384(self) -> str:
        """The hash as the `integrity` attribute writes it."""
        return integrity(self.content)

    @property
    def md5(self) -> str:
        """The hash as S3's ETag writes it."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


def digest(text: str) -> str:
    """Clean a SHA-384 that the user demands: as `integrity` writes it, or in hexadecimal.

    Raises:
        TrackerError: it is none.
    """
    text = text.strip()
    if re.fullmatch(r"[0-9a-fA-F]{96}", text):
        return f"sha384-{base64.b64encode(bytes.fromhex(text)).decode()}"
    if _SHA384.fullmatch(text):
        return text
    raise TrackerError("A SHA-384 is sha384- and 64 characters, or 96 hexadecimal digits.")


def recognize(content: bytes, version: str | None = None) -> Tracker:
    """Make sure that a file is a tracker that works with a pixel.

    Args:
        content: its bytes.
        version: the version that was asked for; None accepts any.

    Raises:
        TrackerError: it is not.
    """
    text = _text(content)
    found = _version(text)
    if found == UNKNOWN and not any(mark in text for mark in _MARKS):
        raise TrackerError(
            "This is JavaScript or text, but not a Snowplow tracker: it has neither its name nor its parts."
        )
    if version and found not in (version, UNKNOWN):
        raise TrackerError(f"You asked for version {version}, but the file says that it is {found}. Check the address.")
    if found != UNKNOWN and _ordered(found) < _ordered(knowledge().oldest):
        raise TrackerError(
            f"Tracker {found} doesn't work with a pixel: versions before {knowledge().oldest} always send cookies. "
            f"Use a newer one, for example {knowledge().version}."
        )
    flavour = Flavour.UMD if "snowplowBrowserTracking" in text else Flavour.TAG
    return Tracker(flavour, found, content)


def _text(content: bytes) -> str:
    """Return the file as text.

    Raises:
        TrackerError: it has the wrong size, is packed, no text, or a web page.
    """
    if not content:
        raise TrackerError("The file is empty.")
    if content.startswith(b"\x1f\x8b"):
        raise TrackerError("This is a gzip file. Decompress it first: snowpixel compresses it where that helps.")
    if _is_page(content):
        raise TrackerError("This is a web page, perhaps an error page, and not a tracker.")
    if not SMALLEST <= len(content) <= LIMIT:
        raise TrackerError(f"A tracker has {SMALLEST:,} to {LIMIT:,} bytes; this file has {len(content):,}.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TrackerError("The file isn't UTF-8 text, so it isn't JavaScript.") from error


def _is_page(content: bytes) -> bool:
    return content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _version(text: str) -> str:
    """Return the version that the file's first lines state."""
    head = text[:2000]
    found = _BANNER.search(head) or _OLD_BANNER.search(head)
    return found[1] if found else UNKNOWN


def major(version: str) -> int | None:
    """Return the first number of a version; None for a build that says none."""
    return None if version == UNKNOWN else int(version.partition(".")[0])


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split("."))
