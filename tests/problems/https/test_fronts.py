"""Proxies in front of CloudFront that pass its headers on, and answers that only look so: every row says the same."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.net.servers import Site
from tests.probes.seen_from import GOOD, HOST, OWN
from tests.problems.https.street import EDGE, MADE, Place, answering, looking, moved
from tests.problems.scene import raised, red
from wizard.knowledge.fronts import Front, front_of, fronts
from wizard.model.results import Status

pytestmark = pytest.mark.anyio

CLOUDFRONT = {"via": "1.1 x.cloudfront.net (CloudFront)", "x-amz-cf-id": "id"}
PROXY_A = {(HOST, "A"): ["104.16.0.7"]}
FRONTS = {
    "Cloudflare": ("cloudflare-proxy", {"server": "cloudflare", "cf-ray": "8f0-FRA", "cf-cache-status": "HIT"}),
    "Fastly": ("proxy-in-front", {"x-served-by": "cache-fra-1", "via": f"{CLOUDFRONT['via']}, 1.1 varnish"}),
    "bunny": ("proxy-in-front", {"server": "BunnyCDN-DE1-1", "cdn-pullzone": "1"}),
    "an unknown one": ("proxy-in-front", {"via": f"{CLOUDFRONT['via']}, 1.1 edge.cdn.test"}),
    "a web server": ("proxy-in-front", {"server": "nginx/1.26"}),
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def passing(headers: dict[str, str], site: Site) -> Site:
    """Return what a server says with some headers changed."""
    site.headers.update(headers)
    return site


@pytest.mark.parametrize("name", FRONTS)
async def test_a_proxy_that_passes_our_headers_on_is_named_by_every_row(name: str, tmp_path: Path) -> None:
    problem, headers = FRONTS[name]
    place = Place(passing(headers, answering()))
    made = replace(MADE, hosted_zone=None, alias=HOST)
    checks = await looking(tmp_path, place, records=PROXY_A, made=made)
    told = {item: raised(checks).get(item) for item in ("pixel-record", "pixel-https", "http-redirect")}
    assert told == dict.fromkeys(told, problem)
    assert red(checks) == {problem}
    assert "cname-flattened" not in raised(checks).values()
    assert checks["dns-resolvers"].status is Status.SKIPPED
    assert checks["dns-resolvers"].evidence["blocked_by"] == "pixel-record"


async def test_a_proxy_of_this_network_is_not_in_front_of_the_name(tmp_path: Path) -> None:
    squid = {"via": f"{CLOUDFRONT['via']}, 1.1 squid.corp.test"}
    place = Place(passing(squid, answering()))
    place.own_plain = passing(squid, moved(OWN))
    assert raised(await looking(tmp_path, place)) == {}


async def test_flattened_addresses_are_proved_by_who_answers(tmp_path: Path) -> None:
    checks = await looking(
        tmp_path, Place(answering()), records={(HOST, "A"): [EDGE]}, made=replace(MADE, hosted_zone=None)
    )
    assert raised(checks) == {}
    assert checks["dns-resolvers"].status is Status.OK


@pytest.mark.parametrize("front", fronts(), ids=lambda front: front.name)
def test_every_known_proxy_is_known_by_each_of_its_signs(front: Front) -> None:
    for server in front.servers:
        assert front_of({**GOOD, "server": f"{server}-x".upper()}) == front.name
    for header in front.headers:
        assert front_of({**GOOD, header: "x"}) == front.name


@pytest.mark.parametrize(
    ("headers", "front"),
    [
        (GOOD, ""),
        ({**GOOD, "server": "CloudFront"}, ""),
        ({**GOOD, "server": ""}, ""),
        ({"server": "Apache/2.2.15"}, ""),
        ({**GOOD, "via": f"1.1 a.test, {CLOUDFRONT['via']}"}, ""),
        ({**GOOD, "via": f"{CLOUDFRONT['via']}, 1.1 a.test"}, "a proxy that calls itself a.test"),
        ({**GOOD, "server": "nginx"}, "a proxy that calls itself nginx"),
    ],
)
def test_who_answered_last_counts(headers: dict[str, str], front: str) -> None:
    assert front_of(headers) == front
