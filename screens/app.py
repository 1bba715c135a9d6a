"""The wizard: which pages there are, and how it is run."""

import sys
from collections.abc import Callable, Mapping

from screens.base_app import Shell
from screens.gc_pauses import keep_steady
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
from screens.routes import Place
from wizard.model.results import Job
from wizard.service import Service

PAGES: Mapping[Place, Callable[[str], Page]] = {
    Place.HOME: HomePage,
    Place.CHOICES: ChoicesPage,
    Place.CREDENTIALS: CredentialsPage,
    Place.PLAN: PlanPage,
    Place.DNS: DnsPage,
    Place.CHECKLIST: ChecklistPage,
    Place.DONE: DonePage,
    Place.BROWSE: BrowsePage,
    Place.EVENTS: EventsPage,
    Place.REMOVE: RemovePage,
    Place.SETTINGS: SettingsPage,
}
"""All pages but the run page, which is told more than a name."""


class SnowpixelApp(Shell):
    """The wizard.

    Args:
        service: the product.
        open_setup: a set-up to open at once, at its checklist.
    """

    def __init__(self, service: Service, *, open_setup: str | None = None) -> None:
        super().__init__(service)
        self.open_setup = open_setup

    def on_mount(self) -> None:
        """Open the first page."""
        self.visit(Place.HOME)
        if self.preferences.trouble:
            self.notify(self.preferences.trouble, severity="warning", markup=False, timeout=15)
        if self.open_setup:
            self.visit(Place.CHECKLIST, self.open_setup)

    def visit(
        self, place: Place, name: str = "", *, job: Job = Job.APPLY, answers: Mapping[str, str] | None = None
    ) -> None:
        """Open a page on top of this one."""
        if place is Place.RUN:
            self.push_screen(RunPage(name, job, answers))
        else:
            self.push_screen(PAGES[place](name))


def run(service: Service, *, open_setup: str | None = None) -> int:
    """Run the wizard in this terminal.

    Returns:
        The exit code: not 0 after a crash.
    """
    app = SnowpixelApp(service, open_setup=open_setup)
    keep_steady()
    app.run()
    app.preferences.settle()
    code = app.return_code or 0
    if not code:
        sys.stderr.write(f"Nothing is lost. Continue with: {app.command}\n")
    return code
