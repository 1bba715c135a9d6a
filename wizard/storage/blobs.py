"""Content-addressed files of setups: each under its SHA-384 in snowpixel's data folder, owner-only."""

import base64
from contextlib import suppress
from pathlib import Path

from wizard.model.digest import integrity
from wizard.storage.atomic_files import own_folder, put, read


class BlobFolder:
    """Implements `wizard.model.ports.BlobStore` in snowpixel's data folder.

    Args:
        home: that folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._files = home / "files"

    def read(self, sha384: str) -> bytes | None:
        """Return the file with this hash, None when it is not here or was damaged. Blocking."""
        with suppress(OSError, ValueError):
            content = read(self._path(sha384))
            return content if integrity(content) == sha384 else None
        return None

    def keep(self, content: bytes) -> None:
        """Keep a file. Blocking.

        Raises:
            OSError: it cannot be written.
        """
        own_folder(self._files)
        path = self._path(integrity(content))
        put(path, content)

    def folder(self, name: str) -> Path:
        """Return where a folder of that name belongs; it is not made."""
        return self._home / name

    def _path(self, sha384: str) -> Path:
        return self._files / base64.b64decode(sha384.partition("-")[2]).hex()
