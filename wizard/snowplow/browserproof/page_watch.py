"""Opens a live page in a headless Chromium and watches its trackers; nothing reaches any collector. Blocking."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from msgspec import Struct, field

from wizard.snowplow.browserproof.collector_requests import Sent, is_visit, response_for, sent_in
from wizard.snowplow.browserproof.devtools import CommandFailedError, DevTools, Message

LONGEST = 40.0
"""Seconds that a page is watched at most."""

QUIET = 5.0
"""Seconds of the page's own time without any request, after which it is through. They cost no time of ours: the
browser's clock for pages is turned on from timer to timer while nothing is being loaded.
"""

QUIET_BESIDE = 2.0
"""The same in real seconds for pages with workers or with frames of other sites: those keep a clock of their own."""

FRAME = 0.02
"""Seconds in which a browser shows a page anew."""

ROUNDS = 8
"""How often a page gets that much time of its own at most: some never rest."""

_LISTENER = """window.seen = []; document.addEventListener("securitypolicyviolation", function (event) {
  window.seen.push([event.effectiveDirective, event.blockedURI]); });"""
_WORLD = "snowpixel"

_ATTACHING = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
_STARVING = {"maxVirtualTimeTaskStarvationCount": 10_000}
"""Tasks at one point of a page's time after which its clock is turned on all the same."""

