"""The browser proof in words: steps, what blocked it, and the events read back."""

from textual.content import Content

from screens.texts.problem import explained
from screens.texts.style import GLYPHS, MUTED, STYLES, TO_DO, lines, say
from wizard.model.results import Actor, Item, Snapshot, Status
from wizard.model.setup import BrowserRun
from wizard.resources.proof.browser_run import BrowserProof, address_in
from wizard.snowplow.browserproof.browser_opening import NOTE
from wizard.snowplow.browserproof.page_report import SENT

STEPS = (
    "A page with your tag waits on this computer, and nowhere else",
    f"Your browser opens it and sends {SENT} events",
    "Each event gets a response, and none is left in the browser's queue",
    "The same events are read back from your log bucket",
)
NOT_YET = "The events aren't in the log bucket yet. If they were sent, every check looks for them again."
NOBODY = "browser-none"
"""The problem that no browser came at all."""


def proof_in(snapshot: Snapshot) -> Item | None:
    """Return the proof among what a walk does."""
    return next((item for item in snapshot.items if item.id == BrowserProof.id), None)


def is_proof(snapshot: Snapshot) -> bool:
    """Whether a walk does nothing but the proof."""
    return proof_in(snapshot) is not None and {item.id for item in snapshot.items} <= {"identity", BrowserProof.id}


def states(snapshot: Snapshot) -> tuple[Status | None, ...]:
    """Return how each step stands; None where it has not begun."""
    item = proof_in(snapshot)
    check = item.check if item else None
    if item is None or check is None:
        return Status.WAITING, None, None, None
    if check.status is Status.OK:
        return (Status.OK,) * len(STEPS)
    if item.wait and item.wait.actor is Actor.AWS:
        return Status.OK, Status.OK, Status.OK, Status.WAITING
    if address_in(snapshot):
        return Status.OK, Status.WAITING, None, None
    if check.problem is None:
        return Status.WAITING, None, None, None
    return _stopped(check.problem.id, check.status)


def _stopped(problem: str, status: Status) -> tuple[Status | None, ...]:
    """Return the steps of a proof that came to an end before its goal."""
    if problem == NOBODY:
        return Status.OK, status, None, None
    if problem.startswith(("browser-", "tracker-", "pixel-")):
        return Status.OK, Status.OK, status, None
    return status, None, None, None


def steps_text(snapshot: Snapshot) -> Content:
    """Draw the four steps."""
    return lines(*(_step(text, status) for text, status in zip(STEPS, states(snapshot), strict=True)))


def _step(text: str, status: Status | None) -> Content:
    if status is None:
        return say(f"{TO_DO} {text}", MUTED)
    return Content.assemble((GLYPHS[status], STYLES[status]), say(f" {text}"))


def detail_text(snapshot: Snapshot, said: str, run: BrowserRun | None) -> Content:
    """Say what is going on: what to do, what blocked it, or the events.

    Args:
        snapshot: the walk.
        said: what became of opening the browser.
        run: the proof as it is saved, once the walk has ended.
    """
    trouble = next((check for check in snapshot.checks if check.problem and check.status is not Status.OK), None)
    if trouble and trouble.problem:
        return lines(
            say(f"✗ {trouble.summary}", "bold $text-error"),
            "",
            explained(trouble.problem, snapshot.setup),
            "",
            say(NOTE, MUTED),
        )
    if snapshot.finished:
        return events_text(run)
    check = next((check for check in snapshot.checks if check.id == BrowserProof.id), None)
    summary = f"{check.summary}. {check.observed}".strip() if check else "Preparing the page …"
    return lines(summary, *(["", said] if said else []), "", say(NOTE, MUTED))


def events_text(run: BrowserRun | None) -> Content:
    """Show the events as they were read back."""
    if run is None or run.found_at is None:
        return lines(NOT_YET, "", say(NOTE, MUTED))
    rows: list[Content | str] = [say(f"✓ {len(run.events)} events arrived:", "bold $text-success"), ""]
    for number, event in enumerate(run.events, 1):
        width = max(map(len, event), default=0) + 2
        rows.append(say(f"Event {number} of {len(run.events)}", "bold"))
        rows += [Content.assemble(say(f"  {key:<{width}}", MUTED), say(text)) for key, text in event.items()]
        rows.append("")
    return lines(*rows, say(f"Sent by {run.browser}", MUTED), "", say(NOTE, MUTED))
