"""What was just written may not show yet: AWS is eventually consistent, and a miss soon after a change is no loss.

What is made is noted in the saved setup with its time, before the call. As long as AWS may still need, a look that does
not show a change is made again, with growing pauses; the change itself is never made twice.
"""

from collections.abc import Collection, Mapping

from wizard.aws.errors import MISSING, AwsError, ErrorKind
from wizard.aws.policy import bound_to_tags
from wizard.aws.transient import NOT_SEEN
from wizard.engine.retry import BRIEF
from wizard.model.context import Context
from wizard.resources.resource import Resource

SHOWN_WITHIN = BRIEF
"""Seconds within which a change shows everywhere; afterwards AWS has a problem, or somebody undid it.

Terraform waits one to five minutes for most things that it has just made, and a bucket's lifecycle was seen to take
that long (terraform-provider-aws #41363 and #41764; a bucket: #49853, #49960; tags as IAM sees them: seconds).
"""

TAGS_SEEN_WITHIN = 60.0
"""Seconds within which IAM has heard of the tags of something new."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds from a look that shows nothing to the next: doubled each time, up to the longest."""


def pause_after_misses(looks: int) -> float:
    """Return the seconds to wait after so many looks that showed nothing."""
    return float(min(FIRST_PAUSE * 2**looks, LONGEST_PAUSE))


def age(context: Context, item: str) -> float | None:
    """Return for how many nominal seconds a thing of ours has been there; None where that is not known.

    In a practice without pace time doesn't pass on its own: there only looks count.
    """
    at, clock = context.state.setup.made_at.get(item), context.ports.clock
    if at is None:
        return None
    return max(0.0, clock.now() - at) / clock.pace if clock.pace else 0.0


def young(context: Context, item: str) -> bool:
    """Whether AWS may not know everywhere yet of a thing that we made."""
    since = age(context, item)
    return since is not None and since < SHOWN_WITHIN


def unseen(context: Context, item: str) -> bool:
    """Whether a look may not show yet what we made, and none has so far."""
    return item in context.state.setup.unseen and young(context, item)


def may_turn_up(context: Context, node: Resource) -> bool:
    """Whether something that a removal does not find may have been made by a walk that broke off a moment ago.

    Where not even that was saved, it may have been made while anything else of the setup was.
    """
    made_at = context.state.setup.made_at
    if node.id in made_at:
        return unseen(context, node.id)
    return node.standalone and not node.confirmed and any(young(context, item) for item in made_at)


def standing_on(item: str, order: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return all items that one stands on, however indirectly."""
    found: set[str] = set()
    open_ends = [item]
    while open_ends:
        more = set(order.get(open_ends.pop(), ())) - found
        found |= more
        open_ends += more
    return frozenset(found)


def patience_with(error: AwsError) -> float:
    """Return for how many seconds an answer may come only because something new is not seen everywhere; 0: it may not.

    A denial counts only for actions that a policy of ours allows by the tags of what they act on.
    """
    if error.code in MISSING | NOT_SEEN:
        return SHOWN_WITHIN
    if error.kind is ErrorKind.DENIED and error.problem.values.get("action", "") in bound_to_tags():
        return TAGS_SEEN_WITHIN
    return 0.0
