"""The plain lines by themselves: nothing twice, nothing that steers a terminal, problems with their way out."""

import io
from pathlib import Path

import pytest

from wizard.commands.output import checklist_lines
from wizard.commands.output.exit_codes import ExitCode, gravest, of_statuses
from wizard.commands.output.plain_lines import Ink, Narrator, ask_for
from wizard.commands.run_walk import what_holds_up
from wizard.model.results import (
    Action,
    Actor,
    Change,
    Check,
    DnsRecord,
    Item,
    Job,
    Phase,
    Problem,
    Snapshot,
    StageView,
    Status,
    Wait,
)

RECORD = DnsRecord("e.example.org", "CNAME", "d1.cloudfront.net", "e", "Leads to the pixel")
ADD = Change("pixel-record", Action.CREATE, Actor.USER, "Add the record", record=RECORD)


def snapshot(*items: Item, job: Job = Job.APPLY, done: tuple[Change, ...] = ()) -> Snapshot:
    return Snapshot(job, "main", (StageView("dns", "DNS record", "why", items),), done)


def failed(name: str, problem: str, summary: str = "Wrong") -> Item:
    check = Check(name, "dns", Status.FAILED, summary, observed="this", problem=Problem(problem, {"resource": "It"}))
    return Item(name, "dns", name, Phase.DONE, check=check)


def test_a_command_of_practice_is_said_as_a_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "bin" / "snowpixel"
    started.parent.mkdir()
    started.touch()
    monkeypatch.setattr("sys.argv", [str(started)])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    [line] = [line for line in ask_for(Action.CREATE, RECORD, Path("world")) if "here:" in line]
    assert line.strip() == "here:  bin/snowpixel practice dns world add e.example.org CNAME d1.cloudfront.net"


def test_how_long_a_wait_has_taken_is_said_after_a_minute_and_whenever_that_has_doubled() -> None:
    narrator = Narrator(Ink())
    wait = Wait("AWS issues the certificate", Actor.AWS, 1000.0, 100, 0)
    waiting = snapshot(Item("c", "dns", "c", Phase.RUNNING, wait=wait))
    told = {second: list(narrator.remind(waiting, 1000.0 + second)) for second in range(0, 600, 5)}
    assert {second: lines for second, lines in told.items() if lines} == {
        60: ["… waiting  AWS issues the certificate: 1 min so far"],
        120: ["… waiting  AWS issues the certificate: 2 min so far"],
        240: ["… waiting  AWS issues the certificate: 4 min so far"],
        480: ["… waiting  AWS issues the certificate: 8 min so far"],
    }
    assert list(narrator.remind(snapshot(Item("c", "dns", "c", Phase.DONE)), 9999.0)) == []


def test_what_follows_a_state_stands_in_one_column(tmp_path: Path) -> None:
    done = Change("bucket", Action.CREATE, Actor.US, "X")
    waiting = Item("w", "dns", "w", Phase.RUNNING, wait=Wait("X", Actor.AWS, 0, 0, 0))
    asked = Item("pixel-record", "dns", "r", Phase.RUNNING, changes=(ADD,))
    lines = [*Narrator(Ink(), tmp_path).tell(snapshot(waiting, asked, failed("f", "drift", "X"), done=(done,)))]
    states = [line for line in lines if not line.startswith(" ")]
    assert len(states) == 4
    assert {line.index("X") if "X" in line else line.index("At your") for line in states} == {11}


def test_a_wait_is_said_once_with_what_and_how_long() -> None:
    narrator = Narrator(Ink())
    waits = [Wait("AWS issues the certificate", Actor.AWS, 0, 100, look_at) for look_at in (5.0, 10.0)]
    first, second = (snapshot(Item("c", "dns", "c", Phase.RUNNING, wait=wait)) for wait in waits)
    told = "… waiting  AWS issues the certificate (waiting for AWS, usually about 2 min)"
    assert list(narrator.tell(first)) == [told]
    assert list(narrator.tell(second)) == []


