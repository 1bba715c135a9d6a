"""From log lines to events."""

import base64
import json
import string
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.snowplow.events.decode import as_text, event_of, events, find_request, harmless, shortened, undo
from wizard.snowplow.events.field_names import CHECK_APP
from wizard.snowplow.events.log_files import LogLine
from wizard.snowplow.events.send import TITLE, check_event

EVENT_ID = "7c2b5e0a-4a58-4a4a-9d0e-8f6f2f6b3c11"


SENT_RAW = "~!*'()[]"
"""What browsers and trackers leave as it is in a query."""
LOGGED_RAW = frozenset(range(33, 127)) - frozenset(b"%<>\"#{}|\\^~[]`'")
"""What CloudFront writes as it is (CloudFront guide: standard log file format)."""


def encoded(safe: str = SENT_RAW, /, **values: str) -> str:
    return urlencode(values, quote_via=quote, safe=safe)


def logged(query: str) -> str:
    """Escape once more, as CloudFront's log does."""
    return "".join(chr(byte) if byte in LOGGED_RAW else f"%{byte:02X}" for byte in query.encode())


def hit(query: str = "e=pv", **changes: Any) -> LogLine:
    fields: dict[str, Any] = {
        "at": 1795428000.0,
        "method": "GET",
        "stem": "/i",
        "query": query,
        "status": 200,
        "result": "Hit",
    } | changes
    return LogLine(**fields)


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(
    st.dictionaries(st.text(string.ascii_lowercase, min_size=1), st.text(st.characters(exclude_categories=["Cs"]))),
    st.booleans(),
)
def test_values_come_back_whatever_the_log_escaped(values: dict[str, str], twice: bool) -> None:
    values = {f"k_{key}": text for key, text in values.items()}
    # Logged as sent, a query shows it by an escape that no log makes: real ones have the slashes of their page.
    query = encoded(e="pv", url="https://example.org/?a=b", **values)
    event = event_of(hit(logged(query) if twice else query))
    assert event
    assert event.values == {"page_url": "https://example.org/?a=b", **values}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_title_survives(title: str) -> None:
    for query in (encoded(e="pv", url="https://a/", page=title), logged(encoded(e="pv", url="https://a/", page=title))):
        event = event_of(hit(query))
        assert event
        assert event.values["page_title"] == title


@pytest.mark.parametrize(
    ("field", "plain"),
    [
        ("", ""),
        ("a%2520b", "a%20b"),
        ("a%20b", "a%20b"),
        ("%2520%20", "%20%20"),
        ("%25", "%"),
        ("%2520%2F", "%2520%2F"),
        ("%7E%2520", "%7E%20"),
        ("%252F%5b%5D", "%2F%5b%5D"),
        ("100%", "100%"),
        ("%zz", "%zz"),
    ],
)
def test_undo_only_when_the_log_can_have_escaped_it_all(field: str, plain: str) -> None:
    assert undo(field) == plain


@pytest.mark.parametrize(
    "line",
    [
        hit(method="OPTIONS"),
        hit(method="HEAD"),
        hit(method="POST"),
        hit(status=301),
        hit(status=403),
        hit(status=0),
        hit(result="Redirect"),
        hit(result="Error"),
        hit(result="LimitExceeded"),
        hit(stem="/x/i"),
        hit(stem="/index.html"),
        hit(stem="/i/"),
        hit(query=""),
        hit(query="look=1"),
        hit(query="e="),
    ],
)
def test_what_is_no_event(line: LogLine) -> None:
    assert event_of(line) is None
    assert list(events([line])) == []


@pytest.mark.parametrize("stem", ["/i", "/ice.png", "/ice.png.gz", "/pxl.png"])
@pytest.mark.parametrize(("status", "result"), [(200, "Hit"), (200, "Miss"), (304, "RefreshHit"), (200, "")])
def test_what_is_an_event(stem: str, status: int, result: str) -> None:
    assert event_of(hit(stem=stem, status=status, result=result))


def test_the_query_of_2012_stands_in_the_stem() -> None:
    event = event_of(hit(stem="/i?e=pv&page=A%2520b", query=""))
    assert event
    assert event.values["page_title"] == "A b"


def test_a_stem_with_a_query_beside_the_query() -> None:
    event = event_of(hit(stem="/i?e=pv", query="e=pp"))
    assert event
    assert event.kind == "page_ping"


def test_repetitions_are_left_out_also_across_files() -> None:
    seen: set[str] = set()
    one, again, other, nameless = (
        hit(f"e=pv&eid={EVENT_ID}"),
        hit(f"e=pv&eid={EVENT_ID.upper()}", status=304),
        hit("e=pv&eid=other"),
        hit("e=pv"),
    )
    assert [event.event_id for event in events([one, again, nameless], seen=seen)] == [EVENT_ID, ""]
    assert [event.event_id for event in events([nameless, one, other], seen=seen)] == ["", "other"]


