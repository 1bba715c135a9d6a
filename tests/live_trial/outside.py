"""The step of the live trial that is not about AWS: the project's own tracker, a web server, a browser."""

from tests.live_trial.trial import Trial, check_of
from wizard.commands.open_browser import Opener
from wizard.model.context import BROWSE, YES
from wizard.model.ports import WebError
from wizard.model.results import Job, Status
from wizard.model.setup import Goal
from wizard.model.validators import InvalidChoice
from wizard.resources.proof.browser_run import BrowserProof
from wizard.resources.tracker.tracker_on_server import TrackerOnServer
from wizard.snowplow.tracker.file_names import served_at
from wizard.snowplow.tracker.sources import fetch, parse
from wizard.snowplow.tracker.tracker_file import TrackerError
from wizard.storage.store import StoreError

SPJS, SERVER, BROWSER = "The project's own `sp.js`", "The folder for your own web server", "`browse`"


def outside(trial: Trial) -> None:
    """Ask for what only this person has: sp.js, a web server, a browser."""
    if source := trial.ask("Path or https address of the project's own sp.js (Enter: none):"):
        _spjs(trial, source)
    else:
        trial.open(SPJS, "No file was named.")
    if url := trial.ask("https address, ending in .js, at which your web server will serve the tracker (Enter: none):"):
        _server(trial, url)
    else:
        trial.open(SERVER, "No web server was named.")
    if trial.sure("Open your browser for three events?"):
        _browse(trial)
    else:
        trial.open(BROWSER, "No browser was opened.")


def _spjs(trial: Trial, source: str) -> None:
    web = trial.ports().web
    try:
        found = trial.run(lambda: fetch(web, parse(source)))
    except TrackerError as error:
        trial.as_believed(SPJS, str(error), fine=False)
    else:
        trial.as_believed(SPJS, f"Recognized: {found.flavour} {found.version}.", fine=True)


def _server(trial: Trial, url: str) -> None:
    goals, folder = trial.setup.choices.goals, str(trial.folder / "server")
    with_server = tuple(dict.fromkeys((*goals, Goal.JS_SERVER)))
    try:
        trial.choose(goals=with_server, tracker_url=served_at(url), tracker_folder=folder)
        trial.walk(Job.APPLY, patience=0.0, only=("tracker",), may_fail=True)
        trial.ask(f"Put what is in {folder} on your web server, as its README says. Then press Enter:")
        check = check_of(trial.walk(Job.CHECK, only=("tracker",), may_fail=True), TrackerOnServer.id)
        server = trial.get(url, {}).headers.get("server", "a server that does not say its name")
        fine = check is not None and check.counts_as is Status.OK
        trial.as_believed(SERVER, f"{server}: {check.summary if check else 'no answer'}", fine=fine)
    except (WebError, StoreError, TrackerError, InvalidChoice) as error:
        trial.open(SERVER, str(error))
    finally:
        trial.choose(goals=goals)


def _browse(trial: Trial) -> None:
    with Opener(trial.session, trial.service, trial.setup, opens=True) as opener:
        snapshot = trial.walk(Job.APPLY, answers={BROWSE: YES}, only=(BrowserProof.id,), act=opener, may_fail=True)
    ran, check = trial.setup.made.browser_run, check_of(snapshot, BrowserProof.id)
    told = f"{ran.browser if ran else 'No browser came'}: {check.summary if check else 'no answer'}"
    trial.as_believed(BROWSER, told, fine=check is not None and check.counts_as is Status.OK)
