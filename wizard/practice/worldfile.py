"""The file `world.json`, with which a running practice world is found and used."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
from msgspec import Struct

from wizard.model.ports import Network

NAME = "world.json"


class WorldOrigin(StrEnum):
    """Where a world that starts comes from: a saved one, or why it begins anew."""

    RESTORED = "restored"
    UNSAVED = "unsaved"
    OTHER_VERSION = "other-version"
    UNREADABLE = "unreadable"


class WorldFile(Struct, frozen=True, kw_only=True):
    """Where the parts of one practice world answer. Every address is on loopback, in the form `host:port`."""

    aws_endpoint: str
    """URL for every AWS service."""
    access_key_id: str
    """Key of an IAM administrator, never root's."""
    secret_access_key: str
    account_id: str
    dns: str
    """The caching resolver."""
    dns_authorities: dict[str, str]
    """Name-server address to who plays it, parent zone included."""
    http: str
    https: str
    ca_file: str
    """PEM file of the root that signed the edge's certificates."""
    zone: str
    """The practice user's own zone."""
    pid: int
    pace: float
    """Seconds per nominal second of AWS's delays."""
    control: str
    """URL of the control, for `wizard.practice.control_client.Control`."""
    token: str
    """Random bearer token of the control."""
    origin: WorldOrigin = WorldOrigin.UNSAVED
    """Whether it continues a saved world, or why it began anew."""
    code: str = ""
    """What `code` returned for the program that plays the world."""


def path_of(directory: Path) -> Path:
    """Return the path of the world file in `directory`."""
    return directory / NAME


def write(directory: Path, world: WorldFile) -> None:
    """Write atomically, readable by this user only: the file holds keys."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    put(path_of(directory), msgspec.json.format(msgspec.json.encode(world), indent=2))


def put(path: Path, data: bytes) -> None:
    """Write a file of a world atomically, readable by this user only.

    Raises:
        OSError: it can't be written; an older one is as it was.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # 0600 by definition
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def code() -> str:
    """Return what changes with the program that plays a world: its source and its emulator's version."""
    seen = sha256()
    for part in _sources():
        seen.update(part)
    return seen.hexdigest()[:16]


def _sources() -> Iterator[bytes]:
    here = Path(__file__).parent
    for path in sorted(here.rglob("*.py")):
        yield path.relative_to(here).as_posix().encode()
        yield path.read_bytes()
    try:
        yield version("ministack").encode()
    except PackageNotFoundError:  # the plain install looks for worlds, too
        return


def read(directory: Path) -> WorldFile | None:
    """Return what the file says; None if there is none or it is not one of ours. Says nothing about who answers."""
    try:
        return msgspec.json.decode(path_of(directory).read_bytes(), type=WorldFile)
    except (OSError, msgspec.DecodeError):
        return None


def address(text: str) -> tuple[str, int]:
    """Split `host:port`."""
    host, _, port = text.rpartition(":")
    return host, int(port)


CLOUDFRONT = frozenset({"127.0.0.1", "::1"})
"""The addresses that the names of the world's distributions have."""
NOBODY = ("127.0.0.1", 9)
"""A port of loopback that nothing listens on (discard)."""


CALM = "practice/calm"
"""Part of the user agent of a client that asks to be spared temporary faults (`aws_call.AuthorizedCall.calm`)."""


@dataclass(frozen=True)
class WorldNetwork(Network):
    """The world in place of the internet: the edge answers at CloudFront's addresses, and nobody at any other."""

    def dial(self, address: str, port: int) -> tuple[str, int]:
        """Return where to connect."""
        if port in (80, 443) and address not in CLOUDFRONT:
            return NOBODY
        return super().dial(address, port)


def network(world: WorldFile) -> Network:
    """Return the dialling rules that put this world in place of the internet."""
    return WorldNetwork(
        ports={53: address(world.dns), 80: address(world.http), 443: address(world.https)},
        authorities={name: address(text) for name, text in world.dns_authorities.items()},
        resolvers=(("practice", *address(world.dns)),),
        ca_file=world.ca_file,
    )