def test_readable_names() -> None:
    query = encoded(
        e="se",
        se_ca="shop",
        res="1280x720",
        vp="800x600",
        ds="800x4000",
        dtm="1795428000123",
        stm="soon",
        p="web",
        new="1",
    )
    event = event_of(hit(query))
    assert event
    assert event.kind == "struct"
    assert event.values == {
        "se_category": "shop",
        "dvce_screenwidth": "1280",
        "dvce_screenheight": "720",
        "br_viewwidth": "800",
        "br_viewheight": "600",
        "doc_width": "800",
        "doc_height": "4000",
        "dvce_created_tstamp": "2026-11-23T10:00:00.123Z",
        "dvce_sent_tstamp": "soon",
        "platform": "web",
        "new": "1",
    }


@pytest.mark.parametrize("form", ["unpadded", "padded", "plain"])
def test_self_describing_json(form: str) -> None:
    entity = {"schema": "iglu:com.acme/thing/jsonschema/1-0-0", "data": {"ü?>": [1, None]}}
    contexts = {"schema": "iglu:contexts", "data": [entity, entity]}
    event_json = {"schema": "iglu:unstruct_event", "data": entity}
    values = {
        "unpadded": {"cx": packed(contexts), "ue_px": packed(event_json)},
        "padded": {"cx": packed(contexts) + "==", "ue_px": packed(event_json) + "=="},
        "plain": {"co": json.dumps(contexts), "ue_pr": json.dumps(event_json)},
    }[form]
    event = event_of(hit(logged(encoded(e="ue", url="https://a/", **values))))
    assert event
    assert event.unreadable == ()
    assert event.unstruct
    assert (event.unstruct.schema, event.unstruct.data) == (entity["schema"], entity["data"])
    assert len(event.entities) == 2
    assert not {"cx", "co", "ue_px", "ue_pr"} & set(event.values)


@pytest.mark.parametrize(
    "cx", ["%%%", "a", packed([1]), packed({"data": 1}), packed({"schema": "s"}), packed({"data": [{"data": 1}]})]
)
def test_unreadable_json_is_named_and_the_event_kept(cx: str) -> None:
    event = event_of(hit(encoded(e="pv", cx=cx)))
    assert event
    assert event.unreadable == ("cx",)
    assert event.entities == ()


def test_deeply_nested_json_is_unreadable() -> None:
    event = event_of(hit(encoded(e="pv", co="[" * 50_000)))
    assert event
    assert event.unreadable == ("co",)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(), st.text())
def test_nothing_that_is_logged_raises(query: str, address: str, agent: str) -> None:
    event = event_of(hit(f"e=pv&cx={query}&{query}", address=address, agent=agent))
    if event:
        as_text(event)


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("203.0.113.9", "203.0.113.0"),
        ("2001:db8:1:2:3::4", "2001:db8:1::"),
        ("unknown", ""),
        ("", ""),
        ("fe80::1%a/", ""),
    ],
)
def test_addresses_are_shortened(address: str, short: str) -> None:
    assert shortened(address) == short


def test_the_forwarded_address_is_the_visitors() -> None:
    line = hit(address="198.51.100.1", forwarded="203.0.113.9,%2520198.51.100.7", agent="Mozilla/5.0%2520(X11)")
    short, full = event_of(line), event_of(line, full_address=True)
    assert short
    assert full
    assert (short.address, full.address) == ("203.0.113.0", "203.0.113.9")
    assert full.agent == "Mozilla/5.0 (X11)"


def test_a_single_escaped_agent() -> None:
    event = event_of(hit(agent="Mozilla/5.0%20(X11)"))
    assert event
    assert event.agent == "Mozilla/5.0 (X11)"


def test_find_request() -> None:
    wanted = hit(request_id="b==")
    assert find_request([hit(request_id="a=="), wanted], {"b=="}) is wanted
    assert find_request([hit(request_id="a=="), wanted], {"c==": 1.0, "b==": 2.0}) is wanted
    assert find_request([hit(request_id="a=="), wanted], ()) is None
    assert find_request([], {"b=="}) is None


def test_text_for_people() -> None:
    event = event_of(
        hit(logged(encoded(e="pv", aid="shop", url="https://example.org/", page="\x1b[31mred")), request_id="r")
    )
    assert event
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
    (event,) = events([hit(escape(query))])
    assert event.is_check
    assert (event.app_id, event.event_id, event.kind) == (CHECK_APP, EVENT_ID, "page_view")
    assert event.values["page_title"] == TITLE
    assert event.values["page_url"] == "https://e.example.org/"
    assert event.values["v_tracker"] == "snowpixel-0.1.0"
    assert event.values["dvce_created_tstamp"] == event.values["dvce_sent_tstamp"] == "2026-11-23T10:00:00.123Z"


def test_a_visitors_event_is_no_check() -> None:
    event = event_of(hit("e=pv&aid=shop"))
    assert event
    assert not event.is_check
