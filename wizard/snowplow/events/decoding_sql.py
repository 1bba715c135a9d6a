r"""SQL that decodes log lines to events, in DuckDB's dialect; made from the table of columns.

Each statement is plain SQL of lists, texts, and JSON, so that it can be transpiled for another engine (Trino has a twin
of each function: `split`, `url_decode`, `from_base64`, `json_extract`, `array_position`, `regexp_like`).

What SQL can't decode the way browsers encode it is marked `hard`, and `by_hand` reads those lines. Both ways end in the
same `SELECT` (`naming_sql`), so that names, types, and rules stand in one place.

CloudFront escapes `%` itself, so a query's `%20` is usually logged as `%2520`; at times and in other fields it does
not. It also escapes what else it does not write as it is: ASCII 0 to 32, 127 and above, and
< > " # { } | \ ^ ~ [ ] ` ' (CloudFront guide: standard log file format). A field with an escape of anything else was
logged as it was sent; any other loses one level. (Replacing each `%25XX`, as Snowplow's loader did, damages fields that
were logged as sent.)
"""

from collections.abc import Collection, Sequence

from wizard.snowplow.events.columns import (
    COLUMNS,
    FREQUENT_KEYS,
    KNOWN_KEYS,
    SOME_KEYS,
)
from wizard.snowplow.events.naming_sql import code, named

NOT_BY_THE_LOG = (
    "%([^0-9A-Fa-f]|[018-9A-Fa-f][^0-9A-Fa-f]|2[^02357]|3[^CEce]|4|5[^B-Eb-e]|6[^0]|7[^B-Fb-f]|[0-9A-Fa-f]?$)"
)
"""An escape that the log cannot have made: of something that it writes as it is, or no escape at all."""

_NOT_SERVED = "redirect|error|limitexceeded|capacityexceeded"
_LAX_JSON = r",\s*[\]}]|[:,\[]\s*[+-]?(?i:nan|inf)"
"""What DuckDB takes for JSON although it is none; inside a text it does no harm to look twice."""

_JSON_KEYS = ("cx", "co", "ue_px", "ue_pr")
_ALWAYS = ("e", "ip", "ua", "ev_ca", "ev_ac", "page", "url")
"""Keys that are read whatever is wanted: they tell what a request is."""

_NO_JSON = "jsons AS (SELECT *, false AS hard_json, NULL AS unstruct, NULL AS entities FROM grouped)"
_JSON_COLUMNS = frozenset({"unstruct", "entities", "unreadable"})

FIELDS = {
    "method": "cs-method",
    "stem": "cs-uri-stem",
    "query": "cs-uri-query",
    "status": "sc-status",
    "result": "x-edge-result-type",
    "request_id": "x-edge-request-id",
    "host_header": "x-host-header",
    "domain": "cs(host)",
    "address": "c-ip",
    "forwarded": "x-forwarded-for",
    "referer": "cs(referer)",
    "agent": "cs(user-agent)",
}
"""Our name of a field to CloudFront's, in lower case."""

HAND_COLUMNS = {
    "received": "TIMESTAMP",
    "path": "VARCHAR",
    "served": "BOOLEAN",
    "request_id": "VARCHAR",
    "host": "VARCHAR",
    "client": "VARCHAR",
    "agent_text": "VARCHAR",
    "referer_text": "VARCHAR",
    "ks": "VARCHAR[]",
    "vs": "VARCHAR[]",
    "unstruct": "VARCHAR",
    "entities": "VARCHAR",
    "json_unreadable": "VARCHAR[]",
    "parameters": "VARCHAR",
}
"""What `by_hand` tells of a line."""


def text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def lines_sql(path: str, fields: Sequence[str]) -> str:
    """Return SQL of the log lines in a plain file, one field a column, a logged `-` as null.

    Args:
        path: the file.
        fields: CloudFront's names of its fields, in lower case.
    """
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(fields) + 1))
    source = (
        f"read_csv({text(path)}, columns={{{columns}}}, auto_detect=false, header=false, delim='\\t', quote='', "
        "escape='', null_padding=true, ignore_errors=true, nullstr='-')"
    )
    place = {name: f"c{number}" for number, name in enumerate(fields)}
    named = ", ".join(f"{place.get(field, 'NULL::VARCHAR')} AS {name}" for name, field in FIELDS.items())
    return f"SELECT {named}, {_received(place)} AS received, c{len(fields)} AS surplus FROM {source}"


