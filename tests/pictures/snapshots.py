"""Renew the pictures that tests compare with: part of `make pictures`."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from tests.screens import snapshots


def renew(*only: str) -> None:
    """Take all of them anew, or some."""
    os.environ.update(TZ="UTC", TEXTUAL_ANIMATIONS="none")
    time.tzset()
    snapshots.FOLDER.mkdir(exist_ok=True)
    for name in only or snapshots.names():
        with tempfile.TemporaryDirectory(prefix="snowpixel-pictures-") as folder:
            taken = asyncio.run(snapshots.taken(name, Path(folder)))
        snapshots.path(name).write_text(taken, encoding="utf-8")
        print(snapshots.path(name))  # noqa: T201 - says what it made
