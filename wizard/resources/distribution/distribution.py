"""The CloudFront distribution: its settings, and whether they are deployed."""

import re
import secrets

from wizard.aws.errors import AwsError
from wizard.aws.services import cloudfront
from wizard.aws.services.cloudfront import DistributionConfig
from wizard.model.context import Context
from wizard.model.results import Action, Actor, Change, Difference
from wizard.resources.distribution import distribution_config as configuration
from wizard.resources.distribution.on_distribution import CHANGED_MEANWHILE, OnDistribution
from wizard.resources.lost_distribution import find_lost
from wizard.resources.resource import NotYetError, Presence, Reading

TYPICAL_DEPLOY = 205.0
"""Seconds that a deployment usually takes; observed 150 to 300."""


_NAMED = re.compile(r"Already exists: (E[A-Z0-9]+)")
"""The id in CloudFront's text for a caller reference that was used (aws-sdk-js-v3 #2618, aws-saas-boost #153)."""

NOT_DELETABLE_YET = CHANGED_MEANWHILE | {"DistributionNotDisabled"}
"""Codes for a moment after it was disabled and deployed (terraform-provider-aws #3034 and #27147, with wire logs)."""


class Distribution(OnDistribution):
    """The distribution itself: origin, caching, CORS, protocols. Made without its alias, so its name is known soon."""

    id = "distribution"
    title = "CloudFront distribution"
    parent = "identity"
    needs = ("content-bucket", "origin-access")
    carries = ("origin-access",)
    standalone = True
    saved_as = "distribution"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._made_now: str | None = None
        """Made in this walk, and so with its tags."""

    async def read(self) -> Reading:
        """Compare the settings we own, and the tags."""
        reply = await self.found()
        if reply is None:
            return self.missing()
        found = reply.distribution
        self.context.state.record(distribution_domain=found.domain_name)
        wrong = self.compare(reply.config)
        if asked := self.ask_about(wrong):
            return asked
        made_now = found.id == self._made_now
        tags = self.tags if made_now else await cloudfront.distribution_tags(self.context.ports.aws, found.arn)
        if not self.tags.items() <= tags.items():
            wrong = (*wrong, self.untagged(tags))
        if wrong:
            return self.differs("The distribution's settings differ", *wrong, change="Correct the distribution")
        others = (configuration.foreign(reply.config, self.setup), self.more_tags(tags))
        return self.fine(
            f"Distribution {found.id} is {found.domain_name}",
            observed="; ".join(filter(None, others)),
            domain=found.domain_name,
        )

    def compare(self, config: DistributionConfig) -> tuple[Difference, ...]:
        """Compare the settings we own."""
        return configuration.differences(config, self.setup)

    def missing(self) -> Reading:
        """No distribution."""
        return self.absent("The distribution doesn't exist", "Create the CloudFront distribution")

    async def carry_out(self, change: Change) -> None:
        """Create, correct, or delete it."""
        if change.action is Action.UPDATE:
            await self._update(change)
        else:
            await (self._create() if change.action is Action.CREATE else self._delete())

    async def _create(self) -> None:
        made = self.context.made
        if self.confirmed or made.caller_reference is None:
            if await find_lost(self.context):
                self.shared.forget()
                return
            self._refer_anew()
        try:
            await self._request()
        except AwsError as error:
            if error.code != "DistributionAlreadyExists":
                raise
            await self._take_earlier(error)
        self.shared.forget()

    async def _take_earlier(self, error: AwsError) -> None:
        """Take the distribution that an earlier request made, whose reply was lost; it may not show yet."""
        self.shared.forget()
        if await find_lost(self.context):
            return
        if named := _NAMED.search(str(error)):
            self.context.state.record(distribution=named[1])
            return
        self._refer_anew()
        await self._request()

    def _refer_anew(self) -> None:
        """Save a new caller reference: one works once, and is spent after its distribution was deleted."""
        made = self.context.made
        former = filter(None, (*made.former_domains, made.distribution_domain))
        # What was seen once and is gone was deleted; what never was may still turn up.
        unseen = None if self.id in self.setup.stood else made.distribution
        lost = filter(None, (*made.distributions_former, unseen))
        self.context.state.record(
            caller_reference=f"snowpixel-{self.setup.id}-{secrets.token_hex(4)}",
            distribution=None,
            distribution_domain=None,
            distributions_former=tuple(dict.fromkeys(lost)),
            former_domains=tuple(dict.fromkeys(former)),
            alias=None,
        )

    async def _request(self) -> None:
        """Create it under the caller reference that was saved."""
        config = configuration.fresh(self.setup, self.context.made.caller_reference or "")
        found = await cloudfront.create_distribution(self.context.ports.aws, config, self.tags)
        self._made_now = found.id
        self.context.state.record(distribution=found.id, distribution_domain=found.domain_name)

    async def _update(self, change: Change) -> None:
        found, aws = await self.unedited(change), self.context.ports.aws
        arn = found.distribution.arn
        # The tags come first: the least policy lets us change only what carries them.
        if not self.tags.items() <= (await cloudfront.distribution_tags(aws, arn)).items():
            await cloudfront.tag_distribution(aws, arn, self.tags)
        if configuration.differences(found.config, self.setup):
            await self.update(configuration.merged(found.document, self.setup), found.etag)
        self.shared.forget()

    async def removal(self) -> Reading:
        """Delete it; it was switched off before (see `Serving`). One that was made instead of a former goes first."""
        while await self.remaining() is None:
            former = self.context.made.distributions_former
            if not former:
                return self.gone("The distribution is gone")
            self.context.state.record(distribution=former[0], distributions_former=former[1:])
            self.shared.forget()
        return self.to_delete("The distribution exists", "Delete the distribution")

    async def _delete(self) -> None:
        aws, made = self.context.ports.aws, self.context.made.distribution
        found = await cloudfront.get_distribution(aws, made)
        self.shared.forget()
        if found.config.enabled:  # a former one, which only this item knows
            await self.update(found.document | {"Enabled": False}, found.etag)
            raise NotYetError(self._disabling())
        if not found.deployed:
            raise NotYetError(self._disabling())
        try:
            await cloudfront.delete_distribution(aws, made, found.etag)
        except AwsError as error:
            if (
                error.code not in NOT_DELETABLE_YET or error.problem.id != "aws-refused"
            ):  # a pricing plan, said with the same code
                raise
            raise NotYetError(self._disabling()) from None

    def _disabling(self) -> Change:
        summary = "CloudFront hasn't finished disabling the distribution yet"
        return Change(self.id, Action.DELETE, Actor.AWS, summary, typical=TYPICAL_DEPLOY, every=5)


