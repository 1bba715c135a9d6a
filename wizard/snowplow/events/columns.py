"""Columns of the view `events`, from one table: names, types, tracker protocol keys, and meanings.

The SQL that decodes, the exported files, and docs/events.md are made from it. Names and types are those of Snowplow's
canonical event; the keys are those of its tracker protocol, and of enrich's Transform.scala for older trackers.
"""

from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct


class ColumnType(StrEnum):
    """What a column holds, as SQL calls it."""

    TEXT = "VARCHAR"
    INTEGER = "BIGINT"
    NUMBER = "DOUBLE"
    FLAG = "BOOLEAN"
    TIME = "TIMESTAMP"
    JSON = "JSON"
    TEXTS = "VARCHAR[]"


class Column(Struct, frozen=True):
    """One column.

    Attributes:
        name: as in Snowplow's canonical event.
        meaning: one line for docs/events.md.
        keys: where it stands in the query; the first that isn't empty counts. Empty for what the log itself tells.
        type: what it holds; a value that can't be read as that is null, and its key stands in `unreadable`.
        part: for keys whose value is `WIDTHxHEIGHT`: which of the two, 1 or 2.
    """

    name: str
    meaning: str
    keys: tuple[str, ...] = ()
    type: ColumnType = ColumnType.TEXT
    part: int = 0


KINDS = MappingProxyType(
    {
        "pv": "page_view",
        "pp": "page_ping",
        "se": "struct",
        "ev": "struct",
        "ue": "unstruct",
        "tr": "transaction",
        "ti": "transaction_item",
        "ad": "ad_impression",
    }
)
"""Values of `e`; whatever else stands there is no event."""

CHECK_APP = "snowpixel-check"
"""Application id of our own test events; summaries of the user's data leave it out."""


def _texts(**columns: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, meaning, tuple(keys.split())) for name, (keys, meaning) in columns.items())


def _typed(kind: ColumnType, **columns: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, meaning, tuple(keys.split()), kind) for name, (keys, meaning) in columns.items())


def _size(key: str, stem: str, what: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{stem}{side}", f"{side.capitalize()} of {what}, in pixels", (key,), ColumnType.INTEGER, part)
        for part, side in ((1, "width"), (2, "height"))
    )


_PLUGINS = {
    "pdf": "PDF",
    "fla": "Flash",
    "java": "Java",
    "dir": "Director",
    "qt": "QuickTime",
    "realp": "RealPlayer",
    "wma": "Windows Media",
    "gears": "Google Gears",
    "ag": "Silverlight",
}

_FEATURES = {
    "fla": "flash",
    "dir": "director",
    "qt": "quicktime",
    "realp": "realplayer",
    "wma": "windowsmedia",
    "ag": "silverlight",
}

OF_THE_LINE = (
    Column("collector_tstamp", "When CloudFront answered (UTC)", type=ColumnType.TIME),
    Column("event", "Kind of event: page_view, page_ping, struct, unstruct, …", ("e",)),
    *_texts(
        event_id=("eid", "UUID of the event; a repeated one counts once"),
        app_id=("aid", "Application ID, from the tag"),
        platform=("p", "Platform: web, mob, srv, …"),
        page_url=("url", "Address of the page; from the Referer header where the query has none"),
        page_title=("page", "Title of the page"),
        page_referrer=("refr", "Address of the page before"),
    ),
    Column(
        "user_ipaddress", "The visitor's IP address: `ip` of the query, else the first forwarded one, else the client's"
    ),
    Column("useragent", "The browser, as it names itself: `ua` of the query, else the User-Agent header"),
    Column("bot", "Whether that browser is a known bot (crawler-user-agents)", type=ColumnType.FLAG),
)
"""Columns that every event has, or that come from more than the query."""

