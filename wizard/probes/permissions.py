"""Whether the permissions are there, asked before anything is made."""

import json
from collections.abc import Callable, Collection

from msgspec.structs import replace

from wizard.aws.identity import Identity
from wizard.aws.policy import Document, policy
from wizard.aws.preflight import missing
from wizard.probes.base import Probe
from wizard.results import Check, Copyable, Status
from wizard.scope import Scope


class PermissionsProbe(Probe):
    """A look ahead, and never a reason to stop: policies can be judged differently when they are really used.

    Args:
        scope: its surroundings.
        caller: returns who signs the calls, as `IdentityProbe` found out; None while it has not.
        ask: whether to ask at all: only where everything is still to be made.
    """

    id = "permissions"
    title = "Permissions"
    parent = "identity"

    def __init__(self, scope: Scope, caller: Callable[[], Identity | None], *, ask: bool) -> None:
        super().__init__(scope)
        self._caller = caller
        self._ask = ask

    async def look(self) -> Check:
        """Ask IAM's policy simulator, and name what is missing with the statements to add."""
        if not self._ask:
            return self.ok("Asked beforehand while nothing was made; now a step that lacks one says so")
        caller, document = self._caller(), policy(self.scope.ledger.setup)
        found = await missing(self.scope.world.aws, caller, document) if caller else None
        if found is None:
            return self.ok("Could not be asked beforehand; a step that lacks one will say so")
        if not found:
            return self.ok("Everything that a set-up needs is allowed")
        return self._lacking(found, document)

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
            message="IAM's policy simulator, asked beforehand, denies it",
            statement=statements,
        )
        return replace(check, copy=(Copyable("Statements to add", statements),))


def lacking(found: Collection[str], document: Document) -> Document:
    """Return the part of a policy that allows these actions."""
    statements = [{**one, "Action": [a for a in one["Action"] if a in found]} for one in document["Statement"]]
    return {**document, "Statement": [one for one in statements if one["Action"]]}
