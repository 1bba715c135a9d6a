"""Proof of life: one test event, sent once and read back from the log bucket."""

import uuid
from datetime import UTC, datetime

from wizard import __version__
from wizard.aws.errors import AwsError
from wizard.model.context import PROVE, YES, Context
from wizard.model.ports import WebError
from wizard.model.results import EVENT, Action, Actor, Change, Copyable, Status
from wizard.model.setup import Proof
from wizard.resources.resource import Presence, Reading, Resource, StoppedError
from wizard.snowplow.events.decode import as_text, event_of, find_request
from wizard.snowplow.events.log_bucket import log_file, log_keys
from wizard.snowplow.events.send import check_event

PAGE_URL = "https://example.com/snowpixel-check"
"""The page that the test event is said to come from; `example.com` belongs to nobody (RFC 2606)."""

ORIGIN = "https://example.com"

TYPICAL_LOG = 900.0
"""Seconds until a log file appears; usually under an hour, for a new distribution up to four (CloudFront guide)."""

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

    @property
    def host(self) -> str:
        """The name that the pixel is reached by."""
        return self.context.choices.domain or self.context.made.distribution_domain or ""

    async def read(self) -> Reading:
        """Say what is proven, or look for the event in log files that were not searched yet."""
        made = self.context.made
        again = self.context.answers.get(PROVE) == YES and not self._sent_now
        if made.proof is not None and not again:
            return await self._proven(made.proof)
        if made.event_request_id is None or again:
            return self.missing()
        return await self._search(made.event_request_id, made.event_sent_at or 0.0)

    def missing(self) -> Reading:
        """No event was sent yet."""
        where = f"https://{self.host}/i" if self.host else "the distribution's own name"
        return self.absent("No test event was sent yet", f"Send one test event to {where}")

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
                return "could not be looked up"
            if found:
                return f"at {found[-1].written:%Y-%m-%d %H:%M} UTC"
        return "is over a day old: no traffic since"

    async def _search(self, request_id: str, sent_at: float) -> Reading:
        for key in [one.key for one in await log_keys(self.context, sent_at)]:
            if key in self._read_keys:
                continue
            line = find_request(await log_file(self.context, key), request_id)
            event = event_of(line) if line else None
            if event is not None:
                now = self.context.ports.clock.now()
                proof = Proof(request_id, sent_at, now, key, as_text(event))
                self.context.state.record(proof=proof)
                return await self._proven(proof)
            self._read_keys.add(key)
        summary = "The test event was sent; AWS writes log files several times an hour"
        wait = Change(self.id, Action.UPDATE, Actor.AWS, summary, typical=TYPICAL_LOG, every=15)
        return Reading(
            presence=Presence.OURS,
            summary=summary,
            status=Status.WAITING,
            changes=(wait,),
            observed=f"sent on {_date(sent_at)}, not in a log file yet",
            copy=(Copyable("Request id", request_id),),
        )

    async def carry_out(self, change: Change) -> None:
        """Send the event and keep the id of CloudFront's answer.

        Raises:
            StoppedError: the pixel does not answer as it should.
        """
        del change  # there is only one
        now = self.context.ports.clock.now()
        path = check_event(str(uuid.uuid4()), int(now * 1000), page_url=PAGE_URL, version=__version__)
        try:
            answer = await self.context.ports.web.get(f"https://{self.host}{path}", headers={"Origin": ORIGIN})
        except WebError as error:
            raise StoppedError(
                f"The test event could not be sent: {error}", "event-not-sent", reason=str(error)
            ) from error
        request_id = answer.headers.get("x-amz-cf-id")
        if answer.status not in (200, 304) or request_id is None:
            reason = f"HTTP {answer.status}" if answer.status != 200 else "no x-amz-cf-id in the answer"  # noqa: PLR2004
            raise StoppedError(f"The pixel did not take the test event: {reason}", "event-not-sent", reason=reason)
        self._sent_now = True
        self.context.state.record(event_request_id=request_id, event_sent_at=now, proof=None)

    async def removal(self) -> Reading:
        """An event in a log file goes with the logs."""
        return self.gone("Goes with the logs")


def _date(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
