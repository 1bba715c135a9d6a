"""The file in which a practice world outlives its process: written when it is quiet and at its end, read at its start.

Read with a pickle reader that knows the world's own records and nothing else, so that a damaged or foreign file can't
run anything.
"""

import datetime as dt
import pickle
from dataclasses import dataclass, fields
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

from wizard.practice import worldfile
from wizard.practice.aws_view import EmulatedCertificate, EmulatedDistribution, Revision, View
from wizard.practice.edge_records import EdgeResponse, Hit, Kept
from wizard.practice.emulated import Stores
from wizard.practice.error_replies import Reply
from wizard.practice.rules.staleness import Unseen
from wizard.practice.state import PLAIN, Memory
from wizard.practice.worldfile import WorldOrigin
from wizard.practice.zones import Record

NAME = "world.saved"


@dataclass(frozen=True)
class SavedWorld:
    """A practice world as it was.

    Attributes:
        access_key_id: key of the administrator that it published.
        secret_access_key: its secret.
        identities: users and keys of a fresh world, to which a reset goes back.
        memory: everything that a user or AWS had put into it.
    """

    access_key_id: str
    secret_access_key: str
    identities: Stores
    memory: Memory


_RECORDS: tuple[Any, ...] = (
    SavedWorld,
    Memory,
    View,
    EmulatedCertificate,
    EmulatedDistribution,
    Revision,
    Hit,
    Kept,
    EdgeResponse,
    Record,
    Unseen,
    Reply,
)
_KNOWN: dict[tuple[str, str], type] = {
    (known.__module__, known.__qualname__): known for known in (*_RECORDS, dt.datetime, dt.timedelta, dt.timezone)
}


def _shape() -> bytes:
    """Return what changes whenever a file of before can no longer be understood: our records, or the emulator."""
    records = [(each.__name__, [one.name for one in fields(each)]) for each in _RECORDS]
    return sha256(repr((records, PLAIN, version("ministack"))).encode()).hexdigest().encode() + b"\n"


def write(directory: Path, saved: SavedWorld) -> None:
    """Write atomically, readable by this user only: the file holds keys.

    Raises:
        OSError: it can't be written.
    """
    worldfile.put(directory / NAME, _shape() + pickle.dumps(saved))


def read(directory: Path) -> tuple[SavedWorld | None, WorldOrigin]:
    """Return the saved world, or None and why there is none that can be used."""
    try:
        shape, _, data = (directory / NAME).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None, WorldOrigin.UNSAVED
    except OSError:
        return None, WorldOrigin.UNREADABLE
    if shape + b"\n" != _shape():
        return None, WorldOrigin.OTHER_VERSION
    try:
        saved = _Reader(BytesIO(data)).load()
    except Exception:  # noqa: BLE001 - a damaged pickle fails in any way
        return None, WorldOrigin.UNREADABLE
    return (saved, WorldOrigin.RESTORED) if isinstance(saved, SavedWorld) else (None, WorldOrigin.UNREADABLE)


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        known = _KNOWN.get((module_name, global_name))
        if known is None:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is no record of a practice world")
        return known
