"""From log lines to events."""

import base64
import ipaddress
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.snowplow.events.lines import encoded, event_in, events_in, hit, log, logged, packed, table_of
from wizard.snowplow.events.address_sql import shortened_sql
from wizard.snowplow.events.by_hand import undo
from wizard.snowplow.events.columns import CHECK_APP, KINDS
from wizard.snowplow.events.decoder import Decoder, decoded
from wizard.snowplow.events.event import TOLD, as_text, harmless
from wizard.snowplow.events.send import TITLE, check_event

EVENT_ID = "7c2b5e0a-4a58-4a4a-9d0e-8f6f2f6b3c11"
PAGE = "https://example.org/?a=b"


UNDONE = {
    "": "",
    "a%2520b": "a%20b",
    "a%20b": "a%20b",
    "%2520%20": "%20%20",
    "%25": "%",
    "%2520%2F": "%2520%2F",
    "%7E%2520": "%7E%20",
    "%252F%5b%5D": "%2F%5b%5D",
    "100%": "100%",
    "%zz": "%zz",
}


def test_undo_only_when_the_log_can_have_escaped_it_all() -> None:
    assert {field: undo(field) for field in UNDONE} == UNDONE
    # The same rule in SQL: a query that was logged as sent shows it by an escape that no log makes.
    logged_so = table_of({"query": f"e=pv&title={field}"} for field in UNDONE)
    as_sent = table_of({"query": f"e=pv&url=%3A&title={plain}"} for plain in UNDONE.values())
    for one, other in zip(logged_so, as_sent, strict=True):
        assert one
        assert other
        assert one.parameters == other.parameters


NO_EVENTS: list[dict[str, Any]] = [
    {"method": "OPTIONS"},
    {"method": "HEAD"},
    {"method": "POST"},
    {"status": 301},
    {"status": 403},
    {"status": "000"},
    {"result": "Redirect"},
    {"result": "Error"},
    {"result": "LimitExceeded"},
    {"result": "CapacityExceeded"},
    {"stem": "/x/i"},
    {"stem": "/index.html"},
    {"stem": "/i/"},
    {"query": ""},
    {"query": "look=1"},
    {"query": "e="},
    {"query": "page=A"},
    {"query": "e=lol"},
    {"query": "e=xyz%2522%253E%253Cscript%253E"},
    {"query": "e=pv;aid=x"},
    {"query": "E=pv"},
]


def test_what_is_no_event() -> None:
    assert table_of(NO_EVENTS) == [None] * len(NO_EVENTS)


def test_what_is_an_event() -> None:
    stems, answers = (
        ("/i", "/ice.png", "/ice.png.gz", "/pxl.png"),
        ((200, "Hit"), (200, "Miss"), (304, "RefreshHit"), (200, "")),
    )
    rows = [{"stem": stem, "status": status, "result": result} for stem in stems for status, result in answers]
    assert [event and event.kind for event in table_of(rows)] == ["page_view"] * len(rows)


def test_every_kind_of_event() -> None:
    found = events_in(*(hit(f"e={code}") for code in KINDS))
    assert [event.kind for event in found] == list(KINDS.values())


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("page=A%2520b&tid=1", "page_view"),
        ("url=http%253A%252F%252Fa.example%252F", "page_view"),
        ("ev_ca=Mixes&ev_ac=Play&page=A", "struct"),
    ],
)
def test_trackers_of_2012_left_the_kind_out(query: str, kind: str) -> None:
    assert event_in(hit(query, stem="/ice.png")).kind == kind
    assert events_in(hit(query)) == [], "only trackers of that time ask for these images"


def test_the_query_of_2012_stands_in_the_stem() -> None:
    assert event_in(hit("", stem="/i?e=pv&page=A%2520b")).values["page_title"] == "A b"


def test_a_stem_with_a_query_beside_the_query() -> None:
    assert event_in(hit("e=pp", stem="/i?e=pv")).kind == "page_ping"


def test_of_a_parameter_that_stands_there_twice_the_last_one_counts() -> None:
    assert event_in(hit("e=pv&page=a&page=b&new=1&new=2")).values["page_title"] == "b"
    assert event_in(hit("e=pv&new=1&new=2")).parameters == {"new": "2"}


def test_repetitions_are_left_out() -> None:
    lines = [hit(f"e=pv&eid={EVENT_ID}"), hit(f"e=pv&eid={EVENT_ID.upper()}", status=304), hit(), hit("e=pv&eid=other")]
    assert [event.event_id for event in events_in(*lines, hit())] == [EVENT_ID, "", "other", ""]
    assert len(events_in(*lines, unique=False)) == 4


