"""`snippet --check URL`: the checks of one live page."""

import shlex
import sys
from urllib.parse import urlsplit

from wizard.commands import event_loop
from wizard.commands.output import checklist_lines
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.output.plain_lines import Ink
from wizard.commands.run_walk import farewell
from wizard.commands.session import Session
from wizard.documents import json_envelope
from wizard.model.results import Check, Item, Phase, StageView, Status, worst
from wizard.model.setup import Setup
from wizard.service import Environment
from wizard.snowplow.browserproof import chromium
from wizard.snowplow.browserproof.devtools import BrowserEndedError
from wizard.snowplow.browserproof.page_verdict import judged, settled
from wizard.snowplow.browserproof.page_watch import watch
from wizard.snowplow.pagecheck.rows import STAGE, unread
from wizard.snowplow.pagecheck.visit import checks_of
from wizard.snowplow.setup_snippet import hosts_of


def run(session: Session, setup: Setup, page: str, *, in_browser: bool = False) -> ExitCode:
    """Look at a page and say what is there.

    Args:
        session: the session.
        setup: the setup whose tag should be on it.
        page: its address.
        in_browser: whether to open it in a browser as well.
    """
    again = ["snippet", setup.name, "--check", page]
    session.again = shlex.join([*again, *(["--browser"] if in_browser else [])])
    service = session.service()
    web = service.ports(setup.choices).web
    checks = event_loop.run(lambda: checks_of(web, setup, page), lambda: farewell(session))
    if in_browser:
        checks = settled(checks, shown_in_browser(setup, page, checks, service.environment))
    items = tuple(Item(one.id, STAGE, one.id, Phase.DONE, check=one) for one in checks)
    row = StageView(STAGE, page, "", items)
    open_ones = not in_browser and any(check.status is Status.UNKNOWN for check in checks)
    lines = [
        *checklist_lines.rows([row], Ink.of(sys.stdout), verbose=True),
        *checklist_lines.troubles(checks, setup.name),
        *(["", f"To see what a browser does: {session.line(shlex.join([*again, '--browser']))}"] if open_ones else []),
    ]
    status = worst(check.status for check in checks)
    data = {"setup": setup.name, "page": page, "checks": [json_envelope.check(check, setup.name) for check in checks]}
    session.result(lines, str(status), data)
    return of_statuses([status])


def shown_in_browser(setup: Setup, page: str, read: tuple[Check, ...], here: Environment) -> tuple[Check, ...]:
    """Open the page in a browser and judge what it does."""
    program = chromium.found()
    if program is None:
        return (unread(page, "seen-no-browser", "no Chromium-based browser", "No browser to open the page in"),)
    hosts = hosts_of(setup)
    try:
        names = sorted({*hosts, urlsplit(page).hostname or ""})
        seen = watch(program, page, hosts, chromium.flags_in(here.network, names))
    except (OSError, BrowserEndedError) as error:
        return (unread(page, "seen-no-browser", str(error), "The browser couldn't open the page"),)
    return judged(seen, page, hosts, read)
