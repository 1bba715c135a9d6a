"""`events`: decoded events from the log bucket, counted, asked, followed, and exported."""

import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import click
import msgspec

from wizard.aws.errors import AwsError
from wizard.commands import event_loop, options, run_walk
from wizard.commands.credential_steps import second_factor
from wizard.commands.options import Command
from wizard.commands.output import event_lines
from wizard.commands.output.exit_codes import ExitCode, of_error
from wizard.commands.output.fetch_bar import FetchBar
from wizard.commands.session import Session, columns, pass_session
from wizard.commands.streams import left
from wizard.snowplow.events import questions
from wizard.snowplow.events.event import Event, harmless, told
from wizard.snowplow.events.event_files import FORMATS
from wizard.snowplow.events.reader import EventReader
from wizard.snowplow.events.spans import HOUR, Span, all_in_time
from wizard.wording.amounts import count

SHORTEST = 1.0
"""Seconds between looks that `--follow` allows: AWS counts calls."""

MOST_HOURS = 24 * 3650
"""Hours that `--since` and `--until` may go back: ten years."""

TOP = 20
"""Rows of a table, and events of a list, unless asked otherwise."""


@dataclass
class EventQuery:
    """What is asked for."""

    session: Session
    name: str
    span: Span
    reader: EventReader
    most: int | None
    said: set[str] = field(default_factory=set)

    async def look(self) -> None:
        """Read what is new, and say how far it is where that takes long."""
        with FetchBar(self.session.note) as bar:
            async for progress in self.reader.fetched():
                bar.show(progress)
        for line in self.reader.notes:
            if line not in self.said:
                self.session.note(line)
            self.said.add(line)

    def data(self, **more: Any) -> dict[str, Any]:
        """Return what every answer for a machine says."""
        return {
            "setup": self.name,
            "since": self.span.since,
            "until": self.span.until,
            "time_zone": self.span.zone,
            "log_files": self.reader.files,
            "unreadable_lines": self.reader.broken,
            "unreadable": self.reader.odd,
            "left_out": self.reader.left_out,
            **more,
        }


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Take a number of hours ago, a date, or a date and a time.

    Raises:
        click.BadParameter: it is none of them.
    """
    del context
    if value is None or (value.isdecimal() and 1 <= int(value) <= MOST_HOURS):
        return value
    try:
        questions.moment(value, UTC)
    except (ValueError, OverflowError):
        said = f"'{value}' is neither a number of hours up to {MOST_HOURS} nor a date such as 2026-11-28."
        raise click.BadParameter(said, param=parameter) from None
    return value


def _zone(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Take a time zone by its name.

    Raises:
        click.BadParameter: it isn't known here.
    """
    del context
    try:
        return str(ZoneInfo(value))
    except (ValueError, OSError, KeyError):
        raise click.BadParameter(f"'{value}' isn't a time zone such as Europe/Berlin.", param=parameter) from None


