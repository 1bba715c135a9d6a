"""Base of decoded events: Parquet files in a folder, and the view `events` over them.

Each request for the pixel with an event in it is a row, also repeated ones and those that got no pixel: the view leaves
them out, and the counts tell how many there are. Nothing is held in memory but what a question needs.
"""

import errno
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

import duckdb

from wizard.snowplow.events.columns import CHECK_APP, COLUMNS
from wizard.snowplow.events.decoder import BATCH, Decoder
from wizard.snowplow.events.decoding_sql import text
from wizard.snowplow.events.event import Event, event_of
from wizard.snowplow.events.log_chunks import LogReading

MOST_PARTS = 100
"""Parquet files that are asked side by side: more of them are joined."""

_NAMES = ", ".join(column.name for column in COLUMNS)
_ID = "coalesce(try_cast(event_id AS UUID), CAST(md5(event_id) AS UUID))"
"""An event's id in 16 bytes, whatever the tracker made of it."""


@dataclass(frozen=True)
class LeftOut:
    """What the view leaves out.

    Attributes:
        repeated: repetitions of an event that counts already: a tracker repeats one whose answer was late.
        unknown: requests whose `e` is no kind of event.
        not_served: events that were asked for and never got the pixel: redirected, refused, or hung up.
    """

    repeated: int = 0
    unknown: int = 0
    not_served: int = 0


