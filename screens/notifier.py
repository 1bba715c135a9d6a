"""Notifies the user at the end of long work or waits: bell and desktop notification, as set."""

import os
from functools import partial
from typing import TYPE_CHECKING

from screens import attention, desktop_notification
from screens.background_walk import BackgroundWalk
from wizard.model.threads import in_thread

if TYPE_CHECKING:
    from screens.base_app import BaseApp


class Notifier:
    """Rings and notifies.

    Args:
        shell: the app.
    """

    def __init__(self, shell: "BaseApp") -> None:
        self._shell = shell

    def call(self, text: str) -> None:
        """Call the user in the ways that they like."""
        liked = self._shell.preferences.settings
        if liked.bell:
            self._shell.bell()
        if liked.desktop:
            self._shell.beside(partial(self._on_desktop, text), "calling")

    async def watch(self, work: BackgroundWalk) -> None:
        """Follow a walk, and call where it needs the user or a long wait is over."""
        watch = attention.AttentionWatch(self._shell.ticks(), self._shell.long)
        async for update in work.progress.updates():
            told = watch.look(update.snapshot, self._shell.ticks())
            if told:
                self.call(told)

    def over(self, work: BackgroundWalk) -> None:
        """Call at the end of a long walk."""
        if work.watcher:
            work.watcher.cancel()
        told = attention.ended(work.progress.snapshot, work.error, work.took, self._shell.long)
        if told:
            self.call(told)

    async def _on_desktop(self, text: str) -> None:
        """Notify by the system's program, else through the terminal."""
        if not await in_thread(desktop_notification.notify, text):
            self._shell.to_terminal(desktop_notification.through_terminal(text, os.environ))
