"""The SQL of events can be said for Athena, too: each function that it calls has a named twin in Trino.

What is asked here is asked there once the logs outgrow a laptop (docs/events.md), so the SQL keeps to what both have.
Collected from the queries that really run: a function that comes in without a twin fails here.
"""

import re
from collections.abc import Mapping
from typing import Any

import duckdb

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


def test_each_function_has_its_twin() -> None:
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
    found = set().union(*map(functions, queries)) - GRAMMAR
    assert found - STORAGE - set(TWINS) == set(), "no twin in Trino is named for these"
    assert set(TWINS) - found == set(), "nothing calls these anymore"
