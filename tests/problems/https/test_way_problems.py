"""What stands between this computer and the pixel, and who else has its name: provoked with real servers."""

import ssl
import warnings
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.net.servers import Site
from tests.probes.seen_from import HOST, OWN
from tests.problems.https.street import EDGE, EDGE_6, GONE, MADE, Place, answering, looking, moved
from tests.problems.scene import raised, red, words
from wizard.model.results import Check, Status
from wizard.model.setup import TrackerFile

pytestmark = pytest.mark.anyio

OLD_SERVER = {"server": "Apache/2.2.15", "x_amz_cf_id": GONE, "via": GONE}
PORTAL = Site(302, {"location": "http://login.hotel.test/welcome", "server": "hotspot"})
PORTAL_TLS = Site(200, {"server": "hotspot"}, b"<h1>Please sign in</h1>")
TRACKER = TrackerFile("release:4.10.1", "umd", "4.10.1", "sha384-x", "0" * 32, 9000, "4.10.1/abcdef.js")
ADDRESSES = {(HOST, "A"): [EDGE], (HOST, "AAAA"): ["2001:db8::5"]}
"""A name that its provider flattened: addresses instead of the CNAME."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def named(checks: dict[str, Check], item: str, problem: str, status: Status, *says: str) -> None:
    """Hold that a row has this problem and says these words."""
    found = checks[item]
    assert (raised(checks).get(item), found.status) == (problem, status), (found, raised(checks))
    for text in (HOST, *says):
        assert text in words(found)


# The network here.


async def test_a_captive_portal_is_no_fault_of_the_set_up(tmp_path: Path) -> None:
    portal = Place(PORTAL_TLS, ("login.hotel.test",), PORTAL, PORTAL, issuer="Hotel", trusted=False)
    checks = await looking(tmp_path, portal, made=replace(MADE, tracker=TRACKER, trackers_stored=(TRACKER,)))
    for item in ("tls", "pixel-https", "http-redirect", "tracker-https"):
        named(checks, item, "captive-portal", Status.UNKNOWN, "http://login.hotel.test/welcome", OWN)
    assert red(checks) == set()


@pytest.mark.parametrize("trusted", [True, False], ids=["its authority installed", "not installed"])
async def test_a_proxy_that_opens_tls_is_no_fault_of_the_set_up(tmp_path: Path, trusted: bool) -> None:
    proxy = Place(answering(), issuer="Acme Web Filter", own_names=("*.cloudfront.net", OWN), trusted=trusted)
    checks = await looking(tmp_path, proxy)
    named(checks, "tls", "tls-inspected", Status.UNKNOWN, "Acme Web Filter", OWN)
    if not trusted:
        named(checks, "pixel-https", "tls-inspected", Status.UNKNOWN)
    assert red(checks) == set()


async def test_a_certificate_of_ones_own_is_no_proxy(tmp_path: Path) -> None:
    """Imported ones are issued by others; CloudFront's own stays Amazon's, which this test's server cannot present."""
    own = Place(answering(), issuer="Another authority", own_names=("elsewhere.test",))
    assert raised(await looking(tmp_path, own)) == {}


async def test_an_old_server_is_not_taken_for_a_captive_portal(tmp_path: Path) -> None:
    old = answering(200, b"It works!", **OLD_SERVER)
    checks = await looking(tmp_path, Place(old, plain=Site(200, old.headers, b"It works!")))
    named(checks, "pixel-https", "not-cloudfront", Status.FAILED, "Apache/2.2.15")
    named(checks, "http-redirect", "not-cloudfront", Status.FAILED)


# Versions of TLS.


def only(newest: ssl.TLSVersion, oldest: ssl.TLSVersion) -> Place:
    def settle(context: ssl.SSLContext) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions on purpose
            context.minimum_version, context.maximum_version = oldest, newest
            context.set_ciphers("DEFAULT:@SECLEVEL=0")

    return Place(answering(), settle=settle)


V1_0, V1_1, V1_2, V1_3 = (
    ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
)  # fmt: skip


@pytest.mark.parametrize(
    ("newest", "oldest", "seen"), [(V1_3, V1_0, "TLSv1.1"), (V1_3, V1_1, "TLSv1.1"), (V1_2, V1_0, "TLSv1.1")]
)
async def test_old_versions_that_are_still_accepted_are_a_warning(
    tmp_path: Path, newest: ssl.TLSVersion, oldest: ssl.TLSVersion, seen: str
) -> None:
    checks = await looking(tmp_path, only(newest, oldest))
    named(checks, "tls", "tls-old-accepted", Status.WARNING, seen)
    assert red(checks) == set()


