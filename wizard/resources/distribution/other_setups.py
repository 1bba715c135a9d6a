"""Other setups and distributions of the account that hold the user's hostname already.

A second distribution for the same name would be of no use: CloudFront allows a name on one only. So a setup whose file
was lost, or that a colleague made, is named here, with the way to continue it.
"""

import shlex

from wizard.aws.listing import everything
from wizard.aws.services.acm import CERTIFICATES, certificate_tags
from wizard.aws.services.cloudfront import DISTRIBUTIONS, DistributionSummary, distribution_tags
from wizard.model.ports import Aws
from wizard.model.results import Problem, Status
from wizard.resources.resource import TAG_ID, TAG_SETUP, Presence, Reading, Resource

MARK = "snowpixel "
"""Beginning of the comment on every distribution of ours."""


def elsewhere(domain: str, distribution: DistributionSummary) -> str:
    """Say that a name is in use in this account already."""
    return f"{domain} is on another distribution of this account: {distribution.id}"


async def distribution_with(aws: Aws, domain: str) -> DistributionSummary | None:
    """Return the account's distribution that has the name, None when none has.

    Raises:
        wizard.aws.errors.AwsError: the account's distributions may not be listed.
    """
    return _with_alias(await everything(aws, DISTRIBUTIONS), domain)


def _with_alias(distributions: list[DistributionSummary], domain: str) -> DistributionSummary | None:
    return next((one for one in distributions if domain in one.aliases.items), None)


class OtherSetups(Resource):
    """That no other setup of this account is for the same name."""

    id = "earlier-setup"
    title = "No other setup for your hostname in this account"
    parent = "identity"

    @property
    def _domain(self) -> str:
        return self.context.choices.domain or ""

    @property
    def _id(self) -> str:
        return self.context.state.setup.id

    async def read(self) -> Reading:
        """Look through the account's distributions, and only where there is reason to, its certificates."""
        if self.context.made.distribution is not None:
            return self.fine(f"{self._domain} belongs to this setup")
        distributions = await everything(self.context.ports.aws, DISTRIBUTIONS)
        distribution = _with_alias(distributions, self._domain)
        if distribution:
            return await self._taken_by(distribution)
        if any(self._half_made(one) for one in distributions):
            return await self._certificates()
        return self._free()

    def missing(self) -> Reading:
        """Say nothing without a look."""
        return self._free()

    def _free(self) -> Reading:
        return self.fine(f"No other setup in this account is for {self._domain}")

    async def _taken_by(self, distribution: DistributionSummary) -> Reading:
        """Say whose the distribution is that has the name."""
        tags = await distribution_tags(self.context.ports.aws, distribution.arn)
        if TAG_ID not in tags:
            return self._foreign(distribution)
        return self._free() if tags[TAG_ID] == self._id else self._other(tags, f"its distribution {distribution.id}")

    def _half_made(self, one: DistributionSummary) -> bool:
        """Whether it is a distribution of another setup that has no name yet."""
        return one.comment.startswith(MARK) and self._id not in one.comment and not one.aliases.items

    async def _certificates(self) -> Reading:
        """Look whether a setup that is not finished has asked for a certificate for the name."""
        for one in await everything(self.context.ports.aws, CERTIFICATES):
            if one.domain_name == self._domain:
                tags = await certificate_tags(self.context.ports.aws, one.certificate_arn)
                if tags.get(TAG_ID, self._id) != self._id:
                    return self._other(tags, "it isn't finished")
        return self._free()

    def _other(self, tags: dict[str, str], where: str) -> Reading:
        name, identifier = tags.get(TAG_SETUP, "?"), tags[TAG_ID]
        return self.stopped(
            f"The setup '{name}' ({identifier}) in this account is already for {self._domain}: {where}",
            "set-up-in-account",
            name=name,
            id=shlex.quote(identifier),  # whoever may tag wrote it, and it is shown within a command
            where=where,
            domain=self._domain,
            here=self.context.state.setup.name,
        )

    def _foreign(self, distribution: DistributionSummary) -> Reading:
        """Say it early; only the name itself will have to wait for it."""
        return Reading(
            presence=Presence.FOREIGN,
            summary=elsewhere(self._domain, distribution),
            status=Status.WARNING,
            problem=Problem("alias-on-distribution", {"domain": self._domain, "distribution": distribution.id}),
            observed=distribution.id,
        )

    async def removal(self) -> Reading:
        """Nothing is made here."""
        return self.gone(self.title)
