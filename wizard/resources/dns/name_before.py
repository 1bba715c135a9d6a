"""The pixel's name before anything was made: whether its domain exists, and whether something is served there."""

from wizard.model.context import Context
from wizard.model.ports import DnsUnreachableError
from wizard.model.results import Problem, Status
from wizard.net.dns_operator import DnsOperator, dns_operator
from wizard.resources.resource import Presence, Reading

NOT_KNOWN_YET = "the domain name of your distribution, which isn't created yet"


async def name_before(context: Context) -> Reading | None:
    """Return what has to be said of the name at once; None where it is free, or cannot be asked.

    Only the domain's own name servers are asked: no resolver may learn that there is nothing yet.
    """
    host = context.choices.domain
    if host is None:
        return None
    try:
        return judged(await dns_operator(context.ports.dns, host))
    except DnsUnreachableError:
        return None


def judged(found: DnsOperator) -> Reading | None:
    """Return what has to be said of a name that was looked up; None where it is free."""
    host = found.host
    if "." not in found.zone:
        return Reading(
            presence=Presence.ABSENT,
            summary=f"The domain of {host} doesn't exist: it isn't registered, has expired, or is misspelled",
            status=Status.FAILED,
            problem=Problem("domain-unregistered", {"name": host}),
        )
    if not found.serves:
        return None
    return Reading(
        presence=Presence.FOREIGN,
        summary=f"{host} is already in use: {found.serves}",
        status=Status.WARNING,
        problem=Problem(
            "name-in-use",
            {"name": host, "observed": found.serves, "free": found.free or f"another hostname below {found.zone}"},
        ),
        observed=found.serves,
        expected="nothing yet",
    )
