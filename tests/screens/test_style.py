"""The small parts: words, marks, keys, copying."""

import pytest

from screens import clipboard
from screens.texts.style import GLYPHS, STYLES, WORDS, clean
from wizard.credentials import key_entry as keys
from wizard.model.results import Status
from wizard.model.validators import InvalidChoice

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY"


def test_every_status_has_a_sign_and_a_word_of_its_own() -> None:
    for table in (GLYPHS, WORDS):
        assert set(table) == set(Status)
        assert len(set(table.values())) == len(Status)
    assert set(STYLES) == set(Status)


def test_outside_text_loses_what_a_terminal_would_obey() -> None:
    assert clean("a\x1b[31mb\x07\x9bc\u202ed\u200be\tf\ng") == "a[31mbcde f\ng"


@pytest.mark.parametrize("text", [SECRET, f"  {SECRET}\n", f'"{SECRET}"', f"aws_secret_access_key = {SECRET}"])
def test_pasted_secrets_lose_what_pasting_adds(text: str) -> None:
    assert keys.secret(text) == SECRET


@pytest.mark.parametrize("text", ["", SECRET[:-1], SECRET + "x", "AKIAIOSFODNN7EXAMPLE"])
def test_what_is_no_secret_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidChoice) as refused:
        keys.secret(text)
    assert not text or text not in str(refused.value)


def test_swapped_keys_are_recognized_without_repeating_the_secret() -> None:
    with pytest.raises(InvalidChoice, match="looks like the secret") as refused:
        keys.key_id(SECRET)
    assert SECRET not in str(refused.value)


def test_keys_for_some_hours_need_their_token() -> None:
    assert keys.needs_token("ASIAIOSFODNN7EXAMPLE", "")
    assert not keys.needs_token("ASIAIOSFODNN7EXAMPLE", "token")
    assert not keys.needs_token("AKIAIOSFODNN7EXAMPLE", "")


def test_over_ssh_no_tool_of_the_other_computer_is_used() -> None:
    assert clipboard.tool({"SSH_TTY": "/dev/pts/1", "DISPLAY": ":0"}) is None
    assert clipboard.tool({}) is None
