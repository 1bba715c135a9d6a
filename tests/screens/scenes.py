"""The pages of the wizard, each as a user meets it, at a time and with ids that never change: to be looked at."""

import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens import scripted
from tests.screens.driving import Driver, box, focused, on_page, page, shown, text_of, wait_for
from tests.screens.scripted import Script, ScriptedService, a_setup
from tests.snowplow.events.lines import encoded, hit, log, logged
from wizard.engine.progress import Progress
from wizard.model.results import Check, Job, Status
from wizard.model.setup import Made, Proof, Setup

NOW = 1_800_000_000.0
"""15 January 2027, 08:00 UTC: the time on this computer in every scene."""

HOUR = 3600.0

MADE = Made(
    account="123456789012",
    content_bucket="snowpixel-main-0a1b2c3d-content",
    log_bucket="snowpixel-main-0a1b2c3d-logs",
    distribution="E2EXAMPLE00000",
    distribution_domain="d111111abcdef8.cloudfront.net",
    certificate="arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
    alias="e.example.test",
    delivery="delivery-1",
    records_seen={"certificate-record": NOW - 26 * HOUR, "pixel-record": NOW - 25.9 * HOUR},
    event_sent_at=NOW - 25.5 * HOUR,
    event_request_id="request-0",
)
PROOF = Proof(
    request_id="request-0",
    sent_at=NOW - 25.5 * HOUR,
    found_at=NOW - 25.3 * HOUR,
    log_key="cf/2027/01/14/06/E2EXAMPLE00000.2027-01-14-06.0a1b2c3d.gz",
    event={"Event": "page view", "Application": "snowpixel-check", "Page": "https://example.com/snowpixel-check"},
)


async def waits(progress: Progress) -> None:
    """Wait for the user and for AWS, for ever."""
    scripted.waits_for_user(progress, NOW)
    seen = {"sees.name server.ns1.example.test": "yes", "sees.name server.ns2.example.test": "not yet"}
    summary = "1 of 2 name servers have _abc.e.example.test"
    found = Check("certificate-record", "certificate", Status.WAITING, summary, evidence=seen)
    progress.change("certificate-record", check=found)
    await scripted.waits_for_ever(progress)


def visit(number: int) -> str:
    """Return the log line of an event of a visitor; the higher its number, the older it is."""
    page = f"https://shop.example/products/{number % 9}?from=newsletter"
    values = {"e": ("pv", "pp", "se")[number % 3], "eid": f"event-{number}", "aid": "shop", "p": "web", "url": page}
    found_by = {"refr": ("https://www.google.com/", "https://news.example/")[number % 2]} if number % 4 else {}
    moment = time.gmtime(NOW - 1700.0 * number)
    return hit(
        logged(encoded(**values, **found_by, duid=f"visitor-{number % 7}")),
        address="192.0.2.7",
        agent="Mozilla/5.0",
        request_id=f"request-{number}",
        date=time.strftime("%Y-%m-%d", moment),
        time=time.strftime("%H:%M:%S", moment),
    )


def saved(service: ScriptedService, name: str = "main", made: Made = Made(), **choices: object) -> Setup:  # noqa: B008
    """Save a setup as it stands a day after it was begun."""
    setup = replace(a_setup(service, name, **choices), id="0a1b2c3d", created=NOW - 26.5 * HOUR, made=made)
    service.store.save(setup)
    return setup


