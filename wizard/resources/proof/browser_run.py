"""Proof from the user's own browser: three events, read back from the log bucket."""

import weakref
from typing import Any

from msgspec.structs import replace

from wizard.model.context import BROWSE, BROWSE_LIKE, YES, Context
from wizard.model.digest import integrity
from wizard.model.ports import WebError
from wizard.model.results import EVENT, Action, Actor, Change, Check, Copyable, Problem, Snapshot, Status
from wizard.model.setup import BrowserRun, TrackerFile
from wizard.model.threads import in_thread
from wizard.resources.proof.first_event import TYPICAL_LOG
from wizard.resources.resource import Presence, Reading, Resource, StoppedError
from wizard.resources.tracker.tracker_in_bucket import fetched
from wizard.snowplow.browserproof.page_report import PageReport
from wizard.snowplow.browserproof.pixel_request import pixel_seen
from wizard.snowplow.browserproof.proof_page import Subject
from wizard.snowplow.browserproof.proof_server import PageServer
from wizard.snowplow.browserproof.verdict import OK, Outside, Verdict, judge
from wizard.snowplow.events.event import Event, as_text
from wizard.snowplow.events.log_bucket import events_in, log_file, log_keys_of
from wizard.snowplow.setup_snippet import host_of, loaded_by
from wizard.snowplow.snippet_builder import Loaded
from wizard.snowplow.tracker.served import ANSWER_LIMIT, ASKING, faults
from wizard.snowplow.tracker.tracker_file import major

PATIENCE = 0.5
"""Seconds that one look waits for the browser: a look that returns at once would only be taken again."""

EVERY = 1.0
OPEN = "Open in your browser"
"""Label of the address, by which a front end finds it."""


def address_in(snapshot: Snapshot) -> str | None:
    """Return the address that the user is asked to open, once there is one."""
    return next((address for check in snapshot.checks if (address := address_in_check(check))), None)


def address_in_check(check: Check) -> str | None:
    """Return the address that a row asks the user to open; None where it asks for nothing of that kind."""
    return next((copy.value for copy in check.copy if copy.label == OPEN), None)


def taken_in(snapshot: Snapshot) -> str:
    """Return what is taken over from a page of the user's, in plain words; empty where nothing is."""
    return next((check.observed for check in snapshot.checks if address_in_check(check)), "")


def wanted(context: Context) -> bool:
    """Whether the proof is asked for now, or was made before."""
    return context.answers.get(BROWSE) == YES or context.made.browser_run is not None