def _export_file(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    del context
    if value is not None and value.suffix not in FORMATS:
        raise click.BadParameter(f"'{value}' must end in {', '.join(FORMATS)}.", param=parameter)
    return value


_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class EventFlags:
    """The flags of the command."""

    since: str
    until: str | None
    zone: str
    kind: str | None
    page: str | None
    referrer: str | None
    app: str | None
    host: str | None
    by: str | None
    sql: str | None
    out: Path | None
    db: Path | None
    follow: bool
    every: float
    last: int | None
    tests: bool
    full_address: bool

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set."""
        given = {"type": self.kind, "page": self.page, "referrer": self.referrer, "app": self.app, "host": self.host}
        return {name: value for name, value in given.items() if value is not None}

    def refuse_together(self) -> None:
        """Refuse questions that have different answers.

        Raises:
            click.UsageError: more than one is asked.
        """
        follow = True if self.follow else None
        given = {"--by": self.by, "--sql": self.sql, "--out": self.out, "--db": self.db, "--follow": follow}
        together = [flag for flag, value in given.items() if value is not None]
        together += ["--until"] if self.follow and self.until is not None else []
        if len(together) > 1:
            raise click.UsageError(f"{together[0]} and {together[1]} exclude each other.")


@click.command("events", cls=Command)
@options.name_or_only
@click.option("--since", callback=_moment, default="24", metavar="HOURS|DATE", help="How far back, or from when [24].")
@click.option("--until", callback=_moment, metavar="HOURS|DATE", help="Until when [now].")
@click.option("--tz", "zone", callback=_zone, default="UTC", metavar="ZONE", help="Time zone of dates and days [UTC].")
@click.option("--type", "kind", metavar="KIND", help="Only this kind of event, such as page_view or pv.")
@click.option("--page", metavar="TEXT", help="Only events whose page address contains this.")
@click.option("--referrer", metavar="TEXT", help="Only events whose referrer contains this.")
@click.option("--app", metavar="ID", help="Only events of this application ID.")
@click.option("--host", metavar="NAME", help="Only events sent to this hostname.")
@click.option("--by", type=click.Choice(list(questions.DIMENSIONS)), help="Count by this, as a table with bars.")
@click.option("--sql", metavar="QUERY", help="Ask in SQL; the view is named events (docs/events.md).")
@click.option(
    "--out", type=_FILE, callback=_export_file, metavar="FILE", help="Write a .csv, .jsonl, or .parquet file."
)
@click.option("--db", type=_FILE, metavar="FILE", help="Write a DuckDB database for other tools.")
@click.option("--follow", is_flag=True, help="Keep checking, until Ctrl-C.")
@click.option(
    "--every", type=click.FloatRange(min=SHORTEST), default=30.0, metavar="SECONDS", help="--follow: how often [30]."
)
@click.option(
    "--last", type=click.IntRange(min=0), metavar="N", help="Only the newest N, or N rows [20; --json, 0: all]."
)
@click.option("--tests", is_flag=True, help="Also show snowpixel's own test events.")
@click.option("--full-address", is_flag=True, help="Show visitors' whole IP addresses.")
@pass_session
def events(session: Session, /, name: str, **given: Any) -> ExitCode:
    """Show the events that have arrived, decoded. Log files come several times an hour, so the newest are missing."""
    flags = EventFlags(**given)
    flags.refuse_together()
    span = _span(flags.since, flags.until, flags.zone)
    session.again = shlex.join(["events", name])
    service = session.service()
    second_factor(session, service, name)
    end = span.until if flags.until is not None else None
    reader = service.event_reader(name, span.since, until=end, full_address=flags.full_address, tests=flags.tests)
    most = (None if session.json else TOP) if flags.last is None else (flags.last or None)
    query = EventQuery(session, name, span, reader, most)
    reader.base.want(questions.condition(span.since, end, flags.filters))
    event_loop.run(query.look, lambda: run_walk.farewell(session))
    _answer(query, flags)
    if flags.follow:
        _follow(query, flags.every)
    return ExitCode.WELL


def _span(since: str, until: str | None, zone: str) -> Span:
    """Return the time that is asked for.

    Raises:
        click.UsageError: it ends before it begins.
    """
    now = time.time()

    def at(given: str) -> float:
        return now - int(given) * HOUR if given.isdigit() else questions.moment(given, ZoneInfo(zone))

    end = now if until is None else at(until)
    if at(since) >= end:
        raise click.UsageError("--since must be before --until, and not in the future.")
    return Span(at(since), end, zone, int(since) if since.isdigit() and until is None else None)


def _answer(query: EventQuery, flags: EventFlags) -> None:
    if flags.by:
        _tell_table(query, flags.by)
    elif flags.sql:
        _tell_sql(query, flags.sql)
    elif flags.out or flags.db:
        _write(query, flags.out, flags.db)
    else:
        _tell(query, query.reader.base.events(limit=query.most))
        query.reader.base.skip()


def _tell(query: EventQuery, found: list[Event], *, rows_only: bool = False) -> None:
    """Say events, and what they come to."""
    base, span = query.reader.base, query.span
    summary = questions.summary(base, span.zone, by=span.unit)
    data = query.data(
        summary=questions.data(summary),
        events=[{**msgspec.to_builtins(event), "test": event.is_check} for event in found],
    )
    rows = [event_lines.line(event) for event in found]
    if not rows_only:
        rows += [*([""] if found else []), *event_lines.told(summary, query.reader, span)]
    query.session.result(rows, "ok", data)


def _tell_table(query: EventQuery, by: str) -> None:
    base, span = query.reader.base, query.span
    rows = questions.table(base, by, span.zone, most=None if by in questions.IN_TIME else query.most)
    full = all_in_time(by, rows, span)
    data = query.data(by=by, rows=[msgspec.to_builtins(row) for row in full])
    query.session.result(event_lines.table(by, full, columns()), "ok", data)


def _tell_sql(query: EventQuery, sql: str) -> None:
    """Answer a question in SQL.

    Raises:
        click.BadParameter: it is no valid query.
    """
    import duckdb  # noqa: PLC0415 - loads slowly, and whoever gets here has it

    try:
        names, rows = query.reader.base.answer(sql)
    except duckdb.Error as error:
        raise click.BadParameter(harmless(str(error).splitlines()[0]), param_hint="--sql") from error
    data = query.data(columns=names, rows=[[_plain(value) for value in row] for row in rows])
    query.session.result(event_lines.answer(names, rows), "ok", data)


def _plain(value: Any) -> Any:
    """Return a value of DuckDB as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    shown = told(value)
    return shown if shown is None or isinstance(shown, bool | int | float | str) else str(shown)


def _write(query: EventQuery, out: Path | None, db: Path | None) -> None:
    """Write a file.

    Raises:
        click.UsageError: it can't be written.
    """
    import duckdb  # noqa: PLC0415 - loads slowly, and whoever gets here has it

    from wizard.snowplow.events import event_files  # noqa: PLC0415 - the same

    path = out or db or Path()
    writer: Callable[..., int] = event_files.write if out else event_files.write_database
    try:
        event_files.refuse_others(path)
        number = writer(query.reader.base, path)
    except FileExistsError as error:
        raise click.UsageError(str(error)) from error
    except (OSError, duckdb.Error) as error:
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise click.UsageError(f"{path} couldn't be written: {why}") from error
    said = f"{count(number, 'event')} {query.span.words} written to {path}"
    query.session.result([said], "ok", query.data(file=str(path), written=number))


def _follow(query: EventQuery, every: float) -> None:
    """Check again and again. What is temporary is said once and waited out.

    Raises:
        AwsError: somebody has to act.
    """
    session = query.session
    session.note(f"Checking every {every:g} s; Ctrl-C stops it.")
    said = ""
    while not left(sys.stdout):
        event_loop.run(lambda: anyio.sleep(every), lambda: run_walk.farewell(session))
        try:
            event_loop.run(query.look, lambda: run_walk.farewell(session))
            said = ""
        except AwsError as error:
            if of_error(error) is not ExitCode.UNFINISHED:
                raise
            if str(error) != said:
                session.note(f"{harmless(str(error))} (retrying)")
            said = str(error)
        found = query.reader.base.fresh()
        if found:
            query.span = msgspec.structs.replace(query.span, until=time.time())
            _tell(query, found, rows_only=True)
