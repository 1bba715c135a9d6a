"""Pages in the Chromium of this computer: how the tracker on them really is set up."""

from urllib.parse import urlsplit

from wizard.model.ports import Network, PageUnseenError, SeenTracker
from wizard.model.threads import in_thread


class BrowserPages:
    """Pages, as `wizard.model.ports.Pages` describes them.

    Args:
        network: where to dial; in practice the world's own addresses.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    async def tracker_on(self, url: str, pixels: frozenset[str]) -> SeenTracker:
        """Return how the tracker on a page sends to the pixel.

        Raises:
            PageUnseenError: there is no browser here, or it couldn't show the page.
        """
        return await in_thread(self._seen, url, pixels)

    def _seen(self, url: str, pixels: frozenset[str]) -> SeenTracker:
        # Every command has this port, and few look at a page.
        from wizard.snowplow.browserproof import chromium  # noqa: PLC0415
        from wizard.snowplow.browserproof.devtools import BrowserEndedError  # noqa: PLC0415
        from wizard.snowplow.browserproof.page_tracker import tracker_in  # noqa: PLC0415
        from wizard.snowplow.browserproof.page_watch import watch  # noqa: PLC0415

        program = chromium.found()
        if program is None:
            raise PageUnseenError("there is no Chromium-based browser on this computer")
        try:
            flags = chromium.flags_in(self._network, sorted({*pixels, urlsplit(url).hostname or ""}))
            seen = watch(program, url, pixels, flags)
        except (OSError, BrowserEndedError) as error:
            raise PageUnseenError(f"the browser failed: {error}") from error
        if seen.unreached or seen.status >= 400:  # noqa: PLR2004 - HTTP: errors begin here
            raise PageUnseenError(seen.unreached or f"HTTP {seen.status}")
        return tracker_in(seen, url, pixels)
