"""The distribution whose id the saved setup does not know: its comment carries the setup's id."""

from wizard.aws.listing import everything
from wizard.aws.services.cloudfront import DISTRIBUTIONS
from wizard.model.context import Context
from wizard.model.setup import Setup


def comment(setup: Setup) -> str:
    """Return the distribution's comment, by which it is found again after a lost reply."""
    return f"snowpixel {setup.known_as} ({setup.id})"


async def find_lost(context: Context) -> bool:
    """Look for a distribution of ours whose id was never saved, and save it; False where there is none.

    Raises:
        wizard.aws.errors.AwsError: the account's distributions may not be listed.
    """
    ours = comment(context.state.setup)
    for one in await everything(context.ports.aws, DISTRIBUTIONS):
        if one.comment == ours:
            context.state.record(distribution=one.id, distribution_domain=one.domain_name)
            return True
    return False
