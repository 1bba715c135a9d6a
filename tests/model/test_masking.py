"""What masking takes out of texts and records, and what it leaves."""

import json
from urllib.parse import quote

import pytest

from wizard.model import masking
from wizard.model.masking import MASK, all_masked, hold, masked
from wizard.model.results import Check, Copyable, Problem, Status
from wizard.model.tracebacks import place

HELD = "HELDsecret/with+signs=0123456789abcdef"


@pytest.fixture(autouse=True)
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "_held", set())
    hold(HELD)


@pytest.mark.parametrize("written", [HELD, quote(HELD, safe=""), quote(HELD), json.dumps(HELD), repr(f"{HELD}\r")])
def test_a_held_secret_goes_however_it_is_written(written: str) -> None:
    assert "HELDsecret" not in masked(f"it says {written} there")


@pytest.mark.parametrize("end", ["\r", "\n", " ", "\t\r\n"])
def test_a_secret_held_with_a_line_end_goes_without_it_too(end: str) -> None:
    hold(f"ANOTHERsecret0123456789{end}")
    assert masked("x (ANOTHERsecret0123456789) y") == f"x ({MASK}) y"


@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_CONTAINER_AUTHORIZATION_TOKEN"])
def test_a_secret_of_the_environment_goes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "ENVIRONMENTsecret0123\r")
    assert masked("x ENVIRONMENTsecret0123 y") == f"x {MASK} y"


@pytest.mark.parametrize(
    "text",
    [
        '{"SecretAccessKey": "PLANTED/0123+4567", "x": 1}',
        '{\\"SecretAccessKey\\": \\"PLANTED/0123+4567\\"}',
        "<SecretAccessKey>PLANTED/0123+4567</SecretAccessKey>",
        "<ns:SessionToken a='b'>PLANTED/0123+4567",
        "b'<SessionToken>PLANTED",
        "aws_secret_access_key = PLANTED/0123+4567",
        "aws_session_token=PLANTED/0123+4567",
        "AWS_SECRET_ACCESS_KEY='PLANTED/0123+4567'",
        "x-amz-security-token:PLANTED/0123+4567",
        "X-Amz-Security-Token=PLANTED%2F01&x=1",
        "https://b.example/k?X-Amz-Signature=PLANTED0123&X-Amz-Credential=PLANTED%2F2026",
        "Authorization: AWS4-HMAC-SHA256 Credential=PLANTED/2026/x, SignedHeaders=host, Signature=PLANTED",
        "proxy-authorization: Basic PLANTED==",
        '{"accessToken": "PLANTED.a.b", "refreshToken":"PLANTED", "clientSecret": "PLANTED"}',
        "password=PLANTEDhunter2",
        "https://PLANTED:PLANTED@host.example/path",
        "https://PLANTED@host.example",
        "socks5://u:PLANTED:x@proxy:1080",
    ],
)
def test_fields_that_are_secret_by_name_go(text: str) -> None:
    assert "PLANTED" not in masked(text)
    assert MASK in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "Keys that begin with ASIA need their session token: a third line.",
        "The request signature we calculated does not match the signature you provided.",
        "x-amz-content-sha256 is signed; the token has expired",
        "Enter the secret access key of this user",
        "https://d111.cloudfront.net/i?e=pv&url=https%3A%2F%2Fexample.org",
        "https://registry.example/@snowplow/browser-tracker",
        "mail alice@shop.example",
        "signatureVersion: s3v4",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_a_record_is_masked_to_its_last_part_and_otherwise_itself() -> None:
    clean = Check("a", "b", Status.OK, "fine", evidence={"x": "y"}, copy=(Copyable("l", "v"),))
    assert all_masked(clean) is clean
    spoilt = Check(
        "a", "b", Status.FAILED, f"s {HELD}", observed=HELD, problem=Problem("crash", {"error": HELD}),
        copy=(Copyable("l", HELD),), evidence={"x": HELD},
    )  # fmt: skip
    told = all_masked({"check": spoilt, "rows": [HELD, 1, None]})
    assert "HELDsecret" not in repr(told)
    assert told["check"].status is Status.FAILED
    assert told["rows"][1:] == [1, None]


def test_the_place_of_an_error_is_named_and_its_text_is_not() -> None:
    def fails() -> None:
        json.loads('{"SecretAccessKey": "PLANTED')

    with pytest.raises(ValueError, match="Unterminated") as caught:
        fails()
    told = place(caught.value)
    assert told.startswith("JSONDecodeError at decoder.py:")
    assert "PLANTED" not in told
    assert place(KeyError("PLANTED")) == "KeyError"
