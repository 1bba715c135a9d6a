"""International names: both forms, and whatever people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.commands.output.plain_lines import record
from wizard.model import validators
from wizard.model.idn import both, readable, unencoded
from wizard.model.results import DnsRecord
from wizard.model.validators import InvalidChoice
from wizard.net.dns_operator import DnsOperator

NAME, READ = "e.xn--mnchen-3ya.example", "e.münchen.example"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (NAME, READ),
        (f"_abc.{NAME}", f"_abc.{READ}"),
        ("e.example.org", "e.example.org"),
        ("e.xn--53h.example", "e.xn--53h.example"),  # an emoji, which IDNA 2008 does not know
        ("xn--.example", "xn--.example"),
        ("", ""),
    ],
)
def test_names_are_read_where_they_stand_for_letters(name: str, read: str) -> None:
    assert readable(name) == read


def test_both_forms_stand_beside_each_other_where_there_are_two() -> None:
    assert both(NAME) == f"{READ} ({NAME})"
    assert both("e.example.org") == "e.example.org"


def test_a_form_that_knows_no_international_names_saves_raw_octets() -> None:
    assert unencoded(NAME) == "e.m\\195\\188nchen.example"
    assert unencoded("e.example.org") == "e.example.org"


def test_who_enters_the_record_sees_what_its_name_stands_for() -> None:
    told = record(DnsRecord(f"_abc.{NAME}", "CNAME", "x.aws", "_abc.e", "proof"))
    assert f"    The name stands for _abc.{READ}." in told
    plain = record(DnsRecord("_abc.e.example.org", "CNAME", "x.aws", "_abc.e", "proof"))
    assert "stands for" not in "\n".join(plain)
    assert DnsOperator(NAME, "xn--mnchen-3ya.example").told.startswith(f"In the DNS, {READ} is {NAME}. The DNS of ")
    assert DnsOperator("e.example.org", "example.org").told.startswith("The DNS of example.org")


@given(st.text(max_size=80))
def test_any_text_has_a_readable_form(text: str) -> None:
    assert isinstance(readable(text), str)
    assert unencoded(text).isascii()


@given(st.text(alphabet=st.characters(min_codepoint=0xA1, max_codepoint=0x2FFF), min_size=1, max_size=20))
def test_what_is_accepted_can_be_read_again_and_leads_back(label: str) -> None:
    try:
        name = validators.host_name(f"e.{label}.com")
    except InvalidChoice:
        return
    assert validators.host_name(readable(name)) == name
