"""The preferences in force while the wizard runs, and saving them."""

import asyncio
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from wizard.model.threads import in_thread
from wizard.storage.preferences import Preferences, PreferencesError, load, save


class ActivePreferences:
    """What the user likes.

    Args:
        home: snowpixel's data folder.
    """

    def __init__(self, home: Path) -> None:
        found = load(home)
        self.settings: Preferences = found.settings
        self.trouble = found.trouble
        """Why the file does not count; empty where it does, or there is none."""
        self._home = home
        self._kept = True
        self._writing = asyncio.Lock()

    def change(self, **changes: Any) -> None:
        """Let other settings count from now on."""
        self.settings = replace(self.settings, **changes)
        self._kept = False

    async def keep(self) -> str:
        """Save what counts, one writer after the other; return why that failed, empty if it did not."""
        async with self._writing:
            return await in_thread(self.flush)

    def flush(self) -> str:
        """Save what is not saved yet; the same, blocking."""
        if self._kept:
            return ""
        try:
            save(self._home, self.settings)
        except PreferencesError as error:
            return str(error)
        self._kept, self.trouble = True, ""
        return ""
