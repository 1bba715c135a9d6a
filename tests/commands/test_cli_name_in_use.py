"""`new` and `set` with a hostname: what is wrong with it is said at once, by a look that no resolver learns from."""

import pytest

from tests.commands.conftest import Cli, Ran
from wizard.commands import name_look
from wizard.net.dns_operator import DnsOperator
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

IN_USE, UNKNOWN, FREE = "name-in-use", "domain-unregistered", ""

NAMES = {
    "a CNAME there": ("e", ("CNAME", "shop.example.test"), IN_USE),
    "an address there": ("e", ("A", "192.0.2.7"), IN_USE),
    "an IPv6 address there": ("e", ("AAAA", "2001:db8::7"), IN_USE),
    "a text there": ("e", ("TXT", "v=spf1 -all"), FREE),
    "nothing there": ("e", None, FREE),
    "a wildcard of others": ("*", ("CNAME", "shop.example.test"), FREE),
}
"""What was done to the name, the record at which label of the zone, and the problem that is right."""


def told(ran: Ran) -> list[str]:
    """Return the ids of the problems that the document names."""
    return [one["problem"]["id"] for one in ran.document["data"]["warnings"]]


@pytest.mark.parametrize("command", ["new", "set"])
@pytest.mark.parametrize("case", NAMES)
def test_a_name_is_looked_at_before_anything_is_made(
    cli: Cli, world: WorldFile, control: Control, case: str, command: str
) -> None:
    label, record, problem = NAMES[case]
    if record:
        control.add_record(f"{label}.{world.zone}", *record)
    if command == "set":
        cli("new", "main", "--no-domain")
    ran = cli(command, "main", "--domain", f"e.{world.zone}", "--json")
    assert ran.code == 0
    assert told(ran) == ([problem] if problem else [])
    assert cli.saved("main")["choices"]["domain"] == f"e.{world.zone}"
    if problem and record:
        free = ran.document["data"]["warnings"][0]["problem"]["steps"][0]
        assert f"hello.{world.zone}" in free or f"hi.{world.zone}" in free
        assert f"{record[0]} {record[1]}" in ran.err
        assert "snowpixel set main --domain" in ran.err
        assert "{" not in ran.err
    else:
        assert ran.err == ""


def test_a_domain_that_does_not_exist_is_said_and_saved(cli: Cli) -> None:
    ran = cli("new", "main", "--domain", "e.nobodys-domain.test", "--json")
    assert (ran.code, told(ran)) == (0, ["domain-unregistered"])
    assert "Check the spelling" in ran.err
    said = cli("set", "main", "--domain", "e.nobodys-other-domain.test")
    assert "Warning: The domain of e.nobodys-other-domain.test doesn't exist" in said.err


@pytest.mark.parametrize(
    ("zone", "says"), [("e.shop.test", "a CNAME must be the only record at"), ("example.com", "reserved for examples")]
)
def test_where_no_record_can_be_added_it_is_said_in_the_words_of_the_form(zone: str, says: str) -> None:
    [told] = name_look.told_of(DnsOperator("e.shop.test", zone))
    assert says in told.summary
    assert list(told.lines("main")) == [f"Warning: {told.summary}"]
    assert told.data("main") == {"message": told.summary, "problem": None}


def test_a_choice_that_is_not_the_name_looks_nothing_up(cli: Cli, world: WorldFile, control: Control) -> None:
    control.add_record(f"e.{world.zone}", "A", "192.0.2.7")
    cli("new", "main", "--domain", f"e.{world.zone}")
    ran = cli("set", "main", "--retention", "30", "--json")
    assert (told(ran), ran.err) == ([], "")


@pytest.mark.parametrize("world_folder", ["none", ""])
def test_without_anybody_to_ask_it_is_saved_without_a_word(alone: Cli, world_folder: str) -> None:
    where = ("--practice", str(alone.folder / world_folder)) if world_folder else ("--nameserver", "127.0.0.1:1")
    ran = alone("new", "main", "--domain", "e.shop-of-mine.com", "--json", *where, "--home", str(alone.home))
    assert (ran.code, ran.err, ran.document["data"]["warnings"]) == (0, "", [])
    assert alone.saved("main")["choices"]["domain"] == "e.shop-of-mine.com"


def test_servers_that_never_answer_cost_a_few_seconds_at_most(cli: Cli, world: WorldFile, control: Control) -> None:
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        control.silence_dns(address)
    ran = cli("new", "main", "--domain", f"e.{world.zone}", "--json")
    assert (ran.code, ran.err, ran.document["data"]["warnings"]) == (0, "", [])
