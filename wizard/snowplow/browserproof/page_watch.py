"""Opens a live page in a headless Chromium and watches its trackers; nothing reaches any collector. Blocking."""

import base64
import json
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct, field

from wizard.snowplow.browserproof.devtools import DevTools, Message
from wizard.snowplow.pixel_image import builtin

LONGEST = 40.0
"""Seconds that a page is watched at most."""

QUIET = 2.0
"""Seconds without any request after which a page is through."""

LEAVING = 0.7
"""The same for what it sends as it ends."""

_USUAL = frozenset({None, 80, 443})
"""Ports of the pixel; at another one, something else answers."""

_MEASURING = (
    "google-analytics.com", "analytics.google.com", "googletagmanager.com/td", "doubleclick.net", "facebook.com/tr",
    "clarity.ms", "hotjar", "matomo.php", "piwik.php", "plausible.io/api", "segment.io", "amplitude.com",
    "mixpanel.com",
)  # fmt: skip
"""Where other services count visitors: a check is no visit."""

_LISTENER = """window.seen = []; document.addEventListener("securitypolicyviolation", function (event) {
  window.seen.push([event.effectiveDirective, event.blockedURI]); });"""
_WORLD = "snowpixel"


class Sent(Struct):
    """One request to a collector.

    Attributes:
        host: the collector's.
        method: GET, POST, or OPTIONS.
        events: kind, id, and namespace of each event in it.
        failed: why the page was not shown the response; empty if it was.
    """

    host: str
    method: str
    events: list[tuple[str, str, str]]
    failed: str = ""


class PageSeen(Struct):
    """What a browser showed of a page."""

    agent: str = ""
    status: int = 0
    unreached: str = ""
    sent: list[Sent] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    """Addresses of scripts that were loaded."""
    lost: list[str] = field(default_factory=list)
    """Scripts that weren't, each with the reason."""
    violations: list[tuple[str, str]] = field(default_factory=list)
    """Directive of the Content-Security-Policy, and what it blocked."""
    errors: list[str] = field(default_factory=list)
    """What scripts said as they failed."""


def watch(program: str, url: str, pixels: Collection[str], flags: Sequence[str] = ()) -> PageSeen:
    """Open a page, and return what its trackers did.

    Args:
        program: a browser of the Chromium family.
        url: the page.
        pixels: host names of the setup's pixel, which is answered as the pixel itself answers.
        flags: more of the browser's flags.

    Raises:
        BrowserEndedError: the browser ended.
        OSError: it couldn't be started.
    """
    with (
        tempfile.TemporaryDirectory(prefix="snowpixel-browser-", ignore_cleanup_errors=True) as folder,
        DevTools(program, Path(folder), flags) as tools,
    ):
        return watch_in(tools, url, pixels)


def watch_in(tools: DevTools, url: str, pixels: Collection[str]) -> PageSeen:
    """Open a page in a browser that runs, as a visitor without any past, and return what its trackers did.

    Raises:
        BrowserEndedError: the browser ended.
    """
    watcher = _Watcher(tools, {name.lower() for name in pixels})
    watcher.open(url)
    return watcher.seen


