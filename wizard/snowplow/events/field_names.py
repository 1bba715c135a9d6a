"""Tracker protocol keys to Snowplow's canonical event fields.

Source: Snowplow documentation, Fundamentals, Canonical event, and the schema payload_data 1-0-4.
"""

from types import MappingProxyType

CHECK_APP = "snowpixel-check"
"""Application id of our own test events; summaries of the user's data leave it out."""

KINDS = MappingProxyType(
    {
        "pv": "page_view",
        "pp": "page_ping",
        "se": "struct",
        "ue": "unstruct",
        "tr": "transaction",
        "ti": "transaction_item",
    }
)
"""Values of `e`."""

NAMES = MappingProxyType(
    {
        "eid": "event_id",
        "aid": "app_id",
        "p": "platform",
        "tna": "name_tracker",
        "tv": "v_tracker",
        "dtm": "dvce_created_tstamp",
        "stm": "dvce_sent_tstamp",
        "ttm": "true_tstamp",
        "tz": "os_timezone",
        "url": "page_url",
        "page": "page_title",
        "refr": "page_referrer",
        "cs": "doc_charset",
        "duid": "domain_userid",
        "vid": "domain_sessionidx",
        "sid": "domain_sessionid",
        "uid": "user_id",
        "tnuid": "network_userid",
        "ip": "user_ipaddress",
        "cd": "br_colordepth",
        "lang": "br_lang",
        "cookie": "br_cookies",
        "ua": "useragent",
        "fp": "user_fingerprint",
        "tid": "txn_id",
        "se_ca": "se_category",
        "se_ac": "se_action",
        "se_la": "se_label",
        "se_pr": "se_property",
        "se_va": "se_value",
        "pp_mix": "pp_xoffset_min",
        "pp_max": "pp_xoffset_max",
        "pp_miy": "pp_yoffset_min",
        "pp_may": "pp_yoffset_max",
    }
)
"""Keys with one value; a key that is not listed keeps its own name."""

SIZES = MappingProxyType({"res": "dvce_screen", "vp": "br_view", "ds": "doc_"})
"""Keys whose value is `WIDTHxHEIGHT`, and the stem of the two names it becomes."""

TIMES = frozenset({"dtm", "stm", "ttm"})
"""Keys whose value is a time in milliseconds since the epoch."""
