"""The results of the last check, kept beside the setup, for `check --changes`."""

import contextlib
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from wizard.model.results import Check, Status
from wizard.storage.atomic_files import put, read
from wizard.storage.store import Store


class Seen(Struct, frozen=True):
    """The verdict on one item."""

    status: Status
    summary: str


class LastCheck:
    """The small file with the last results.

    Args:
        store: where setups are saved.
        name: the setup.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._path = store.path(name).with_suffix(".checks")

    def load(self) -> dict[str, Seen]:
        """Return item id to what was seen; empty when nothing was kept or it cannot be read."""
        try:
            return msgspec.json.decode(read(self._path), type=dict[str, Seen])
        except (OSError, ValueError, RecursionError):
            return {}

    def save(self, checks: Iterable[Check]) -> None:
        """Keep what was seen now, beside what was seen of other items before. A full disk is no reason to fail."""
        now = {check.id: Seen(check.counts_as, check.summary) for check in checks}
        with contextlib.suppress(OSError):
            put(self._path, msgspec.json.encode({**self.load(), **now}))

    def forget(self) -> None:
        """Drop the file."""
        self._path.unlink(missing_ok=True)


def changed(before: dict[str, Seen], checks: Iterable[Check]) -> list[tuple[Check, Status | None]]:
    """Return the checks whose status is another than before, with the earlier one; None where there was none."""
    earlier = [(check, before[check.id].status if check.id in before else None) for check in checks]
    return [(check, status) for check, status in earlier if status is not check.counts_as]