def test_what_is_the_matter_with_a_wait_for_aws_is_told_once_while_it_lasts() -> None:
    problem = Problem("event-not-logged", {"number": "4", "first": "today", "bucket": "b", "distribution": "E1"})
    check = Check("first-event", "event", Status.WAITING, "sent", problem=problem)
    told: set[tuple[str, str]] = set()

    def of(actor: Actor) -> list[str]:
        waits = Item("first-event", "event", "e", Phase.RUNNING, wait=Wait("logs", actor, 0, 900, 5), check=check)
        return list(what_holds_up(snapshot(waits), told))

    assert of(Actor.USER) == []
    text = "\n".join(of(Actor.AWS))
    assert "snowpixel sent 4 test events" in text
    assert "`snowpixel check main --prove`" in text
    assert of(Actor.AWS) == []


def test_a_record_is_asked_for_once_with_its_parts_on_lines_of_their_own() -> None:
    narrator = Narrator(Ink())
    asked = snapshot(Item("r", "dns", "r", Phase.RUNNING, changes=(ADD,)))
    lines = list(narrator.tell(asked))
    assert lines[1:] == [
        "    Type:      CNAME",
        "    Host:      e",
        "    Full name: e.example.org",
        "    Value:     d1.cloudfront.net",
    ]
    assert list(narrator.tell(asked)) == []


def test_what_was_done_is_told_even_when_snapshots_were_missed() -> None:
    narrator = Narrator(Ink())
    done = tuple(Change(str(n), Action.CREATE, Actor.US, f"Make {n}") for n in range(5))
    assert len(list(narrator.tell(snapshot(Item("a", "dns", "a"), done=done[:1])))) == 1
    assert len(list(narrator.tell(snapshot(Item("a", "dns", "a"), done=done)))) == 4


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    evil = "name\x1b]0;owned\x07\x1b[2J\u202etxt\r\nline"
    shown = snapshot(failed("a", "drift", evil), job=Job.CHECK)
    lines = [
        *Narrator(Ink()).tell(shown),
        *checklist_lines.rows(shown.stages, Ink(), verbose=True),
        *checklist_lines.troubles(shown.checks, "main"),
    ]
    assert lines
    assert not any(letter in line for line in lines for letter in "\x1b\x07\u202e\r\n")


def test_a_problem_seen_in_several_places_is_explained_once_and_names_the_command() -> None:
    found = snapshot(failed("a", "drift"), failed("b", "drift"), failed("c", "no-such-problem"), job=Job.CHECK)
    lines = list(checklist_lines.troubles(found.checks, "main"))
    assert sum("Changed outside snowpixel" in line for line in lines) == 1
    assert "   Seen 2 times: a, b" in lines
    assert any("`snowpixel repair main`" in line for line in lines)
    assert any("no-such-problem" in line for line in lines)
    assert checklist_lines.advice(found) == "repair main"
    assert checklist_lines.summary(found) == "main: 1 row, 1 failed."


def test_the_same_obstacle_stands_on_one_line() -> None:
    check = Check("x", "dns", Status.SKIPPED, "Checked once this is done: The bucket")
    shown = snapshot(*(Item(name, "dns", name, Phase.DONE, check=check) for name in "abc"))
    assert list(checklist_lines.rows(shown.stages, Ink())) == [
        f"{Status.SKIPPED.glyph} skipped  DNS record: 0 of 3 OK",
        f"    {Status.SKIPPED.glyph} skipped  Checked once this is done: The bucket (3 checks)",
    ]


@pytest.mark.parametrize("status", Status)
def test_a_state_is_a_glyph_and_a_word(status: Status) -> None:
    assert status.word in Ink().badge(status)
    assert Ink().badge(status)[0] not in " abcdefghijklmnopqrstuvwxyz"
    assert "\x1b[" in Ink(color=True).badge(status)
    assert not Ink.of(io.StringIO()).color


def test_one_before_three_before_nothing() -> None:
    assert of_statuses([Status.OK, Status.WARNING]) is ExitCode.WELL
    assert of_statuses([Status.OK, Status.WARNING], strict=True) is ExitCode.WRONG
    assert of_statuses([Status.WAITING, Status.FAILED, Status.UNKNOWN]) is ExitCode.WRONG
    for status in (Status.WAITING, Status.UNKNOWN, Status.SKIPPED):
        assert of_statuses([Status.OK, status]) is ExitCode.UNFINISHED
    assert gravest([ExitCode.UNFINISHED, ExitCode.WRONG, ExitCode.WELL]) is ExitCode.WRONG
    assert gravest([]) is ExitCode.WELL
