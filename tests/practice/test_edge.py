"""The edge as a viewer meets it: which distribution, which certificate, which headers, and when."""

import datetime as dt
import re
import socket
import ssl
import subprocess
import time
from typing import Any

import pytest
from cryptography import x509

from tests.practice.conftest import GIF, HOST, Clients, Road, fetch, fetch_plain, until
from tests.practice.test_road import lines_of
from tests.support import require
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile, address


def presented(world: WorldFile, name: str) -> x509.Certificate:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(address(world.https), timeout=5) as tcp,
        context.wrap_socket(tcp, server_hostname=name) as tls,
    ):
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")


def names(certificate: x509.Certificate) -> list[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return extension.value.get_values_for_type(x509.DNSName)


@pytest.fixture
def made(road: Road) -> dict[str, Any]:
    return road.whole()


@pytest.mark.parametrize(("length", "served"), [(8192, True), (8193, False), (16_000, False)])
def test_an_address_above_the_limit_is_neither_answered_nor_logged(
    road: Road, world: WorldFile, aws: Clients, length: int, served: bool
) -> None:
    road.whole()
    url = f"https://{HOST}/i?e=pv&x="
    reply = fetch(world, HOST, f"/i?e=pv&x={'a' * (length - len(url))}", Origin="https://shop.example")
    assert reply.status == (200 if served else 413)
    assert ("access-control-allow-origin" in reply.headers) == served
    assert len(lines_of(aws, road.logs)) == served


def test_a_request_with_too_long_headers_is_neither_answered_nor_logged(
    road: Road, world: WorldFile, aws: Clients
) -> None:
    road.whole()
    for length in (15_000, 20_600):
        part = "a" * (length // 4)
        assert fetch(world, HOST, X_A=part, X_B=part, X_C=part, X_D=part).status == (200 if length == 15_000 else 413)
    assert len(lines_of(aws, road.logs)) == 1


def test_before_dns_the_alias_can_be_asked_for(made: dict[str, Any], world: WorldFile, control: Control) -> None:
    control.remove_record(HOST, "CNAME")
    assert made["Id"]
    assert fetch(world, HOST).status == 200


def test_the_distributions_own_name_works_with_the_default_certificate(made: dict[str, Any], world: WorldFile) -> None:
    assert names(presented(world, made["DomainName"])) == ["*.cloudfront.net"]
    assert fetch(world, made["DomainName"]).status == 200


def test_an_alias_that_is_not_attached_gets_cloudfronts_page(world: WorldFile) -> None:
    assert names(presented(world, HOST)) == ["*.cloudfront.net"]
    reply = fetch(world, HOST, trust=False)
    assert reply.status == 403
    assert b"The request could not be satisfied" in reply.data
    assert reply.headers["x-cache"] == "Error from cloudfront"


def test_the_certificate_is_valid_for_198_days(made: dict[str, Any], world: WorldFile) -> None:
    certificate = presented(world, HOST)
    assert made["Id"]
    assert names(certificate) == [HOST]
    left = certificate.not_valid_after_utc - dt.datetime.now(dt.UTC)
    assert 197 <= left.days <= 198


def test_headers_by_which_cloudfront_is_known(made: dict[str, Any], world: WorldFile) -> None:
    first, second = fetch(world, made["DomainName"]), fetch(world, made["DomainName"], "/i?other=query")
    assert first.headers["x-cache"] == "Miss from cloudfront"
    assert second.headers["x-cache"] == "Hit from cloudfront"
    assert second.headers["age"] == "0"
    assert second.data == GIF
    assert re.fullmatch(r"[\w-]{54}==", first.headers["x-amz-cf-id"])
    assert first.headers["x-amz-cf-id"] != second.headers["x-amz-cf-id"]
    assert "(CloudFront)" in first.headers["via"]
    assert first.headers["x-amz-cf-pop"]
    assert len(first.headers.getlist("date")) == 1


def test_cors_headers_come_only_with_an_origin(made: dict[str, Any], world: WorldFile) -> None:
    for _ in range(2):  # from the origin, and from the cache
        assert "access-control-allow-origin" not in fetch(world, made["DomainName"]).headers
        with_origin = fetch(world, made["DomainName"], Origin="https://shop.example")
        assert with_origin.headers["access-control-allow-origin"] == "*"


def test_the_edge_keeps_what_was_deleted_until_it_is_told(
    made: dict[str, Any], road: Road, world: WorldFile, aws: Clients
) -> None:
    assert fetch(world, HOST).status == 200
    aws("s3").delete_object(Bucket=road.content, Key="i")
    assert fetch(world, HOST).status == 200
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "x"}
    aws("cloudfront").create_invalidation(DistributionId=made["Id"], InvalidationBatch=batch)
    assert fetch(world, HOST).status == 403


def test_without_the_read_policy_it_is_denied(made: dict[str, Any], road: Road, world: WorldFile, aws: Clients) -> None:
    assert made["Id"]
    aws("s3").delete_bucket_policy(Bucket=road.content)
    reply = fetch(world, HOST)
    assert (reply.status, b"AccessDenied" in reply.data) == (403, True)
    road.read_policy(made)
    assert fetch(world, HOST).status == 200


def test_http_is_redirected_or_refused_as_configured(made: dict[str, Any], road: Road, world: WorldFile) -> None:
    reply = fetch_plain(world, HOST, "/i?e=pv")
    assert (reply.status, reply.headers["location"]) == (301, f"https://{HOST}/i?e=pv")
    assert reply.headers["x-cache"] == "Redirect from cloudfront"
    behavior = {**made["DistributionConfig"]["DefaultCacheBehavior"], "ViewerProtocolPolicy": "https-only"}
    road.update(made["Id"], DefaultCacheBehavior=behavior)
    assert fetch_plain(world, HOST).status == 403


def test_a_browser_that_has_it_gets_304_and_that_is_logged(
    made: dict[str, Any], road: Road, world: WorldFile, aws: Clients
) -> None:
    assert made["Id"]
    etag = fetch(world, HOST).headers["etag"]
    reply = fetch(world, HOST, If_None_Match=etag)
    assert (reply.status, reply.data) == (304, b"")
    assert [line["sc-status"] for line in lines_of(aws, road.logs)] == ["200", "304"]


def test_the_default_root_object_is_served(made: dict[str, Any], world: WorldFile) -> None:
    assert fetch(world, made["DomainName"], "/").data == GIF


def test_a_disabled_distribution_does_not_answer(made: dict[str, Any], road: Road, world: WorldFile) -> None:
    road.update(made["Id"], Enabled=False)
    assert fetch(world, HOST, trust=False).status == 403


def accepted(road: Road, made: dict[str, Any], arn: str) -> bool:
    """Whether CloudFront knows the certificate already: it takes a moment after it was issued."""
    try:
        road.attach(made["Id"], arn)
    except road.aws("cloudfront").exceptions.InvalidViewerCertificate:
        return False
    return True


def test_only_what_is_deployed_is_served(road: Road, world: WorldFile, control: Control) -> None:
    road.pixel()
    made = road.distribution()
    road.read_policy(made)
    arn = road.certificate()
    road.describe(arn)
    control.set_pace(0.02)  # usable 0.2 s after it was issued, deployed after 3.6 s
    started = time.monotonic()
    assert until(lambda: accepted(road, made, arn))
    assert names(presented(world, HOST)) == ["*.cloudfront.net"]
    assert fetch(world, HOST, trust=False).status == 403
    while names(presented(world, HOST)) != [HOST]:
        assert time.monotonic() - started < 60
    assert fetch(world, HOST).status == 200


def test_other_methods_are_refused(made: dict[str, Any], world: WorldFile) -> None:
    command = [require("curl"), "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-d", "x=y"]
    assert made["Id"]
    assert curl(world, command, HOST) == "403"


def curl(world: WorldFile, command: list[str], host: str) -> str:
    where, port = address(world.https)
    reach = ["--cacert", world.ca_file, "--connect-to", f"{host}:443:{where}:{port}", f"https://{host}/i"]
    return subprocess.run([*command, *reach], capture_output=True, text=True, check=True, timeout=20).stdout


@pytest.mark.parametrize(("flag", "version"), [("--http1.1", "1.1"), ("--http2", "2")])
def test_curl_trusts_it(made: dict[str, Any], world: WorldFile, flag: str, version: str) -> None:
    assert made["Id"]
    command = [require("curl"), "-sS", flag, "-o", "/dev/null", "-w", "%{http_code} %{http_version}"]
    assert curl(world, command, HOST) == f"200 {version}"


def test_head_has_the_headers_and_no_body(made: dict[str, Any], world: WorldFile) -> None:
    assert made["Id"]
    shown = curl(world, [require("curl"), "-sSI"], HOST).lower()
    assert "content-length: 43" in shown
    assert "x-cache: miss from cloudfront" in shown


def test_openssl_verifies_the_chain_for_the_sni_name(made: dict[str, Any], world: WorldFile) -> None:
    assert made["Id"]
    command = [require("openssl"), "s_client", "-connect", world.https, "-CAfile", world.ca_file]
    command += ["-servername", HOST, "-verify_hostname", HOST, "-verify_return_error"]
    shown = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=20).stdout
    assert "Verify return code: 0 (ok)" in shown
    assert f"CN={HOST}" in shown.replace(" = ", "=")


def test_a_wildcard_alias_serves_its_names(road: Road, world: WorldFile) -> None:
    road.pixel()
    made = road.distribution()
    road.read_policy(made)
    road.attach(made["Id"], road.certificate("*.example.test"), "*.example.test")
    assert fetch(world, "anything.example.test").status == 200
