"""What has to be known before the stages can be laid out: who runs the DNS of the user's domain."""

from wizard.aws.errors import AwsError
from wizard.model.context import Scope
from wizard.model.ports import DnsUnreachableError
from wizard.resources.dns.managed_record import find_hosted_zone


async def survey(scope: Scope) -> None:
    """Find out once whether the domain's zone is in this account's Route 53, and save it.

    Without permission to look there, or without DNS, nothing is saved: the user adds the records, as with any provider.
    What another account's Route 53 says is not saved either.
    """
    domain = scope.choices.domain
    if domain is None or scope.made.hosted_zone is not None:
        return
    try:
        if await _elsewhere(scope):
            return
        zone = await find_hosted_zone(scope.world.aws, scope.world.dns, domain)
    except (AwsError, DnsUnreachableError):
        return
    scope.ledger.record(hosted_zone=zone or "")


async def _elsewhere(scope: Scope) -> bool:
    """Whether the credentials belong to another account than the set-up; a fresh set-up takes the account it finds."""
    account = scope.made.account
    return account is not None and (await scope.world.aws("sts", "get_caller_identity"))["Account"] != account