class EventBase:
    """Decoded events, to be asked; a context manager, because it holds a folder.

    Args:
        full_address: whether to keep visitors' whole IP addresses.
        tests: whether the view has the test events of snowpixel's own.
        parent: where to make the folder; the place for temporary files by default.

    Attributes:
        folder: the folder, which only this user can read.
    """

    def __init__(self, *, full_address: bool = False, tests: bool = False, parent: Path | None = None) -> None:
        self._decoder = Decoder(full_address=full_address, parent=parent)
        self._tests = tests
        self._wanted = "true"
        self.folder = self._decoder.folder
        self._parts = 0
        self._told = 0
        self._stale = True
        self._execute(f"CREATE TABLE nothing AS {self._decoder.none()}")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Delete the folder."""
        self.close()

    def close(self) -> None:
        """Close the database and delete the folder."""
        self._decoder.close()

    @property
    def reading(self) -> LogReading:
        """What was met in the log files so far."""
        return self._decoder.reading

    def add(self, files: Iterable[tuple[str, BinaryIO | bytes]]) -> tuple[list[Path], LogReading]:
        """Decode log files, given with their names, and hold their events.

        Returns:
            The Parquet files that they are in now, and what was met in these log files.

        Raises:
            OSError: the disk is full.
        """
        before, added = deepcopy(self.reading), []
        try:
            for _ in self._decoder.batches(files):
                added.append(self._next())
                self._execute(f"COPY {BATCH} TO {text(str(added[-1]))} (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.IOException as error:
            full = "No space left" in str(error) or "Disk quota" in str(error)
            raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error
        return added, self.reading.beside(before)

    def take(self, tables: Iterable[tuple[Path, LogReading | None]]) -> None:
        """Take over Parquet files that an earlier base has written; they are in the folder already.

        Args:
            tables: the files, each with what was met in its log files.
        """
        for path, reading in tables:
            path.rename(self._next())
            if reading:
                self.reading.add(reading)

    def joined(self, tables: Iterable[Path]) -> Path:
        """Write Parquet files into one, which is no part of this base, and return it.

        Raises:
            duckdb.Error: one is damaged, or the disk is full.
        """
        path = self.folder / "joined.parquet"
        names = ", ".join(text(str(table)) for table in tables)
        self._execute(f"COPY (FROM read_parquet([{names}])) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        return path

    def _next(self) -> Path:
        self._parts += 1
        self._stale = True
        return self.folder / f"{self._parts:06}.parquet"

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Ask: return the rows of a query over the view `events`.

        Raises:
            duckdb.Error: it is no valid query.
        """
        return self._asked(query, values).fetchall()

    def answer(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Answer a question of the user's own: names of columns, and rows.

        Raises:
            duckdb.Error: it is no valid query.
        """
        found = self._asked(query)
        names = [str(column[0]) for column in found.description or ()]
        return names, found.fetchall() if names else []

    def events(
        self, where: str = "true", values: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> list[Event]:
        """Return events in order of time: the newest ones that fit the limit."""
        bound = "" if limit is None else f"LIMIT {limit}"
        found = self._asked(
            f"SELECT {_NAMES} FROM events WHERE {where} ORDER BY collector_tstamp DESC, part DESC, number DESC {bound}",
            values,
        )
        return [event_of(dict(zip(_NAMES.split(", "), row, strict=True))) for row in reversed(found.fetchall())]

    def fresh(self, since: float = 0.0) -> list[Event]:
        """Return the events that came with the files added since the last call, in order of time.

        Args:
            since: seconds since the epoch before which events are left out.
        """
        found = self.events(
            "part > $part AND collector_tstamp >= make_timestamp_ms($since)",
            {"part": self._told, "since": int(since * 1000)},
        )
        self._told = self._parts
        return found

    def skip(self) -> None:
        """Let the next call of `fresh` begin with what is added from now on."""
        self._told = self._parts

    def want(self, condition: str) -> None:
        """Keep to the events of which a condition in SQL is true."""
        self._wanted = f"({condition})"
        self._stale = True

    def left_out(self) -> LeftOut:
        """Count what the view leaves out."""
        ((unknown, not_served, repeated),) = self.rows(
            f"""
            SELECT count(*) FILTER (event IS NULL), (SELECT count(*) FROM unserved),
                count(*) FILTER ((part, number) IN (SELECT (part, number) FROM repeated))
            FROM requests WHERE {self._wanted}
            """
        )
        return LeftOut(repeated, unknown, not_served)

    def _asked(self, query: str, values: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        if self._stale:
            self._renew()
            self._stale = False
        return self._execute(query, values)

    def _execute(self, query: str, values: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        return (
            self._decoder.connection.execute(query, dict(values)) if values else self._decoder.connection.execute(query)
        )

    def _join_told(self) -> None:
        """Put many small files into one, of events that `fresh` has told: whoever follows for days adds thousands."""
        told = [path for path in sorted(self.folder.glob("[0-9]*.parquet")) if int(path.stem) <= self._told]
        if len(told) > MOST_PARTS:
            joined = self.joined(told)
            for path in told[:-1]:
                path.unlink()
            joined.replace(told[-1])

    def _renew(self) -> None:
        """Look at the files anew: which events are repetitions is decided once, in the order of arrival."""
        self._join_told()
        parts = text(f"{self.folder}/[0-9]*.parquet")
        rows = (
            f"SELECT *, CAST(parse_filename(filename, true) AS INTEGER) AS part, file_row_number AS number "
            f"FROM read_parquet({parts}, filename=true, file_row_number=true)"
            if self._parts
            else "SELECT *, 0 AS part, 0 AS number FROM nothing"
        )
        self._execute(f"CREATE OR REPLACE VIEW requests AS {rows}")
        self._execute(_REPEATED)
        self._execute(_UNSERVED.format(wanted=self._wanted))
        once = "served AND event IS NOT NULL AND (part, number) NOT IN (SELECT (part, number) FROM repeated)"
        checks = f"app_id IS NOT DISTINCT FROM {text(CHECK_APP)}"
        visits = f"NOT ({checks})"
        for view, only in (("tests", checks), ("visits", visits), ("events", "true" if self._tests else visits)):
            self._execute(
                f"CREATE OR REPLACE VIEW {view} AS SELECT {_NAMES}, part, number FROM requests "
                f"WHERE {once} AND {only} AND {self._wanted}"
            )


_REPEATED = f"""
    CREATE OR REPLACE TABLE repeated AS
    WITH counted AS (
        SELECT {_ID} AS id, part, number FROM requests WHERE served AND event IS NOT NULL AND event_id IS NOT NULL
    ),
    often AS (SELECT id, min((part, number)) AS first FROM counted GROUP BY id HAVING count(*) > 1)
    SELECT part, number FROM counted JOIN often USING (id) WHERE (part, number) <> first
"""

_UNSERVED = f"""
    CREATE OR REPLACE VIEW unserved AS
    WITH counted AS (
        SELECT coalesce({_ID}, uuid()) AS id, served, {{wanted}} AS wanted FROM requests WHERE event IS NOT NULL
    ),
    missed AS (SELECT DISTINCT id FROM counted WHERE NOT served AND wanted)
    SELECT id FROM missed ANTI JOIN (SELECT id FROM counted WHERE served) USING (id)
"""