class BrowserProof(Resource):
    """Three events that the user's own browser sent: by the user's hand, written by AWS, found by us."""

    id = "browser-run"
    title = "Events from your own browser"
    parent = "identity"
    needs = (
        "serving",
        "delivery",
        "content-bucket.policy",
        "pixel-i",
        "pixel-record",
        "pixel-https",
        "tracker-https",
        "tracker-server",
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._served: PageServer | None = None
        self._sent = False
        self._taken = ""
        self._searched: set[str] = set()
        self._found: dict[str, Event] = {}

    @property
    def _host(self) -> str:
        return host_of(self.context.state.setup) or ""

    async def read(self) -> Reading:
        """Say what is proven, wait for the browser, or look for its events in the logs."""
        run = self.context.made.browser_run
        if self.context.answers.get(BROWSE) == YES and not self._sent:
            return await self._browsing()
        if run is None:
            return self.missing()
        return self._proven(run) if run.found_at else await self._search(run)

    def missing(self) -> Reading:
        """Nothing is served yet."""
        return self.absent("Not tested in a browser yet", "Serve a page with your tag on this computer")

    async def carry_out(self, change: Change) -> None:
        """Serve the page.

        Raises:
            StoppedError: there is no tracker for it, or the user's page cannot be looked at.
        """
        del change  # there is only one
        loaded, content = loaded_by(self.context.state.setup), None
        if loaded is None:
            tracker = await fetched(self.context, self.context.choices.tracker)
            content = tracker.content
            loaded = Loaded("", integrity(content), str(tracker.flavour), major(tracker.version))
        policies, subject = await self._like()
        self._served = PageServer(replace(subject, loaded=loaded), content, policies)
        weakref.finalize(self, self._served.close)  # a walk that is given up leaves no open port

    async def _like(self) -> tuple[tuple[str, ...], Subject]:
        """Return the policies under which the proof is made, and its subject: set like the user's page, if any.

        Raises:
            StoppedError: the user's page can't be looked at.
        """
        url = self.context.answers.get(BROWSE_LIKE)
        subject = Subject(self._host, Loaded(""))
        if not url:
            return (), subject
        # The parsers are loaded where they are needed: most walks look at no page.
        from wizard.snowplow.browserproof.page_likeness import likeness_of  # noqa: PLC0415
        from wizard.snowplow.pagecheck.visit import UnreadError  # noqa: PLC0415

        try:
            like = await likeness_of(self.context.ports, self.context.state.setup, url)
        except UnreadError as error:
            problem = error.check.problem
            raise StoppedError(
                error.check.summary,
                problem.id if problem else "page-unreached",
                page=url,
                observed=error.check.observed,
            ) from error
        self._taken = like.said
        return like.policies, replace(subject, settings=like.settings, namespace=like.namespace or subject.namespace)

    async def _browsing(self) -> Reading:
        served = self._served
        if served is None:
            return self.missing()
        report = await in_thread(served.wait, PATIENCE)
        if report is None and not served.over:
            return self._asking(served.url)
        await in_thread(served.close)
        verdict = (
            judge(report, await self._outside()) if report else Verdict("browser-none", "No browser opened the page")
        )
        if report is None or verdict.problem:
            return self._failed(verdict)
        return await self._sent_by(report)

    def _asking(self, url: str) -> Reading:
        summary = f"Open {url} in your browser"
        wait = Change(self.id, Action.UPDATE, Actor.USER, summary, typical=20, every=EVERY, steady=True)
        return Reading(
            presence=Presence.OURS,
            summary=summary,
            changes=(wait,),
            status=Status.WAITING,
            observed=self._taken,
            copy=(Copyable(OPEN, url),),
        )

    def _failed(self, verdict: Verdict) -> Reading:
        values = {"host": self._host, "observed": verdict.observed, "summary": verdict.summary, "url": verdict.observed}
        return Reading(
            presence=Presence.ABSENT,
            summary=verdict.summary,
            status=Status.FAILED,
            problem=Problem(verdict.problem or "", values),
            observed=verdict.observed,
        )

    async def _outside(self) -> Outside:
        """Look at pixel and tracker without a browser, to tell its faults from ours."""
        return Outside(await pixel_seen(self.context.ports.web, self._host), await self._tracker())

    async def _tracker(self) -> str:
        setup = self.context.state.setup
        file, loaded = setup.made.tracker, loaded_by(setup)
        if file is None or loaded is None:
            return OK
        return await self._delivered(file, loaded.url)

    async def _delivered(self, file: TrackerFile, url: str) -> str:
        try:
            answer = await self.context.ports.web.get(url, headers=ASKING, limit=ANSWER_LIMIT)
        except WebError as error:
            return "tracker-untrusted" if error.kind == "tls" else "tracker-unreached"
        return next((fault.problem for fault in faults(answer, file, url) if fault.serious), OK)

    async def _sent_by(self, report: PageReport) -> Reading:
        """Remember what was sent, so that a later walk can go on looking for it."""
        ids = tuple(sorted(set(report.answered)))
        run = BrowserRun(sent_at=self.context.ports.clock.now(), browser=report.agent[:300], event_ids=ids)
        self._sent = True
        self.context.state.record(browser_run=run)
        return await self._search(run)

    async def _search(self, run: BrowserRun) -> Reading:
        for one in await log_keys_of(self.context, run.sent_at):
            if one.key not in self._searched:
                self._searched.add(one.key)
                events = await events_in(await log_file(self.context, one.key), run.event_ids)
                self._found |= {each.event_id: each for each in events if each.event_id in run.event_ids}
        if set(run.event_ids) <= set(self._found):
            found = sorted(self._found.values(), key=lambda event: event.values.get("dvce_created_tstamp", ""))
            texts = tuple(as_text(event) for event in found)
            run = replace(run, found_at=self.context.ports.clock.now(), events=texts)
            self.context.state.record(browser_run=run)
            return self._proven(run)
        summary = "Your browser's events got a response; AWS writes log files several times an hour"
        wait = Change(self.id, Action.UPDATE, Actor.AWS, summary, typical=TYPICAL_LOG, every=15)
        return Reading(
            presence=Presence.OURS,
            summary=summary,
            status=Status.WAITING,
            changes=(wait,),
            observed=f"{len(self._found)} of {len(run.event_ids)} in log files so far",
        )

    def _proven(self, run: BrowserRun) -> Reading:
        facts: dict[str, Any] = {
            f"{EVENT}{number}.{label}": text
            for number, event in enumerate(run.events, 1)
            for label, text in event.items()
        }
        return self.fine(
            f"{len(run.events)} events from your browser arrived in the log bucket", observed=run.browser, **facts
        )

    async def removal(self) -> Reading:
        """Events in log files go with the logs."""
        return self.gone("Deleted with the logs")
