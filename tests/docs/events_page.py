"""docs/events.md: what can be asked of the events, and the columns of the view, made from the table of the code."""

from collections.abc import Iterable, Iterator

from wizard.snowplow.events.columns import COLUMNS, KINDS, ColumnType
from wizard.snowplow.events.event_files import FORMATS
from wizard.snowplow.events.questions import DIMENSIONS, FILTERS

HEAD = """# Your events

`snowpixel events NAME` reads the access logs in your log bucket and decodes the events in them. CloudFront writes log
files several times an hour, so the newest events are missing.

```sh
snowpixel events main                                        # a summary of the last 24 hours, and the newest events
snowpixel events main --since 2026-11-01 --until 2026-12-01 --tz Europe/Berlin --by day
snowpixel events main --since 168 --by campaign --type page_view
snowpixel events main --follow --json                        # one JSON document a line, as events arrive
snowpixel events main --since 720 --out november.parquet     # or .csv, or .jsonl
snowpixel events main --since 720 --db november.duckdb       # a DuckDB database, its table is `events`
snowpixel events main --sql "select page_url, count(*) from events where not bot group by 1 order by 2 desc"
```

Each run lists the log files of the time that you ask for, and fetches those that it doesn't know yet.

What counts:

- Each event counts once, however often the tracker sent it. The repetitions are counted beside it.
- Test events of snowpixel's own are left out (`--tests` shows them).
- The summary and the tables leave known bots out and say how many events they sent. Lists, exports, and SQL have them,
  marked in `bot`.
- A visitor is a browser with a `domain_userid`, a random ID in a cookie of your domain. Somebody with two browsers is
  two visitors; somebody who deletes the cookie becomes a new one. Events without that ID have no visitor.
- A referrer in the tables is another site: pages of the same hostname don't count.
- IP addresses are shortened: the last 8 bits of an IPv4 address and the last 80 bits of an IPv6 address are zero,
  unless you ask for `--full-address`.
- Events that the browser asked for and that never got the pixel (redirected, refused, or hung up) are no events. They
  are counted by event ID.

## What is kept on this computer

Decoded events are kept in `events/NAME/` of snowpixel's cache folder, as Parquet files by day and hour, so that no log
file is fetched twice. The cache folder is `~/.cache/snowpixel` on Linux (or in `XDG_CACHE_HOME`),
`~/Library/Caches/snowpixel` on macOS, and `cache` in the folder that you give with `--home`. Only you can read it
(modes 0700 and 0600).

- IP addresses are shortened there. Only `--full-address` keeps whole ones, apart from the others.
- What expires or is deleted in the log bucket is deleted here by the next run that looks at its days. Any run deletes
  what is two days older than the setup's retention.
- `snowpixel forget NAME` and `snowpixel remove NAME` delete all of it. You can delete the folder at any time: the next
  run fetches the log files again.
- A newer snowpixel that decodes differently fetches them again, too, and so does a run that finds a kept file damaged.
- Where nothing can be kept, such as on a full disk, the events are shown all the same, and snowpixel says why.

## Files of text

Texts come from visitors' browsers. A spreadsheet may take one that begins with `=` for a formula: import text columns
of a CSV file as text.
"""

SIZE = """## How much a laptop can do

What one day of events costs and takes. The first two rows were measured as `make bench` does (one core of a cloud
server, a web tracker's events with about 25 parameters and two entities each), the last one follows from them:

| events in the day | log files, packed | fetched and decoded by one core | kept here | a summary, once kept |
|---|---|---|---|---|
| 1 million | 0.2 GB | 35 seconds | 0.14 GB | 1 to 3 seconds |
| 10 million | 2.2 GB | 7 minutes | 1.4 GB | 10 to 30 seconds |
| 100 million | 22 GB | over an hour | 14 GB | 2 to 5 minutes |

It took at most 360 MB of memory for 1 million events and for 20,000 files, and 430 MB for 10 million events. The
download comes on top: 22 GB take an hour at 50 Mbit/s. Small files take longer than their bytes: 2,201 of them took 10
seconds in practice mode, and the second look at the same month took less than a second. What is kept is 143 bytes an
event, measured with 10,000 different ones.

AWS charges for what leaves it: 1,000 files cost $0.0004, and each GB $0.09 (US East) beyond the 100 GB a month that
are free for the whole account. Each file is fetched once, so a month of 1 million events a day costs a cent or two,
10 million stay within the free part, and 100 million a day cost about $50 a month. From there on, ask the log bucket
where it is: Amazon Athena reads the same files, and the SQL here keeps to functions that have a twin there.
"""

TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "integer",
    ColumnType.NUMBER: "number",
    ColumnType.FLAG: "true or false",
    ColumnType.TIME: "time (UTC)",
    ColumnType.JSON: "JSON",
    ColumnType.TEXTS: "list of texts",
}


def page() -> bytes:
    """Return the page."""
    return ("\n".join(_lines()) + "\n").encode()


def _lines() -> Iterator[str]:
    yield HEAD
    yield f"`--by` counts by {_listed(DIMENSIONS)}."
    yield ""
    filters = _listed(f"--{name}" for name in FILTERS)
    yield f"Filters are {filters}. `--out` writes files that end in {_listed(FORMATS)}."
    yield ""
    yield SIZE
    yield "## Columns"
    yield ""
    yield "The view `events` of `--sql`, the exported files, and the table of `--db` have these columns. An empty value"
    yield "is null. In CSV and JSON lines, times are ISO 8601 in UTC, such as `2026-11-28T14:30:00.000Z`."
    yield ""
    yield "| column | type | parameter | meaning |"
    yield "|---|---|---|---|"
    for column in COLUMNS:
        keys = ", ".join(f"`{key}`" for key in column.keys) or "-"
        yield f"| `{column.name}` | {TYPES[column.type]} | {keys} | {column.meaning} |"
    yield ""
    yield "## Kinds of events"
    yield ""
    yield "| `e` | `event` |"
    yield "|---|---|"
    yield from (f"| `{code}` | `{kind}` |" for code, kind in KINDS.items())
    yield ""
    yield "Whatever else stands in `e` is no event, and is counted apart. [limits.md](limits.md) says what access logs"
    yield "don't tell for sure."


def _listed(names: Iterable[str]) -> str:
    *first, last = [f"`{name}`" for name in names]
    return f"{', '.join(first)}, or {last}"