class Serving(OnDistribution):
    """The distribution is enabled, and every edge has its newest settings."""

    id = "serving"
    title = "Deployed to CloudFront's edge locations"
    removed_after = ("alias",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.needs = ("distribution", "alias") if context.choices.domain else ("distribution",)

    async def read(self) -> Reading:
        """Look at the switch and the deployment."""
        found = await self.found()
        if found is None:
            return self.missing()
        wrong = self.compare(found.config)
        if asked := self.ask_about(wrong):
            return asked
        if wrong:
            return self.differs("The distribution is disabled", *wrong)
        if not found.deployed:
            return self._deploying("CloudFront is deploying the new settings")
        return self.fine("CloudFront serves your pixel from all its edge locations")

    def compare(self, config: DistributionConfig) -> tuple[Difference, ...]:
        """Look at the switch."""
        return () if config.enabled else (Difference("Enabled", "off", "on"),)

    def missing(self) -> Reading:
        """No distribution: nothing to wait for yet."""
        return Reading(
            presence=Presence.ABSENT,
            summary="Nothing to deploy yet",
            changes=(Change(self.id, Action.UPDATE, Actor.AWS, "CloudFront deploys it", typical=TYPICAL_DEPLOY),),
        )

    def _deploying(self, summary: str) -> Reading:
        change = Change(self.id, Action.UPDATE, Actor.AWS, summary, typical=TYPICAL_DEPLOY, every=5)
        return Reading(presence=Presence.OURS, summary=summary, changes=(change,), observed="InProgress")

    async def carry_out(self, change: Change) -> None:
        """Turn the switch: on, or for a removal off."""
        found = await self.unedited(change)
        await self.update(found.document | {"Enabled": change.action is not Action.DELETE}, found.etag)

    async def removal(self) -> Reading:
        """Switch it off and wait until every edge has heard: CloudFront deletes only then."""
        found = await self.remaining()
        if found is None:
            return self.gone("The distribution is gone")
        if found.config.enabled:
            return self.to_delete("The distribution is enabled", "Disable the distribution")
        if not found.deployed:
            return self._deploying("CloudFront is disabling it at its edge locations")
        return self.gone("The distribution is disabled everywhere")
