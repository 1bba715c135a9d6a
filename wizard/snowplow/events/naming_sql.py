"""SQL that names and types the values of a request, in DuckDB's dialect; the same however they were decoded."""

from collections.abc import Callable, Collection, Sequence

from wizard.snowplow.events.address_sql import shortened_sql
from wizard.snowplow.events.columns import COLUMNS, KINDS, OF_THE_QUERY, Column, ColumnType

_READABLE = {
    ColumnType.INTEGER: "^[+-]?[0-9]{1,18}$",
    ColumnType.NUMBER: r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$",
    ColumnType.TIME: "^-?[0-9]{1,14}$",
    ColumnType.FLAG: "^[01]$",
}
_SIZE = "^([0-9]{1,9})x([0-9]{1,9})$"

Value = Callable[[str], str]
"""SQL of a parameter's decoded value, by its key."""


def first(value: Value, keys: Sequence[str]) -> str:
    """Return SQL of the first value that isn't empty."""
    given = [f"nullif({value(key)}, '')" for key in keys]
    return given[0] if len(given) == 1 else f"coalesce({', '.join(given)})"


def code(value: Value) -> str:
    """Return SQL of `e`; trackers of 2012 left it out of page views and of structured events."""
    return (
        f"CASE WHEN {first(value, ['e'])} IS NOT NULL THEN {value('e')} WHEN path = '/i' THEN NULL "
        f"WHEN {first(value, ['ev_ca', 'ev_ac'])} IS NOT NULL THEN 'ev' "
        f"WHEN {first(value, ['page', 'url'])} IS NOT NULL THEN 'pv' END"
    )


def named(source: str, value: Value, *, full_address: bool, only: Collection[str] | None, more: str) -> str:
    """Return the SELECT that names and types everything."""
    kinds = " ".join(f"WHEN '{code}' THEN '{kind}'" for code, kind in KINDS.items())
    address = f"coalesce({first(value, ['ip'])}, nullif(client, ''))"
    own = {
        "collector_tstamp": "received",
        "event": f"CASE {code(value)} {kinds} END",
        "event_id": f"lower({first(value, ['eid'])})",
        "page_url": f"coalesce({first(value, ['url'])}, nullif(referer_text, ''))",
        "user_ipaddress": address if full_address else shortened_sql(address),
        "useragent": f"coalesce({first(value, ['ua'])}, nullif(agent_text, ''))",
        "bot": "NULL::BOOLEAN",
        "unstruct": "CAST(unstruct AS JSON)",
        "entities": "CAST(entities AS JSON)",
        "parameters": "CAST(parameters AS JSON)",
        "unreadable": _unreadable(value, only),
        "host": "host",
        "request_id": "request_id",
    }
    wanted = [column for column in COLUMNS if only is None or column.name in only]
    columns = ", ".join(f"{own.get(column.name) or _typed(column, value)} AS {column.name}" for column in wanted)
    return f"SELECT {columns}, served, {more} FROM {source}"


def _typed(column: Column, value: Value) -> str:
    found = first(value, column.keys)
    if column.part:
        return f"try_cast(nullif(regexp_extract({found}, '{_SIZE}', {column.part}), '') AS BIGINT)"
    if column.type is ColumnType.TEXT:
        return found
    cast = {
        ColumnType.INTEGER: f"try_cast({found} AS BIGINT)",
        ColumnType.NUMBER: f"try_cast({found} AS DOUBLE)",
        ColumnType.TIME: f"make_timestamp_ms(try_cast({found} AS BIGINT))",
        ColumnType.FLAG: f"{found} = '1'",
    }[column.type]
    return f"CASE WHEN regexp_matches({found}, '{_READABLE[column.type]}') THEN {cast} END"


def _unreadable(value: Value, only: Collection[str] | None) -> str:
    """Return SQL of the keys whose value is none of its type, of the columns that are wanted."""
    names = ["NULL::VARCHAR"]
    for column in OF_THE_QUERY:
        if only is not None and column.name not in only:
            continue
        pattern = _SIZE if column.part == 1 else _READABLE.get(column.type) if not column.part else None
        names += [
            f"CASE WHEN NOT regexp_matches(nullif({value(key)}, ''), '{pattern}') THEN '{key}' END"
            for key in column.keys
            if pattern
        ]
    return f"list_concat(json_unreadable, list_filter([{', '.join(names)}], lambda x: x IS NOT NULL))"
