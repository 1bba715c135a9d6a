"""Whether the permissions are there, before anything is created."""

import json
from collections.abc import Awaitable, Callable, Collection

from msgspec.structs import replace

from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.identity import Identity
from wizard.aws.policy import Document, Purpose, policy, statement_text
from wizard.aws.preflight import missing
from wizard.knowledge.dns_providers import recognize
from wizard.model.context import Context
from wizard.model.ports import DnsUnreachableError
from wizard.model.results import Check, Copyable, Status
from wizard.probes.probe import Probe

ROUTE53 = "route53"
"""Id of Route 53 in `assets/dns-providers.toml`."""


class PermissionsProbe(Probe):
    """A look ahead, and never a reason to stop: policies can be judged differently when they are really used.

    Args:
        context: the walk's context.
        caller: returns who signs the calls, as `IdentityProbe` found out; None while it has not.
        ask: whether to ask at all: only where everything is still to be made.
        find_zone: looks for the domain's zone in Route 53, to learn what keeps that from being seen.
    """

    id = "permissions"
    title = "Permissions"
    parent = "identity"

    def __init__(
        self,
        context: Context,
        caller: Callable[[], Identity | None],
        *,
        ask: bool,
        find_zone: Callable[[str], Awaitable[object]] | None = None,
    ) -> None:
        super().__init__(context)
        self._find_zone = find_zone
        self._caller = caller
        self._ask = ask

    async def look(self) -> Check:
        """Ask IAM's policy simulator, and name what is missing with the statements to add."""
        if not self._ask:
            return self.ok("Only checked before anything was created; now a step that lacks a permission says so")
        caller, document = self._caller(), policy(self.context.state.setup)
        found = await missing(self.context.ports.aws, caller, document) if caller else None
        if not found and (denied := await self._zone_denied()):
            return self._zone_unseen(denied)
        if found is None:
            return self.ok("Couldn't be checked in advance; a step that lacks a permission will say so")
        if not found:
            return self.ok("Everything that a setup needs is allowed")
        return self._lacking(found, document)

    async def _zone_denied(self) -> AwsError | None:
        """Return what keeps us from seeing the zone of a domain that Route 53 serves, None where nothing does."""
        domain = self.context.choices.domain
        if self._find_zone is None or domain is None or self.context.made.hosted_zone is not None:
            return None
        try:
            await self._find_zone(domain)
        except DnsUnreachableError:
            pass
        except AwsError as error:
            if error.kind is ErrorKind.DENIED and await self._served_by_route53(domain):
                return error
        return None

    async def _served_by_route53(self, domain: str) -> bool:
        try:
            zone = await self.context.ports.dns.zone_of(domain)
        except DnsUnreachableError:
            return False
        provider = recognize(server.name for server in zone.servers)
        return provider is not None and provider.id == ROUTE53

    def _zone_unseen(self, error: AwsError) -> Check:
        named = error.problem.values["action"]
        statement = statement_text(named, self.context.state.setup)
        check = self.report(
            Status.WARNING,
            f"Route 53 serves your domain, but can't be read: {named} is denied",
            "route53-unseen",
            observed=f"denied: {named}",
            action=named,
            message=str(error),
            statement=statement,
            domain=self.context.choices.domain or "",
        )
        return replace(check, copy=(Copyable("Statement to add", statement),))

    def _lacking(self, found: Collection[str], document: Document) -> Check:
        named = ", ".join(found)
        statements = json.dumps(lacking(found, document), indent=2)
        check = self.report(
            Status.WARNING,
            f"{len(found)} permissions seem to be missing: {named}"
            if len(found) > 1
            else f"{named} seems to be missing",
            "permission-missing",
            observed=f"denied: {named}",
            action=named,
            on="",
            candidates="",
            message="IAM's policy simulator, asked in advance, denies it",
            statement=statements,
            purpose=Purpose.SETUP,
        )
        return replace(check, copy=(Copyable("Statements to add", statements),))


def lacking(found: Collection[str], document: Document) -> Document:
    """Return the part of a policy that allows these actions."""
    statements = [{**one, "Action": [a for a in one["Action"] if a in found]} for one in document["Statement"]]
    return {**document, "Statement": [one for one in statements if one["Action"]]}