def _received(place: dict[str, str]) -> str:
    if "date" in place:
        return f"try_strptime({place['date']} || ' ' || {place.get('time', 'NULL')}, '%Y-%m-%d %H:%M:%S')"
    if "timestamp(ms)" in place:
        return f"make_timestamp_ms(try_cast({place['timestamp(ms)']} AS BIGINT))"
    return f"make_timestamp_ms(1000 * try_cast({place.get('timestamp', 'NULL')} AS BIGINT))"


def undone(field: str) -> str:
    """Return SQL of a field without the log's own escapes of `%`, if it added any."""
    return f"CASE WHEN regexp_matches({field}, '{NOT_BY_THE_LOG}') THEN {field} ELSE replace({field}, '%25', '%') END"


def _once(field: str) -> str:
    """Return SQL of a header as it was sent: without the log's escapes of anything, if it added any."""
    return f"CASE WHEN regexp_matches({field}, '{NOT_BY_THE_LOG}') THEN {field} ELSE TRY(url_decode({field})) END"


def events_sql(lines: str, *, full_address: bool = False, only: Collection[str] | None = None) -> str:
    """Return SQL of the requests for the pixel that carry an event, and of lines with a fault.

    Args:
        lines: SQL of log lines (`lines_sql`).
        full_address: whether to keep whole IP addresses.
        only: names of the columns that are wanted; all by default. Few are decoded much faster.

    Returns:
        SQL whose columns are those of the table, and `served`, `code` (the value of `e`), `fault`, `hard`, and `raw`:
        the line, where it is hard.
    """
    raw = ", ".join(f"{name} := {name}" for name in (*FIELDS, "received"))
    more = f"{code(_easy)} AS code, fault, hard, CASE WHEN hard THEN struct_pack({raw}) END AS raw"
    select = named("told", _easy, full_address=full_address, only=only, more=more)
    with_json = only is None or bool(_JSON_COLUMNS & set(only))
    json = _json_stages() if with_json else _NO_JSON
    stages = [_pixel_stages(lines), _text_stages(with_json=with_json), json, _hard_stages(only)]
    return f"WITH {', '.join(stages)} {select}"


def _pixel_stages(lines: str) -> str:
    """Return SQL stages from lines to requests for the pixel, with their parameters as a list."""
    return f"""
    lines AS ({lines}),
    judged AS (
        SELECT *,
            CASE WHEN received IS NULL OR method IS NULL OR stem IS NULL
                OR NOT regexp_matches(coalesce(status, ''), '^[0-9]{{1,4}}$') THEN 'value'
                WHEN surplus IS NOT NULL THEN 'columns' END AS fault,
            split_part(stem, '?', 1) AS path
        FROM lines
    ),
    pixel AS (
        SELECT *, {undone("coalesce(query, substr(stem, length(path) + 2), '')")} AS sent
        FROM judged
        WHERE fault IS NOT NULL
            OR (method = 'GET' AND (path IN ('/i', '/pxl.png') OR starts_with(path, '/ice.png')))
    ),
    pieces AS (
        SELECT * EXCLUDE (sent),
            list_reverse(string_split(
                CASE WHEN contains(sent, '+') THEN replace(sent, '+', '%20') ELSE sent END, '&')) AS ps
        FROM pixel
    ),
    keyed AS (SELECT *, list_transform(ps, lambda p: split_part(p, '=', 1)) AS ks FROM pieces)"""