def test_readable_names_and_types() -> None:
    query = encoded(
        e="se", se_ca="shop", se_va="12.5", res="1280x720", vp="800x600", ds="800x4000", dtm="1795428000123",
        stm="soon", p="web", vid="3", cookie="1", f_pdf="0", tnuid="", nuid="n-1", pp_mix="-4", new="1",
    )  # fmt: skip
    event = event_in(hit(query))
    assert event.kind == "struct"
    assert event.values == {
        "se_category": "shop",
        "se_value": 12.5,
        "dvce_screenwidth": 1280,
        "dvce_screenheight": 720,
        "br_viewwidth": 800,
        "br_viewheight": 600,
        "doc_width": 800,
        "doc_height": 4000,
        "dvce_created_tstamp": "2026-11-23T10:00:00.123Z",
        "platform": "web",
        "domain_sessionidx": 3,
        "br_cookies": True,
        "br_features_pdf": False,
        "network_userid": "n-1",
        "pp_xoffset_min": -4,
    }
    assert event.unreadable == ("stm",)
    assert event.parameters == {"new": "1"}


MISTYPED = [
        ("vid", "1.5"), ("vid", "1e3"), ("vid", "1_000"), ("vid", " 1"), ("vid", "9" * 30), ("se_va", "nan"),
        ("tr_tt", "1,5"), ("tr_tt", "1e999"), ("res", "axb"), ("res", "1x"), ("vp", "1x2x3"), ("ds", "9999999999x1"),
        ("cookie", "yes"), ("dtm", "1" * 20), ("ttm", "2026-11-23"),
]  # fmt: skip


def test_a_value_of_another_type_is_named_and_costs_nothing_else() -> None:
    found = table_of({"query": encoded(e="pv", url=PAGE, **{key: value})} for key, value in MISTYPED)
    for (key, _), event in zip(MISTYPED, found, strict=True):
        assert event
        assert event.unreadable == (key,)
        assert event.values == {"page_url": PAGE}


ENTITY = {"schema": "iglu:com.acme/thing/jsonschema/1-0-0", "data": {"ü?>": [1, None]}}


@pytest.mark.parametrize("form", ["unpadded", "padded", "standard", "plain"])
def test_self_describing_json(form: str) -> None:
    contexts = {"schema": "iglu:contexts", "data": [ENTITY, ENTITY]}
    event_json = {"schema": "iglu:unstruct_event", "data": ENTITY}
    standard = {
        "cx": base64.b64encode(json.dumps(contexts, ensure_ascii=False).encode()).decode(),
        "ue_px": base64.b64encode(json.dumps(event_json, ensure_ascii=False).encode()).decode(),
    }
    values = {
        "unpadded": {"cx": packed(contexts), "ue_px": packed(event_json)},
        "padded": {"cx": packed(contexts) + "==", "ue_px": packed(event_json) + "=="},
        "standard": standard,
        "plain": {"co": json.dumps(contexts), "ue_pr": json.dumps(event_json)},
    }[form]
    query = encoded(e="ue", url=PAGE, **values)
    for line in (hit(logged(query)), hit(query)):
        event = event_in(line)
        assert event.unreadable == ()
        assert event.unstruct
        assert (event.unstruct.schema, event.unstruct.data) == (ENTITY["schema"], ENTITY["data"])
        assert [(one.schema, one.data) for one in event.entities] == [(ENTITY["schema"], ENTITY["data"])] * 2
        assert not {"cx", "co", "ue_px", "ue_pr"} & {*event.values, *event.parameters}


def test_entities_in_both_encodings_are_all_read() -> None:
    query = encoded(e="pv", url=PAGE, cx=packed({"data": [ENTITY]}), co=json.dumps({"data": [ENTITY, ENTITY]}))
    assert len(event_in(hit(query)).entities) == 3


def base64_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


GOOD = json.dumps(ENTITY)


BAD_ENTITIES = [
    '{"schema": "s"}',
    '{"data": 1}',
    '{"schema": 1, "data": 1}',
    '{"schema": null, "data": 1}',
    "17",
    "null",
    "[]",
    '{"schema": "s", "data": NaN}',
    '{"schema": "s", "data": -Infinity}',
    '{"schema": "s", "data": {"a": [1,]}}',
    '{"schema": "s", "data": {"a" 1}}',
    '{"schema": "s", "data": "}],{[\\""',
]