@pytest.mark.parametrize(("newest", "seen"), [(V1_1, "TLSv1.1"), (V1_0, "TLSv1")])
async def test_a_server_with_old_versions_alone_is_told_from_one_that_refuses(
    tmp_path: Path, newest: ssl.TLSVersion, seen: str
) -> None:
    checks = await looking(tmp_path, only(newest, V1_0))
    named(checks, "tls", "tls-old", Status.FAILED, f"{seen} and nothing newer")
    assert red(checks) == {"tls-old", "certificate-not-accepted"}


@pytest.mark.parametrize(("newest", "oldest"), [(V1_3, V1_2), (V1_2, V1_2), (V1_3, V1_3)])
async def test_versions_as_they_should_be_are_well(
    tmp_path: Path, newest: ssl.TLSVersion, oldest: ssl.TLSVersion
) -> None:
    assert raised(await looking(tmp_path, only(newest, oldest))) == {}


# Addresses of both families.


async def test_an_ipv6_address_of_an_old_server_is_named(tmp_path: Path) -> None:
    old = Place(answering(200, b"It works!", **OLD_SERVER))
    checks = await looking(tmp_path, Place(answering()), records=ADDRESSES, beside={"2001:db8::5": old})
    named(checks, "pixel-https", "address-of-another", Status.FAILED, "IPv6", "2001:db8::5", "Apache/2.2.15")
    assert "AAAA record" in words(checks["pixel-https"])


async def test_a_wrong_certificate_at_the_ipv6_address_is_named(tmp_path: Path) -> None:
    old = Place(answering(), ("old.shop.test",))
    checks = await looking(tmp_path, Place(answering()), records=ADDRESSES, beside={"2001:db8::5": old})
    named(checks, "pixel-https", "address-of-another", Status.FAILED, "2001:db8::5")


async def test_a_dead_ipv6_address_is_a_warning(tmp_path: Path) -> None:
    checks = await looking(tmp_path, Place(answering()), records=ADDRESSES, beside={"2001:db8::5": None})
    named(checks, "pixel-https", "address-dead", Status.WARNING, "IPv6", "2001:db8::5")


async def test_a_dead_ipv4_address_beside_a_living_ipv6_address_is_a_fault(tmp_path: Path) -> None:
    addresses = {(HOST, "A"): ["192.0.2.5"], (HOST, "AAAA"): [EDGE_6]}
    checks = await looking(tmp_path, Place(answering()), records=addresses, beside={"192.0.2.5": None})
    named(checks, "pixel-https", "address-dead", Status.FAILED, "IPv4", "192.0.2.5")
    assert "A record" in words(checks["pixel-https"])


async def test_without_ipv6_here_nothing_is_said_of_ipv6(tmp_path: Path) -> None:
    dark = dict.fromkeys(("2001:db8::5", EDGE_6))
    checks = await looking(tmp_path, Place(answering()), records=ADDRESSES, beside=dark)
    assert checks["pixel-https"].status is Status.OK


async def test_addresses_of_cloudfront_need_no_look(tmp_path: Path) -> None:
    flattened = {(HOST, "A"): [EDGE], (HOST, "AAAA"): [EDGE_6]}
    for records in (None, flattened):
        checks = await looking(tmp_path, Place(answering()), records=records, beside={EDGE_6: None})
        assert checks["pixel-https"].status is Status.OK


# Whose distribution answers.


@pytest.mark.parametrize(
    ("mark", "says"),
    [("ffff0000", "setup ffff0000"), (GONE, "without this setup's ID")],
    ids=["of another setup", "none"],
)
async def test_a_right_pixel_of_another_distribution_is_named(tmp_path: Path, mark: str, says: str) -> None:
    site = answering(x_amz_meta_snowpixel=mark)
    site.hosts[OWN] = answering()
    checks = await looking(tmp_path, Place(site, (HOST, OWN)))
    named(checks, "pixel-https", "distribution-of-another", Status.FAILED, says, "0a1b2c3d", OWN)
    assert red(checks) == {"distribution-of-another"}


async def test_a_pixel_from_before_there_were_marks_is_no_fault(tmp_path: Path) -> None:
    site = answering(x_amz_meta_snowpixel=GONE)
    assert raised(await looking(tmp_path, Place(site))) == {}
    assert moved(HOST).status == 301
