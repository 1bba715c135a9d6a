"""Notifies the user at the end of long work or waits: bell and desktop notification, as set."""

import os
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

from screens import attention, desktop_notification
from screens.active_preferences import ActivePreferences
from screens.background_walk import BackgroundWalk
from wizard.model.threads import in_thread


class App(Protocol):
    """What a notifier needs of the app; a protocol, so that the app can own its notifier without a circle."""

    preferences: ActivePreferences
    long: float
    ticks: Callable[[], float]

    def bell(self) -> None:
        """Ring the terminal's bell."""
        ...

    def beside(self, task: Callable[[], Coroutine[Any, Any, None]], group: str) -> object:
        """Run a task beside the pages."""
        ...

    def to_terminal(self, sequence: str) -> None:
        """Write an escape sequence to the terminal."""
        ...


class Notifier:
    """Rings and notifies.

    Args:
        app: whose bell and terminal are used.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    def call(self, text: str) -> None:
        """Call the user in the ways that they like."""
        liked = self._app.preferences.settings
        if liked.bell:
            self._app.bell()
        if liked.desktop:
            self._app.beside(partial(self._on_desktop, text), "calling")

    async def watch(self, walk: BackgroundWalk) -> None:
        """Follow a walk, and notify the user when it needs them or a long wait has ended."""
        watch = attention.AttentionWatch(self._app.ticks(), self._app.long)
        async for update in walk.progress.updates():
            told = watch.look(update.snapshot, self._app.ticks())
            if told:
                self.call(told)

    def over(self, walk: BackgroundWalk) -> None:
        """Call at the end of a long walk."""
        if walk.watcher:
            walk.watcher.cancel()
        told = attention.ended(walk.progress.snapshot, walk.error, walk.took, self._app.long)
        if told:
            self.call(told)

    async def _on_desktop(self, text: str) -> None:
        """Notify by the system's program, else through the terminal."""
        if not await in_thread(desktop_notification.notify, text):
            self._app.to_terminal(desktop_notification.through_terminal(text, os.environ))
