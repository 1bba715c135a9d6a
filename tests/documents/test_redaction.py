"""What leaves this computer: never a secret, and with a mask nobody's name, account or address."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.documents.redaction import Mask, secrets_out
from wizard.model.masking import MASK

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("The key AKIAIOSFODNN7EXAMPLE is wrong", f"The key AKIA{MASK} is wrong"),
        (f"secret {SECRET}, said AWS", f"secret {MASK}, said AWS"),
        ("https://me:hunter2@www.example.org/sp.js", f"https://{MASK}@www.example.org/sp.js"),
        ("https://b.example.org/x?X-Amz-Signature=abc&d=e rest", f"https://b.example.org/x?{MASK} rest"),
        ("socks5://me:hunter2@proxy:1080", f"socks5://{MASK}@proxy:1080"),
        (f"{Path.home()}/logs", "~/logs"),
        ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("sha384-" + "A" * 64, "sha384-" + "A" * 64),
    ],
)
def test_secrets_and_what_looks_like_them_go(text: str, safe: str) -> None:
    assert secrets_out(text) == safe


def test_secrets_in_hand_go_whatever_they_look_like() -> None:
    assert secrets_out("it says open-sesame here", ["open-sesame", ""]) == f"it says {MASK} here"


def test_a_mask_hides_who_and_keeps_what_matters() -> None:
    mask = Mask()
    assert mask("arn:aws:iam::123456789012:user/alice in 123456789012") == (
        "arn:aws:iam::ACCOUNT-1:user/PERSON-1 in ACCOUNT-1"
    )
    assert mask("e.shop.example is 192.0.2.7 and 2001:db8::7") == "n-1.n-2.example is ADDRESS-1 and ADDRESS-2"
    assert mask("_x1.e.shop.example.shop.example") == "_n-3.n-1.n-2.n-4.n-2.example"
    assert mask("E.SHOP.example") == "n-1.n-2.example"
    assert mask("to d111.cloudfront.net.") == "to n-5.cloudfront.net."
    assert mask("snowpixel-main-0a1b2c3d-123456789012-eu-central-1-an") == (
        "snowpixel-main-0a1b2c3d-ACCOUNT-1-eu-central-1-an"
    )
    assert mask("alice@shop.example") == "MAIL-1@n-2.example"


@pytest.mark.parametrize(
    "text",
    ["at 20:31:07", "TLSv1.3", "version 4.10.1", "sp.js and pixel.gif", "eu-central-1", "30 s. It is over."],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert Mask()(text) == secrets_out(text) == text


LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@given(
    around=st.text(alphabet=" ,;\n()", min_size=1),
    names=st.lists(st.lists(LABELS, min_size=2, max_size=5).map(".".join), min_size=1, max_size=4),
)
def test_no_name_gets_through_wherever_it_stands(around: str, names: list[str]) -> None:
    masked = Mask()(around.join(f"{name}.test" for name in names))
    shown = {word.strip(" ,;\n()") for word in masked.replace(around, " ").split()}
    assert not shown & {f"{name}.test" for name in names}
    assert masked.count(".test") >= len(names)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(Mask()(secrets_out(text)), str)


def test_a_mask_keeps_the_names_of_checks_which_look_like_domains() -> None:
    mask = Mask(keep=("content-bucket.encryption",))
    told = mask("bucket/content-bucket.encryption: content-bucket.example and shop.encryption")
    assert told == "bucket/content-bucket.encryption: n-1.example and n-2.encryption"
