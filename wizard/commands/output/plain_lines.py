"""Plain lines for terminals, pipes, and screen readers: one line for each thing that happens.

A state is always a glyph and a word, so that neither color nor shape alone carries it. Text from outside is stripped
of whatever could steer a terminal.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from wizard.model.program_name import program_name
from wizard.model.results import Action, Actor, Decision, DnsRecord, Item, Phase, Snapshot, Status, Wait
from wizard.model.terminal_text import printable
from wizard.wording import dns_records
from wizard.wording.amounts import about, span
from wizard.wording.signs import ACTION_SIGNS

COLORS: Mapping[Status, str] = {
    Status.OK: "green",
    Status.WAITING: "blue",
    Status.WARNING: "yellow",
    Status.FAILED: "red",
    Status.UNKNOWN: "magenta",
    Status.SKIPPED: "bright_black",
}
FIRST_REMINDER = 60.0
"""Seconds of a wait after which its time is told for the first time."""
_WIDEST = max(len(status.word) for status in Status if status is not Status.UNKNOWN)  # rare, and much longer


def lead(sign: str, word: str) -> str:
    """Return what a line begins with, so wide that what follows stands below what follows in other lines."""
    return f"{sign} {word:<{_WIDEST}}"


@dataclass(frozen=True)
class Ink:
    """How lines may look on one stream.

    Attributes:
        color: whether states are colored.
    """

    color: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> "Ink":
        """Return what suits a stream: colors only for a terminal whose user did not refuse them."""
        return cls(stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")

    def badge(self, status: Status) -> str:
        """Return glyph and word of a state, padded to the usual width."""
        text = lead(status.glyph, status.word)
        return click.style(text, fg=COLORS[status]) if self.color else text

    @property
    def blank(self) -> str:
        """As many blanks as a state takes."""
        return " " * (2 + _WIDEST)


def record(wanted: DnsRecord) -> tuple[str, ...]:
    """Describe a DNS record, one part on each line, for copying."""
    rows = (("Type", wanted.type), *((part.label, part.value) for part in dns_records.parts(wanted)))
    read = dns_records.letters(wanted)
    return (
        *(f"    {label + ':':<11}{printable(value)}" for label, value in rows),
        *((f"    {printable(read)}",) if read else ()),
    )


def decision(asked: Decision) -> tuple[str, ...]:
    """Put a question that a walk has, and how to answer it."""
    options = [f"    {printable(one.label)}: {printable(one.consequence)}" for one in asked.choices]
    return (f"  {printable(asked.question)}", *options, f"  Answer with {printable(asked.flag)}")


class Narrator:
    """Tells a walk as it goes: what was done, what is waited for, which row is through. Nothing is said twice.

    Args:
        ink: how lines may look.
        practice: folder of the practice world, where the user's part is a command.
        asked: whether somebody else puts the questions as they come up.
    """

    def __init__(self, ink: Ink, practice: Path | None = None, *, asked: bool = False) -> None:
        self._ink = ink
        self._asked = asked
        self._practice = practice
        self._done = 0
        self._said: set[object] = set()
        self._remind_at: dict[tuple[str, str], float] = {}

    def tell(self, snapshot: Snapshot) -> Iterator[str]:
        """Yield the lines for what is new since the last snapshot, in the order of the stages."""
        for change in snapshot.done[self._done :]:
            yield f"{lead(ACTION_SIGNS[change.action], 'done')}  {printable(change.summary)}"
        self._done = len(snapshot.done)
        for stage in snapshot.stages:
            for item in stage.items:
                yield from self._item(item)
            if stage.done and stage.status and self._new(("stage", stage.id)):
                yield f"{self._ink.badge(stage.status)}  {stage.title}"

    def remind(self, snapshot: Snapshot, now: float) -> Iterator[str]:
        """Yield how long what is waited for has taken: after a minute, then each time that has doubled."""
        for item in snapshot.items:
            if item.wait is None:
                continue
            key, waited = (item.id, item.wait.subject), now - item.wait.since
            if waited >= self._remind_at.get(key, FIRST_REMINDER):
                self._remind_at[key] = 2 * waited
                yield f"{self._ink.badge(Status.WAITING)}  {printable(item.wait.subject)}: {span(waited)} so far"

    def _item(self, item: Item) -> Iterator[str]:
        for change in item.changes:
            if change.record and change.actor is Actor.USER and self._new(("record", change.action, change.record)):
                yield from ask_for(change.action, change.record, self._practice)
        if item.wait and self._new(("wait", item.id, item.wait.subject)):
            shown = any(change.record and change.actor is Actor.USER for change in item.changes)
            subject = "Until that record is found" if shown else item.wait.subject
            yield f"{self._ink.badge(Status.WAITING)}  {waiting(item.wait, subject)}"
        if item.decision and not self._asked and self._new(("decision", item.decision.id)):
            yield f"{self._ink.badge(Status.WAITING)}  A question is open; the rest continues in the meantime"
            yield from decision(item.decision)
        bad = item.check and item.check.counts_as in (Status.FAILED, Status.UNKNOWN, Status.WARNING)
        if item.check and bad and item.phase is Phase.DONE and self._new(("check", item.id)):
            yield f"{self._ink.badge(item.check.status)}  {printable(item.check.summary)}"

    def _new(self, what: object) -> bool:
        if what in self._said:
            return False
        self._said.add(what)
        return True


def ask_for(action: Action, wanted: DnsRecord, practice: Path | None = None) -> Iterator[str]:
    """Ask the user for what only they can do at their DNS provider."""
    verb = dns_records.VERBS[action]
    yield f"{lead('→', 'for you')}  At your DNS provider, {verb} this record ({printable(wanted.purpose)}):"
    yield from record(wanted)
    if practice:
        deed = ("remove",) if action is Action.DELETE else ("add",)
        what = (wanted.name, wanted.type) if action is Action.DELETE else (wanted.name, wanted.type, wanted.value)
        typed = f"{program_name()} {shlex.join(map(printable, ('practice', 'dns', str(practice), *deed, *what)))}"
        yield f"    here:  {typed}"


def waiting(wait: Wait, subject: str) -> str:
    """Say what is waited for and how long it usually takes."""
    usually = f", usually {about(wait.typical)}" if wait.typical >= 1 else ""
    who = {Actor.USER: "waiting for you", Actor.AWS: "waiting for AWS", Actor.US: "waiting"}[wait.actor]
    return f"{printable(subject)} ({who}{usually})"
