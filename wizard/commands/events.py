"""`events`: decoded events from the log bucket."""

import shlex
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio
import click
import msgspec

from wizard.aws.errors import AwsError
from wizard.commands import event_loop, options, run_walk
from wizard.commands.credential_steps import second_factor
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode, of_error
from wizard.commands.session import Session, pass_session
from wizard.commands.streams import left
from wizard.snowplow.events.decode import Event, as_text, harmless
from wizard.snowplow.events.reader import EventReader
from wizard.snowplow.events.summary import HOUR, EventSummary, sparkline

DAY_HOURS = 24
SHORTEST = 1.0
"""Seconds between looks that `--follow` allows: AWS counts calls."""


@dataclass
class Looks:
    """What one run of the command has read so far."""

    reader: EventReader
    hours: int
    tests: bool
    fresh: deque[Event]
    summary: EventSummary = field(default_factory=EventSummary)

    async def look(self) -> None:
        """Read what is new; an error leaves what was read before it in `fresh`."""
        async for batch in self.reader.new():
            self.summary.add(batch)
            self.fresh.extend(event for event in batch if self.tests or not event.is_check)

    def taken(self) -> list[Event]:
        """Return what was read since the last call, in order of time."""
        found = sorted(self.fresh, key=lambda event: event.at)
        self.fresh.clear()
        return found


@click.command("events", cls=Command)
@options.name
@click.option("--follow", is_flag=True, help="Keep checking, until Ctrl-C.")
@click.option(
    "--every", type=click.FloatRange(min=SHORTEST), default=30.0, metavar="SECONDS", help="--follow: how often [30]."
)
@click.option(
    "--since", type=click.IntRange(1, 24 * 3650), default=DAY_HOURS, metavar="HOURS", help="How far back [24]."
)
@click.option("--last", type=click.IntRange(min=0), metavar="N", help="Only the newest N [20; --json and 0: all].")
@click.option("--tests", is_flag=True, help="Also show snowpixel's own test events.")
@click.option("--full-address", is_flag=True, help="Show visitors' whole IP addresses.")
@pass_session
def events(
    session: Session,
    name: str,
    *,
    follow: bool,
    every: float,
    since: int,
    last: int | None,
    tests: bool,
    full_address: bool,
) -> ExitCode:
    """Show the events that have arrived, decoded. Log files come several times an hour, so the newest are missing."""
    session.again = shlex.join(["events", name])
    service = session.service()
    second_factor(session, service, name)
    reader = service.event_reader(name, time.time() - since * HOUR, full_address=full_address)
    most = (None if session.json else 20) if last is None else (last or None)
    looks = Looks(reader, since, tests, deque(maxlen=most))
    event_loop.run(looks.look, lambda: run_walk.farewell(session))
    _tell(session, name, looks)
    if follow:
        _follow(session, name, looks, every)
    return ExitCode.WELL


def _follow(session: Session, name: str, looks: Looks, every: float) -> None:
    """Check again and again. What is temporary is said once and waited out.

    Raises:
        AwsError: somebody has to act.
    """
    session.note(f"Checking every {every:g} s; Ctrl-C stops it.")
    looks.fresh = deque(looks.fresh)  # from now on nothing is left out
    said = ""
    while not left(sys.stdout):
        event_loop.run(lambda: anyio.sleep(every), lambda: run_walk.farewell(session))
        try:
            event_loop.run(looks.look, lambda: run_walk.farewell(session))
            said = ""
        except AwsError as error:
            if of_error(error) is not ExitCode.UNFINISHED:
                raise
            if str(error) != said:
                session.note(f"{harmless(str(error))} (retrying)")
            said = str(error)
        if looks.fresh and session.json:
            _tell(session, name, looks)
        elif looks.fresh:
            for event in looks.taken():
                session.say(line(event))


def _tell(session: Session, name: str, looks: Looks) -> None:
    """Say everything that a look brought: the events, then the count."""
    found, now = looks.taken(), time.time()
    data = {
        "setup": name,
        "summary": looks.summary.data(now, looks.hours),
        "log_files": looks.reader.files,
        "unreadable_lines": looks.reader.broken,
        "events": [{**msgspec.to_builtins(event), "test": event.is_check} for event in found],
    }
    rows = [*(line(event) for event in found), *([""] if found else []), *_summary(looks, now)]
    session.result(rows, "ok", data)


def line(event: Event) -> str:
    """Return an event as one line: when, what, where, from which browser."""
    text = as_text(event)
    what = [text.get(label, "") for label in ("Page", "Category", "Action", "Label", "Schema")]
    told = " ".join(part for part in what if part) or text.get("Title", "")
    mark = " (test)" if event.is_check else ""
    return f"{datetime.fromtimestamp(event.at, UTC):%Y-%m-%d %H:%M:%S} {text['Event']:<12} {told}{mark}"


def _summary(looks: Looks, now: float) -> Iterator[str]:
    summary = looks.summary
    span = "24 hours" if looks.hours == DAY_HOURS else f"{looks.hours} hour{'s' if looks.hours > 1 else ''}"
    if not summary.total:
        tests = f" ({summary.tests} test events by snowpixel; --tests shows them)" if summary.tests else ""
        yield f"No visitor events in the last {span}{tests}."
        yield "AWS writes log files several times an hour: the newest events aren't in one yet."
        return
    kinds = ", ".join(f"{number:,} {harmless(kind).replace('_', ' ')}" for kind, number in summary.kinds.most_common())
    yield f"{summary.total:,} events in the last {span}: {kinds}"
    shown = min(looks.hours, DAY_HOURS)
    counts = summary.per_hour(now, shown)
    yield f"Per hour, the last {shown}: {sparkline(counts)}  at most {max(counts):,}"
    yield from (f"  {number:>7,}  {url}" for url, number in summary.top())
    if looks.reader.broken:
        yield f"{looks.reader.broken} log lines couldn't be read."