def _text_stages(*, with_json: bool) -> str:
    """Return SQL stages that read the headers, and sort the keys by how often they are sent."""
    json = ", ".join(f"{_json_letters(key)} AS {key}_text" for key in _JSON_KEYS) if with_json else "0 AS cx_text"
    return f"""
    texts AS (
        SELECT *,
            try_cast(status AS INTEGER) IN (200, 304)
                AND NOT regexp_matches(lower(coalesce(result, '')), '^({_NOT_SERVED})') AS served,
            coalesce(host_header, domain) AS host,
            trim(split_part(TRY(url_decode({undone("coalesce(forwarded, address)")})), ',', 1)) AS client,
            TRY(url_decode({undone("agent")})) AS agent_text,
            {_once("referer")} AS referer_text,
            {_keys_beside("ks", (*FREQUENT_KEYS, ""))} AS unusual,
            {json}
        FROM keyed
    ),
    sorted AS (
        SELECT *, CASE WHEN len(unusual) > 0 THEN {_keys_beside("unusual", SOME_KEYS)} END AS rare FROM texts
    ),
    grouped AS (
        SELECT *, CASE WHEN len(rare) > 0 THEN {_keys_beside("rare", KNOWN_KEYS)} END AS unknown FROM sorted
    )"""


def _hard_stages(only: Collection[str] | None) -> str:
    """Return SQL stages that decode the parameters, and mark the lines in which something couldn't be decoded."""
    return f"""
    known AS (
        SELECT *, {_values(only)},
            CASE WHEN len(unknown) > 0 THEN {_parameters()} END AS parameters,
            []::VARCHAR[] AS json_unreadable
        FROM jsons
    ),
    told AS (
        SELECT *,
            fault IS NULL AND (hard_json OR (agent_text IS NULL AND agent IS NOT NULL)
                OR (referer_text IS NULL AND referer IS NOT NULL)
                OR (len(unknown) > 0 AND (parameters IS NULL OR contains(array_to_string(unknown, ''), '%')))
                OR {_undecoded(only)}) AS hard
        FROM known
    )"""


def _wanted_keys(only: Collection[str] | None) -> list[str]:
    columns = [column for column in COLUMNS if only is None or column.name in only]
    keys = dict.fromkeys([*_ALWAYS, *(key for column in columns for key in column.keys)])
    return [key for key in keys if key not in _JSON_KEYS]


def _values(only: Collection[str] | None) -> str:
    """Return SQL of the decoded values of all keys that are wanted, each as a column of its own."""

    def value(key: str) -> str:
        decoded = f"TRY(url_decode({_raw_value(key)}))"
        if key in FREQUENT_KEYS:
            return decoded
        return f"CASE WHEN len({'unusual' if key in SOME_KEYS else 'rare'}) > 0 THEN {decoded} END"

    return ", ".join(f"{value(key)} AS {_easy(key)}" for key in _wanted_keys(only))


def _raw_value(key: str) -> str:
    return f"substr(ps[list_position(ks, '{key}')], {len(key) + 2})"


def _undecoded(only: Collection[str] | None) -> str:
    """Return SQL that tells whether the text of a parameter that is wanted couldn't be decoded.

    Where all are wanted, they are counted, which is fast; one that stands there twice makes the count differ, too.
    """
    if only is not None:
        return " OR ".join(f"({_easy(key)} IS NULL AND list_contains(ks, '{key}'))" for key in _wanted_keys(only))
    given = [f"CAST({_easy(key)} IS NOT NULL AS TINYINT)" for key in _wanted_keys(only)]
    packed = [f"CAST(list_contains(ks, '{key}') AS TINYINT)" for key in _JSON_KEYS]
    return f"{' + '.join([*given, *packed])} + coalesce(len(unknown), 0) <> len(ks)"


def hand_sql(source: str, *, full_address: bool = False, only: Collection[str] | None = None) -> str:
    """Return SQL of the events that `by_hand` has read, with the columns of `events_sql`.

    Args:
        source: SQL of a relation with `HAND_COLUMNS`.
        full_address: whether to keep whole IP addresses.
        only: names of the columns that are wanted; all by default.
    """
    more = f"{code(_by_hand)} AS code, NULL AS fault, false AS hard, NULL AS raw"
    return named(source, _by_hand, full_address=full_address, only=only, more=more)


