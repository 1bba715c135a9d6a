"""Sources of a tracker file: the project's releases, npm, an address, or a file."""

import re
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from wizard.model.ports import Response, Web, WebError
from wizard.snowplow.tracker.knowledge import knowledge
from wizard.snowplow.tracker.tracker_file import LIMIT, Tracker, TrackerError, plain_address, recognize
from wizard.storage.atomic_files import unreadable

REDIRECTS = 5
"""Release files are handed out by another host, after one redirect."""

_OK = 200
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[0-9A-Za-z.]{1,20})?")


class OriginKind(StrEnum):
    """The ways to get one."""

    RELEASE = "release"
    NPM = "npm"
    URL = "url"
    FILE = "file"


class TrackerOrigin(Struct, frozen=True):
    """A way that was chosen."""

    kind: OriginKind
    where: str
    """The URL, or the file's absolute path; for npm the package's name."""
    version: str | None = None

    @property
    def text(self) -> str:
        """The choice in its plainest form, as it is saved."""
        if self.kind is OriginKind.NPM:
            return f"npm:{self.version}"
        if self.kind is OriginKind.RELEASE:
            name = self.where.rpartition("/")[2]
            return f"release:{self.version}" + ("" if name == knowledge().files[0] else f"/{name}")
        return self.where


def parse(text: str) -> TrackerOrigin:
    """Read a choice: `release:4.10.1`, `release:4.10.1/sp.lite.js`, `npm:4.10.1`, an https URL, a path.

    Raises:
        TrackerError: it is none of these.
    """
    text = plain_address(text)
    kind, _, rest = text.partition(":")
    if kind == OriginKind.NPM:
        return TrackerOrigin(OriginKind.NPM, knowledge().package, _version(rest))
    if kind == OriginKind.RELEASE:
        version, _, name = rest.partition("/")
        return TrackerOrigin(OriginKind.RELEASE, _release(_version(version), name), version)
    if "://" in text:
        return TrackerOrigin(OriginKind.URL, _address(text))
    if not text:
        raise TrackerError(
            "Choose where the tracker comes from: release:VERSION, npm:VERSION, an HTTPS address, or a file."
        )
    return TrackerOrigin(OriginKind.FILE, str(Path(text).expanduser().absolute()))


def _version(text: str) -> str:
    if not _VERSION.fullmatch(text):
        raise TrackerError(
            f"A version looks like {knowledge().version}: it is fixed, so that you decide when it changes."
        )
    return text


def _release(version: str, name: str) -> str:
    names = knowledge().files
    if name and name not in names:
        raise TrackerError(f"A release has these files: {', '.join(names)}.")
    return knowledge().release.format(version=version, file=name or names[0])


def _address(text: str) -> str:
    if not text.lower().startswith("https://"):
        raise TrackerError(
            "Only HTTPS addresses are accepted: over HTTP, anybody in between could swap the script that all your "
            "visitors run. Use the HTTPS address, or download the file and enter its path."
        )
    return text


async def fetch(web: Web, source: TrackerOrigin) -> Tracker:
    """Get the file and make sure that it is a tracker.

    Raises:
        TrackerError: it cannot be had, or is none.
    """
    return recognize(await _content(web, source), source.version)


async def _content(web: Web, source: TrackerOrigin) -> bytes:
    from wizard.model.threads import in_thread  # noqa: PLC0415 - who only chooses where it comes from fetches nothing

    if source.kind is OriginKind.NPM:
        from wizard.snowplow.tracker import npm  # noqa: PLC0415 - the same

        return await in_thread(npm.bundle, source.version or "")
    if source.kind is OriginKind.FILE:
        return await in_thread(file_at, source.where)
    return await _download(web, source)


async def _download(web: Web, source: TrackerOrigin) -> bytes:
    try:
        answer = await web.get(source.where, limit=LIMIT, redirects=REDIRECTS)
    except WebError as error:
        raise TrackerError(f"{source.where} couldn't be fetched: {error}. {_instead(source)}") from error
    if answer.status != _OK:
        raise TrackerError(f"{source.where} responds with HTTP status {answer.status}. {_wrong(source, answer)}")
    return answer.body


def _wrong(source: TrackerOrigin, answer: Response) -> str:
    if source.kind is OriginKind.RELEASE and answer.status == 404:  # noqa: PLR2004 - HTTP: not found
        return f"There is probably no release {source.version} with this file. Check the project's releases page."
    return f"Check the address. {_instead(source)}"


def _instead(source: TrackerOrigin) -> str:
    """Say what else can be done where the address is out of reach."""
    other = f"Through your npm client: `--tracker npm:{source.version}`. " if source.kind is OriginKind.RELEASE else ""
    return f"{other}Or download the file on another computer and use it: `--tracker FILE`."


def file_at(path: str) -> bytes:
    """Read a file, no further than needed to see that it is too large. Blocking.

    Raises:
        TrackerError: it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TrackerError(unreadable(Path(path), reason)) from error