_RESTED = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
  requestIdleCallback(done, { timeout: 1000 }))))"""
"""Frames and idle moments come in real time, also where a page's clock is turned on."""


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
        """Session of each request that waits for its response: a body that no code reads may never end."""
        self._sent: list[tuple[str, Sent]] = []
        self._known: dict[str, str] = {}
        """Address of each request that this page made."""
        self._worlds: list[int] = []
        self._answers: set[int] = set()
        self._loaded = self._through = self._beside = False
        self._last = time.monotonic()
        self._end = self._last + LONGEST
        self._handlers = {
            "Emulation.virtualTimeBudgetExpired": self._expired,
            "Fetch.requestPaused": self._paused,
            "Network.requestWillBeSent": self._begun,
            "Network.responseReceived": self._answered,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
            "Page.loadEventFired": self._load,
            "Runtime.exceptionThrown": self._thrown,
            "Runtime.executionContextCreated": self._context,
            "Target.attachedToTarget": self._attached,
            "Target.detachedFromTarget": self._detached,
        }

    def open(self, url: str) -> None:
        """Open the page, watch it until it is quiet, and collect what it says."""
        self.seen.agent = str(self._call("Browser.getVersion").get("product", ""))
        # For the whole browser: frames of other sites and workers are targets of their own, and must send nothing.
        self._call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        context = self._call("Target.createBrowserContext", {"disposeOnDetach": True})["browserContextId"]
        target = self._call("Target.createTarget", {"url": "about:blank", "browserContextId": context})["targetId"]
        self._session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for method in ("Page.enable", "Network.enable", "Runtime.enable"):
            self._call(method)
        self._call("Target.setAutoAttach", _ATTACHING)
        self._call("Page.addScriptToEvaluateOnNewDocument", {"source": _LISTENER, "worldName": _WORLD})
        began = self._call("Page.navigate", {"url": url})
        self.seen.unreached = str(began.get("errorText", ""))
        if not self.seen.unreached:
            self._until_quiet()
            self._collect()
        self._session = ""
        self._call("Target.disposeBrowserContext", {"browserContextId": context})
        # A browser that looked at another page before may still send for that one.
        self.seen.sent = [sent for number, sent in self._sent if not number or number in self._known]

    def _until_quiet(self) -> None:
        """Turn the page's clock on until nothing more is asked for."""
        self._until(lambda: self._loaded, self._end)
        for _ in range(ROUNDS):
            before = len(self._known)
            self._turn_on(QUIET)
            self._until(lambda: self._through and not self._open, self._end)
            self._rest()
            while self._beside and min(self._last + QUIET_BESIDE, self._end) > time.monotonic():
                self._next(min(self._last + QUIET_BESIDE, self._end))
            if len(self._known) == before or time.monotonic() >= self._end:
                return

    def _rest(self) -> None:
        """Wait until the page has shown itself, and was idle once; neither comes while its clock stands still."""
        asked = {"expression": _RESTED, "awaitPromise": True}
        number = self._tools.send("Runtime.evaluate", asked, self._session)
        end = min(self._end, time.monotonic() + QUIET_BESIDE)
        while number not in self._answers and time.monotonic() < end:
            self._turn_on(FRAME)
            self._until(lambda: self._through, end)
            self._until(lambda: number in self._answers, min(end, time.monotonic() + FRAME))

    def _turn_on(self, seconds: float) -> None:
        """Let so much time pass for the page."""
        self._through = False
        budget = {"policy": "pauseIfNetworkFetchesPending", "budget": seconds * 1000, **_STARVING}
        self._tools.send("Emulation.setVirtualTimePolicy", budget, self._session)

    def _until(self, done: Callable[[], bool], end: float) -> None:
        while not done() and time.monotonic() < end:
            self._next(end)

    def _next(self, end: float) -> None:
        message = self._tools.next(end)
        if message is not None:
            self._event(message)

    def _collect(self) -> None:
        for world in self._worlds:
            asked = {"expression": "window.seen", "contextId": world, "returnByValue": True}
            with contextlib.suppress(CommandFailedError):  # of a page that the browser has left
                said = self._call("Runtime.evaluate", asked)
                for directive, blocked in said.get("result", {}).get("value") or []:
                    self.seen.violations.append((str(directive), str(blocked)))

    def _call(self, method: str, parameters: Message | None = None) -> Message:
        return self._tools.call(method, parameters, self._session, on_event=self._event)

    def _event(self, message: Message) -> None:
        if "id" in message:
            self._answers.add(message["id"])
        handle = self._handlers.get(message.get("method", ""))
        if handle:
            handle({**message.get("params", {}), "from": message.get("sessionId", "")})

    def _load(self, _params: Message) -> None:
        self._loaded, self._last = True, time.monotonic()

    def _expired(self, _params: Message) -> None:
        self._through = True

    def _attached(self, params: Message) -> None:
        """Watch a worker, or a frame of another site, from its first request on."""
        if params["targetInfo"]["type"] == "page":
            return  # which is this page
        session, self._beside = params["sessionId"], True
        self._tools.send("Network.enable", {}, session)
        self._tools.send("Target.setAutoAttach", _ATTACHING, session)
        self._tools.send("Runtime.runIfWaitingForDebugger", {}, session)

    def _detached(self, params: Message) -> None:
        ended = params.get("sessionId")
        self._open = {number: one for number, one in self._open.items() if one != ended}

    def _context(self, params: Message) -> None:
        context = params.get("context", {})
        if context.get("name") == _WORLD:
            self._worlds.append(int(context["id"]))

    def _thrown(self, params: Message) -> None:
        details = params.get("exceptionDetails", {})
        text = details.get("exception", {}).get("description") or details.get("text", "")
        self.seen.errors.append(str(text).partition("\n")[0][:200])

    def _begun(self, params: Message) -> None:
        self._open[params["requestId"]] = params["from"]
        self._known[params["requestId"]] = str(params.get("request", {}).get("url", ""))
        self._last = time.monotonic()

    def _answered(self, params: Message) -> None:
        self._finished(params)
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
        address = self._known.get(params["requestId"], "a script")
        self._finished(params)
        cors = params.get("corsErrorStatus", {}).get("corsError", "")
        reason = str(cors or params.get("blockedReason") or params.get("errorText") or "failed")
        sent = [one for number, one in self._sent if number == params["requestId"]]
        for one in sent:
            one.failed = reason
        if not sent and params.get("type") == "Script":
            self.seen.lost.append(f"{address[:200]} ({reason})")

    def _paused(self, params: Message) -> None:
        """Answer for collectors; let everything else that only reads go on."""
        request, number = params["request"], params["requestId"]
        self._last = time.monotonic()
        sent = sent_in(params, self._pixels)
        if sent is not None:
            self._sent.append((str(params.get("networkId", "")), sent))
            answer = response_for(request, ours=sent.host in self._pixels)
        elif is_visit(request):
            answer = response_for(request, ours=False)
        elif params.get("resourceType") == "EventSource":
            answer = {"responseCode": 204}  # ends it: as long as it lasts, the page would never be through
        else:
            self._tools.send("Fetch.continueRequest", {"requestId": number})
            return
        self._tools.send("Fetch.fulfillRequest", {"requestId": number, **answer})
