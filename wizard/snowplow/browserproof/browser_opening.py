"""Opens the proof's page in the user's browser, or in practice in a throw-away Chromium."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from wizard.model.ports import Network
from wizard.model.setup import Setup
from wizard.snowplow.browserproof import chromium
from wizard.snowplow.setup_snippet import host_of

GRACE = 5.0
"""Seconds that a throw-away browser gets to end by itself."""

NO_BROWSER = "No browser could be opened from here. Open the address yourself."
NO_CHROMIUM = (
    "The hostnames of a practice world exist only there. A Chromium-based browser could use them, but there is none "
    "on this computer (chromium, google-chrome), so you can't practice this here."
)
THROW_AWAY = "A temporary browser that knows the practice world is opened for it, and closed afterwards."
OWN = "Opened in your own browser."

NOTE = (
    "Visitors with a blocker may send nothing: block lists know the address /i?stm= of Snowplow's tracker at any "
    "hostname. That is their choice, and snowpixel doesn't work around it."
)


def has_screen(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a browser with JavaScript can show itself: else one for terminals would draw over this program."""
    named = any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"))
    return not platform.startswith("linux") or named


class Opening:
    """One browser window for one proof.

    Args:
        network: where to dial; in practice the world's own addresses.
        setup: the setup that is proved.
        practice: whether its names exist in a practice world only.
    """

    def __init__(self, network: Network, setup: Setup, *, practice: bool) -> None:
        self._network = network
        self._names = [name for name in (host_of(setup), setup.made.distribution_domain) if name]
        self._practice = practice
        self._browser: subprocess.Popen[bytes] | None = None
        self._profile: tempfile.TemporaryDirectory[str] | None = None

    def show(self, address: str) -> str:
        """Open the page, and return in plain words what became of it. Blocking."""
        return self._in_practice(address) if self._practice else _for_real(address)

    def _in_practice(self, address: str) -> str:
        """Start a browser that finds the practice names; any other one would not know them."""
        program = chromium.found()
        if program is None:
            return NO_CHROMIUM
        self.close()
        ports = self._network.ports
        try:
            flags = chromium.flags(self._names, ports[80], ports[443])
            self._profile = tempfile.TemporaryDirectory(prefix="snowpixel-browser-", ignore_cleanup_errors=True)
            self._browser = chromium.start(program, Path(self._profile.name), flags, address)
        except OSError as error:
            return f"The browser couldn't be started: {error}. Open the address yourself."
        return THROW_AWAY

    def close(self) -> None:
        """End the throw-away browser; the user's own one is left alone."""
        browser, self._browser = self._browser, None
        if browser:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                browser.wait(GRACE)
        if self._profile:
            self._profile.cleanup()
            self._profile = None


def _for_real(address: str) -> str:
    return OWN if has_screen(os.environ) and webbrowser.open(address) else NO_BROWSER