def test_one_bad_entity_costs_no_other() -> None:
    texts = [f'{{"schema": "c", "data": [{GOOD}, {bad}, {GOOD}]}}' for bad in BAD_ENTITIES]
    found = table_of({"query": encoded(e="pv", url=PAGE, cx=base64_of(text))} for text in texts)
    for bad, event in zip(BAD_ENTITIES, found, strict=True):
        assert event
        assert event.unreadable == ("cx[2]",)
        # What stands behind a text without an end is part of it.
        assert len(event.entities) == (1 if bad is BAD_ENTITIES[-1] else 2), bad
        assert {one.schema for one in event.entities} == {ENTITY["schema"]}


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\ud83d"])
def test_half_an_emoji_becomes_a_replacement_character(half: str) -> None:
    text = f'{{"data": [{{"schema": "s", "data": {{"title": "cut {half}"}}}}, {GOOD}]}}'
    event = event_in(hit(encoded(e="pv", url=PAGE, page="cut", cx=base64_of(text))))
    assert event.unreadable == ()
    # Three bytes of a surrogate that was encoded all the same are three characters that can't be read.
    title = event.entities[0].data["title"]
    assert title.rstrip("\N{REPLACEMENT CHARACTER}") == "cut "
    assert len(event.entities) == 2


def test_a_text_whose_bytes_are_no_utf8() -> None:
    event = event_in(hit("e=pv&url=https%3A%2F%2Fa%2F&page=caf%E9&se_la=%F0%9F%98"))
    assert event.values["page_title"] == "caf\N{REPLACEMENT CHARACTER}"
    assert event.values["page_url"] == "https://a/"


def test_unreadable_json_is_named_and_the_event_kept() -> None:
    texts = ["%%%", "a", packed([1]), packed({"data": 1}), packed({"schema": "s"}), packed(7), packed({"data": {}})]
    for event in table_of({"query": encoded(e="pv", cx=cx)} for cx in texts):
        assert event
        assert event.unreadable == ("cx",)
        assert event.entities == ()


def test_json_that_was_cut_keeps_what_is_whole() -> None:
    whole = base64_of(f'{{"data": [{GOOD}, {GOOD}, {GOOD}]}}')
    event = event_in(hit(encoded(e="pv", cx=whole[: len(whole) * 3 // 4])))
    assert len(event.entities) == 2
    assert event.unreadable == ("cx[3]",)


def test_deeply_nested_json_is_unreadable() -> None:
    event = event_in(hit(encoded(e="pv", co="[" * 50_000)))
    assert event.unreadable == ("co",)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]))] * 3), min_size=10, max_size=60))
def test_nothing_that_is_logged_raises(values: list[tuple[str, str, str]]) -> None:
    def clean(value: str) -> str:
        return value.replace("\t", " ").replace("\n", " ").replace("\r", " ")

    lines = [
        hit(f"e=pv&cx={clean(query)}&{clean(query)}", address=clean(address), agent=clean(agent))
        for query, address, agent in values
    ]
    for event in events_in(*lines):
        as_text(event)


def test_addresses_are_shortened_as_pythons_library_does() -> None:
    plain = ["203.0.113.9", "255.255.255.255", "0.0.0.0"]
    six = [
        "2001:db8:1:2:3::4", "2001:db8::1", "::1", "::", "1::", "2001:DB8:0001:ffff:0:0:0:1", "2001::1:2:3:4:5:6",
        "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::1", "0:0:1::", "0:1:0:0:0:0:0:9", "1:2:3:4:5:6:7:8",
    ]  # fmt: skip
    none = [
        "unknown", "", "fe80::1%a/", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1:2", ":::", "1::2::3", "g::1",
        "12345::", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1.2.3.4:80",
    ]  # fmt: skip

    def wanted(address: str, bits: int) -> str:
        return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)

    table = {each: wanted(each, 24) for each in plain} | {each: wanted(each, 48) for each in six} | dict.fromkeys(none)
    with Decoder() as decoder:
        query = f"SELECT a, {shortened_sql('a')} FROM (SELECT unnest($all::VARCHAR[]) AS a)"
        found = dict(decoder.connection.execute(query, {"all": list(table)}).fetchall())
    assert found == table


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({"address": "203.0.113.9"}, "203.0.113.9"),
        ({"address": "198.51.100.1", "forwarded": "203.0.113.9,%2520198.51.100.7"}, "203.0.113.9"),
        ({"address": "198.51.100.1", "forwarded": "203.0.113.9,%20198.51.100.7"}, "203.0.113.9"),
        ({"address": "198.51.100.1", "query": "e=pv&ip=203.0.113.9"}, "203.0.113.9"),
        ({"address": "198.51.100.1", "query": "e=pv&ip="}, "198.51.100.1"),
    ],
)
def test_no_whole_address_is_kept_unless_asked(changes: dict[str, str], whole: str) -> None:
    file = log([hit(**changes)])
    with Decoder() as decoder:
        for _ in decoder.batches([("log", file)]):
            rows = str(decoder.connection.execute("SELECT * FROM batch").fetchall())
    assert whole not in rows
    assert whole.rpartition(".")[0] + ".0" in rows
    with Decoder(full_address=True) as decoder:
        for _ in decoder.batches([("log", file)]):
            assert decoder.connection.execute("SELECT user_ipaddress FROM batch").fetchall() == [(whole,)]


