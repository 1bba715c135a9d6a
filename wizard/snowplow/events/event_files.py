"""Events to files: CSV, JSON lines, Parquet, or a DuckDB database for any other tool. docs/events.md has the schema."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.snowplow.events.columns import COLUMNS, ColumnType
from wizard.snowplow.events.decoding_sql import text

if TYPE_CHECKING:
    from wizard.snowplow.events.event_base import EventBase

FORMATS = {
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json, ARRAY false",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
}
"""A file's ending to how DuckDB writes it."""

_TIME = "strftime({}, '%Y-%m-%dT%H:%M:%S.%gZ')"


def columns(ending: str) -> str:
    """Return SQL of the exported columns: in text files, times as ISO 8601 and lists as JSON."""
    shown = []
    for column in COLUMNS:
        sql = column.name
        if ending != ".parquet" and column.type is ColumnType.TIME:
            sql = _TIME.format(sql)
        elif ending == ".csv" and column.type is ColumnType.TEXTS:
            sql = f"CAST(to_json({sql}) AS VARCHAR)"
        elif ending != ".jsonl" and column.type is ColumnType.JSON:
            sql = f"CAST({sql} AS VARCHAR)"
        shown.append(f"{sql} AS {column.name}")
    return ", ".join(shown)


def write(base: "EventBase", path: Path) -> int:
    """Write the events to a file that only this user can read; its ending says how. Return how many there are.

    An existing file is replaced when the new one is complete.

    Raises:
        OSError: it can't be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    _owners_alone(partial)
    try:
        query = f"SELECT {columns(path.suffix)} FROM events ORDER BY collector_tstamp, part, number"
        ((number,),) = base.rows(f"COPY ({query}) TO {text(str(partial))} ({FORMATS[path.suffix]})")
        partial.chmod(0o600)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return int(number)


def write_database(base: "EventBase", path: Path) -> int:
    """Write the events to a DuckDB database, as its table `events`. Return how many there are.

    Raises:
        OSError: it can't be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    names = ", ".join(column.name for column in COLUMNS)
    mask = os.umask(0o077)
    try:
        base.rows(f"ATTACH {text(str(partial))} AS export")
        try:
            base.rows(
                f"CREATE TABLE export.events AS SELECT {names} FROM events ORDER BY collector_tstamp, part, number"
            )
            ((number,),) = base.rows("SELECT count(*) FROM export.events")
        finally:
            base.rows("DETACH export")
        partial.chmod(0o600)
        partial.replace(path)
    finally:
        os.umask(mask)
        partial.unlink(missing_ok=True)
    return int(number)


def refuse_others(path: Path) -> None:
    """Make sure that a file that exists is an earlier export.

    Raises:
        FileExistsError: it looks like something else.
        OSError: it can't be read.
    """
    if not path.exists():
        return
    if not path.is_file():  # a pipe would be waited for
        raise FileExistsError(f"{path} isn't a file. Choose another name.")
    with path.open("rb") as file:
        start = file.read(32)
    signs = {".csv": b"collector_tstamp,event,", ".jsonl": b'{"collector_tstamp":', ".parquet": b"PAR1"}
    sign = signs.get(path.suffix)
    if start and not (start.startswith(sign) if sign else b"DUCK" in start):
        raise FileExistsError(f"{path} exists and isn't an export of events. Choose another name, or delete it.")


def _owners_alone(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
