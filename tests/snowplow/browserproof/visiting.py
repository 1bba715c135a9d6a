"""What a person does with a browser: opens the page that snowpixel shows, and waits for it to be through."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import anyio
from playwright.sync_api import Browser, BrowserContext, Playwright, Route, sync_playwright

from tests.product import Product
from wizard.engine.progress import Progress
from wizard.model.context import BROWSE, YES
from wizard.model.results import Check, Job, Snapshot
from wizard.model.setup import Goal
from wizard.model.threads import in_thread
from wizard.resources.proof.browser_run import address_in

BOTH = (Goal.PIXEL, Goal.JS_BUCKET)
PATIENCE = 60.0
ROOT = ("--no-sandbox",)
"""Chromium does not start as root otherwise."""

PUBLIC = ("--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",)
"""Pages of the wide world may reach the practice edge, which is on this computer only here."""


def host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


class Chromium:
    """The browser. Its driver runs an event loop of its own, so it lives on a thread of its own."""

    def __init__(self, program: str, flags: Sequence[str]) -> None:
        self.thread = ThreadPoolExecutor(1)
        self._playwright: Playwright = self.thread.submit(sync_playwright().start).result(PATIENCE)
        self._browser: Browser = self.thread.submit(self._launch, program, [*ROOT, *PUBLIC, *flags]).result(PATIENCE)

    def _launch(self, program: str, flags: list[str]) -> Browser:
        return self._playwright.chromium.launch(executable_path=program, args=flags)

    def visitor(self) -> "Visitor":
        return Visitor(self, self.thread.submit(self._browser.new_context).result(PATIENCE))

    def close(self) -> None:
        self.thread.submit(self._browser.close).result(PATIENCE)
        self.thread.submit(self._playwright.stop).result(PATIENCE)
        self.thread.shutdown()


@dataclass
class Visitor:
    """Somebody with a browser."""

    chromium: Chromium
    context: BrowserContext
    said: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Open snowpixel's page and wait until it says that it is through."""
        self.chromium.thread.submit(self._open, url).result(PATIENCE)

    def _open(self, url: str) -> None:
        page = self.context.new_page()
        page.on("console", lambda message: self.said.append(message.text))
        page.goto(url)
        page.locator("#next:not(:empty)").wait_for(timeout=PATIENCE * 1000)

    def titles(self) -> list[str]:
        """Return the titles of the open pages."""
        return self.chromium.thread.submit(lambda: [page.title() for page in self.context.pages]).result(PATIENCE)

    def block(self, pattern: str) -> None:
        """Do what a blocker does: requests that match never leave the browser."""

        def refuse(route: Route) -> None:
            route.abort("blockedbyclient")

        self._route(pattern, refuse)

    def fail(self, pattern: str) -> None:
        """Break the connection of requests that match."""

        def drop(route: Route) -> None:
            route.abort("failed")

        self._route(pattern, drop)

    def answer(self, pattern: str, status: int) -> None:
        """Answer requests that match in the server's place, visible for any page, as a filtering proxy may."""

        def instead(route: Route) -> None:
            route.fulfill(status=status, headers={"Access-Control-Allow-Origin": "*"})

        self._route(pattern, instead)

    def allow(self, pattern: str) -> None:
        """Let through what an earlier `block` would keep."""

        def pass_on(route: Route) -> None:
            route.continue_()

        self._route(pattern, pass_on)

    def _route(self, pattern: str, handle: Callable[[Route], None]) -> None:
        self.chromium.thread.submit(self.context.route, pattern, handle).result(PATIENCE)


def browse(product: Product, visit: Callable[[str], None], **answers: str) -> Snapshot:
    """Run the proof while somebody opens the address, and return how it ended."""

    async def watch(progress: Progress) -> None:
        opened = False
        async for update in progress.updates():
            address = address_in(update.snapshot)
            if address and not opened:
                opened = True
                await in_thread(visit, address)

    running = product.service.start(
        Job.APPLY, "main", only=("browser-run",), answers={BROWSE: YES, **answers}, patience=PATIENCE
    )
    anyio.run(product._run, running, watch)
    return running.progress.snapshot


def found_in(snapshot: Snapshot, item: str) -> Check:
    return next(check for check in snapshot.checks if check.id == item)


def problem_in(snapshot: Snapshot) -> Any:
    problem = found_in(snapshot, "browser-run").problem
    return problem and problem.id