OF_THE_QUERY = (
    *_texts(
        domain_userid=("duid", "Visitor: random ID in a cookie of your domain"),
        domain_sessionid=("sid", "Visit: random ID, new after 30 minutes without an event"),
        network_userid=("tnuid nuid", "Visitor ID of the collector; `tnuid` counts before `nuid`"),
        user_id=("uid", "User ID that your pages set; kept as sent"),
        user_fingerprint=("fp", "Browser fingerprint (old trackers)"),
        name_tracker=("tna", "Name of the tracker instance"),
        v_tracker=("tv", "Version of the tracker"),
        v_collector=("cv", "Version of the collector"),
        os_timezone=("tz", "Time zone of the browser"),
        br_lang=("lang", "Language of the browser"),
        br_colordepth=("cd", "Color depth of the screen"),
        doc_charset=("cs", "Character set of the page"),
        txn_id=("tid", "Transaction ID (old trackers)"),
        se_category=("se_ca ev_ca", "Structured event: category"),
        se_action=("se_ac ev_ac", "Structured event: action"),
        se_label=("se_la ev_la", "Structured event: label"),
        se_property=("se_pr ev_pr", "Structured event: property"),
        tr_orderid=("tr_id", "Transaction: order ID"),
        tr_affiliation=("tr_af", "Transaction: affiliation"),
        tr_city=("tr_ci", "Transaction: city"),
        tr_state=("tr_st", "Transaction: state"),
        tr_country=("tr_co", "Transaction: country"),
        tr_currency=("tr_cu", "Transaction: currency"),
        ti_orderid=("ti_id", "Transaction item: order ID"),
        ti_sku=("ti_sk", "Transaction item: SKU"),
        ti_name=("ti_nm ti_na", "Transaction item: name"),
        ti_category=("ti_ca", "Transaction item: category"),
        ti_currency=("ti_cu", "Transaction item: currency"),
    ),
    *_typed(
        ColumnType.TIME,
        dvce_created_tstamp=("dtm", "When the event happened, by the visitor's clock (UTC)"),
        dvce_sent_tstamp=("stm", "When the event was sent, by the visitor's clock (UTC)"),
        true_tstamp=("ttm", "When the event happened, as your pages set it (UTC)"),
    ),
    *_typed(
        ColumnType.INTEGER,
        domain_sessionidx=("vid", "Number of this visit of the visitor"),
        pp_xoffset_min=("pp_mix", "Page ping: smallest horizontal scroll position"),
        pp_xoffset_max=("pp_max", "Page ping: largest horizontal scroll position"),
        pp_yoffset_min=("pp_miy", "Page ping: smallest vertical scroll position"),
        pp_yoffset_max=("pp_may", "Page ping: largest vertical scroll position"),
        ti_quantity=("ti_qu", "Transaction item: quantity"),
    ),
    *_typed(
        ColumnType.NUMBER,
        se_value=("se_va ev_va", "Structured event: value"),
        tr_total=("tr_tt", "Transaction: total"),
        tr_tax=("tr_tx", "Transaction: tax"),
        tr_shipping=("tr_sh", "Transaction: shipping"),
        ti_price=("ti_pr", "Transaction item: price"),
    ),
    *_size("res", "dvce_screen", "the screen"),
    *_size("vp", "br_view", "the visible part of the page"),
    *_size("ds", "doc_", "the whole page"),
    Column("br_cookies", "Whether cookies are allowed", ("cookie",), ColumnType.FLAG),
    *(
        Column(
            f"br_features_{_FEATURES.get(code, code)}", f"Whether {name} is installed", (f"f_{code}",), ColumnType.FLAG
        )
        for code, name in _PLUGINS.items()
    ),
)
"""Columns that are one parameter of the query."""

OF_THE_REST = (
    Column("unstruct", "Self-describing event: an object of `schema` and `data`", ("ue_px", "ue_pr"), ColumnType.JSON),
    Column("entities", "Entities: an array of objects of `schema` and `data`", ("cx", "co"), ColumnType.JSON),
    Column("parameters", "Parameters of the query that have no column, as an object", type=ColumnType.JSON),
    Column("unreadable", "Keys whose value couldn't be read; `cx[2]` is the second entity only", type=ColumnType.TEXTS),
    Column("host", "Hostname that the browser asked"),
    Column("request_id", "CloudFront's ID of the request (`x-edge-request-id`)"),
)

COLUMNS = OF_THE_LINE + OF_THE_QUERY + OF_THE_REST
"""All columns, in their order."""

FREQUENT_KEYS = (
    "e",
    "url",
    "page",
    "refr",
    "eid",
    "tv",
    "tna",
    "aid",
    "p",
    "cookie",
    "cs",
    "lang",
    "res",
    "cd",
    "tz",
    "dtm",
    "stm",
    "vp",
    "ds",
    "vid",
    "sid",
    "duid",
    "cx",
)
"""What today's web tracker sends with each event."""

SOME_KEYS = ("ue_px", "se_ca", "se_ac", "se_la", "se_pr", "se_va", "pp_mix", "pp_max", "pp_miy", "pp_may", "uid")
"""What it sends with some events."""

KNOWN_KEYS = tuple(
    dict.fromkeys([*FREQUENT_KEYS, *SOME_KEYS, *(key for column in COLUMNS for key in column.keys), "ip", "ua"])
)
"""Keys of the query that have a column, the frequent ones first."""
