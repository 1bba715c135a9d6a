"""Proof of life: a test event, read back from the log bucket; one whose log line does not come is sent again."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec.structs import replace

from wizard import __version__
from wizard.aws.errors import AwsError
from wizard.model.context import PROVE, YES, Context
from wizard.model.elapsed import elapsed
from wizard.model.ports import WebError
from wizard.model.results import EVENT, Action, Actor, Change, Copyable, Problem, Status
from wizard.model.setup import Made, Proof
from wizard.resources.resource import NotYetError, Presence, Reading, Resource, StoppedError
from wizard.snowplow.events.event import as_text
from wizard.snowplow.events.log_bucket import events_in, log_file, log_keys, log_keys_of
from wizard.snowplow.events.send import check_event

PAGE_URL = "https://example.com/snowpixel-check"
"""The page that the test event is said to come from; `example.com` belongs to nobody (RFC 2606)."""

ORIGIN = "https://example.com"

TYPICAL_LOG = 900.0
"""Seconds until a log file appears; usually under an hour, for a new distribution up to four (CloudFront guide)."""

AGAIN = (1200.0, 3600.0, 14_400.0)
"""Seconds from the first event to each further one, as long as no log file has any of them.

Once logging runs, a line takes 169 seconds in the median and 373 at worst (KensioSoftware/rainlytics issue 9, of
200,074 lines), so one that is missing after 20 minutes was lost. A new distribution logs reliably after about four
hours (CloudFront guide), so the last one should come through.
"""

RECENT = (2 * 3600.0, 24 * 3600.0)
"""Seconds of log folders to list when looking for the newest file: a day only where the last hours have none. A busy
site has thousands of files a day, and each one that is listed takes time.
"""


class FirstEvent(Resource):
    """The test event: sent by us, written by AWS, found by us."""

    id = "first-event"
    title = "A test event, read back from your log bucket"
    parent = "identity"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        own_name = ("pixel-record", "pixel-https") if context.choices.domain else ("pixel-https",)
        self.needs = ("serving", "delivery", "pixel-i", "content-bucket.policy", *own_name)
        self._read_keys: set[str] = set()
        """Log files already searched in this walk."""
        self._sent_now = False
        self._unanswered: tuple[float, ...] = ()
        """When events were sent in this walk whose answer was lost: they may have arrived, and count as sent."""

    @property
    def host(self) -> str:
        """The name that the pixel is reached by."""
        return self.context.choices.domain or self.context.made.distribution_domain or ""

    @property
    def _anew(self) -> bool:
        """Whether the user wants a new proof, and no event was sent for it yet."""
        return self.context.answers.get(PROVE) == YES and not self._sent_now

    async def read(self) -> Reading:
        """Say what is proven, or look for the events in log files that were not searched yet."""
        made = self.context.made
        if made.proof is not None and not self._anew:
            return await self._proven(made.proof)
        if made.event_request_id is None or self._anew:
            return self.missing()
        return await self._search(sent_events(made))

    def missing(self) -> Reading:
        """No event was sent yet."""
        where = f"https://{self.host}/i" if self.host else "the distribution's domain name"
        return self.absent("No test event has been sent yet", f"Send one test event to {where}")

    async def _proven(self, proof: Proof) -> Reading:
        newest = await self._newest()
        return self.fine(
            f"Proven on {_date(proof.found_at)}; newest log {newest}",
            observed=proof.log_key,
            request_id=proof.request_id,
            **{f"{EVENT}{label}": text for label, text in proof.event.items()},
        )

    async def _newest(self) -> str:
        """Return when the newest log file was written, in words; no traffic is no failure."""
        now = self.context.ports.clock.now()
        for seconds in RECENT:
            try:
                found = await log_keys(self.context, now - seconds)
            except AwsError:
                return "couldn't be read"
            if found:
                return f"at {found[-1].written:%Y-%m-%d %H:%M} UTC"
        return "is more than a day old: no traffic since"

    async def _search(self, sent: Mapping[str, float]) -> Reading:
        for key in [one.key for one in await log_keys_of(self.context, min(sent.values()))]:
            if key in self._read_keys:
                continue
            found = await events_in(await log_file(self.context, key), sent)
            event = next((event for event in found if event.request_id in sent), None)
            if event:
                now = self.context.ports.clock.now()
                proof = Proof(event.request_id, sent[event.request_id], now, key, as_text(event))
                self.context.state.record(proof=proof)
                return await self._proven(proof)
            self._read_keys.add(key)
        return self._unlogged(sent)

    def _unlogged(self, sent: Mapping[str, float]) -> Reading:
        """Say that no log file has any of the events: it is time for another one, or for patience."""
        problem = self._problem(sent)
        wait = self._awaited(len(sent), late=problem is not None)
        reading = Reading(
            presence=Presence.OURS,
            summary=wait.summary,
            status=Status.WAITING,
            changes=(wait,),
            observed=f"sent on {', '.join(_date(at) for at in sent.values())}; not in a log file yet",
            copy=tuple(Copyable("Request id", request_id) for request_id in sent),
        )
        if self._due(sent):
            summary = f"Send the test event again ({len(sent)} of {len(AGAIN)}): no log file has the previous one"
            return replace(reading, changes=(Change(self.id, Action.UPDATE, Actor.US, summary),))
        return replace(reading, problem=problem)

    def _awaited(self, number: int, *, late: bool = False) -> Change:
        times = "" if number == 1 else f" {number} times"
        summary = f"The test event was sent{times}; AWS writes log files several times an hour"
        if late:
            summary = f"No log file has the test event, which was sent{times}; snowpixel keeps looking"
        return Change(self.id, Action.UPDATE, Actor.AWS, summary, typical=TYPICAL_LOG, every=15)

    def _due(self, sent: Mapping[str, float]) -> bool:
        """Whether it is time for the next event: since the first, and since the last, which may have come late."""
        clock, times = self.context.ports.clock, (*sent.values(), *self._unanswered)
        number = len(times)
        if number > len(AGAIN):
            return False
        since_first, before = AGAIN[number - 1], (0.0, *AGAIN)[number - 1]
        return elapsed(clock, min(times)) >= since_first and elapsed(clock, max(times)) >= since_first - before

    def _problem(self, sent: Mapping[str, float]) -> Problem | None:
        """Say what to look at, once the last event has had its time, too."""
        times = (*sent.values(), *self._unanswered)
        if len(times) <= len(AGAIN) or elapsed(self.context.ports.clock, max(times)) < TYPICAL_LOG:
            return None
        made = self.context.made
        return Problem(
            "event-not-logged",
            {
                "number": str(len(sent)),
                "first": _date(min(sent.values())),
                "bucket": made.log_bucket or "",
                "distribution": made.distribution or "",
            },
        )

    async def carry_out(self, change: Change) -> None:
        """Send an event and keep the id of CloudFront's answer.

        Raises:
            NotYetError: this computer does not reach the pixel now, which passes; one that is sent again is tried again
            while the others are waited for.
            StoppedError: the pixel does not answer as it should.
        """
        del change  # whether it is the first one is known
        sent, at = {} if self._anew else sent_events(self.context.made), self.context.ports.clock.now()
        try:
            request_id = await self._send(at)
        except WebError as error:
            if sent:
                self._unanswered += () if error.kind in NOT_SENT else (at,)
                raise NotYetError(self._awaited(len(sent))) from error
            if error.unreached:
                raise NotYetError(self._unsent(error)) from error
            raise StoppedError(
                f"The test event couldn't be sent: {error}", "event-not-sent", reason=str(error)
            ) from error
        if sent:
            again = {**self.context.made.events_sent_again, request_id: at}
            self.context.state.record(events_sent_again=again)
            return
        self._sent_now = True
        self.context.state.record(event_request_id=request_id, event_sent_at=at, events_sent_again={}, proof=None)

    def _unsent(self, error: WebError) -> Change:
        summary = f"The test event hasn't been sent yet: this computer can't reach {self.host} now ({error})"
        return Change(self.id, Action.CREATE, Actor.US, summary, every=15)

    async def _send(self, now: float) -> str:
        """Send one; return the id of CloudFront's answer.

        Raises:
            WebError: there was no answer.
            StoppedError: the answer is not as it should be.
        """
        path = check_event(str(uuid.uuid4()), int(now * 1000), page_url=PAGE_URL, version=__version__)
        answer = await self.context.ports.web.get(f"https://{self.host}{path}", headers={"Origin": ORIGIN})
        request_id = answer.headers.get("x-amz-cf-id")
        if answer.status not in (200, 304) or request_id is None:
            reason = f"HTTP {answer.status}" if answer.status != 200 else "no x-amz-cf-id in the response"  # noqa: PLR2004
            raise StoppedError(f"The pixel didn't accept the test event: {reason}", "event-not-sent", reason=reason)
        return request_id

    async def removal(self) -> Reading:
        """An event in a log file goes with the logs."""
        return self.gone("Deleted with the logs")


NOT_SENT = ("resolve", "connect", "tls")
"""Kinds of `WebError` where the request never reached CloudFront."""


def sent_events(made: Made) -> dict[str, float]:
    """Return the events that were sent for a proof, oldest first: the id of CloudFront's answer to when."""
    if made.event_request_id is None:
        return {}
    return {made.event_request_id: made.event_sent_at or 0.0, **made.events_sent_again}


def _date(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
