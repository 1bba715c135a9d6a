"""Crash reports: a traceback without anybody's values, on screen and in a file."""

import os
import traceback
from collections.abc import Iterable
from pathlib import Path

from wizard.storage.atomic_files import own_folder

REPORT = "crash.txt"


def describe(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Return where it went wrong. Local variables are left out, and secrets that a message may hold are masked."""
    text = "".join(traceback.format_exception(error))
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    return text


def keep(text: str, home: Path) -> Path | None:
    """Write the report, readable by its owner only; None where the disk does not let us."""
    path = home / REPORT
    try:
        own_folder(home)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return None
    return path
