"""Letters that nobody sees: shown by their numbers, wherever a visitor's text is printed."""

import sys
import unicodedata

import pytest

from wizard.model.terminal_text import seen
from wizard.snowplow.events.event import harmless

VISIBLE = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format characters that show as signs before numbers (Unicode: Prepended_Concatenation_Mark)."""


def test_every_format_character_is_shown() -> None:
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        if unicodedata.category(letter) == "Cf" and number not in VISIBLE:
            assert seen(f"a{letter}b") == f"a<U+{number:04X}>b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/shop\u200b", "/shop<U+200B>"),
        ("pay\u00adpal", "pay<U+00AD>pal"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("a\u2066b\u2069", "a<U+2066>b<U+2069>"),
        ("a\u200e\u200f\u061c", "a<U+200E><U+200F><U+061C>"),
        ("a\U000e0041\U000e007f", "a<U+E0041><U+E007F>"),
        ("\ufeffa", "<U+FEFF>a"),
        ("a\u034f", "a<U+034F>"),
        ("\u3164\u115f\uffa0", "<U+3164><U+115F><U+FFA0>"),
        ("a\ufe0f", "a<U+FE0F>"),
        ("a\U000e0100", "a<U+E0100>"),
        ("a\u2800", "a<U+2800>"),
        ("\u200d\U0001f468", "<U+200D>\U0001f468"),
        ("\U0001f468\u200b\U0001f469", "\U0001f468<U+200B>\U0001f469"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("Caf\u00e9 \u05e9\u05dc\u05d5\u05dd \u4f60\u597d", "Caf\u00e9 \u05e9\u05dc\u05d5\u05dd \u4f60\u597d"),
        ("", ""),
    ],
)
def test_what_a_visitor_sent_is_shown_as_it_is(text: str, shown: str) -> None:
    assert seen(text) == shown
    assert harmless(text) == shown


def test_control_characters_are_still_replaced() -> None:
    assert harmless("a\x1b[2J\u2028\x9b") == "a\ufffd[2J\ufffd\ufffd"


def test_a_text_of_invisible_letters_is_no_longer_than_any_other() -> None:
    assert len(harmless("\u200b" * 1000)) == 300