def _easy(key: str) -> str:
    return f"v_{key}"


def _by_hand(key: str) -> str:
    return f"vs[list_position(ks, '{key}')]"


def _json_letters(key: str) -> str:
    """Return SQL of a parameter that holds JSON, null where it's empty.

    Base64 in its URL-safe alphabet needs no escapes; the padding, and the other alphabet that some trackers use, do.
    """
    value = _raw_value(key)
    text = f"CASE WHEN contains({value}, '%') THEN TRY(url_decode({value})) ELSE {value} END"
    return f"nullif({text}, '')"


def _json_stages() -> str:
    """Return SQL stages that take JSON apart, and mark what isn't all well-formed in the expected shape.

    Each stage names what the next one uses more than once: DuckDB evaluates an expression as often as it is written.
    """

    def letters(name: str) -> str:
        other = f"rtrim(replace(replace(replace({name}, ' ', '+'), '-', '+'), '_', '/'), '=')"
        return f"CASE WHEN regexp_matches({name}, '[-_ =]') THEN {other} ELSE {name} END"

    def unpacked(packed: str, plain: str) -> str:
        padded = f"{packed} || left('===', (4 - strlen({packed}) % 4) % 4)"
        return f"CASE WHEN {packed} IS NULL THEN {plain} ELSE TRY(decode(from_base64({padded}))) END"

    def inner(name: str) -> str:
        return f"CASE WHEN NOT regexp_matches({name}, '{_LAX_JSON}') THEN TRY(json_extract({name}, '$.data')) END"

    return f"""
    packed AS (
        SELECT * EXCLUDE (cx_text, ue_px_text), {letters("cx_text")} AS cx_text, {letters("ue_px_text")} AS ue_px_text
        FROM grouped
    ),
    unpacked AS (
        SELECT *, {unpacked("cx_text", "co_text")} AS cj, {unpacked("ue_px_text", "ue_pr_text")} AS uj,
            cx_text IS NOT NULL OR co_text IS NOT NULL AS has_cj,
            ue_px_text IS NOT NULL OR ue_pr_text IS NOT NULL AS has_uj,
            (cx_text IS NOT NULL AND co_text IS NOT NULL)
                OR (ue_px_text IS NOT NULL AND ue_pr_text IS NOT NULL) AS twice
        FROM packed
    ),
    inner_json AS (SELECT *, {inner("cj")} AS entities_json, {inner("uj")} AS unstruct_json FROM unpacked),
    shapes AS (
        SELECT *,
            TRY(from_json(entities_json, '[{{"schema": "JSON", "data": "JSON"}}]')) AS shape,
            json_type(unstruct_json, '$.schema') = 'VARCHAR' AND json_exists(unstruct_json, '$.data') AS uj_good
        FROM inner_json
    ),
    jsons AS (
        SELECT *,
            twice OR (has_uj AND NOT coalesce(uj_good, false))
                OR (has_cj AND (shape IS NULL OR len(list_filter(shape,
                    lambda x: x.data IS NULL OR NOT coalesce(starts_with(CAST(x.schema AS VARCHAR), '"'), false))) > 0))
                AS hard_json,
            CAST(unstruct_json AS VARCHAR) AS unstruct,
            nullif(CAST(entities_json AS VARCHAR), '[]') AS entities
        FROM shapes
    )"""


def _keys_beside(keys: str, known: Sequence[str]) -> str:
    """Return SQL of those keys that are none of the known ones."""
    listed = ", ".join(text(key) for key in known)
    return f"list_filter({keys}, lambda k: NOT list_contains([{listed}], k))"


def _parameters() -> str:
    """Return SQL of the parameters that have no column, as JSON; null where that fails or a key is repeated."""
    values = "list_transform(unknown, lambda k: TRY(url_decode(substr(ps[list_position(ks, k)], length(k) + 2))))"
    all_decoded = f"len(list_filter({values}, lambda v: v IS NULL)) = 0"
    return f"CASE WHEN {all_decoded} THEN CAST(TRY(to_json(map(unknown, {values}))) AS VARCHAR) END"
