"""The wizard's app: its pages, and how it runs."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import FrameType

from screens.base_app import BaseApp
from screens.gc_pauses import keep_gc_short
from screens.pages.browse import BrowsePage
from screens.pages.checklist import ChecklistPage
from screens.pages.choices import ChoicesPage
from screens.pages.credentials import CredentialsPage
from screens.pages.dns import DnsPage
from screens.pages.done import DonePage
from screens.pages.events import EventsPage
from screens.pages.home import HomePage
from screens.pages.page import Page
from screens.pages.plan import PlanPage
from screens.pages.remove import RemovePage
from screens.pages.run import RunPage
from screens.pages.settings import SettingsPage
from screens.routes import Route
from wizard.aws import credential_program
from wizard.model.leaving import INTERRUPTED, endings, leave
from wizard.model.results import Job
from wizard.service import Service

GRACE = 5.0
"""Seconds that the wizard gets to give the terminal back and to end, once it is told to."""

PAGES: Mapping[Route, Callable[[str], Page]] = {
    Route.HOME: HomePage,
    Route.CHOICES: ChoicesPage,
    Route.CREDENTIALS: CredentialsPage,
    Route.PLAN: PlanPage,
    Route.DNS: DnsPage,
    Route.CHECKLIST: ChecklistPage,
    Route.DONE: DonePage,
    Route.BROWSE: BrowsePage,
    Route.EVENTS: EventsPage,
    Route.REMOVE: RemovePage,
    Route.SETTINGS: SettingsPage,
}
"""All pages but the run page, which is told more than a name."""


class SnowpixelApp(BaseApp):
    """The wizard.

    Args:
        service: the product.
        open_setup: a setup to open at once, at its checklist.
    """

    def __init__(self, service: Service, *, open_setup: str | None = None) -> None:
        super().__init__(service)
        self.open_setup = open_setup

    def on_mount(self) -> None:
        """Open the first page."""
        self.visit(Route.HOME)
        if self.preferences.trouble:
            self.notify(self.preferences.trouble, severity="warning", markup=False, timeout=15)
        credential_program.on_wait(self._program_waits)
        if self.open_setup:
            self.visit(Route.CHECKLIST, self.open_setup)

    def _program_waits(self, program: str) -> None:
        """Say that a program for credentials is waited for; called by the thread that waits."""
        words = credential_program.WAITING.format(program=program)
        self.call_from_thread(self.notify, words, severity="warning", markup=False, timeout=30)

    def visit(
        self, place: Route, name: str = "", *, job: Job = Job.APPLY, answers: Mapping[str, str] | None = None
    ) -> None:
        """Open a page on top of this one."""
        if place is Route.RUN:
            self.push_screen(RunPage(name, job, answers))
        else:
            self.push_screen(PAGES[place](name))


@contextmanager
def _ended_when_told(app: SnowpixelApp) -> Iterator[None]:
    """Give the terminal back before ending, whoever ends us; Ctrl-C is a key here and comes from elsewhere only.

    A terminal that is gone, or doesn't take what is drawn, holds up the drawing for good, and with it all that is to
    end it: then the process leaves as it is. What is saved is whole at any moment.
    """

    def told(_number: int, _frame: FrameType | None) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # it doesn't draw yet, or no longer
            raise KeyboardInterrupt from None
        loop.call_soon_threadsafe(partial(app.exit, return_code=INTERRUPTED))
        late.append(threading.Timer(GRACE, leave, (INTERRUPTED,)))
        late[-1].daemon = True
        late[-1].start()

    late: list[threading.Timer] = []
    before = {ending: signal.signal(ending, told) for ending in endings()}
    try:
        yield
    finally:
        for timer in late:
            timer.cancel()
        for ending, handler in before.items():
            signal.signal(ending, handler)


def run(service: Service, *, open_setup: str | None = None) -> int:
    """Run the wizard in this terminal.

    Returns:
        The exit code: not 0 after a crash, and where somebody told the process to end.
    """
    app = SnowpixelApp(service, open_setup=open_setup)
    keep_gc_short()
    with _ended_when_told(app):
        app.run()
    app.preferences.flush()
    code = app.return_code or 0
    if code in (0, INTERRUPTED):
        sys.stderr.write(f"Nothing is lost. Continue with: {app.command}\n")
    return code
