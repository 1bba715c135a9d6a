"""`snippet --check URL`: the checks of one live page."""

import shlex
import sys

from wizard.commands import event_loop
from wizard.commands.output import checklist_lines
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.output.plain_lines import Ink
from wizard.commands.run_walk import farewell
from wizard.commands.session import Session
from wizard.documents import json_envelope
from wizard.model.results import Item, Phase, StageView, worst
from wizard.model.setup import Setup
from wizard.snowplow.pagecheck.rows import STAGE
from wizard.snowplow.pagecheck.visit import checks_of


def run(session: Session, setup: Setup, page: str) -> ExitCode:
    """Look at a page and say what is there."""
    session.again = shlex.join(["snippet", setup.name, "--check", page])
    web = session.service().ports(setup.choices).web
    checks = event_loop.run(lambda: checks_of(web, setup, page), lambda: farewell(session))
    items = tuple(Item(one.id, STAGE, one.id, Phase.DONE, check=one) for one in checks)
    row = StageView(STAGE, page, "", items)
    lines = [
        *checklist_lines.rows([row], Ink.of(sys.stdout), verbose=True),
        *checklist_lines.troubles(checks, setup.name),
    ]
    status = worst(check.status for check in checks)
    data = {"setup": setup.name, "page": page, "checks": [json_envelope.check(check, setup.name) for check in checks]}
    session.result(lines, str(status), data)
    return of_statuses([status])
