"""Base of decoded events: Parquet files in a folder, and the view `events` over them.

Each request for the pixel with an event in it is a row, also repeated ones and those that got no pixel: the view leaves
them out, and the counts tell how many there are. Nothing is held in memory but what a question needs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

import duckdb

from wizard.snowplow.events.columns import CHECK_APP, COLUMNS
from wizard.snowplow.events.decoder import BATCH, Decoder
from wizard.snowplow.events.decoding_sql import text
from wizard.snowplow.events.event import Event, event_of
from wizard.snowplow.events.log_chunks import LogReading

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
    """

    def __init__(self, *, full_address: bool = False, tests: bool = False) -> None:
        self._decoder = Decoder(full_address=full_address)
        self._tests = tests
        self._wanted = "true"
        self._folder = self._decoder.folder
        self._parts = 0
        self._told = 0
        self._execute(f"CREATE TABLE nothing AS {self._decoder.none()}")
        self._renew()

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

    def add(self, files: Iterable[tuple[str, BinaryIO | bytes]]) -> None:
        """Decode log files, given with their names, and keep their events."""
        before = self._parts
        for _ in self._decoder.batches(files):
            path = Path(self._folder, f"{self._parts + 1:06}.parquet")
            query = f"SELECT *, {self._parts + 1} AS part, row_number() OVER () AS number FROM {BATCH}"
            self._execute(f"COPY ({query}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)")
            self._parts += 1
        if self._parts > before:
            self._renew()

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Ask: return the rows of a query over the view `events`.

        Raises:
            duckdb.Error: it is no valid query.
        """
        return self._execute(query, values).fetchall()

    def answer(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Answer a question of the user's own: names of columns, and rows.

        Raises:
            duckdb.Error: it is no valid query.
        """
        found = self._execute(query)
        names = [str(column[0]) for column in found.description or ()]
        return names, found.fetchall() if names else []

    def events(
        self, where: str = "true", values: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> list[Event]:
        """Return events in order of time: the newest ones that fit the limit."""
        bound = "" if limit is None else f"LIMIT {limit}"
        found = self._execute(
            f"SELECT {_NAMES} FROM events WHERE {where} ORDER BY collector_tstamp DESC, part DESC, number DESC {bound}",
            values,
        )
        return [event_of(dict(zip(_NAMES.split(", "), row, strict=True))) for row in reversed(found.fetchall())]

    def fresh(self, since: float = 0.0) -> list[Event]:
        """Return the events that came with the files added since the last call, in order of time.

        Args:
            since: seconds since the epoch before which events are left out.
        """
        told, self._told = self._told, self._parts
        return self.events(
            "part > $part AND collector_tstamp >= make_timestamp_ms($since)", {"part": told, "since": int(since * 1000)}
        )

    def skip(self) -> None:
        """Let the next call of `fresh` begin with what is added from now on."""
        self._told = self._parts

    def want(self, condition: str) -> None:
        """Keep to the events of which a condition in SQL is true."""
        self._wanted = f"({condition})"
        self._renew()

    def left_out(self) -> LeftOut:
        """Count what the view leaves out."""
        ((unknown, not_served),) = self.rows(
            "SELECT count(*) FILTER (event IS NULL), (SELECT count(*) FROM unserved) FROM requests"
        )
        ((repeated,),) = self.rows("SELECT count(*) FROM repeated")
        return LeftOut(repeated, unknown, not_served)

    def _execute(self, query: str, values: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        return (
            self._decoder.connection.execute(query, dict(values)) if values else self._decoder.connection.execute(query)
        )

    def _renew(self) -> None:
        """Look at the files anew: which events are repetitions is decided once, in the order of arrival."""
        parts = text(f"{self._folder}/*.parquet")
        rows = (
            f"SELECT * FROM read_parquet({parts})" if self._parts else "SELECT *, 0 AS part, 0 AS number FROM nothing"
        )
        self._execute(f"CREATE OR REPLACE VIEW requests AS {rows}")
        self._execute(_REPEATED)
        self._execute(_UNSERVED)
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
    WITH counted AS (SELECT coalesce({_ID}, uuid()) AS id, served FROM requests WHERE event IS NOT NULL),
    missed AS (SELECT DISTINCT id FROM counted WHERE NOT served)
    SELECT id FROM missed ANTI JOIN (SELECT id FROM counted WHERE served) USING (id)
"""
