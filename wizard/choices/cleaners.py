"""Cleaners of single choices: what was typed, as it is saved, or what is wrong with it and why."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from wizard.model.setup import Goal, OldTrackers, ViewerPolicy
from wizard.model.validators import InvalidChoice, public_url
from wizard.snowplow import pixel_image
from wizard.snowplow.tracker.sources import OriginKind, file_at, parse
from wizard.snowplow.tracker.tracker_file import TrackerError, digest, plain_address, recognize
from wizard.storage.atomic_files import unreadable

T = TypeVar("T")

NO_PAGES = "none"
"""The word that takes all pages back."""

MOST_EVENTS = 10**12
"""Events a month: a trillion is enough."""

_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9-]{1,64}")
_WHOLE = re.compile(r"[0-9]{1,20}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,. _'\u2019\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")

VIEWERS: Mapping[str, ViewerPolicy] = {"redirect": ViewerPolicy.REDIRECT, "https-only": ViewerPolicy.HTTPS_ONLY}
OLD_TRACKERS: Mapping[str, OldTrackers] = {str(one): one for one in OldTrackers}


def word_of(words: Mapping[str, T]) -> Callable[[str], T]:
    """Return the cleaner of a choice between words."""

    def cleaned(text: str) -> T:
        word = text.strip().lower()
        if word not in words:
            raise InvalidChoice(f"This takes one of these words: {', '.join(words)}.")
        return words[word]

    return cleaned


def events(text: str) -> int:
    """Clean a number of events a month; groups of three digits may be set apart.

    Raises:
        InvalidChoice: no whole number, or more than a trillion.
    """
    typed = text.strip()
    if not (_WHOLE.fullmatch(typed) or _GROUPED.fullmatch(typed)):
        raise InvalidChoice("A whole number is needed, such as 1,000,000.")
    number = int(re.sub(r"[^0-9]", "", typed))
    if number > MOST_EVENTS:
        raise InvalidChoice(f"More than {MOST_EVENTS:,} events a month can't be estimated.")
    return number


def certificate(text: str) -> str:
    """Clean the choice of a certificate.

    Raises:
        InvalidChoice: neither `ask`, nor `new`, nor the ARN of a certificate that CloudFront can use.
    """
    choice = text.strip()
    if choice in ("new", "ask") or _CERTIFICATE.fullmatch(choice):
        return choice
    raise InvalidChoice(
        "For the certificate, enter `new`, or the ARN of a certificate in us-east-1, the only region that CloudFront "
        "uses: arn:aws:acm:us-east-1:ACCOUNT:certificate/ID."
    )


def pixel(text: str) -> str:
    """Clean where the pixel comes from; a file is looked at now, an address when it is used.

    Raises:
        wizard.snowplow.pixel_image.PixelError: it cannot be the pixel.
        InvalidChoice: it is an address with a password in it.
    """
    text = public_url(text)
    if text in ("", "builtin"):
        return "builtin"
    if text.lower().startswith("https://"):
        return text
    if "://" in text:
        raise pixel_image.PixelError("The pixel needs an HTTPS address, a file's path, or `builtin`.")
    path = Path(text).expanduser().absolute()
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name has a character that no name has"
        raise pixel_image.PixelError(unreadable(path, reason)) from error
    pixel_image.validate(data)
    return str(path)


def goals(text: str) -> tuple[Goal, ...]:
    """Read a list of goals, in their own order.

    Raises:
        TrackerError: one is not known, or none is left.
    """
    wanted = {word.strip() for word in text.split(",") if word.strip()}
    unknown = sorted(wanted - {str(goal) for goal in Goal})
    if unknown or not wanted:
        known = ", ".join(Goal)
        raise TrackerError(f"Choose one or more of these, separated by commas: {known}.")
    return tuple(goal for goal in Goal if goal in wanted)


def tracker(text: str) -> str:
    """Clean where the tracker comes from; a file is looked at now, anything else when it is used.

    Raises:
        TrackerError: it cannot be used.
    """
    found = parse(text)
    if found.kind is OriginKind.FILE:
        recognize(file_at(found.where))
    return found.text


def sha384(text: str) -> str | None:
    """Clean the hash that the tracker must have; nothing accepts the first file seen.

    Raises:
        TrackerError: it is none.
    """
    return digest(text) if text.strip() else None


def folder(text: str) -> str | None:
    """Clean the folder for the web server; nothing is snowpixel's own folder.

    Raises:
        InvalidChoice: a file is in its place.
    """
    if not text.strip():
        return None
    path = Path(text.strip()).expanduser().absolute()
    if path.is_file():
        raise InvalidChoice(f"{path} is a file. Enter a folder.")
    return str(path)


def pages(text: str) -> tuple[str, ...]:
    """Clean addresses of pages, separated by blanks or commas; `none` and nothing are no page.

    Raises:
        TrackerError: one is no address of a page.
    """
    given = [one for one in re.split(r"[\s,]+", text) if one]
    return () if given in ([], [NO_PAGES]) else tuple(dict.fromkeys(page(one) for one in given))


def page(text: str) -> str:
    """Clean the address of a page.

    Raises:
        TrackerError: it is none.
    """
    text = plain_address(text)
    try:
        split = urlsplit(text)
    except ValueError:
        split = urlsplit("")
    if split.scheme not in ("http", "https") or not split.hostname:
        raise TrackerError(f"'{text}' isn't the address of a page; one looks like https://www.example.org/.")
    return text
