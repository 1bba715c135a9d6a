"""The log deliveries of an account that belong to setups: the setup's id is in the name of their source."""

from collections.abc import Sequence

from wizard.aws.listing import everything
from wizard.aws.services.logs import DELIVERIES
from wizard.resources.found_again import OWN_NAME, AccountSearch, ShownSetup, Trace


async def found_deliveries(search: AccountSearch) -> Sequence[Trace]:
    """List those of every setup.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return [
        Trace(match["id"], ShownSetup(made={"delivery": one.id}))
        for one in await everything(search.aws, DELIVERIES)
        if (match := OWN_NAME.fullmatch(one.delivery_source_name))
    ]
