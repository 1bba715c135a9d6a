"""Whose credentials sign our calls, and whether they belong to the setup's account."""

from typing import Any

from wizard.aws.identity import Identity, who_am_i
from wizard.model.context import Context
from wizard.model.results import Check, Status
from wizard.probes.probe import Probe

IDENTITY = "identity"
SOON = 900.0
"""Seconds before the end of a sign-in from which it is better to sign in again first: much takes longer than this."""


class IdentityProbe(Probe):
    """Everything in AWS hangs on this one: nothing is read or written before the account is known to be right."""

    id = IDENTITY
    title = "Your AWS account"

    async def look(self) -> Check:
        """Ask STS, and compare with the account that the setup was begun in."""
        aws, state = self.context.ports.aws, self.context.state
        me = self.context.shared[IDENTITY] = await who_am_i(aws)
        begun_in = state.setup.made.account
        if begun_in is not None and begun_in != me.account:
            return self.report(
                Status.FAILED,
                f"These credentials belong to account {me.account}, the setup belongs to account {begun_in}",
                "wrong-account",
                observed=me.account,
                expected=begun_in,
                found=me.account,
                wanted=begun_in,
                arn=me.arn,
            )
        state.record(account=me.account)
        name = f"{me.account} ({me.alias})" if me.alias else me.account
        facts = {"account": me.account, "arn": me.arn, "alias": me.alias or ""}
        if me.expires is not None:
            facts["expires"] = f"{me.expires:.0f}"
        if me.root:
            return self.report(
                Status.WARNING, f"Account {name}, as its root user", "root-user", observed=me.arn, evidence=facts
            )
        if elsewhere := self.context.ports.elsewhere:
            summary = f"Account {name}, as {elsewhere.values['host']} says, which is not AWS"
            named: dict[str, Any] = dict(elsewhere.values)
            return self.report(Status.WARNING, summary, elsewhere.id, observed=me.arn, evidence=facts, **named)
        return self._with_time_left(name, me, facts)

    def _with_time_left(self, name: str, me: Identity, facts: dict[str, str]) -> Check:
        """Say how long the sign-in still lasts, where that is known."""
        if me.expires is None:
            return self.ok(f"Account {name}", observed=me.arn, **facts)
        left = me.expires - self.context.ports.clock.now()
        summary = f"Account {name}, signed in for another {_span(left)}"
        if left > SOON:
            return self.ok(summary, observed=me.arn, **facts)
        return self.report(Status.WARNING, summary, "login-ending", observed=me.arn, evidence=facts, left=_span(left))


def identity_found(context: Context) -> Identity | None:
    """Return who signs the calls, as this walk's `IdentityProbe` found out; None while it has not."""
    found: Identity | None = context.shared.get(IDENTITY)
    return found


def _span(seconds: float) -> str:
    minutes = max(0, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004 - from two hours on in hours
