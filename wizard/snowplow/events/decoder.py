"""Decoder of access logs on DuckDB: log files to rows of events.

DuckDB reads each chunk of log lines and decodes it in SQL; the few lines that SQL can't read are decoded by hand and
join the others. Loads slowly: imported by `events` and the proof alone, when there is something to decode.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Self

import duckdb

from wizard.snowplow.events import decoding_sql
from wizard.snowplow.events.by_hand import taken_apart
from wizard.snowplow.events.columns import COLUMNS
from wizard.snowplow.events.event import Event, event_of
from wizard.snowplow.events.log_chunks import CHUNK, Chunk, ChunkReader, LogReading, Oddity
from wizard.snowplow.events.work_folder import WorkFolder

MEMORY = "192MB"
"""What DuckDB may take; what does not fit goes to its temporary folder."""

BATCH = "batch"
"""Name of the table that holds the events of one chunk: the columns of the view, and `served`."""


class Decoder:
    """Reads log files into batches of events; a context manager, because it holds a temporary folder.

    Args:
        full_address: whether to keep visitors' whole IP addresses.
        only: names of the columns that are wanted; all by default. Few are decoded much faster.
        chunk: bytes of log text that are decoded at a time.
        parent: where to make the temporary folder; the place for temporary files by default.

    Attributes:
        reading: what was met so far.
        connection: the database, in which `batch` is a table.
        folder: a temporary folder that only this user can read.
    """

    def __init__(
        self,
        *,
        full_address: bool = False,
        only: Collection[str] | None = None,
        chunk: int = CHUNK,
        parent: Path | None = None,
    ) -> None:
        self.reading = LogReading()
        self._full, self._only = full_address, only
        self._work = WorkFolder(parent)
        self.folder = self._work.path
        self.connection = connected(self.folder)
        self._chunks = ChunkReader(self.reading, self.folder / "lines.tsv", chunk)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the database and delete what is in the temporary folder."""
        self.close()

    def close(self) -> None:
        """Close the database and delete what is in the temporary folder; without a call, both happen at the end."""
        self._chunks.close()
        self.connection.close()
        self._work.delete()

    def batches(self, files: Iterable[tuple[str, BinaryIO | bytes]]) -> Iterator[None]:
        """Decode files, given with their names; stop after each chunk, whose events the table `batch` then holds."""
        for name, file in files:
            for chunk in self._chunks.add(name, file):
                yield from self._decoded(chunk)
        for chunk in self._chunks.rest():
            yield from self._decoded(chunk)

    def none(self) -> str:
        """Return SQL of an empty batch."""
        types = ", ".join(f"NULL::{column.type.value} AS {column.name}" for column in COLUMNS)
        return f"SELECT {types}, NULL::BOOLEAN AS served WHERE false"

    def _decoded(self, chunk: Chunk) -> Iterator[None]:
        if self._fill(chunk):
            yield
            return
        for each in self._chunks.again(chunk):
            self._fill(each)
            yield

    def _fill(self, chunk: Chunk) -> bool:
        """Decode one chunk into the table; False when its lines have to be looked at one by one first."""
        lines = decoding_sql.lines_sql(str(chunk.path), chunk.fields)
        query = decoding_sql.events_sql(lines, full_address=self._full, only=self._only)
        self.connection.execute(f"CREATE OR REPLACE TABLE {BATCH} AS {query}")
        odd = dict(self._all(f"SELECT fault, count(*) FROM {BATCH} WHERE fault IS NOT NULL GROUP BY ALL"))
        if odd.get("columns"):
            return False
        if odd:
            self.reading.odd[Oddity.VALUE] += odd["value"]
        self._execute(f"DELETE FROM {BATCH} WHERE fault IS NOT NULL")
        self._by_hand([row[0] for row in self._all(f"SELECT raw FROM {BATCH} WHERE hard")])
        if self._only is None or "bot" in self._only:
            self._mark_bots()
        for column in ("code", "fault", "hard", "raw"):
            self._execute(f"ALTER TABLE {BATCH} DROP {column}")
        return True

    def _execute(self, query: str) -> None:
        self.connection.execute(query)

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def _by_hand(self, lines: list[dict[str, Any]]) -> None:
        """Put what was decoded by hand in the place of what couldn't be."""
        if lines:
            path = self.folder / "hand.json"
            rows = (json.dumps(taken_apart(line)) for line in lines)
            path.write_bytes("\n".join(rows).encode())
            columns = ", ".join(f"{name}: '{kind}'" for name, kind in decoding_sql.HAND_COLUMNS.items())
            source = (
                f"(SELECT * FROM read_json({decoding_sql.text(str(path))}, columns={{{columns}}}, "
                "format='newline_delimited', maximum_object_size=4194304))"
            )
            query = decoding_sql.hand_sql(source, full_address=self._full, only=self._only)
            self.connection.execute(f"INSERT INTO {BATCH} {query}")
            path.unlink()
            self._execute(f"DELETE FROM {BATCH} WHERE hard")
        self._execute(f"DELETE FROM {BATCH} WHERE code IS NULL")

    def _mark_bots(self) -> None:
        agents = [row[0] for row in self._all(f"SELECT DISTINCT useragent FROM {BATCH}")]
        bots = [agent for agent in agents if agent is not None and is_bot(agent)]
        self.connection.execute(
            f"UPDATE {BATCH} SET bot = useragent IS NOT NULL AND list_contains($bots::VARCHAR[], useragent)",
            {"bots": bots},
        )


def connected(folder: Path, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """Open a database that takes little memory, reads and writes files here, and fetches nothing.

    Args:
        folder: where it puts what does not fit into memory.
        database: its file.
    """
    connection = duckdb.connect(
        database,
        config={
            "memory_limit": MEMORY,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false",
            "preserve_insertion_order": "true",
            "TimeZone": "UTC",
        },
    )
    connection.execute("SET enable_progress_bar = false")
    return connection


@lru_cache(maxsize=10_000)
def is_bot(agent: str) -> bool:
    """Whether a browser is a known bot, by what it calls itself."""
    from crawleruseragents import is_crawler  # noqa: PLC0415 - reads its list when it is loaded

    return bool(is_crawler(agent))


def decoded(
    files: Iterable[tuple[str, BinaryIO | bytes]], *, unique: bool = True, only: Collection[str] | None = None
) -> Iterator[Event]:
    """Decode a few files on their own: their events, test events too, in the files' order.

    Args:
        files: their contents, with their names.
        unique: whether to leave out what repeats an event.
        only: names of the columns that are wanted; all by default.
    """
    met: set[str] = set()
    with Decoder(only=only) as decoder:
        for _ in decoder.batches(files):
            found = decoder.connection.execute(f"SELECT * FROM {BATCH} WHERE served AND event IS NOT NULL")
            names = [str(column[0]) for column in found.description]
            for row in found.fetchall():
                event = event_of(dict(zip(names, row, strict=True)))
                if not unique or not event.event_id or event.event_id not in met:
                    met.add(event.event_id)
                    yield event
