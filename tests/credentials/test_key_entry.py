"""Pasted keys lose what pasting adds, in any of the forms in which AWS shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.aws.keys import Keys
from wizard.credentials import key_entry
from wizard.model.validators import InvalidChoice

ID, SECRET, TOKEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2VjEXAMPLE+/=="


def shown(keys: Keys) -> tuple[str, str, str]:
    token = keys.session_token.reveal() if keys.session_token else ""
    return keys.access_key_id, keys.secret_access_key.reveal(), token


@pytest.mark.parametrize(
    "text",
    [
        f"{ID}\n{SECRET}\n",
        f"  {ID} \r\n\r\n '{SECRET}'\r\n",
        f'export AWS_ACCESS_KEY_ID="{ID}"\nexport AWS_SECRET_ACCESS_KEY="{SECRET}"\n',
        f"[default]\naws_access_key_id = {ID}\naws_secret_access_key={SECRET}\nregion = eu-west-1\n",
        f"SET AWS_ACCESS_KEY_ID={ID}\r\nSET AWS_SECRET_ACCESS_KEY={SECRET}\r\n",
        f'$Env:AWS_ACCESS_KEY_ID="{ID}"\n$Env:AWS_SECRET_ACCESS_KEY="{SECRET}"',
        f'{{\n  "AccessKeyId": "{ID}",\n  "SecretAccessKey": "{SECRET}"\n}}',
        f"aws_secret_access_key = {SECRET}\naws_access_key_id = {ID}",
        f"\ufeff{ID}\n\u200b{SECRET}\u200b",
    ],
)
def test_two_parts_in_any_form(text: str) -> None:
    assert shown(key_entry.from_lines(text)) == (ID, SECRET, "")


@pytest.mark.parametrize(
    "text",
    [
        f"ASIAIOSFODNN7EXAMPLE\n{SECRET}\n{TOKEN}",
        (
            f"export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nexport AWS_SECRET_ACCESS_KEY={SECRET}\n"
            f"export AWS_SESSION_TOKEN={TOKEN}"
        ),
    ],
)
def test_three_parts(text: str) -> None:
    assert shown(key_entry.from_lines(text)) == ("ASIAIOSFODNN7EXAMPLE", SECRET, TOKEN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ID,
        f"{SECRET}\n{ID}",
        f"{ID}\n{SECRET[:-1]}",
        f"{ID}\n{SECRET}x",
        f"ASIAIOSFODNN7EXAMPLE\n{SECRET}",
        "a\nb\nc",
    ],
)
def test_what_is_no_pair_of_keys_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidChoice) as refused:
        key_entry.from_lines(text)
    assert not [line for line in text.split() if len(line) > 4 and line in str(refused.value)]


@given(st.text(min_size=12))
def test_no_text_does_harm_and_none_is_repeated(text: str) -> None:
    for judge in (key_entry.from_lines, key_entry.key_id, key_entry.secret, key_entry.code):
        said = ""
        try:
            judge(text)
        except InvalidChoice as refused:
            said = str(refused)
        assert text not in said


blanks = st.text(st.sampled_from(" \t\r\n\u200b\ufeff'\"`"), max_size=4)


@given(blanks, blanks)
def test_blanks_and_quotes_around_never_matter(before: str, after: str) -> None:
    assert key_entry.secret(before + SECRET + after) == SECRET
    assert key_entry.key_id(before + ID + after) == ID


@pytest.mark.parametrize(("text", "digits"), [("123456", "123456"), (" 123 456\n", "123456")])
def test_six_digits(text: str, digits: str) -> None:
    assert key_entry.code(text) == digits


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_what_are_no_six_digits(text: str) -> None:
    with pytest.raises(InvalidChoice):
        key_entry.code(text)
