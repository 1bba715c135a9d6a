"""Weighs the checks of a walk against each other: a stage is judged from all its evidence.

A probe sees only its own corner. That the pixel's name has no CNAME looks like a fault, until the HTTPS probe proves
that our distribution answers at that name: then the DNS provider flattens the record, which is fine.
"""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from wizard.model.results import Check, Status

Checks = Mapping[str, Check]
Rule = Callable[[Check, Checks], Check]

PROOF = "pixel-https"
"""The item that others are weighed against."""

PROVEN = frozenset({Status.OK, Status.WARNING})


def _flattened(check: Check, checks: Checks) -> Check:
    """Without a visible CNAME, but answered by our distribution over HTTPS: the provider flattens it."""
    https = checks.get(PROOF)
    if check.status is Status.OK or https is None or https.status not in PROVEN:
        return check
    if check.evidence.get("flattened") != "yes":
        return check
    return replace(
        check,
        status=Status.OK,
        summary="The provider answers with addresses instead of the CNAME, and they lead to your distribution",
        problem=None,
        look_again=None,
    )


RULES: Mapping[str, Rule] = {"pixel-record": _flattened, "dns-resolvers": _flattened}
"""Item id to the rule that may change its verdict."""


def weigh(checks: Checks) -> dict[str, Check]:
    """Return the checks with their final verdicts. Pure: the same checks give the same verdicts."""
    return {name: RULES[name](check, checks) if name in RULES else check for name, check in checks.items()}
