"""How long a sign-in still lasts, counting down."""

from textual.content import Content

from screens.texts.style import MUTED, say
from wizard.model.results import Snapshot
from wizard.probes.caller_identity import IDENTITY, SOON
from wizard.wording.amounts import clock, span


def end_of(snapshot: Snapshot) -> float | None:
    """Return when the sign-in ends that a walk uses, once it has said so."""
    found = next((check.evidence.get("expires") for check in snapshot.checks if check.id == IDENTITY), None)
    return float(found) if found else None


def time_left(left: float) -> str:
    """Return how long it still lasts: `expires in 45 min`, `expires in 12:05`, `has expired`."""
    if left <= 0:
        return "has expired"
    return f"expires in {clock(left) if left <= SOON else span(left)}"


def header(left: float) -> Content:
    """Return it for the line at the top of a page."""
    style = "bold $text-error" if left <= 0 else "bold $text-warning" if left <= SOON else MUTED
    return Content.styled(f"sign-in {time_left(left)}", style)


def advice(left: float) -> Content | None:
    """Return what to do about it; None while there is plenty of time."""
    if left > SOON:
        return None
    if left <= 0:
        return say("! Sign in again in another window, then choose Refresh.", "$text-warning")
    return say("! Some steps take longer than that. Sign in again first, in another window, then choose Refresh.",
               "$text-warning")  # fmt: skip
