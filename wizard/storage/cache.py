"""The cache folder: what was fetched and can be fetched again, a folder for each setup."""

import shutil
from pathlib import Path

CACHE = "cache"
"""The cache folder's name in a data folder that the user has chosen."""


def kept_events(cache: Path, name: str) -> Path:
    """Return where a setup's events are kept.

    Args:
        cache: the cache folder.
        name: the setup's name.
    """
    return cache / "events" / name


def delete_store(folder: Path) -> None:
    """Delete what is kept of a setup.

    Raises:
        OSError: something can't be deleted.
    """
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