class _Watcher:
    """Watches one page.

    Args:
        tools: the browser.
        pixels: host names of the setup's pixel.
    """

    def __init__(self, tools: DevTools, pixels: set[str]) -> None:
        self.seen = PageSeen()
        self._tools = tools
        self._pixels = pixels
        self._session = ""
        self._open: dict[str, str] = {}
        self._sent: dict[str, Sent] = {}
        self._worlds: list[int] = []
        self._loaded = self._left = False
        self._last = time.monotonic()
        self._handlers = {
            "Fetch.requestPaused": self._paused,
            "Network.requestWillBeSent": self._begun,
            "Network.responseReceived": self._answered,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
            "Page.loadEventFired": self._load,
            "Runtime.exceptionThrown": self._thrown,
            "Runtime.executionContextCreated": self._context,
        }

    def open(self, url: str) -> None:
        """Open the page, watch it until it is quiet, and collect what it says."""
        self.seen.agent = str(self._call("Browser.getVersion").get("product", ""))
        context = self._call("Target.createBrowserContext", {"disposeOnDetach": True})["browserContextId"]
        target = self._call("Target.createTarget", {"url": "about:blank", "browserContextId": context})["targetId"]
        self._session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for method in ("Page.enable", "Network.enable", "Runtime.enable"):
            self._call(method)
        self._call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        self._call("Page.addScriptToEvaluateOnNewDocument", {"source": _LISTENER, "worldName": _WORLD})
        began = self._call("Page.navigate", {"url": url})
        self.seen.unreached = str(began.get("errorText", ""))
        self._last = time.monotonic()
        self._until_quiet()
        self._collect()
        self._leave()
        self._session = ""
        self._call("Target.disposeBrowserContext", {"browserContextId": context})

    def _until_quiet(self) -> None:
        end = time.monotonic() + LONGEST
        while not self.seen.unreached and time.monotonic() < end:
            message = self._tools.next(min(end, self._last + QUIET if self._settled else end))
            if message is not None:
                self._event(message)
            elif self._settled:
                return

    def _leave(self) -> None:
        """Leave the page while its requests are still answered here: trackers send what waits as a page ends."""
        self._left = True
        self._call("Page.navigate", {"url": "about:blank"})
        end = self._last = time.monotonic()
        end += LONGEST
        while time.monotonic() < end:
            message = self._tools.next(min(end, self._last + LEAVING))
            if message is None:
                return
            self._event(message)

    @property
    def _settled(self) -> bool:
        return self._loaded and not self._open

    def _collect(self) -> None:
        for world in self._worlds:
            said = self._call(
                "Runtime.evaluate", {"expression": "window.seen", "contextId": world, "returnByValue": True}
            )
            for directive, blocked in said.get("result", {}).get("value") or []:
                self.seen.violations.append((str(directive), str(blocked)))

    def _call(self, method: str, parameters: Message | None = None) -> Message:
        return self._tools.call(method, parameters, self._session, on_event=self._event)

    def _event(self, message: Message) -> None:
        handle = self._handlers.get(message.get("method", ""))
        if handle:
            handle(message.get("params", {}))

    def _load(self, _params: Message) -> None:
        self._loaded, self._last = True, time.monotonic()

    def _context(self, params: Message) -> None:
        context = params.get("context", {})
        if context.get("name") == _WORLD:
            self._worlds.append(int(context["id"]))

    def _thrown(self, params: Message) -> None:
        details = params.get("exceptionDetails", {})
        text = details.get("exception", {}).get("description") or details.get("text", "")
        self.seen.errors.append(str(text).partition("\n")[0][:200])

    def _begun(self, params: Message) -> None:
        self._open[params["requestId"]] = str(params.get("request", {}).get("url", ""))
        self._last = time.monotonic()

    def _answered(self, params: Message) -> None:
        response, kind = params.get("response", {}), params.get("type")
        if kind == "Document" and not self.seen.status:
            self.seen.status = int(response.get("status", 0))
        if kind == "Script":
            status = int(response.get("status", 0))
            if status < 400:  # noqa: PLR2004 - HTTP: errors begin here
                self.seen.loaded.append(str(response.get("url", "")))
            else:
                self.seen.lost.append(f"{response.get('url')} (HTTP {status})")

    def _finished(self, params: Message) -> None:
        self._open.pop(params["requestId"], None)
        self._last = time.monotonic()

    def _failed(self, params: Message) -> None:
        address = self._open.get(params["requestId"], "a script")
        self._finished(params)
        cors = params.get("corsErrorStatus", {}).get("corsError", "")
        reason = str(cors or params.get("blockedReason") or params.get("errorText") or "failed")
        sent = self._sent.get(params["requestId"])
        if sent is not None:
            sent.failed = reason
        elif params.get("type") == "Script":
            self.seen.lost.append(f"{address[:200]} ({reason})")

    def _paused(self, params: Message) -> None:
        """Answer for collectors; let everything else that only reads go on."""
        request, number = params["request"], params["requestId"]
        self._last = time.monotonic()
        events = _events(request)
        parts = urlsplit(request["url"])
        host = (parts.hostname or "").lower()
        host = host if parts.port in _USUAL or host not in self._pixels else f"{host}:{parts.port}"
        if events or _is_collector(request) or (host in self._pixels and parts.path in ("/i", "//i")):
            sent = Sent(host, request["method"], events)
            if not self._left:
                self.seen.sent.append(sent)
            self._sent[str(params.get("networkId", number))] = sent
            self._answer(number, request, ours=host in self._pixels)
        elif request["method"] not in ("GET", "HEAD") or any(mark in request["url"] for mark in _MEASURING):
            self._answer(number, request, ours=False)
        else:
            self._tools.send("Fetch.continueRequest", {"requestId": number}, self._session)

    def _answer(self, number: str, request: Message, *, ours: bool) -> None:
        """Respond in a collector's place: the pixel as CloudFront does, all others as pages wish."""
        origin = next((value for name, value in request["headers"].items() if name.lower() == "origin"), "*")
        headers = {"Cache-Control": "no-store"}
        reads = request["method"] in ("GET", "HEAD")
        fits = urlsplit(request["url"]).path == "/i"
        if ours and reads and fits:
            headers.update({"Content-Type": "image/gif", "Access-Control-Allow-Origin": "*"})
        elif not ours:
            headers.update({
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Credentials": "true",
                "Access-Control-Allow-Headers": "content-type, sp-anonymous",
                "Content-Type": "image/gif",
            })  # fmt: skip
        answer = {
            "requestId": number,
            "responseCode": 200 if not ours or (reads and fits) else 403,
            "responseHeaders": [{"name": name, "value": value} for name, value in headers.items()],
            "body": base64.b64encode(builtin().content).decode(),
        }
        self._tools.send("Fetch.fulfillRequest", answer, self._session)


def _is_collector(request: Message) -> bool:
    """Whether a request that carries no event is still a collector's, such as a browser's question beforehand."""
    path = urlsplit(request["url"]).path
    return path.endswith(("/com.snowplowanalytics.snowplow/tp2", "/ice.png")) or (
        request["method"] == "OPTIONS" and path.endswith("/i")
    )


def _events(request: Message) -> list[tuple[str, str, str]]:
    """Return the events that a request carries."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(request["url"]).query).items()}
    if "e" in query and "tv" in query:
        return [_event(query)]
    body = request.get("postData") or ""
    if "payload_data" not in body:
        return []
    try:
        data: Any = json.loads(body).get("data", [])
        return [_event(one) for one in data if isinstance(one, dict)]
    except (ValueError, AttributeError):
        return [("", "", "")]


def _event(values: dict[str, Any]) -> tuple[str, str, str]:
    return str(values.get("e", "")), str(values.get("eid", "")), str(values.get("tna", ""))
