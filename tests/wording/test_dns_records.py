"""A record to enter, as the command's lines and the wizard's card give it: the same verbs, parts, and order."""

import pytest

from screens.widgets.record_card import RecordCard
from wizard.commands.output import plain_lines
from wizard.model.results import Action, DnsRecord
from wizard.wording import dns_records

CNAME = DnsRecord("e.example.org", "CNAME", "d1.cloudfront.net", "e", "sends visitors to CloudFront")
OF_UNKNOWN_ZONE = DnsRecord("e.example.org", "CNAME", "d1.cloudfront.net", "e.example.org", "the same")
IN_LETTERS = DnsRecord("e.xn--bcher-kva.example", "CNAME", "d1.cloudfront.net", "e", "the same")


@pytest.mark.parametrize("record", [CNAME, OF_UNKNOWN_ZONE, IN_LETTERS])
def test_both_front_ends_give_the_same_parts_in_the_same_order(record: DnsRecord) -> None:
    parts = dns_records.parts(record)
    assert [part.value for part in parts][-1] == record.value
    assert record.name in {part.value for part in parts}
    assert record.host in {part.value for part in parts}
    lines = plain_lines.record(record)
    assert lines[0].split() == ["Type:", "CNAME"]
    assert [tuple(line.strip().split(":", 1)) for line in lines[1 : 1 + len(parts)]] == [
        (part.label, f"{'':<{10 - len(part.label)}}{part.value}") for part in parts
    ]
    assert bool(dns_records.letters(record)) is (record is IN_LETTERS)
    assert any("bücher" in line for line in lines) is (record is IN_LETTERS)


@pytest.mark.parametrize(
    ("action", "verb"),
    [(Action.CREATE, "add"), (Action.UPDATE, "correct"), (Action.REPLACE, "correct"), (Action.DELETE, "remove")],
)
def test_both_front_ends_say_what_to_do_with_a_record_by_the_same_verb(action: Action, verb: str) -> None:
    first = next(plain_lines.ask_for(action, CNAME))
    assert f"At your DNS provider, {verb} this record (" in first
    card = RecordCard(1, CNAME, action, "pixel-record", practice=True)
    assert str(card.border_title).startswith(f"1  {verb.capitalize()} this CNAME")
