"""What a removal has left: what is gone, what stays and costs, and what the user deletes now."""

from collections.abc import Sequence

from textual.content import Content

from screens.texts.style import MUTED, STYLES, lines, say
from wizard.knowledge.costs import gigabyte_stored
from wizard.model.results import Snapshot, Status
from wizard.model.setup import Setup

NOTHING = "Nothing had been created for it."
OF_LOGS = (
    "Storing them costs about ${price:.2f} for each GB a month, until the last ones expire after {days} days. "
    "To delete them now: Remove, on the first page, with the logs ticked."
)
OF_TAG = (
    "If the tag is still on your pages, remove it there: until then, each page view requests files that no longer "
    "exist."
)


def removal_result(snapshot: Snapshot, left: Setup | None) -> Content:
    """Return how a finished removal ended.

    Args:
        snapshot: its last one.
        left: the saved setup, if its logs stay.
    """
    gone = [say(f"  ✓ {change.summary}", STYLES[Status.OK]) for change in snapshot.done]
    parts: list[Content | str] = [say("Gone", "bold"), *(gone or [say(f"  {NOTHING}", MUTED)])]
    yours = [check for check in snapshot.checks if check.status is Status.WARNING]
    if yours:
        parts += ["", say("For you to do now", "bold")]
        parts += [say(f"  ! {check.summary}", STYLES[Status.WARNING]) for check in yours]
    return lines(*parts, *_stays(left), "", say(OF_TAG, MUTED))


def _stays(left: Setup | None) -> Sequence[Content | str]:
    if left is None or left.made.log_bucket is None:
        return ()
    days, price = left.choices.retention_days, gigabyte_stored(left.choices.region)
    return (
        "",
        say("Stays", "bold"),
        say(f"  · The log bucket {left.made.log_bucket}, with your events"),
        say(f"    {OF_LOGS.format(price=price, days=days)}", MUTED),
    )
