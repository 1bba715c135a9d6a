"""A plan as everything that it says, before it is drawn: changes by stage, obstacles, permissions, and the price.

The command and the wizard's page render the same parts, so that neither says what the other one doesn't.
"""

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from wizard.aws.policy import actions, policy
from wizard.knowledge.costs import Estimate, estimate_for
from wizard.model.results import Actor, Change, Check, Snapshot, Status
from wizard.model.setup import Setup, needs_aws
from wizard.wording import cost_table
from wizard.wording.amounts import count

NOTHING = "Nothing to do: everything is as it should be."

FREE = "It needs no AWS account: nothing is created there, and nothing costs anything."

SERVICES = {
    "acm": "Certificate Manager",
    "cloudfront": "CloudFront",
    "iam": "IAM",
    "logs": "CloudWatch Logs",
    "route53": "Route 53",
    "s3": "S3",
    "tag": "Resource tags",
}
"""How AWS itself calls the services of these prefixes; others are shown by their prefix."""

_NO_VERDICT = frozenset({Status.OK, Status.WAITING, Status.SKIPPED})
"""For an item of a plan these say only that there is something to do, or that something else comes first."""


class StagePlan(Struct, frozen=True):
    """What would be changed in one stage.

    Attributes:
        title: the stage's.
        changes: at least one.
    """

    title: str
    changes: tuple[Change, ...]


class ServiceRights(Struct, frozen=True):
    """What is needed of one service.

    Attributes:
        prefix: how actions call it.
        name: how AWS calls it.
        operations: the actions, without the prefix.
    """

    prefix: str
    name: str
    operations: tuple[str, ...]


class Plan(Struct, frozen=True):
    """Everything that a plan says.

    Attributes:
        setup: whose plan it is.
        snapshot: the walk that made it.
        permissions: actions of the printed policy; none where no AWS account is needed.
        cost: what it costs in a month.
    """

    setup: Setup
    snapshot: Snapshot
    permissions: tuple[str, ...]
    cost: Estimate

    @property
    def needs_aws(self) -> bool:
        """Whether anything of it is in an AWS account."""
        return needs_aws(self.setup.choices, self.setup.made)

    @property
    def headline(self) -> tuple[str, ...]:
        """Who has how much to do, and what it costs, each a part of one line."""
        ours, yours = (self._by(actor) for actor in (Actor.US, Actor.USER))
        parts = [f"{count(ours, 'step')} by snowpixel" if ours else "Nothing for snowpixel to do"]
        parts += [f"{count(yours, 'DNS record')} by you"] if yours else []
        return (*parts, *([cost_table.total(self.cost)] if self.needs_aws else []))

    @property
    def stages(self) -> Iterator[StagePlan]:
        """The stages in which something would be changed."""
        for stage in self.snapshot.stages:
            if changes := tuple(change for item in stage.items for change in item.changes):
                yield StagePlan(stage.title, changes)

    @property
    def status(self) -> Status:
        """How well the world could be read; differences are no fault."""
        found = {check.status for check in self.obstacles}
        return next((status for status in (Status.FAILED, Status.UNKNOWN) if status in found), Status.OK)

    @property
    def obstacles(self) -> tuple[Check, ...]:
        """What could not be planned."""
        hard = [item.check for item in self.snapshot.items if item.check and not item.changes]
        return tuple(check for check in hard if check.status not in _NO_VERDICT)

    @property
    def doubts(self) -> tuple[Check, ...]:
        """What is to be thought about first, although it could be done: the name is in use."""
        items = [item.check for item in self.snapshot.items if item.check and item.changes]
        return tuple(check for check in items if check.status is Status.WARNING and check.problem)

    @property
    def rights(self) -> Iterator[ServiceRights]:
        """The permissions by service."""
        for prefix, group in groupby(self.permissions, key=lambda action: action.partition(":")[0]):
            operations = tuple(action.partition(":")[2] for action in group)
            yield ServiceRights(prefix, SERVICES.get(prefix, prefix), operations)

    def _by(self, actor: Actor) -> int:
        return sum(change.actor is actor for change in self.snapshot.changes)


def plan_of(setup: Setup, snapshot: Snapshot) -> Plan:
    """Complete a walk's differences with permissions and price."""
    choices, made = setup.choices, setup.made
    by_us = any(
        change.actor is Actor.US for item in snapshot.items if item.id == "pixel-record" for change in item.changes
    )
    needed = actions(policy(setup)) if needs_aws(choices, made) else ()
    return Plan(setup, snapshot, needed, estimate_for(choices, route53=bool(made.hosted_zone) or by_us))