Walk = Callable[[SnowpixelApp, Driver], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """One page.

    Attributes:
        walk: how to get there.
        made: what was made of the setup `main`; None where there is none.
        scripts: how its walks go.
        real: whether to play the real world instead of practice.
    """

    walk: Walk
    made: Made | None = None
    scripts: Mapping[Job, Script] | None = None
    real: bool = False

    def app(self, home: Path, theme: str) -> SnowpixelApp:
        """Return the wizard in front of this page, at the scenes' time."""
        service = ScriptedService(home, zone=None if self.real else "example.test", scripts=self.scripts)
        if self.made is not None:
            saved(service, made=self.made)
        service.visits = log(visit(number) for number in range(40))
        app = SnowpixelApp(service)
        app.now, app.ticks = (lambda: NOW), (lambda: 0.0)
        app.theme = theme
        return app

    async def show(self, app: SnowpixelApp, pilot: Driver) -> None:
        """Go to the page, and wait until it stands still."""
        await on_page(pilot, "HomePage")
        await wait_for(pilot, lambda: focused(app), "the first page has its focus")
        await self.walk(app, pilot)
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()


def fixed_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let times be told in UTC, whatever this computer is set to."""
    monkeypatch.setitem(os.environ, "TZ", "UTC")
    time.tzset()


async def new(app: SnowpixelApp, pilot: Driver) -> None:
    await wait_for(pilot, lambda: focused(app) == "new")


async def home(app: SnowpixelApp, pilot: Driver) -> None:
    service = app.service
    assert isinstance(service, ScriptedService)
    saved(
        service, "second", replace(MADE, alias=None, event_request_id=None, event_sent_at=None), domain="px.example.org"
    )
    saved(service, "third", domain=None)
    app.visit(Route.CHOICES)
    await on_page(pilot, "ChoicesPage")
    await pilot.press("escape")
    await wait_for(pilot, lambda: focused(app) == "setups" and "third" in text_of(app))


async def choices(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.CHOICES)
    await on_page(pilot, "ChoicesPage")
    box(app, "domain").value = "tracking.example.org"
    await pilot.press("tab")
    await wait_for(pilot, lambda: "Ad blockers" in text_of(app), "the word is refused")


async def credentials(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.CREDENTIALS, "main")
    await on_page(pilot, "CredentialsPage")
    await wait_for(pilot, lambda: focused(app) == "next")


async def keys(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.CREDENTIALS, "main")
    await on_page(pilot, "CredentialsPage")
    await wait_for(pilot, lambda: "No AWS credentials" in text_of(app) and focused(app) == "sources")
    await pilot.press("enter")
    await wait_for(pilot, lambda: box(app, "key").has_focus)
    await pilot.press("x", "enter")
    await wait_for(pilot, lambda: "✗" in text_of(app))


async def plan(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.PLAN, "main")
    await on_page(pilot, "PlanPage")
    await wait_for(pilot, lambda: not app.screen.query_one("#create").disabled)


async def dns(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.RUN, "main")
    await on_page(pilot, "DnsPage")
    await wait_for(pilot, lambda: "play" in focused(app) and "next check" in text_of(app))


async def run(app: SnowpixelApp, pilot: Driver) -> None:
    await dns(app, pilot)
    await pilot.press("escape")
    await on_page(pilot, "RunPage")
    await wait_for(pilot, lambda: "Your turn" in text_of(app))


async def checklist(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.CHECKLIST, "main")
    await on_page(pilot, "ChecklistPage")
    await wait_for(pilot, lambda: "Something failed" in text_of(app))
    await pilot.press("down", "down")
    await wait_for(pilot, lambda: "BlockPublicAcls" in shown(app, "#detail"))


async def done(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.DONE, "main")
    await on_page(pilot, "DonePage")
    await wait_for(pilot, lambda: "snowplow" in shown(app, "#tag"))


async def events(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.EVENTS, "main")
    await on_page(pilot, "EventsPage")
    await wait_for(pilot, lambda: "40 events" in shown(app, "#total") and "refreshing" not in shown(app, "#total"))


async def remove(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.REMOVE, "main")
    await on_page(pilot, "RemovePage")
    box(app, "confirm").focus()
    await pilot.press("x", "enter")
    await wait_for(pilot, lambda: "the setup name exactly" in text_of(app))


async def settings(app: SnowpixelApp, pilot: Driver) -> None:
    await pilot.press("o")
    await on_page(pilot, "SettingsPage")
    await wait_for(pilot, lambda: focused(app) == "theme" and "Default:" in text_of(app), "it says why")


async def help_box(app: SnowpixelApp, pilot: Driver) -> None:
    await pilot.press("question_mark")
    await wait_for(pilot, lambda: page(app) == "HelpModal")


async def decision(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.RUN, "main")
    await wait_for(pilot, lambda: page(app) == "DecisionModal" and focused(app) == "choices")


PROVEN = replace(MADE, proof=PROOF)

SCENES: Mapping[str, Scene] = {
    "new": Scene(new),
    "home": Scene(home, PROVEN),
    "choices": Scene(choices, real=True),
    "credentials": Scene(credentials, Made()),
    "keys": Scene(keys, Made(), real=True),
    "plan": Scene(plan, Made(), {Job.PLAN: scripted.planned}),
    "dns": Scene(dns, Made(), {Job.APPLY: waits}),
    "run": Scene(run, Made(), {Job.APPLY: waits}),
    "checklist": Scene(checklist, PROVEN, {Job.CHECK: scripted.mixed}),
    "done": Scene(done, PROVEN),
    "events": Scene(events, PROVEN),
    "remove": Scene(remove, PROVEN),
    "settings": Scene(settings),
    "help": Scene(help_box),
    "decision": Scene(decision, Made(), {Job.APPLY: scripted.asks}),
}
