"""Choices about the tracker: each one cleaned, then all of them checked together."""

from urllib.parse import urlsplit

from wizard.model.setup import Goal, SetupChoices
from wizard.snowplow.tracker.sources import OriginKind, file_at, parse
from wizard.snowplow.tracker.tracker_file import TrackerError, plain_address, recognize

NO_PAGES = "none"
"""The word that takes all pages back."""


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


def source(text: str) -> str:
    """Clean where the tracker comes from; a file is looked at now, anything else when it is used.

    Raises:
        TrackerError: it cannot be used.
    """
    found = parse(text)
    if found.kind is OriginKind.FILE:
        recognize(file_at(found.where))
    return found.text


def pages(texts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Clean the addresses of the user's pages; None when none was given.

    Raises:
        TrackerError: one is no address.
    """
    if not texts:
        return None
    if texts == (NO_PAGES,):
        return ()
    return tuple(dict.fromkeys(page(text) for text in texts))


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


def refuse_incoherent(choices: SetupChoices) -> None:
    """Make sure that the choices fit together.

    Raises:
        TrackerError: they do not.
    """
    if Goal.JS_SERVER in choices.goals and choices.tracker_url is None:
        raise TrackerError(
            "For your own web server, enter where it will serve the file (--tracker-url), such as "
            "https://www.example.org/assets/ (with the slash, snowpixel makes up a file name)."
        )
