"""Lines as CloudFront and trackers wrote them over the years, and what Snowplow's own pipeline made of them.

The facts are those of Snowplow's specs of CloudFront lines (3-enrich/spark-enrich, `*CfLineSpec`): the fields and the
encoding of each year, and the fields of the event. The lines are our own.
"""

import json
from typing import Any

import pytest

from tests.snowplow.events.lines import COLUMNS, encoded, events_in, hit, log, logged, packed
from wizard.snowplow.events.decoder import decoded
from wizard.snowplow.events.event import Event

ENTITY = {"schema": "iglu:com.example/thing/jsonschema/1-0-0", "data": {"uri": "https://example.org/"}}
CONTEXTS = {"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0", "data": [ENTITY]}
UNSTRUCT = {"schema": "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0", "data": ENTITY}
FEATURES = "f_pdf=1&f_qt=0&f_realp=0&f_wma=0&f_dir=0&f_fla=1&f_java=1&f_gears=0&f_ag=1"
GREEK = {"schema": "s", "data": {"schema": "i", "data": {"n": "Χαρά < 1"}}}
NESTED = "?u=http%3A%2F%2Fb%2F%3Fq%3Da%2Bb%26v%3Dhttp%253A%252F%252Fc%2528d%2529%257Ce&n=1%2C2"
SHOP = "http://www.example.org/a?utm_source=x&q=b%20c"

Expected = dict[str, Any]
YEARS: dict[str, tuple[int, str, Expected]] = {
    "2012: once, the query begins with an ampersand": (
        12,
        hit(
            "&e=se&se_ca=Mixes&se_ac=Play&se_va=20&tid=1&" + FEATURES + "&url=http%3A%2F%2Fwww.example.org%2Fa",
            stem="/ice.png",
            agent="Mozilla/5.0%20(X11)",
        ),
        {
            "kind": "struct",
            "agent": "Mozilla/5.0 (X11)",
            "se_category": "Mixes",
            "se_value": 20.0,
            "page_url": "http://www.example.org/a",
            "br_features_pdf": True,
            "br_features_flash": True,
            "br_features_silverlight": True,
            "br_features_quicktime": False,
            "br_features_windowsmedia": False,
        },
    ),
    "2012: self-describing, as plain JSON": (
        12,
        hit(
            "&" + encoded("", e="ue", ue_pr='{"schema":"s","data":{"schema":"i","data":{"n":"B® < +"}}}'),
            stem="/ice.png",
        ),
        {"kind": "unstruct", "unstruct": ("i", {"n": "B® < +"})},
    ),
    "2012: transaction item": (
        12,
        hit("&e=ti&ti_id=order-1&ti_sk=S1&ti_na=Blue%20t-shirt&ti_ca=APPAREL&ti_pr=2000&ti_qu=2", stem="/ice.png"),
        {
            "kind": "transaction_item",
            "ti_orderid": "order-1",
            "ti_sku": "S1",
            "ti_name": "Blue t-shirt",
            "ti_category": "APPAREL",
            "ti_price": 2000.0,
            "ti_quantity": 2,
        },
    ),
    "2012: transaction": (
        12,
        hit("e=tr&tr_id=o-1&tr_af=web&tr_tt=8000&tr_tx=200&tr_sh=50&tr_ci=London&tr_st=England&tr_co=UK&url=%3A"),
        {
            "kind": "transaction",
            "tr_orderid": "o-1",
            "tr_affiliation": "web",
            "tr_total": 8000.0,
            "tr_tax": 200.0,
            "tr_shipping": 50.0,
            "tr_city": "London",
            "tr_state": "England",
            "tr_country": "UK",
        },
    ),
    "September 2013: headers twice, the query once": (
        15,
        hit(
            encoded("", e="pv", url=SHOP, page="Way - Shop", tz="America/Lima"),
            agent="IE%25207%2520(MSIE)",
            referer="http://www.example.org/?q=a%2520b",
        ),
        {
            "agent": "IE 7 (MSIE)",
            "page_url": SHOP,
            "page_title": "Way - Shop",
            "os_timezone": "America/Lima",
        },
    ),
    "October 2013: all fields twice": (
        15,
        hit(
            logged(encoded("", e="pp", url=SHOP, page="A - B", refr=SHOP, pp_mix="0", pp_may="9", f_java="1")),
            agent="A%2520B",
        ),
        {
            "kind": "page_ping",
            "agent": "A B",
            "page_url": SHOP,
            "page_referrer": SHOP,
            "page_title": "A - B",
            "pp_xoffset_min": 0,
            "pp_yoffset_max": 9,
            "br_features_java": True,
        },
    ),
    "August 2013: once, and a title that ends with a percent sign": (
        15,
        hit(
            encoded("", e="pv", url=SHOP, page="Way - Shop%", refr="http://www.example.com/s?q=a%2Bb%26c&l="),
            agent="Firefox%20(X11;%20rv:23.0)",
        ),
        {
            "agent": "Firefox (X11; rv:23.0)",
            "page_title": "Way - Shop%",
            "page_url": SHOP,
            "page_referrer": "http://www.example.com/s?q=a%2Bb%26c&l=",
        },
    ),
    "2012: once, an event in base64 with padding and Greek letters": (
        12,
        hit(
            f"&e=ue&ue_px={packed(GREEK)}=",
            stem="/ice.png",
        ),
        {"kind": "unstruct", "unstruct": ("i", {"n": "Χαρά < 1"})},
    ),
    "late October 2013: 18 fields, all twice, entities as plain JSON": (
        18,
        hit(logged(encoded("", e="pv", url=SHOP, co=json.dumps(CONTEXTS))), agent="A%2520(B;%2520C)"),
        {"agent": "A (B; C)", "host": "e.example.org", "entities": [(ENTITY["schema"], ENTITY["data"])]},
    ),
    "a campaign: addresses in addresses in addresses, and a browser in the query": (
        15,
        hit(
            logged(encoded("", e="pp", url=SHOP + NESTED, refr="http://www.example.com/" + NESTED, ua="IE 7 (MSIE)")),
            agent="IE%25209",
            referer="http://www.example.org/a?utm_term=b%2520c",
        ),
        {
            "agent": "IE 7 (MSIE)",
            "page_url": SHOP + NESTED,
            "page_referrer": "http://www.example.com/" + NESTED,
        },
    ),
    "an internal referrer on another subdomain": (
        18,
        hit(logged(encoded("", e="pp", url=SHOP, refr="http://www.a.example.org/b.html"))),
        {"page_referrer": "http://www.a.example.org/b.html"},
    ),
    "April 2014: 18 fields": (
        18,
        hit(logged(encoded("", e="pv", url=SHOP))),
        {"page_url": SHOP, "host": "e.example.org"},
    ),
    "2015: 23 fields, entities with padding": (
        23,
        hit(logged(encoded("", e="pp", url=SHOP)) + f"&cx={packed(CONTEXTS)}="),
        {"kind": "page_ping", "entities": [(ENTITY["schema"], ENTITY["data"])]},
    ),
    "September 2016: 24 fields, an event in base64": (
        24,
        hit(logged(encoded("", e="ue", url=SHOP, ue_px=packed(UNSTRUCT)))),
        {"kind": "unstruct", "unstruct": (ENTITY["schema"], ENTITY["data"])},
    ),
    "January 2018: 26 fields": (
        26,
        hit("e=pv&dtm=1506423355307&p=srv&tv=rb-0.5.2&aid=sp&eid=2e9069a1-3f11-4770-b549-d8531c9f612e", agent="Ruby"),
        {"agent": "Ruby", "platform": "srv", "app_id": "sp", "dvce_created_tstamp": "2017-09-26T10:55:55.307Z"},
    ),
    "a tracker's name, parameters nobody knows": (
        33,
        hit("e=pv&tna=TMP%2520TEST&evn=com.example&url=a&tid=7&fp=8&uid=u&tnuid=t&nuid=n&cv=clj-1"),
        {
            "name_tracker": "TMP TEST",
            "parameters": {"evn": "com.example"},
            "txn_id": "7",
            "user_fingerprint": "8",
            "user_id": "u",
            "network_userid": "t",
            "v_collector": "clj-1",
        },
    ),
}


