"""What resources on the distribution share: one read, and care for concurrent edits (`ETag`)."""

from abc import abstractmethod
from collections.abc import Sequence

from wizard.aws.errors import MISSING, AwsError
from wizard.aws.services import cloudfront
from wizard.aws.services.cloudfront import DistributionConfig, Document, FoundDistribution
from wizard.model.context import DISTRIBUTION_EDITED, Context
from wizard.model.results import Action, Actor, Change, Decision, DecisionOption, Difference
from wizard.model.setup import Setup
from wizard.resources.lost_distribution import find_lost
from wizard.resources.resource import LookAgainError, NotYetError, Presence, Reading, Resource
from wizard.resources.shared_read import SharedRead

CHANGED_MEANWHILE = frozenset({"PreconditionFailed", "InvalidIfMatchVersion"})
"""Codes for: somebody else edited the distribution since we read it."""

LEAVE, OURS = "leave", "ours"
"""Answers: leave the other's edit and stop, or put ours back."""


class OnDistribution(Resource):
    """Something that we own of the distribution; several such share one reading of it."""

    parent: str | None = "distribution"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.shared = shared_distribution(context)
        self._known: set[str] | None = None
        """Properties that were seen to differ in this walk: one that differs later was edited while we work."""
        self._basis: tuple[str | None, ...] = ()
        self._left = False

    @property
    def setup(self) -> Setup:
        """The setup as it stands now."""
        return self.context.state.setup

    @abstractmethod
    def compare(self, config: DistributionConfig) -> tuple[Difference, ...]:
        """Compare the properties that this resource owns with those of a configuration."""

    async def found(self) -> FoundDistribution | None:
        """Return the distribution, None when there is none."""
        if self.context.made.distribution is None:
            return None
        try:
            return await self.shared.get(self.id)
        except AwsError as error:
            if error.code in MISSING:
                return None
            raise

    async def remaining(self) -> FoundDistribution | None:
        """Return what is left for a removal; one whose id was never saved, for the reply was lost, is looked for."""
        if self.context.made.distribution is None:
            await find_lost(self.context)
        return await self.found()

    async def unedited(self, change: Change) -> FoundDistribution:
        """Read the distribution for an update.

        Raises:
            LookAgainError: somebody edited a property of ours since the change was decided on.
        """
        found = await cloudfront.get_distribution(self.context.ports.aws, self.context.made.distribution)
        wrong = {each.property for each in self.compare(found.config)}
        looked = change.action is not Action.DELETE and change.differences
        if looked and not wrong <= {each.property for each in change.differences}:
            self.shared.replace(found)
            raise LookAgainError
        return found

    async def update(self, config: Document, etag: str) -> None:
        """Write the whole configuration, unless somebody else changed it since it was read.

        Raises:
            NotYetError: somebody did; the engine reads again. What is not ours is merged then.
        """
        self.shared.forget()
        try:
            await cloudfront.update_distribution(self.context.ports.aws, self.context.made.distribution, config, etag)
        except AwsError as error:
            if error.code not in CHANGED_MEANWHILE or error.problem.id != "aws-refused":
                raise
            summary = "Somebody else just changed the distribution; reading it again"
            raise NotYetError(Change(self.id, Action.UPDATE, Actor.AWS, summary, every=1)) from None

    def ask_about(self, wrong: Sequence[Difference]) -> Reading | None:
        """Ask whose edit counts, where a property of ours became different while we work; None where none did."""
        if self._left:
            return self.stopped("Somebody else's edit of the distribution was left as it is", "edited-meanwhile")
        if self._known is None or self._basis != self._carried():
            self._known, self._basis = {each.property for each in wrong}, self._carried()
        edited = [each for each in wrong if each.property not in self._known]
        return self._question(edited) if edited else None

    def _question(self, edited: Sequence[Difference]) -> Reading:
        shown = "; ".join(f"{each.property} is {each.found}, should be {each.wanted}" for each in edited)
        decision = Decision(
            DISTRIBUTION_EDITED,
            f"Somebody else changed the distribution while snowpixel was working: {shown}. Which setting should win?",
            (
                DecisionOption(
                    LEAVE, "Keep theirs and stop", "Nothing is overwritten. Talk to them, then run this again."
                ),
                DecisionOption(OURS, "Restore snowpixel's", "Their change to exactly these settings is overwritten."),
            ),
            LEAVE,
            f"--{DISTRIBUTION_EDITED} {OURS}",
        )
        summary = "Somebody else changed the distribution while snowpixel was working"
        return Reading(
            presence=Presence.OURS,
            summary=summary,
            decision=decision,
            observed="; ".join(f"{each.property}: {each.found}" for each in edited),
            expected="; ".join(f"{each.property}: {each.wanted}" for each in edited),
        )

    def _carried(self) -> tuple[str | None, ...]:
        """Return the ids of ours in it: where one is made anew, a difference is our own doing."""
        made = self.context.made
        return made.distribution, made.certificate, made.origin_access_control

    async def decide(self, decision: Decision, answer: str) -> None:
        """Take the user's word on the edit of somebody else."""
        del decision  # there is only one
        self._left = answer != OURS
        self._known = None


def shared_distribution(context: Context) -> SharedRead[FoundDistribution]:
    """Return the one reading that all resources on the distribution use."""

    async def read() -> FoundDistribution:
        return await cloudfront.get_distribution(context.ports.aws, context.made.distribution)

    shared: SharedRead[FoundDistribution] = context.shared.setdefault(
        "distribution", SharedRead(read, context.ports.clock)
    )
    return shared
