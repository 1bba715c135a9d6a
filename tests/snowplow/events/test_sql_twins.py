"""The SQL of events can be said for Athena, too: each function that it calls has a named twin in Trino.

What is asked here is asked there once the logs outgrow a laptop (docs/events.md), so the SQL keeps to what both have.
Collected from the queries that really run: a function that comes in without a twin fails here, and so does a query that
sqlglot can't write in Athena's dialect, or can't read there again.
"""

import re
from collections.abc import Mapping
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import ErrorLevel

from tests.snowplow.events.lines import encoded, hit, log, logged
from wizard.snowplow.events import decoding_sql, questions
from wizard.snowplow.events.event_base import EventBase
from wizard.snowplow.events.questions import DIMENSIONS, FILTERS

TWINS = {
    "array_to_string": "array_join",
    "cast": "cast",
    "coalesce": "coalesce",
    "contains": "strpos(…) > 0",
    "count": "count",
    "decode": "from_utf8",
    "epoch": "to_unixtime",
    "from_base64": "from_base64",
    "from_json": "cast(… AS array(row(…)))",
    "json_exists": "json_extract(…) IS NOT NULL",
    "json_extract": "json_extract",
    "json_type": "json_extract_scalar(…) IS NOT NULL",
    "left": "substr",
    "len": "cardinality",
    "length": "length",
    "list_concat": "concat",
    "list_contains": "contains",
    "list_filter": "filter",
    "list_position": "array_position",
    "list_reverse": "reverse",
    "list_transform": "transform",
    "lower": "lower",
    "ltrim": "trim(LEADING … FROM …)",
    "make_timestamp_ms": "from_unixtime",
    "map": "map",
    "max": "max",
    "md5": "md5(to_utf8(…))",
    "min": "min",
    "nullif": "nullif",
    "range": "sequence",
    "regexp_extract": "regexp_extract",
    "regexp_matches": "regexp_like",
    "regexp_replace": "regexp_replace",
    "replace": "replace",
    "rtrim": "trim(TRAILING … FROM …)",
    "split_part": "split_part",
    "starts_with": "starts_with",
    "strftime": "date_format",
    "string_split": "split",
    "strlen": "length(to_utf8(…))",
    "struct_pack": "row",
    "substr": "substr",
    "timezone": "at_timezone",
    "to_json": "json_format(cast(… AS json))",
    "trim": "trim",
    "try": "try",
    "try_cast": "try_cast",
    "try_strptime": "try(date_parse(…))",
    "url_decode": "url_decode",
    "uuid": "uuid",
}
"""Function of DuckDB to its twin in Trino, which Athena runs; where that is a longer expression, what it is."""

LEFT_TO_US = {
    *("from_json", "json_exists", "json_type", "list_position", "list_reverse", "make_timestamp_ms", "strlen"),
    *("timezone", "to_json", "try_strptime"),
}
"""What sqlglot leaves, at most, as DuckDB calls it: whoever writes the text for Athena puts the twins in."""

STORAGE = {"read_csv", "read_json", "read_parquet", "parse_filename"}
"""How the lines and the events lie here: there, they are tables."""

GRAMMAR = {
    *("and", "any", "as", "by", "case", "copy", "else", "exclude", "exists", "filter", "from", "in", "join", "not"),
    *("on", "or", "over", "select", "table", "then", "to", "union", "using", "values", "varchar", "when", "where"),
}
"""Words of SQL that a parenthesis may follow."""


class Told(EventBase):
    """A base that remembers what it asked the engine."""

    asked: list[str]

    def _execute(self, query: str, values: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        self.__dict__.setdefault("asked", []).append(query)
        return super()._execute(query, values)


def functions(sql: str) -> set[str]:
    """Return the functions that a query calls."""
    bare = re.sub(r"'(?:[^']|'')*'", "''", sql)
    return {name.lower() for name in re.findall(r"\b([A-Za-z_][A-Za-z_0-9]*)\s*\(", bare)}


@pytest.fixture(scope="module")
def queries() -> list[str]:
    """Ask everything once, and return the queries."""
    lines = [decoding_sql.lines_sql("x", fields) for fields in (("date", "time"), ("timestamp",), ("timestamp(ms)",))]
    queries = [decoding_sql.hand_sql("hand"), *map(decoding_sql.events_sql, lines)]
    queries += [decoding_sql.events_sql(lines[0], only=["page_url"])]
    with Told() as base:
        base.add([("1", log([hit(logged(encoded(e="pv", url="https://a/", eid="1"))), hit("e=pv&page=%25FF")]))])
        base.want(questions.condition(0.0, 2e9, dict.fromkeys(FILTERS, "x")))
        questions.summary(base)
        base.left_out()
        base.fresh()
        for dimension in DIMENSIONS:
            questions.table(base, dimension, "Europe/Berlin", most=3)
        queries += base.asked
    return list(dict.fromkeys(queries))


def test_each_function_has_its_twin(queries: list[str]) -> None:
    found = set().union(*map(functions, queries)) - GRAMMAR
    assert found - STORAGE - set(TWINS) == set(), "no twin in Trino is named for these"
    assert set(TWINS) - found == set(), "nothing calls these anymore"


def test_each_query_can_be_written_for_athena(queries: list[str]) -> None:
    written = []
    for query in queries:
        (parsed,) = sqlglot.parse(query, read="duckdb", error_level=ErrorLevel.RAISE)
        assert parsed is not None
        written.append(parsed.sql("athena", unsupported_level=ErrorLevel.IGNORE))
        sqlglot.parse(written[-1], read="athena", error_level=ErrorLevel.RAISE)
    assert len(written) > len(DIMENSIONS)
    in_trino = set().union(*map(functions, TWINS.values())) | {twin for twin in TWINS.values() if twin.isidentifier()}
    assert set().union(*map(functions, written)) & set(TWINS) - in_trino <= LEFT_TO_US
