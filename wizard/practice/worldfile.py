"""The file `world.json`, with which a running practice world is found and used."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from wizard.model.ports import Network

NAME = "world.json"


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


def path_of(directory: Path) -> Path:
    """Return the path of the world file in `directory`."""
    return directory / NAME


def write(directory: Path, world: WorldFile) -> None:
    """Write atomically, readable by this user only: the file holds keys."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    handle, name = tempfile.mkstemp(dir=directory, prefix=NAME)  # 0600 by definition
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(world), indent=2))
    Path(name).replace(path_of(directory))


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