def told(event: Event, name: str) -> Any:
    value = getattr(event, name) if hasattr(event, name) and name != "values" else event.values.get(name)
    if name == "entities":
        return [(one.schema, one.data) for one in event.entities]
    return (event.unstruct.schema, event.unstruct.data) if name == "unstruct" and event.unstruct else value


@pytest.mark.parametrize("year", YEARS)
def test_lines_of_every_year(year: str) -> None:
    fields, line, expected = YEARS[year]
    file = log(["\t".join(line.split("\t")[:fields])], columns=COLUMNS[:fields])
    (event,) = decoded([("log", file)])
    assert {name: told(event, name) for name in expected} == expected
    assert event.unreadable == ()


def test_named_differences_to_snowplows_loader() -> None:
    """What we decide otherwise, and why, stands in docs/limits.md."""
    # 2012: only some of the escapes are doubled. One that the log can't have made says "logged as sent".
    (mixed,) = events_in(hit("e=pv&page=Card%2520deck&tz=Europe%2FLondon&refr=http%253A%252F%252Fa", stem="/ice.png"))
    assert mixed.values["page_title"] == "Card%20deck"
    assert mixed.values["os_timezone"] == "Europe/London"
    # September 2013: an address in an address keeps its own escapes; the loader lost one level of them.
    (nested,) = events_in(hit(encoded("", e="pv", url="http://a/", refr="http://b/?u=http%3A%2F%2Fc%2F")))
    assert nested.values["page_referrer"] == "http://b/?u=http%3A%2F%2Fc%2F"
    # A tab inside a field makes it two: the line has too many, and says nothing that can be believed.
    assert events_in(hit("e=pv&page=a\tb")) == []


def test_fields_that_amazon_may_add_are_passed_over() -> None:
    names = [*COLUMNS, "x-test-2", "x-test-3"]
    (event,) = decoded([("log", log([hit(logged(encoded("", e="pp", url=SHOP))) + "\t991\ttest"], columns=names))])
    assert (event.kind, event.values["page_url"], event.unreadable) == ("page_ping", SHOP, ())


def test_what_is_no_list_of_entities_is_named() -> None:
    (event,) = events_in(hit(f"e=pp&url=a&cx={packed({'page': {'url': 'blog'}})}"))
    assert (event.kind, event.entities, event.unreadable) == ("page_ping", (), ("cx",))


def test_a_tilde_of_a_home_page() -> None:
    query = encoded(e="pv", url="https://www.example.org/~meier/", page="Seite von Müller", tz="Europe/Berlin")
    for line in (hit(logged(query)), hit(query)):
        (event,) = events_in(line)
        assert event.values == {
            "page_url": "https://www.example.org/~meier/",
            "page_title": "Seite von Müller",
            "os_timezone": "Europe/Berlin",
        }