def test_the_referer_is_the_page_of_last_resort() -> None:
    referer = "https://example.org/~a/?q=%C3%A9%20b%2F"
    for line in (hit(referer=logged(referer)), hit(referer=referer)):
        assert event_in(line).values["page_url"] == referer
    assert event_in(hit(encoded(e="pv", url=PAGE), referer=referer)).values["page_url"] == PAGE


@pytest.mark.parametrize("agent", ["Mozilla/5.0%2520(X11)", "Mozilla/5.0%20(X11)"])
def test_the_browser_however_it_was_logged(agent: str) -> None:
    assert event_in(hit(agent=agent)).agent == "Mozilla/5.0 (X11)"
    assert event_in(hit("e=pv&ua=Own", agent=agent)).agent == "Own"


AGENTS = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": True,
    "curl/8.5.0": True,
    "python-requests/2.32": True,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36": False,
    "": False,
}


def test_bots_are_marked() -> None:
    found = table_of({"agent": logged(agent)} for agent in AGENTS)
    assert [event and event.bot for event in found] == list(AGENTS.values())


def test_text_for_people() -> None:
    event = event_in(
        hit(
            logged(encoded(e="pv", aid="shop", url="https://example.org/", page="\x1b[31mred")),
            request_id="r",
            address="",
        )
    )
    assert as_text(event) == {
        "Event": "page view",
        "Received": "2026-11-23 10:00:00 UTC",
        "Application": "shop",
        "Page": "https://example.org/",
        "Title": "\N{REPLACEMENT CHARACTER}[31mred",
        "Request id": "r",
    }


@given(st.text())
def test_harmless_text_is_short_and_printable(text: str) -> None:
    shown = harmless(text)
    assert len(shown) <= 300
    assert not any(ord(letter) < 32 or letter in "\x7f\x9b\u202e" for letter in shown)
    shown.encode()


@pytest.mark.parametrize("escape", [str, logged])
def test_the_test_event_comes_back_intact(escape: Any) -> None:
    path, _, query = check_event(EVENT_ID, 1795428000123, page_url="https://e.example.org/", version="0.1.0").partition(
        "?"
    )
    assert path == "/i"
    event = event_in(hit(escape(query)))
    assert event.is_check
    assert (event.app_id, event.event_id, event.kind) == (CHECK_APP, EVENT_ID, "page_view")
    assert event.values["page_title"] == TITLE
    assert event.values["page_url"] == "https://e.example.org/"
    assert event.values["v_tracker"] == "snowpixel-0.1.0"
    assert event.values["dvce_created_tstamp"] == event.values["dvce_sent_tstamp"] == "2026-11-23T10:00:00.123Z"


def test_a_visitors_event_is_no_check() -> None:
    assert not event_in(hit("e=pv&aid=shop")).is_check


@pytest.mark.parametrize("names", [TOLD, [name for name in TOLD if name not in ("unstruct", "entities", "unreadable")]])
def test_few_columns_are_the_same_as_all(names: Sequence[str]) -> None:
    cx = packed({"data": [ENTITY, 1]})
    queries = [
        logged(encoded(e="pv", url=PAGE, page="café ~", vid="x", cx=cx, new="1")),
        "e=pv&url=https%3A%2F%2Fa%2F&page=%E9&vid=x&dtm=x",
        encoded(e="ue", url=PAGE, dtm="1795428000123", ue_px=packed({"data": ENTITY})),
    ]
    lines = [hit(query, request_id=str(count)) for count, query in enumerate(queries)]
    whole = {event.request_id: event for event in events_in(*lines)}
    for some in decoded([("log", log(lines))], only=names):
        full = whole[some.request_id]
        assert as_text(some).items() - {("Couldn't be read", "dtm")} <= as_text(full).items() | {
            ("Couldn't be read", text) for text in ("cx[2]", "dtm")
        }
        assert some.values == {name: value for name, value in full.values.items() if name in names}
        if "entities" in names:
            assert (some.entities, some.unstruct) == (full.entities, full.unstruct)
            assert set(some.unreadable) == set(full.unreadable) - {"vid"}
