"""A setup's timeline: what happened when, how long it took, and what is to come."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from textual.content import Content

from screens.texts.style import MUTED, TO_DO, lines, say
from wizard.model.setup import Goal, Setup, needs_aws
from wizard.wording.amounts import span

HAPPENED = "●"
AT_ONCE = 1.0
"""Seconds; what follows quicker is not worth a word."""

LABEL = 36
"""Columns of what happened: the longest, and a gap."""


class Moment(Struct, frozen=True):
    """Something on the way, at a time; None while it is to come."""

    label: str
    at: float | None


def moments(setup: Setup) -> list[Moment]:
    """Return a setup's way: what happened, oldest first, then what is to come."""
    every = list(_moments(setup))
    happened = sorted((one for one in every if one.at is not None), key=lambda one: one.at or 0.0)
    return [*happened, *(one for one in every if one.at is None and not setup.removed)]


def _moments(setup: Setup) -> Iterable[Moment]:
    made = setup.made
    yield Moment("Chosen", setup.created)
    yield from _of_dns(setup)
    if Goal.PIXEL in setup.choices.goals:
        first = made.event_sent_at
        yield Moment("Test event sent", made.proof.sent_at if first is None and made.proof else first)
        yield from (Moment("Test event sent again", at) for at in made.events_sent_again.values())
        yield Moment("Test event read back from the logs", made.proof.found_at if made.proof else None)
    if made.browser_run:
        yield Moment("Events from your own browser read back", made.browser_run.found_at)


def _of_dns(setup: Setup) -> Iterable[Moment]:
    """Return the records that the user adds; in Route 53 there is nothing to add, and nobody noted the time."""
    made = setup.made
    if not setup.choices.domain or not needs_aws(setup.choices, made):
        return
    waited_for = made.proof is None and not made.hosted_zone
    labels = {
        "certificate-record": "Certificate's DNS record seen",
        "pixel-record": "Domain points to the distribution",
    }
    for name, label in labels.items():
        borrowed = name == "certificate-record" and made.certificate_borrowed
        if name in made.records_seen or (waited_for and not borrowed):
            yield Moment(label, made.records_seen.get(name))


def timeline(setup: Setup) -> Content:
    """Draw it, a line for each moment, in this computer's own time."""
    rows: list[Content] = []
    before: float | None = None
    for one in moments(setup):
        rows.append(_row(one, before))
        before = one.at if one.at is not None else before
    return lines(*rows)


def _row(one: Moment, before: float | None) -> Content:
    if one.at is None:
        return say(f"{TO_DO} {one.label:<{LABEL}}  to come", MUTED)
    took = f"{span(one.at - before)} later" if before is not None and one.at - before >= AT_ONCE else ""
    when = f"{datetime.fromtimestamp(one.at).astimezone():%Y-%m-%d %H:%M}"
    told = Content.assemble((f"{HAPPENED} ", "$text-success"), say(f"{one.label:<{LABEL}}  {when}"))
    return told + say(f"   {took}", MUTED) if took else told
