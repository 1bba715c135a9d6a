"""Opens the proof's page: in the user's own browser, or in practice in a throw-away one that knows that world."""

import contextlib
import os
import signal
import subprocess
import tempfile
import webbrowser
from pathlib import Path
from types import TracebackType
from typing import Self

from wizard.board import Board
from wizard.browserproof import chromium
from wizard.commands.session import Session
from wizard.resources.browser_run import OPEN
from wizard.results import Update
from wizard.service import Service
from wizard.setups import Setup
from wizard.tagging import host_of
from wizard.threads import in_thread

GRACE = 5.0
"""Seconds that a throw-away browser gets to end by itself."""


class Opener:
    """Shows the address as soon as it is there, and opens it.

    Args:
        session: where to speak.
        service: the product, which knows whether this is practice.
        setup: the set-up that is proved.
        opens: whether to open a browser at all.
    """

    def __init__(self, session: Session, service: Service, setup: Setup, *, opens: bool) -> None:
        self._session = session
        self._network = service.surroundings.network
        self._names = [name for name in (host_of(setup), setup.made.distribution_domain) if name]
        self._practice = service.surroundings.zone is not None
        self._opens = opens
        self._shown = False
        self._browser: subprocess.Popen[bytes] | None = None
        self._profile = tempfile.TemporaryDirectory(prefix="snowpixel-browser-", ignore_cleanup_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the throw-away browser; the user's own one is left alone."""
        if self._browser:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._browser.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._browser.wait(GRACE)
        self._profile.cleanup()

    async def __call__(self, _board: Board, update: Update) -> None:
        """Act on one update of the walk."""
        copies = (copy for check in update.snapshot.checks for copy in check.copy)
        address = next((copy.value for copy in copies if copy.label == OPEN), None)
        if address is None or self._shown:
            return
        self._shown = True
        self._session.say(f"Open this address in a browser on this computer: {address}")
        if self._opens:
            await (self._in_practice(address) if self._practice else self._for_real(address))

    async def _for_real(self, address: str) -> None:
        if not await in_thread(webbrowser.open, address):
            self._session.say("No browser could be opened from here; open the address yourself.")

    async def _in_practice(self, address: str) -> None:
        """Start a browser that finds the practice names; any other one would not know them."""
        program = chromium.found()
        if program is None:
            self._session.say(
                "The names of a practice world exist only there. A browser of the Chromium family could be told of "
                "them, but there is none on this computer (chromium, google-chrome), so this cannot be practised here."
            )
            return
        ports = self._network.ports
        flags = await in_thread(chromium.flags, self._names, ports[80], ports[443])
        self._session.say(
            "A throw-away browser is opened for it, which knows the practice world; it is closed afterwards."
        )
        self._browser = await in_thread(chromium.start, program, Path(self._profile.name), flags, address)
