"""The status of a saved setup, from its file alone."""

import time
from dataclasses import dataclass
from datetime import datetime

from wizard.model.results import Status
from wizard.model.setup import Goal, Made, Setup
from wizard.wording.amounts import ago


@dataclass(frozen=True)
class SetupStatus:
    """How far a setup is.

    Attributes:
        status: for the sign and its color.
        words: in a few words.
        next: what the main button offers.
    """

    status: Status
    words: str
    next: str


def setup_status(setup: Setup, now: float | None = None) -> SetupStatus:
    """Read the file as a person would."""
    made = setup.made
    if setup.removed:
        return SetupStatus(Status.SKIPPED, "removed; the logs were kept", "Set up again")
    if made.proof:
        found = datetime.fromtimestamp(made.proof.found_at).astimezone()
        return SetupStatus(Status.OK, f"proven on {found:%Y-%m-%d %H:%M}", "Run checks")
    if _without_pixel(setup):
        return SetupStatus(Status.SKIPPED, "created; the checks show how the JavaScript is delivered", "Run checks")
    if not begun(setup):
        return SetupStatus(
            Status.SKIPPED,
            f"chosen {ago((time.time() if now is None else now) - setup.created)}, nothing created yet",
            "Continue: Account",
        )
    at = next_stage(setup)
    return SetupStatus(Status.WAITING, f"not finished; next: {at}", f"Continue: {at}")


def finished(setup: Setup) -> bool:
    """Whether there is nothing to build any more, as far as the file knows."""
    return not setup.removed and (setup.made.proof is not None or _without_pixel(setup))


def _without_pixel(setup: Setup) -> bool:
    """Whether it is for the JavaScript alone, and that is made."""
    choices, made = setup.choices, setup.made
    if Goal.PIXEL in choices.goals or made.tracker is None:
        return False
    named = made.alias or (made.distribution and not choices.domain)
    return Goal.JS_BUCKET not in choices.goals or bool(named)


def next_stage(setup: Setup) -> str:
    """Guess the first stage that is not through."""
    made = setup.made
    steps = (
        (made.content_bucket, "Bucket"),
        (made.distribution, "CloudFront"),
        (made.alias or not setup.choices.domain, "DNS"),
        (made.event_request_id, "HTTPS"),
        (made.proof, "First event"),
    )
    return next((name for through, name in steps if not through), "Checks")


NOTHING_YET = "Nothing has been created yet. Continue the setup first."
"""What pages say that need something in AWS."""


def begun(setup: Setup) -> bool:
    """Whether anything was made for it in AWS."""
    return setup.made != Made(account=setup.made.account)
