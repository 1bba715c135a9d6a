"""What of a saved set-up may still be chosen otherwise, and what begins anew then."""

from wizard.ledger import Ledger
from wizard.setups import Choices, Goal, Setup
from wizard.store import StoreError


def refuse_unchangeable(setup: Setup, wanted: Choices) -> None:
    """Refuse choices that what was made cannot follow any more.

    Raises:
        StoreError: which, why, and what to do instead.
    """
    if setup.made.content_bucket and wanted.region != setup.choices.region:
        raise StoreError(
            f"The buckets of '{setup.name}' are in {setup.choices.region} and cannot move. "
            "Make a new set-up for the other region, then remove this one."
        )
    if setup.made.content_bucket and Goal.PIXEL in setup.choices.goals and Goal.PIXEL not in wanted.goals:
        raise StoreError(
            f"The pixel of '{setup.name}' is made and may be in use. To take it down, remove the set-up (the logs "
            "stay), then make a new one for the JavaScript alone."
        )
    if setup.made.alias and wanted.domain is None:
        raise StoreError(
            f"'{setup.name}' is in use under {setup.made.alias}. To go back to CloudFront's own name, make a new "
            "set-up without a domain, then remove this one."
        )


NAMED = frozenset({"certificate", "certificate-record", "certificate-issued", "alias", "pixel-record", "first-event"})
"""Items that depend on the domain: with another one they have never been as wanted."""


def start_name_anew(ledger: Ledger) -> None:
    """Forget what was made and proved for the earlier domain."""
    ledger.record(
        hosted_zone=None,
        validation_name=None,
        validation_value=None,
        certificates_replaced=0,
        event_request_id=None,
        event_sent_at=None,
        proof=None,
        records_seen={},
    )
    ledger.update(stood=tuple(item for item in ledger.setup.stood if item not in NAMED), waits={})
