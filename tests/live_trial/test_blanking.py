"""Blanking: nothing that is somebody's stays, the same thing is always the same, and the form of each is kept."""

import re

import pytest

from tests.live_trial.blanking import DOMAIN, SETUP, STAND_INS, Blank
from tests.recorded import names, recording

RAW = {
    "account": ("arn:aws:iam::998877665544:user/ada.l@example", "arn:aws:iam::000200020002:user/person2"),
    "two accounts": ("998877665544 112233445566 998877665544", "000200020002 000300030003 000200020002"),
    "assumed role": ("assumed-role/Admin/ada", "assumed-role/person2"),
    "key": ("<UserId>AIDA746528DDB21E468A</UserId>", "<UserId>AKIAIOSFODNN1EXAMPLE</UserId>"),
    "session key": ("ASIA746528DDB21E468A", "AKIAIOSFODNN1EXAMPLE"),
    "distribution": ("<Id>E1Q5F5862X9VJ5</Id>", "<Id>E1EXAMPLE0001</Id>"),
    "its name": ("d3abc4def5gh6i.cloudfront.net", "d111112abcdef8.cloudfront.net"),
    "uuid": ("certificate/0f1e2d3c-1111-4222-9333-abcdefabcdef", "certificate/11112222-3333-4444-8555-666677778889"),
    "uuid of digits": ("0f1e2d3c-1111-4222-9333-123456789012", "11112222-3333-4444-8555-666677778889"),
    "zone": ("/hostedzone/Z08123456ABCDEF", "/hostedzone/Z0EXAMPLE0001"),
    "change": ("/change/C0812345678ABCDEF", "/change/C1EXAMPLE0001"),
    "proof": ("_0324ffae78826ff651633a0a29fc420f.x", "_00000000000000000000000000000001.x"),
    "proof's zone": ("_x.dobofljmch.acm-validations.aws.", "_x.bbbbbbbbbb.acm-validations.aws."),
    "delivery": ("arn:aws:logs:us-east-1:1:delivery:7yUabc123", "arn:aws:logs:us-east-1:1:delivery:EXAMPLEdelivery1"),
    "owner": (f"<ID>{'7a' * 32}</ID>", f"<ID>{1:064x}</ID>"),
    "display name": ("<DisplayName>ada</DisplayName>", "<DisplayName>EXAMPLEDisplayName1</DisplayName>"),
    "request": ("<RequestId>ABC123</RequestId>", "<RequestId>EXAMPLERequestId1</RequestId>"),
    "host id": ("<HostId>a+b/c=</HostId>", "<HostId>EXAMPLEHostId1</HostId>"),
    "token in JSON": ('{"nextToken": "abc"}', '{"nextToken": "EXAMPLEnextToken1"}'),
    "token": ("x IQoJb3JpZ2luX2VjEJv0aCXVzLWVhc3QtMSJHMEUC y", "x EXAMPLEtoken1 y"),
    "IPv4": ("203.0.113.9 and 198.51.100.7", "192.0.2.1 and 192.0.2.2"),
    "IPv6": ("2a01:4f8::1", "2001:db8::1"),
    "mail": ("ada@lovelace.net", "person1@example.com"),
    "host": ("https://www.lovelace.net/x", "https://host1.example.net/x"),
    "name server": ("ns-1234.awsdns-26.co.uk", "ns-1.awsdns-01.example"),
    "secret": ("<SecretAccessKey>wJalrXUtnFEMI/K7MDENG</SecretAccessKey>", "<SecretAccessKey>…</SecretAccessKey>"),
}  # fmt: skip

KEPT = (
    "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "60669652-455b-4ae9-85a4-c4c02393f86c",
    "Z2FDTNDATAQYW2",
    "cloudfront:AllowVendedLogDeliveryForResource",
    "ServerSideEncryptionConfigurationNotFoundError",
    "http://s3.amazonaws.com/doc/2006-03-01/",
    "delivery.logs.amazonaws.com",
    "com.amazonaws.logs#AccessDeniedException",
    "2026-11-28T10:32:35.598Z",
    "1795600000.123",
    "ADDITIONAL_VERIFICATION_REQUIRED EXPIRED ELIGIBLE ENABLED",
    "TLSv1.2_2021",
    "pxl.png snowplow-4.10.1.js",
    "d41d8cd98f00b204e9800998ecf8427e",
    "arn:aws:s3:::bucket/cf/*",
)
"""What is nobody's own, and what a reply is worth nothing without."""


@pytest.mark.parametrize("name", RAW)
def test_an_id_is_blanked_in_its_form(name: str) -> None:
    raw, wanted = RAW[name]
    blank = Blank()
    assert blank(raw) == wanted
    assert blank(f"{raw} {raw}") == f"{wanted} {wanted}"


@pytest.mark.parametrize("text", KEPT)
def test_what_is_everybodys_stays(text: str) -> None:
    assert Blank()(text) == text


@pytest.mark.parametrize("name", RAW)
def test_blanking_twice_is_blanking_once(name: str) -> None:
    blank = Blank()
    once = blank(RAW[name][0])
    assert blank(once) == once


def test_what_is_known_is_blanked_wherever_it_stands() -> None:
    blank = Blank()
    blank.know("ff00aa11", SETUP)
    blank.know("pixel.lovelace.net", DOMAIN)
    blank.know("E9ABCDEF12345", STAND_INS["distribution"])
    text = blank("snowpixel-FF00AA11-logs pixel.lovelace.net. E0AAAAAAAAAA9 E9ABCDEF12345")
    assert text == f"snowpixel-{SETUP}-logs {DOMAIN}. E2EXAMPLE0002 E1EXAMPLE0001"
    assert blank.left_in(text) == []
    assert blank.left_in("xPIXEL.lovelace.net") == ["pixel.lovelace.net"]


def test_a_short_name_is_not_taken_for_an_id() -> None:
    """A profile called `s3` would blank every namespace."""
    blank = Blank()
    blank.know("s3", "profile1")
    assert blank("s3.amazonaws.com") == "s3.amazonaws.com"


@pytest.mark.parametrize("name", names())
def test_recordings_hold_nothing_but_stand_ins(name: str) -> None:
    one = recording(name)
    text = re.sub(r"EXAMPLE[A-Z0-9]+|\d{13}", "EXAMPLE", one.body.decode())
    blank = Blank()
    for stand_in in STAND_INS.values():
        blank.know(f"{stand_in}-raw", stand_in)
    assert blank(text) == text
    assert all(blank(value) == value for header, value in one.headers.items() if header != "content-type")
